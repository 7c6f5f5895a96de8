"""The one style of figures for print: a serif of Times' proportions, thin lines, small type."""

from typing import Any

TEXT_PT, SMALL_PT = 8.0, 7.0
# The browser's lines and marks are for a screen of 700 pixels, a column has half of that.
LINE_PT = 0.55  # for each CSS pixel of a line's width
MARK_PT = 0.5  # for each CSS pixel of a mark's size
GREY = "#9aa3ae"

RC: dict[Any, Any] = {
    "font.family": ["STIXGeneral", "DejaVu Serif"],  # the second has what the first lacks
    "mathtext.fontset": "stix",
    "font.size": TEXT_PT,
    "axes.labelsize": TEXT_PT,
    "axes.titlesize": TEXT_PT,
    "xtick.labelsize": SMALL_PT,
    "ytick.labelsize": SMALL_PT,
    "legend.fontsize": SMALL_PT,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.columnspacing": 1.2,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "grid.color": "#d9dde3",
    "grid.linewidth": 0.4,
    "path.simplify": False,  # every point of the data is in the file
    "pdf.fonttype": 42,  # outlines that journals take, and that can be searched
    "pgf.rcfonts": False,  # the document's own fonts
    "savefig.facecolor": "white",
}

DASHES: dict[str, Any] = {
    "solid": "-",
    "dash": (0, (4, 2)),
    "dot": (0, (1, 1.6)),
    "dashdot": (0, (4, 1.6, 1, 1.6)),
    "longdash": (0, (7, 2)),
}
# Plotly's symbol -> matplotlib's marker; those of open marks are drawn without a face.
MARKS = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "cross": "P",
    "x": "X",
    "x-thin": "x",
    "star": "*",
    "line-ew": "_",
    "line-ns": "|",
}


def colour(value: Any, otherwise: str = GREY) -> tuple[float, float, float, float]:
    """A colour of a figure, "#rrggbb" or "rgb(…)" or "rgba(…)", as numbers in 0…1."""
    from matplotlib.colors import to_rgba

    if isinstance(value, str) and value.startswith("rgb"):
        numbers = [float(part) for part in value[value.index("(") + 1 : -1].split(",")]
        red, green, blue, *alpha = numbers
        return red / 255, green / 255, blue / 255, alpha[0] if alpha else 1.0
    red, green, blue, opacity = to_rgba(value if isinstance(value, str) else otherwise)
    return float(red), float(green), float(blue), float(opacity)
