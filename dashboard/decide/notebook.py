"""What Decide shows now, as its notebook."""

from functools import partial
from pathlib import Path

from core.decide import stored
from core.notebooks.decide import DecideState, decide
from dashboard.decide import answer, codecs, job, pictures, quality
from dashboard.teach.head import Build

MAX_DECISION = 2_000_000  # bytes of a decision that travels with the notebook


def notebook() -> Build:
    """The chosen quality on the picture that is looked at, and the answer, if there is one."""
    name = quality.PICTURE.value
    state = DecideState(
        picture=name,
        source=f"sample:{Path(name).stem}" if pictures.KIND.value == pictures.SAMPLES else "",
        codecs=codecs.NAMES.value,
        measure=quality.MEASURE.value,
        target=quality.target().value,
        mode=answer.MODE.value,
        decision=_decision(),
    )
    return partial(decide, state)


def _decision() -> str:
    found = job.of(stored.KIND)
    if found is None:
        return ""
    path = found.folder / stored.RESULT
    small = path.is_file() and path.stat().st_size <= MAX_DECISION
    return path.read_text("utf-8") if small else ""
