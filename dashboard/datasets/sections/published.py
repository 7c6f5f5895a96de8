"""Published curves that a person adds: kept for the session, compared like our own."""

import streamlit as st

from core.errors import DataError
from core.results import published
from core.results.curves import Curve
from core.results.published import Published
from dashboard.ui.slots import Slot
from dashboard.ui.text import plain

_FILES = "ds_published_files"
_PROBLEMS: Slot[list[str]] = Slot("ds_published_problems", [])


def loaded() -> dict[str, Published]:
    """File name -> its curves."""
    files: dict[str, Published] = st.session_state.setdefault("ds_published", {})
    return files


def curves(metric: str) -> list[Curve]:
    """The published curves in `metric`, each under a name of its own."""
    found: list[Curve] = []
    seen: set[str] = set()
    for file, item in loaded().items():
        curve = item.curves.get(metric)
        if curve is None:
            continue
        name = f"{curve.name}, {file}" if curve.name in seen else curve.name
        seen.add(name)
        found.append(Curve(name, curve.rate, curve.quality, source=curve.source))
    return found


def warn(metric: str) -> None:
    """Says how the measure of published curves may differ from ours, where there are any."""
    if curves(metric) and metric in published.WARNINGS:
        st.warning(published.WARNINGS[metric], icon=":material/info:")


def show(metric: str) -> None:
    """The uploader, and what was loaded with its source."""
    with st.expander("Published curves", expanded=bool(loaded())):
        st.caption(
            "Text files of tensorflow/compression (`bpp, value` lines) and JSON files of "
            "CompressAI, several at once. They mean something beside your curves only if they "
            "are about the same pictures."
        )
        st.file_uploader(
            "Files",
            ["txt", "csv", "json"],
            accept_multiple_files=True,
            key=_FILES,
            on_change=_take,
            label_visibility="collapsed",
        )
        for problem in _PROBLEMS.value:
            st.error(plain(problem), icon=":material/block:")
        for file, item in loaded().items():
            _show_file(file, item, metric)


def _show_file(file: str, item: Published, metric: str) -> None:
    left, right = st.columns([6, 1], vertical_alignment="center")
    text = f"**{plain(item.name)}** · {item.source}"
    if metric not in item.curves:
        names = (published.NAMES.get(name, name) for name in item.curves)
        text += f" · has only {', '.join(names)}"
    left.markdown(text)
    right.button("Remove", key=f"ds_forget_{file}", on_click=_forget, args=(file,), width="stretch")


def _forget(file: str) -> None:
    loaded().pop(file, None)


def _take() -> None:
    """Reads what was just uploaded; the rest of what was loaded stays until it is removed."""
    problems = []
    for file in st.session_state[_FILES]:
        try:
            loaded()[file.name] = published.read(file.getvalue(), file.name)
        except DataError as error:
            problems.append(str(error))
    _PROBLEMS.set(problems)
