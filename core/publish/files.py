"""Figures as files for a paper: PDF, PGF and PNG at a stated width."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import DataError, SettingError
from core.publish.style import RC

KINDS = {"pdf": "application/pdf", "pgf": "application/x-tex", "png": "image/png"}
COLUMN_MM = 88.9  # one column of two: 3.5 inches
WIDTHS = (30.0, 400.0)
DPI = 300  # of PNG files
MAX_CELLS = 2000  # of a map in PGF: TeX's memory ends soon after
_ONE_AT_A_TIME = threading.RLock()  # matplotlib's style belongs to the whole process


def render(
    figure: Any, kind: str = "pdf", width_mm: float = COLUMN_MM, height_mm: float | None = None
) -> bytes:
    """`figure`, a `plotly.graph_objects.Figure`, as a file of `kind`: "pdf", "pgf" or "png".

    The file is `width_mm` wide, type is 8 and 7 points. Raises SettingError for another kind or a
    width outside 30 to 400 mm, DataError for what cannot be drawn.
    """
    if kind not in KINDS:
        raise SettingError(f"A figure is written as {', '.join(KINDS)}, not as {kind!r}.")
    low, high = WIDTHS
    if not low <= width_mm <= high:
        raise SettingError(f"A figure is {low:g} to {high:g} mm wide, not {width_mm:g}.")
    if why := refusal(figure, kind):
        raise DataError(why)
    from core.publish.drawing import draw

    with styled():
        drawn = draw(figure, width_mm, height_mm)
        if kind == "pgf":
            from core.publish.pgf import pgf

            return pgf(drawn).encode()
        out = io.BytesIO()
        facts: dict[str, Any] = {"Creator": "RD Explorer"} if kind == "pdf" else {}
        dated = {"CreationDate": None} if kind == "pdf" else {}  # equal data give equal files
        drawn.savefig(out, format=kind, dpi=DPI, metadata=facts | dated)
    return out.getvalue()


def refusal(figure: Any, kind: str) -> str:
    """Why a figure cannot be had as `kind`; empty where it can."""
    if kind != "pgf":
        return ""
    if figure.layout.images:
        return "PGF holds no pictures, and this chart lies over one. Take the PDF file."
    for trace in figure.data:
        if trace.type == "heatmap" and len(trace.z) * len(trace.z[0]) > MAX_CELLS:
            return f"TeX cannot set a map of more than {MAX_CELLS:,} cells. Take the PDF file."
    return ""


def save(
    figure: Any,
    path: str | Path,
    width_mm: float = COLUMN_MM,
    height_mm: float | None = None,
) -> Path:
    """Writes `figure` to `path`, whose suffix says the kind (.pdf, .pgf, .png); see `render`."""
    target = Path(path)
    target.write_bytes(render(figure, target.suffix.removeprefix(".").lower(), width_mm, height_mm))
    return target


@contextmanager
def styled() -> Iterator[None]:
    """The style of print, for one thread at a time."""
    import matplotlib

    with _ONE_AT_A_TIME, matplotlib.rc_context(RC):
        yield
