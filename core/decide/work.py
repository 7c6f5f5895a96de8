"""Jobs in a pool, each with a key: what a journal holds is not done again.

A process that is killed at any moment goes on where its journal ends.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from core.sweep.journal import Journal
from core.sweep.pools import Pool
from core.sweep.run import Progress
from core.sweep.sources import Item

Record = dict[str, Any]


class Job(NamedTuple):
    """A call of the pool's function with `item` and `arguments`; `cost` weighs it in progress."""

    key: str
    item: Item
    arguments: tuple[Any, ...]
    cost: int = 1


class Hooks(NamedTuple):
    """How work is watched and ended, and what becomes of a result before it is kept."""

    watch: Callable[[Progress], None] = lambda _: None
    cancelled: Callable[[], bool] = lambda: False
    # (job, result) -> the record to keep: takes out what does not belong into a journal
    accept: Callable[[Job, Record], Record] = lambda _, result: result
    # (job, record) -> whether an earlier record still holds
    valid: Callable[[Job, Record], bool] = lambda _, record: True


class Ended(Exception):
    """The work was cancelled; what is done has been kept."""


def each(
    jobs: Iterable[Job], pool: Pool, journal: Journal, progress: Progress, hooks: Hooks
) -> dict[str, Record]:
    """key -> record of every job, {"error": …} of those that failed.

    Jobs of one key are done once. Raises Ended once `hooks.cancelled()`.
    """
    found: dict[str, Record] = {}
    flying: dict[str, Job] = {}
    rest = iter(jobs)
    job = next(rest, None)
    while job or flying:
        while job and len(flying) < pool.window:
            if hooks.cancelled():
                raise Ended
            known = journal.get(job.key) if job.key in journal else None
            if job.key in found or job.key in flying:
                progress.done += job.cost
            elif known is not None and hooks.valid(job, known):
                found[job.key] = known
                progress.done += job.cost
                progress.reused += job.cost
            else:
                flying[job.key] = job
                pool.submit(job.key, job.item, *job.arguments)
            hooks.watch(progress)
            job = next(rest, None)
        if hooks.cancelled():
            raise Ended
        for key, result in pool.results() if flying else ():
            found[key] = _keep(flying.pop(key), result, journal, progress, hooks)
        hooks.watch(progress)
    return found


def _keep(job: Job, result: Record, journal: Journal, progress: Progress, hooks: Hooks) -> Record:
    progress.done += job.cost
    if result.get("error"):
        progress.failed += job.cost
        journal.fail({"image": job.item.name, "error": result["error"]})
        return result
    record = hooks.accept(job, result)
    journal.add(job.key, record)
    progress.measured += job.cost
    return record
