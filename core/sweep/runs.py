"""Stored sweeps: each is a background job's folder with its results or, while it runs, its journal;
they can be named, watched, resumed, brought in from a file, and removed.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core import jobs, results
from core.errors import DataError, ImageError
from core.images import Picture
from core.results import Results
from core.sweep import sources
from core.sweep.journal import Watcher

KIND = "sweep"
RESULTS = "results.json"
SHIPPED = Path(__file__).with_name("kodak.json.gz")
SHIPPED_ID = "kodak"
REUSED = 10  # how many finished runs are searched for equal measurements
SHIPPED_NAME = "Kodak (shipped)"


@dataclass(frozen=True)
class Run:
    """A stored sweep. `stamp` changes whenever its finished results do; `state` is the job's,
    "done" for imported ones.
    """

    id: str
    name: str
    state: str
    created: float
    job: jobs.Job | None = None

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def path(self) -> Path:
        """The finished results, if they are there."""
        return SHIPPED if self.job is None else self.job.folder / RESULTS

    @property
    def stamp(self) -> tuple[str, int]:
        return self.id, self.path.stat().st_mtime_ns if self.path.exists() else 0


def runs() -> list[Run]:
    """All stored sweeps, newest first; the one that ships with the program is the last."""
    found = [Run(job.id, job.title, job.state(), job.created, job) for job in jobs.jobs(KIND)]
    if SHIPPED.exists():
        found.append(Run(SHIPPED_ID, SHIPPED_NAME, "done", SHIPPED.stat().st_mtime))
    return found


def start(
    name: str,
    images: Sequence[str],
    codecs: Sequence[str],
    points: int,
    names: Sequence[str] | None = None,
    workers: int | None = None,
    dask: str | None = None,
    folder: Path | None = None,
    reuse: bool = True,
) -> jobs.Job:
    """Starts a sweep over the sources `images` in the background, for the measures `names` (None:
    all). `folder` is a job folder that already holds uploads.

    With `reuse`, what finished runs have measured – same pixels, codec, versions, model, setting –
    is not measured again.
    """
    earlier = [run.path for run in runs() if run.path.exists()][:REUSED] if reuse else []
    folder = folder or new_folder(name)
    output = folder / RESULTS
    args = [
        "sweep",
        *images,
        "-c",
        ",".join(codecs),
        "-o",
        str(output),
        "--points",
        str(points),
        "--run",
        str(folder),
    ]
    args += ["--measures", ",".join(names)] if names is not None else []
    args += ["--workers", str(workers)] if workers is not None else []
    args += ["--dask", dask] if dask else []
    args += [word for path in earlier for word in ("--reuse", str(path))]
    return jobs.start(folder, KIND, name, args)


def new_folder(name: str) -> Path:
    """An empty folder for a sweep that will be started, or for results that are brought in."""
    return jobs.new_folder(f"sweep-{name}")


def load(run: Run) -> Results:
    """The results of a finished run. Raises DataError."""
    return results.read(run.path)


def watcher(run: Run) -> Watcher:
    """Follows the journal of a run that is not finished."""
    return Watcher(run.path.with_name(RESULTS + ".journal"))


def add(name: str, data: bytes) -> None:
    """Stores a results file that was made elsewhere. Raises DataError when it is not one."""
    found = results.parse(data, name)
    if not found.records:
        raise DataError(f"{name} holds no record.")
    folder = new_folder(name)
    (folder / RESULTS).write_bytes(data)
    (folder / "exit").write_text("0")
    _describe(folder, {"kind": KIND, "title": name[:80], "args": [], "created": time.time()})


def rename(run: Run, name: str) -> None:
    """Gives a run another name. Raises DataError for the shipped one or an empty name."""
    if run.job is None or not name.strip():
        raise DataError("Give the run a name." if run.job else "The shipped run keeps its name.")
    facts = json.loads((run.job.folder / "job.json").read_text())
    _describe(run.job.folder, facts | {"title": name.strip()[:80]})


def remove(run: Run) -> None:
    """Deletes a run with its results. Raises DataError while it runs, and for the shipped one."""
    if run.job is None:
        raise DataError("The shipped run cannot be removed.")
    jobs.remove(run.job)


def picture(run: Run, name: str) -> Picture:
    """The picture that a run's records call `name`. Raises DataError when it is not at hand any
    more.
    """
    given = _sources(run)
    try:
        for item in sources.items(given) if given else []:
            if item.name == name:
                return item.read()
    except (DataError, ImageError) as error:
        raise DataError(f"{name} cannot be opened: {error}") from error
    raise DataError(f"{name} is not on this machine. Open it in Compare from a file of yours.")


def _sources(run: Run) -> list[str]:
    if run.job is None:
        folder = (
            Path(os.environ.get("RDX_SHARED", Path(__file__).resolve().parents[3] / "shared"))
            / "data"
            / "kodak"
        )
        return [str(folder)] if folder.is_dir() else []
    args = run.job.args
    return args[1 : args.index("-c")] if "-c" in args else []


def _describe(folder: Path, facts: dict) -> None:
    part = folder / "job.json.part"
    part.write_text(json.dumps(facts))
    part.replace(folder / "job.json")
