"""What the Data sets page explores now, as its notebook."""

from functools import partial

from core.notebooks.datasets import DatasetsState, datasets
from dashboard.datasets.choice import METRIC, RUNS, SHOWN, runs_now
from dashboard.datasets.sections import curves, speed
from dashboard.teach.head import Build


def notebook() -> Build | None:
    """The chosen runs and codecs: curves, BD-rates, speed and records.

    None where no chosen run has ended: a notebook opens results files.
    """
    chosen = [run for run in runs_now(RUNS.value) if run.path.exists()]
    if not chosen:
        return None
    state = DatasetsState(
        runs=[(run.id, run.name) for run in chosen],
        codecs=SHOWN.value,
        measure=METRIC.value,
        mean_at=curves.MEAN.value,
        log_rate=curves.LOG.value,
        quartiles=curves.QUARTILES.value,
        singles=curves.SINGLES.value,
        level=speed.level_of(METRIC.value).value,
        side=speed.DECODE if speed.SIDE.value == speed.DECODE else speed.ENCODE,
    )
    return partial(datasets, state)
