"""Results as they are shown: pictures in the viewer, figures in a table, more with each look."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import metrics
from core.errors import ImageError
from core.figures.palette import NEUTRAL, colour
from core.images import Picture
from core.metrics import MEASURES, NAMES, QUICK, Form
from core.publish import Sources, data_of
from core.rd.measure import Measured, RDPoint
from dashboard.compare import choice
from dashboard.compare.choice import MIN_CODECS, Choice
from dashboard.compare.results import Result, count_missing, original_png, results
from dashboard.measurements import measurements
from dashboard.ui.places import Place
from dashboard.ui.tables import Column, codec_table
from dashboard.ui.take_home import take_home
from dashboard.ui.text import decibel, plain, seconds_text, size_text
from dashboard.ui.viewer import Panel, arrivals, viewer
from dashboard.ui.viewer.arrivals import Arrival
from dashboard.waiting import looks

PATIENCE_S = 0.3  # how long a run waits for all results before it draws those that are there
PATIENCE_S_PER_SESSION = 0.075  # longer when many people wait: what is drawn is drawn again
PICTURES_S = 1.0  # how long a browser draws the first pictures and table, where it does not say
PICTURES_S_MOST = 10.0  # … and where it does
FIRST_CHART_S = 1.0  # what the first chart waits for: its library is large
FIRST_CHART_S_PER_SESSION = 1.5  # longer when many look, perhaps on one and the same machine
FIRST_CHART_S_MOST = 10.0
CHART_S_PER_SESSION = 0.6  # what a later chart waits for, for each other person who looks
CHART_S_MOST = 3.0


class Places:
    """Where the results are drawn, each time more of them are there.

    With `keep`, the table of the run before stays until then, as the viewer does.
    """

    def __init__(self, keep: bool) -> None:
        self.viewer = st.container()
        self._waiting = st.empty()
        self._table = Place(keep)
        self._menu = st.container()
        self._drawn: list[dict[str, Any]] | None = None
        self._latest: list[Result] = []
        self._offered = False

    def show_table(self, picture: Picture, shown: list[Result]) -> None:
        """One line a codec: rate, every measure, times, options."""
        absent = metrics.absent(picture.height, picture.width)
        rows = [_row(r, absent) for r in shown]
        if rows == self._drawn or not rows:
            return
        self._drawn = rows
        self._latest = [r for r in shown if r.measured]
        with self._table.now().container():
            _draw_table(rows, shown, absent)
        if self._latest and not self._offered:
            self._offered = True
            self._offer(picture)

    def _offer(self, picture: Picture) -> None:
        """The table's menu, once a run; what it gives away is always the latest."""
        codecs = tuple(r.codec.name for r in self._latest)
        sources = Sources(codecs, NAMES, data_of(picture.source))
        with self._menu:
            take_home(
                "cmp_results",
                f"results-{picture.name}",
                rows=lambda: [table_row(r.codec.info.title, r.point) for r in self._latest],
                sources=sources,
            )

    def show_waiting(self, owner: str, shown: list[Result]) -> None:
        """Says that results are to come, and whose work comes before."""
        if not count_missing(shown):
            self._waiting.empty()
            return
        ahead = measurements().service.ahead(owner)
        queue = f" {ahead} pieces of other people's work come first." if ahead else ""
        self._waiting.caption(f":material/hourglass_top: Searching the settings …{queue}")


def wait(owner: str, picture: Picture, chosen: Choice, places: Places) -> list[Result]:
    """All results, or those that are there after a moment; the places say which.

    Measures that take long are not asked for before this is drawn.
    """
    shown = results(owner, picture, chosen, figures=False)
    patience = PATIENCE_S + PATIENCE_S_PER_SESSION * measurements().service.sessions()
    for _ in looks(owner, patience_s=patience):
        shown = results(owner, picture, chosen, figures=False)
        if not count_missing(shown):
            break
    while shown and all(r.measured is None and not r.problem for r in shown):
        places.show_waiting(owner, shown)
        places.show_table(picture, shown)
        for _ in looks(owner):
            shown = results(owner, picture, chosen, figures=False)
            if any(r.measured or r.problem for r in shown):
                break
    places.show_waiting(owner, shown)
    places.show_table(picture, shown)
    return shown


def is_first_visit() -> bool:
    """Whether the session sees the page for the first time; True once."""
    seen = bool(st.session_state.get("cmp_seen"))
    st.session_state.cmp_seen = True
    return not seen


def show_first(owner: str, picture: Picture, places: Places) -> bool:
    """Draws viewer and table before all inputs if all results are there already, and returns once
    the browser has drawn them: what comes while it is busy, it draws together. Whether it did.
    """
    chosen = choice.current()
    if any(codec.refusal(picture.image) for codec in chosen.codecs):
        return False  # the inputs will choose others
    with arrivals.expect(lambda: measurements().service.wake(owner)) as arrival:
        shown = show_at_once(owner, picture, chosen, places, arrival)
        if not shown:
            return False
        places.show_table(picture, shown)
        if arrival is None:
            let_the_browser_draw(owner, PICTURES_S)
            return True
        for _ in looks(owner, patience_s=PICTURES_S_MOST):
            if arrival.has_come():
                break
    return True


def show_at_once(
    owner: str,
    picture: Picture,
    chosen: Choice,
    places: Places,
    arrival: Arrival | None = None,
) -> list[Result]:
    """Draws the viewer if all results are there already: before the inputs that stand below it.
    These results, or none.
    """
    shown = results(owner, picture, chosen, figures=False)
    if len(shown) < MIN_CODECS or count_missing(shown):
        return []
    show_viewer(owner, picture, shown, places, arrival)
    return shown


