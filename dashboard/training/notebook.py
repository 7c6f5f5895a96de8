"""What the page Train & models shows now, as its notebook."""

from typing import TYPE_CHECKING

from core import jobs
from core.notebooks.training import Training, TrainingState, training
from dashboard.training.jobs import KIND

if TYPE_CHECKING:
    from nbformat import NotebookNode

MAX_TRAININGS = 3  # the latest; each brings its curves along


def notebook() -> "NotebookNode":
    """The stored models, and the latest trainings with their curves."""
    latest = jobs.jobs(KIND)[:MAX_TRAININGS]
    found = [Training(job.title, job.args, job.progress()) for job in latest]
    return training(TrainingState(found))
