"""Tables of codecs as HTML: a line a codec, with the colour that it has in charts and viewer.

A few lines need no data grid, whose library and canvas take a browser longer than all else on a
page. And these can be read by a screen reader, marked and copied.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import streamlit as st

_DOT = '<td title="As in the charts and the viewer."><b style="background:{}"></b></td>'

Value = str | float | None
Row = Mapping[str, Value]


class Column(NamedTuple):
    """How a table shows the column of a key: heading, explanation, and for numbers their form as in
    `format`.
    """

    label: str = ""
    help: str = ""
    form: str = ""


def codec_table(
    rows: Sequence[Row],
    tints: Sequence[str],
    columns: Mapping[str, Column] = {},
    name: str = "Figures of the codecs",
) -> None:
    """Draws a line for each of `rows`, with a dot of its tint; `name` is for screen readers.

    The columns are the keys of the longest row in its order; what another row lacks is left empty.
    """
    st.html(table_html(rows, tints, columns, name), width="stretch")


def table_html(
    rows: Sequence[Row], tints: Sequence[str], columns: Mapping[str, Column], name: str = ""
) -> str:
    """The table of `codec_table`. A number stands in a `data` element with its whole value."""
    keys = list(dict.fromkeys(key for row in sorted(rows, key=len, reverse=True) for key in row))
    shown = [columns.get(key, Column()) for key in keys]
    numeric = [bool(column.form) for column in shown]
    head = "".join(map(_heading, keys, shown, numeric))
    lines = []
    for row, tint in zip(rows, tints, strict=True):
        cells = map(_cell, (row.get(key) for key in keys), shown, numeric)
        lines.append(f"<tr>{_DOT.format(tint)}{''.join(cells)}</tr>")
    return (
        f'<div class="codecs" role="region" aria-label="{escape(name)}" tabindex="0">'
        "<table><thead><tr><th></th>"
        f"{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _heading(key: str, column: Column, number: bool) -> str:
    title = f' title="{escape(column.help)}"' if column.help else ""
    kind = ' class="number"' if number else ""
    label = escape(column.label or key)
    return f'<th scope="col" data-column="{escape(key)}"{kind}{title}>{label}</th>'


def _cell(value: Value, column: Column, number: bool) -> str:
    kind = ' class="number"' if number else ""
    if value is None:
        return f"<td{kind}></td>"
    if isinstance(value, str):
        return f"<td{kind}>{escape(value)}</td>"
    text = format(value, column.form) if math.isfinite(value) else "∞"
    return f'<td{kind}><data value="{value!r}">{text}</data></td>'
