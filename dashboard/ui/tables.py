"""Tables of codecs: the colour that a codec has in charts and viewer, as a column of its own.

Pandas' styles would colour the names themselves, and take seven times as long to draw as the table.
"""

from base64 import b64encode
from functools import cache
from typing import Any

import streamlit as st

_DOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
    '<circle cx="20" cy="20" r="10" fill="{}"/></svg>'
)


def coloured(
    rows: list[dict[str, Any]], tints: list[str], columns: dict[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(rows, column configuration) for `st.dataframe`: a dot of each row's tint, then the row.

    Lists, not Pandas' tables: a page imports Pandas, which takes a while, once it draws one.
    """
    with_dots = [{"colour": _dot(tint)} | row for tint, row in zip(tints, rows, strict=True)]
    dot = st.column_config.ImageColumn("", width=36, help="As in the charts and the viewer.")
    return with_dots, {"colour": dot} | columns


@cache
def _dot(tint: str) -> str:
    """A small picture as an address that carries it."""
    return "data:image/svg+xml;base64," + b64encode(_DOT.format(tint).encode()).decode()
