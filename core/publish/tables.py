"""Tables for a paper: a figure's data, or rows of a page, as CSV and as LaTeX with booktabs."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.publish.tex import tex, without_html

Rows = Sequence[Mapping[str, Any]]
MAX_ROWS = 2000  # in LaTeX: more would fill a hundred pages


def rows_of(figure: Any) -> list[dict[str, Any]]:
    """The data of a Plotly figure, one point a row, under the titles of its axes.

    A series that has no name is called by its number. Maps give one row a cell.
    """
    layout = figure.layout
    x_title = without_html(layout.xaxis.title.text or "") or "x"
    y_title = without_html(layout.yaxis.title.text or "") or "y"
    rows: list[dict[str, Any]] = []
    for number, trace in enumerate(figure.data, 1):
        name = without_html(trace.name or f"series {number}")
        if trace.type == "heatmap":
            rows += _cells(trace)
            continue
        for x, y in zip(trace.x, trace.y, strict=True):
            rows.append({"Series": name, x_title: _plain(x), y_title: _plain(y)})
    return rows


def _cells(trace: Any) -> list[dict[str, Any]]:
    values = np.asarray(trace.z, float)
    return [
        {"Row": int(i), "Column": int(j), "Value": float(values[i, j])}
        for i, j in np.ndindex(*values.shape)
    ]


def to_csv(rows: Rows) -> str:
    """The rows with a header, each column once, in the order of first appearance."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _columns(rows))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def to_latex(rows: Rows, caption: str = "", label: str = "") -> str:
    r"""The rows as a `table` with booktabs' rules; the preamble needs \usepackage{booktabs}.

    Columns of numbers are set flush right, with up to six digits. Above MAX_ROWS, the rest is left
    out, and a comment says so.
    """
    columns = _columns(rows)
    shown = list(rows[:MAX_ROWS])
    numeric = [all(_is_number(row.get(column)) for row in shown) for column in columns]
    lines = [
        r"% In the preamble: \usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
    ]
    if caption:
        lines.append(rf"  \caption{{{tex(caption)}}}")
    if label:
        lines.append(rf"  \label{{{label}}}")
    lines.append(rf"  \begin{{tabular}}{{@{{}}{''.join('r' if n else 'l' for n in numeric)}@{{}}}}")
    lines += [r"    \toprule", _line(map(tex, columns)), r"    \midrule"]
    lines += [_line(_cell(row.get(column)) for column in columns) for row in shown]
    lines += [r"    \bottomrule", r"  \end{tabular}", r"\end{table}"]
    if len(rows) > MAX_ROWS:
        lines.append(f"% The first {MAX_ROWS} of {len(rows)} rows.")
    return "\n".join(lines) + "\n"


def _line(cells: Any) -> str:
    return "    " + " & ".join(cells) + r" \\"


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "--"
    if isinstance(value, float):
        if math.isnan(value):
            return "--"
        if math.isinf(value):
            return tex("∞" if value > 0 else "−∞")
        return tex(f"{value:.6g}".replace("-", "−"))
    return tex(str(value))


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, int | float)


def _columns(rows: Rows) -> list[str]:
    return list(dict.fromkeys(column for row in rows for column in row))


def _plain(value: Any) -> Any:
    """A coordinate as Python's own number or text."""
    return value.item() if isinstance(value, np.generic) else value
