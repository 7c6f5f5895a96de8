"""Starting a training as a background job that stores its model under a name."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from core import jobs
from core.errors import ModelError, RDError
from core.store import zoo
from dashboard.training.jobs import KIND
from dashboard.ui.text import plain

FOLDER = "{folder}"  # in an option: the job's own folder


def launch(
    name: str,
    title: str,
    family: str,
    options: Mapping[str, str],
    prepare: Callable[[Path], None] | None = None,
) -> None:
    """Starts `python -m core train FAMILY OPTIONS`, which stores its model as `name`.

    Options with an empty value are left out. `prepare(folder)` puts into the job's folder what
    the training needs, before it starts. If the training cannot start, the page says why.
    """
    folder = None
    try:
        _check_name(name)
        folder = jobs.new_folder(name)
        if prepare is not None:
            prepare(folder)
        args = ["train", family]
        for option, value in options.items():
            args += [option, value.replace(FOLDER, str(folder))] if value else []
        args += ["--name", name, "--run", str(folder)]
        jobs.start(folder, KIND, f"{title} → {name}", args)
    except RDError as error:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        st.error(plain(str(error)), icon=":material/block:")
        return
    st.rerun()


def _check_name(name: str) -> None:
    """Raises ModelError for a name that cannot be given, or that a training will give."""
    zoo.check_free(name)
    for job in jobs.jobs(KIND):
        if job.state() == "running" and name in job.args:
            raise ModelError(
                f"A training that will store {name!r} is running already; choose another name."
            )
