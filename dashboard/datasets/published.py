"""Published curves that a person brings: kept for the session, drawn and compared like our own, with their source named."""

import streamlit as st

from core.errors import DataError
from core.results import published
from core.results.analysis import Curve


def loaded() -> dict[str, published.Published]:
    """File name -> its curves."""
    return st.session_state.setdefault("ds_published", {})


def curves(metric: str) -> list[Curve]:
    """The published curves in `metric`, each under a name of its own."""
    found, seen = [], set()
    for file, item in loaded().items():
        if metric in item.curves:
            curve = item.curves[metric]
            name = curve.name if curve.name not in seen else f"{curve.name}, {file}"
            seen.add(name)
            found.append(Curve(name, curve.rate, curve.quality, source=curve.source))
    return found


def warn(metric: str) -> None:
    """What may differ between the measure of published curves and ours, where there are any."""
    if curves(metric) and metric in published.WARNINGS:
        st.warning(published.WARNINGS[metric], icon=":material/info:")


def show(metric: str) -> None:
    """The uploader, and what was loaded with its source."""
    with st.expander("Published curves", expanded=bool(loaded())):
        st.caption(
            "Text files of tensorflow/compression (`bpp, value` lines) and JSON files of CompressAI, several at once. "
            "They must be about the same pictures to mean anything beside yours."
        )
        st.file_uploader(
            "Files",
            ["txt", "csv", "json"],
            accept_multiple_files=True,
            key="ds_published_files",
            on_change=_take,
            label_visibility="collapsed",
        )
        for problem in st.session_state.get("ds_published_problems", []):
            st.error(problem, icon=":material/block:")
        for file, item in loaded().items():
            left, right = st.columns([6, 1], vertical_alignment="center")
            others = (
                ""
                if metric in item.curves
                else f" · has only {', '.join(published.NAMES.get(m, m) for m in item.curves)}"
            )
            left.markdown(f"**{item.name}** · {item.source}{others}")
            right.button(
                "Remove",
                key=f"ds_forget_{file}",
                on_click=loaded().pop,
                args=(file, None),
                width="stretch",
            )


def _take() -> None:
    """Reads what was just uploaded; what cannot be used is said, the rest is kept until it is removed."""
    ss = st.session_state
    ss.ds_published_problems = []
    for file in ss.ds_published_files:
        try:
            loaded()[file.name] = published.read(file.getvalue(), file.name)
        except DataError as error:
            ss.ds_published_problems.append(str(error))
