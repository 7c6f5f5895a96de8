"""A matplotlib figure as PGF, for `\\input` in a LaTeX document, on machines without LaTeX.

matplotlib's own backend asks a LaTeX process for the size of every text. Here sizes come from the
style's fonts; the document then sets the texts in its own.
"""

import io
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_pgf import RendererPgf

from core.publish.tex import tex

_HEAD = r"""%% Made by RD Explorer. In the preamble: \usepackage{pgf}. In the text: \input{FILE.pgf}
\begingroup
\makeatletter
\begin{pgfpicture}
\pgfpathrectangle{\pgfpointorigin}{\pgfqpoint{%.6fin}{%.6fin}}
\pgfusepath{use as bounding box, clip}
"""
_TAIL = r"""\end{pgfpicture}
\makeatother
\endgroup
"""


class _Renderer(RendererPgf):
    """Writes PGF; texts are measured with fonts, and escaped for LaTeX."""

    def __init__(self, figure: Any, out: Any, measures: RendererAgg) -> None:
        super().__init__(figure, out)
        self._measures = measures

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:
        return self._measures.get_text_width_height_descent(s, prop, ismath)

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        text = s if ismath else tex(s)
        super().draw_text(gc, x, y, text, prop, angle, ismath, mtext)


def pgf(figure: Any) -> str:
    """`figure`, a `matplotlib.figure.Figure`, as a pgfpicture of its size."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # decides the layout
    figure.set_layout_engine("none")
    figure.dpi = 72  # PGF's coordinates: one pixel is one PostScript point
    width, height = figure.get_figwidth(), figure.get_figheight()
    out = io.StringIO()
    out.write(_HEAD % (width, height))
    measures = FigureCanvasAgg(figure).get_renderer()
    inner = _Renderer(figure, out, measures)
    figure.draw(MixedModeRenderer(figure, width, height, 72, inner))
    out.write(_TAIL)
    return out.getvalue()
