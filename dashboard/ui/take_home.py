"""The menu "Take home" beside a chart or a table: files for a paper, made when asked for."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.publish import (
    COLUMN_MM,
    KINDS,
    Sources,
    bibtex,
    refusal,
    render,
    rows_of,
    to_csv,
    to_latex,
)
from core.publish.files import WIDTHS
from core.publish.tables import Rows
from dashboard.ui.download import download
from dashboard.ui.text import file_stem

Figure = Any  # a plotly.graph_objects.Figure


def take_home(
    key: str,
    name: str,
    figure: Callable[[], Figure] | None = None,
    rows: Callable[[], Rows] | None = None,
    sources: Sources | None = None,
) -> None:
    """Draws the menu. `key` is the chart's, `name` begins the names of the files.

    `figure` and `rows` are called when a file is asked for, so that it holds what is shown then;
    without `rows`, tables hold the figure's data. Raises nothing: what cannot be had is disabled.
    """
    stem = file_stem(name)
    with (
        st.container(key=f"{key}_take_home", horizontal=True, horizontal_alignment="right"),
        st.popover("Take home", icon=":material/download:", type="tertiary"),
    ):
        if figure is not None:
            _offer_figure(key, stem, figure)
        _offer_table(key, stem, rows or (lambda: rows_of(figure()) if figure else []))
        if sources is not None:
            _button(
                "References (.bib)",
                lambda: bibtex(sources),
                f"{stem}.bib",
                "application/x-bibtex",
                f"{key}_bib",
            )


def _offer_figure(key: str, stem: str, figure: Callable[[], Figure]) -> None:
    low, high = WIDTHS
    width = st.number_input(
        "Width of the figure, mm",
        low,
        high,
        COLUMN_MM,
        step=1.0,
        format="%.1f",
        key=f"{key}_width",
        help="88.9 mm is one column of two. Type is 8 and 7 points at any width.",
    )
    with st.container(horizontal=True):
        for kind, mime in KINDS.items():
            why = refusal(figure(), kind)
            _button(
                kind.upper(),
                lambda kind=kind: render(figure(), kind, width),  # type: ignore[misc]
                f"{stem}.{kind}",
                mime,
                f"{key}_{kind}",
                why,
            )


def _offer_table(key: str, stem: str, rows: Callable[[], Rows]) -> None:
    with st.container(horizontal=True):
        _button("CSV", lambda: to_csv(rows()), f"{stem}.csv", "text/csv", f"{key}_csv")
        _button(
            "LaTeX table",
            lambda: to_latex(rows(), label=f"tab:{stem}"),
            f"{stem}.tex",
            "application/x-tex",
            f"{key}_tex",
        )


def _button(
    label: str,
    make: Callable[[], bytes | str],
    file: str,
    mime: str,
    key: str,
    refused: str = "",
) -> None:
    download(label, make, file, mime, key, icon="", disabled=bool(refused), help=refused or None)
