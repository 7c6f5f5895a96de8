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


class Call(NamedTuple):
    """A call of the pool's function with `item` and `arguments`; `cost` weighs it in progress."""

    key: str
    item: Item
    arguments: tuple[Any, ...]
    cost: int = 1


class Hooks(NamedTuple):
    """How work is watched and ended, and what becomes of a result before it is kept."""

    watch: Callable[[Progress], None] = lambda _: None
    cancelled: Callable[[], bool] = lambda: False
    # (call, result) -> the record to keep: takes out what does not belong into a journal
    accept: Callable[[Call, Record], Record] = lambda _, result: result
    # (call, record) -> whether an earlier record still holds
    valid: Callable[[Call, Record], bool] = lambda _, record: True


class Ended(Exception):
    """The work was cancelled; what is done has been kept."""


def each(
    calls: Iterable[Call], pool: Pool, journal: Journal, progress: Progress, hooks: Hooks
) -> dict[str, Record]:
    """key -> record of every call, {"error": …} of those that failed.

    Jobs of one key are done once. Raises Ended once `hooks.cancelled()`.
    """
    found: dict[str, Record] = {}
    flying: dict[str, Call] = {}
    rest = iter(calls)
    call = next(rest, None)
    while call or flying:
        while call and len(flying) < pool.window:
            if hooks.cancelled():
                raise Ended
            known = journal.get(call.key) if call.key in journal else None
            if call.key in found or call.key in flying:
                progress.done += call.cost
            elif known is not None and hooks.valid(call, known):
                found[call.key] = known
                progress.done += call.cost
                progress.reused += call.cost
            else:
                flying[call.key] = call
                pool.submit(call.key, call.item, *call.arguments)
            hooks.watch(progress)
            call = next(rest, None)
        if hooks.cancelled():
            raise Ended
        for key, result in pool.results() if flying else ():
            found[key] = _keep(flying.pop(key), result, journal, progress, hooks)
        hooks.watch(progress)
    return found


def _keep(call: Call, result: Record, journal: Journal, progress: Progress, hooks: Hooks) -> Record:
    progress.done += call.cost
    if result.get("error"):
        progress.failed += call.cost
        journal.fail({"image": call.item.name, "error": result["error"]})
        return result
    record = hooks.accept(call, result)
    journal.add(call.key, record)
    progress.measured += call.cost
    return record
