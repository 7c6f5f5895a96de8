"""Starting a training as a background job that stores its model under a name."""

import shutil
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core import jobs
from core.errors import RDError
from core.store import zoo
from dashboard.training.jobs import KIND
from dashboard.ui.text import plain


def launch(
    name: str, title: str, args: list[str], prepare: Callable[[Path], None] | None = None
) -> None:
    """Start `python -m core train ARGS` as a job that stores its model as `name`, or say why not.

    `prepare(folder)` puts into the job's folder what the training needs, before it starts; "{folder}" in `args` names it.
    """
    folder = None
    try:
        zoo.check_free(name)
        if any(job.state() == "running" and name in job.args for job in jobs.jobs(KIND)):
            st.error(
                f"A training that will store {name!r} is running already; choose another name.",
                icon=":material/block:",
            )
            return
        folder = jobs.new_folder(name)
        if prepare is not None:
            prepare(folder)
        args = [arg.replace("{folder}", str(folder)) for arg in args]
        jobs.start(
            folder,
            KIND,
            f"{title} → {name}",
            ["train", *args, "--name", name, "--run", str(folder)],
        )
    except RDError as error:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        st.error(plain(str(error)), icon=":material/block:")
        return
    st.rerun()