def let_the_browser_rest_before_the_chart(owner: str, all_there: Callable[[], bool]) -> None:
    """A moment between inputs and chart, after which a person may have moved on: before a session's
    first chart, and where many people look. Ends when the results that were missing are there.
    """
    others = max(0, measurements().service.sessions() - 1)
    if not st.session_state.get("cmp_charted"):
        wanted = FIRST_CHART_S + FIRST_CHART_S_PER_SESSION * others
        let_the_browser_draw(owner, min(wanted, FIRST_CHART_S_MOST), all_there)
        st.session_state.cmp_charted = not all_there()
    elif others:
        let_the_browser_draw(owner, min(CHART_S_PER_SESSION * others, CHART_S_MOST), all_there)


def let_the_browser_draw(
    owner: str, seconds: float, hurry: Callable[[], bool] = lambda: False
) -> None:
    """A moment in which nothing more is sent: what is drawn next needs large libraries."""
    for _ in looks(owner, rest_s=2 * seconds, patience_s=seconds, hurry=hurry):
        if hurry():
            return


def show_viewer(
    owner: str,
    picture: Picture,
    shown: list[Result],
    places: Places,
    arrival: Arrival | None = None,
) -> None:
    """The viewer: the original and every result that is there."""
    size = f"{picture.width} × {picture.height} px, uncompressed"
    panels = [Panel("original", "Original", size, original_png(owner, picture), NEUTRAL)]
    for r in shown:
        if r.measured is None:
            continue
        try:
            png = r.png()
        except ImageError as error:  # its file no longer decodes
            places.viewer.error(plain(str(error)), icon=":material/block:")
            continue
        tint = colour(r.codec.name)
        panels.append(Panel(r.codec.name, r.codec.info.title, _caption(r.measured), png, tint))
    keys = [p.key for p in panels]
    with places.viewer:
        viewer(
            panels,
            key="compare_viewer",
            height=600,
            left=keys[1] if len(keys) > 2 else keys[0],
            right=keys[-1],
            arrival=arrival,
        )


def _caption(measured: Measured) -> str:
    p = measured.point
    return f"{size_text(p.bytes)} · {p.bpp:.3f} bpp · {decibel(p.measures['psnr'])}"


def _draw_table(rows: list[dict[str, Any]], shown: list[Result], absent: dict[str, str]) -> None:
    clock = "Wall-clock, once, on this machine while it does other work."
    columns = {
        "Bytes": Column(help="Length of the whole file.", form=",d"),
        "bpp": Column(help="Bits of the file for a pixel.", form=".4f"),
        "Ratio": Column(
            help="Bytes of the raw 24-bit picture for one byte of the file.", form=".1f"
        ),
        **_columns(),
        "Encode": Column(help=clock),
        "Decode": Column(help=clock),
    }
    codec_table(rows, [colour(r.codec.name) for r in shown], columns)
    for reason in absent.values():
        st.caption(f":material/info: {reason}")
    for r in shown:
        if r.problem:
            st.warning(f"**{r.codec.info.title}**: {plain(r.problem)}", icon=":material/block:")


def _row(r: Result, absent: dict[str, str]) -> dict[str, Any]:
    row = {"Codec": r.codec.info.title}
    if r.measured is None:
        return row | {"Status": "not possible" if r.problem else "computing …"}
    p: RDPoint = r.measured.point
    return row | {
        "Status": r.note or "own setting",
        "Setting": f"{r.codec.setting.name} {p.setting:.4g} {r.codec.setting.unit}".strip(),
        "Bytes": p.bytes,
        "bpp": p.bpp,
        "Ratio": p.ratio,
        **_figures(p, absent),
        "Encode": seconds_text(p.encode_s),
        "Decode": seconds_text(p.decode_s),
        "Options": ", ".join(f"{k} {v}" for k, v in r.codec.info.options.items()),
    }


def table_row(title: str, point: RDPoint) -> dict[str, Any]:
    """One line of a table for a paper: rate, and every measure that is there."""
    row: dict[str, Any] = {"Codec": title, "Setting": point.setting, "Bytes": point.bytes}
    row["bpp"] = point.bpp
    measured = {name: value for name, value in point.measures.items() if name in MEASURES}
    return row | {MEASURES[name].label: value for name, value in measured.items()}


def _columns() -> dict[str, Column]:
    """How the table shows the measures, and their forms where those are other numbers."""
    columns = {}
    for name, measure in MEASURES.items():
        told = f"{measure.meaning} {'Less' if measure.better == 'low' else 'More'} is better."
        columns[name] = Column(measure.label, told, f".{measure.decimals}f")
        if form := _own_form(name):
            columns[f"{name}_form"] = Column(form.label, told, f".{form.decimals}f")
    return columns


def _figures(point: RDPoint, absent: dict[str, str]) -> dict[str, float | str]:
    """Column -> figure of every measure, and its form where that is another number; a mark where it
    is not there yet, or never for this picture.
    """
    cells: dict[str, float | str] = {}
    for name in MEASURES:
        missing = "–" if name in absent else "…"
        if _own_form(name):
            quality = point.quality(name)
            cells[f"{name}_form"] = missing if quality is None else quality
        cells[name] = point.measures.get(name, missing)
    return cells


def _own_form(name: str) -> Form | None:
    """The form of a measure where a column of its own shows it."""
    form = MEASURES[name].form
    return form if form is not None and form.changed and name not in QUICK else None
