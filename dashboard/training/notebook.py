"""What the page Train & models shows now, as its notebook."""

from functools import partial

from core import jobs
from core.notebooks.training import Training, TrainingState, training
from dashboard.teach.head import Build
from dashboard.training.jobs import KIND

MAX_TRAININGS = 3  # the latest; each brings its curves along


def notebook() -> Build:
    """The stored models, and the latest trainings with their curves."""
    latest = jobs.jobs(KIND)[:MAX_TRAININGS]
    found = [Training(job.title, job.args, job.progress()) for job in latest]
    return partial(training, TrainingState(found))
