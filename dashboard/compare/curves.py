"""The rate–distortion chart of the Compare page: curves that grow as they are measured, and λ."""

import time
from contextlib import suppress
from functools import partial

import streamlit as st

from core.codecs.base import Codec
from core.codecs.registry import CODECS
from core.errors import SettingError
from core.figures.rd import rd_chart
from core.images import Picture
from core.publish import Sources, data_of
from core.publish.bibliography import BD_RATE
from core.rd.hull import operating_point
from core.rd.measure import RDPoint
from dashboard import state
from dashboard.compare import bd_table
from dashboard.compare.choice import AXES, LMBDAS, Choice, show_settings
from dashboard.compare.results import Result
from dashboard.measured_curves import Curves, gather
from dashboard.ui.chart_clicks import on_pick
from dashboard.ui.charts import chart_config
from dashboard.ui.places import Place
from dashboard.ui.take_home import take_home
from dashboard.ui.text import left_text, plain


class Section:
    """The section of the page: its inputs, drawn at once, and its places, filled as curves grow.

    With `keep`, chart and table of the run before stay until then.
    """

    def __init__(self, chosen: Choice, keep: bool) -> None:
        self.codecs = chosen.codecs
        st.subheader("Rate and distortion")
        left, right = st.columns([5, 1], vertical_alignment="center")
        self._progress = left.empty()
        self._button = right.empty()
        _axes()
        with st.container(key="cmp_chart"):
            self._chart = Place(keep)
        self._menu = st.container()
        self._figure: object = None
        follow_clicks()
        _lmbda(chosen.codecs)
        st.subheader("BD-rate on this picture")
        self._anchor = bd_table.choose_anchor(chosen.codecs)
        self._table = Place(keep)
        self._looks = 0
        self._drawn: object = None
        self._started: tuple[float, int] | None = None
        self._has_button = False

    def show(self, owner: str, picture: Picture, shown: list[Result]) -> Curves:
        """Draws what is there of the curves, and asks for the rest unless the person stopped it."""
        stopped = _is_stopped(picture, self.codecs)
        curves = gather(owner, picture, self.codecs, st.session_state.cmp_y, not stopped)
        self._show_progress(curves, f"{picture.sha256}:{_names(self.codecs)}")
        points = {r.codec.name: r.measured.point for r in shown if r.measured}
        drawn = curves.stage(st.session_state.cmp_y, points)
        if drawn != self._drawn:
            self._drawn = drawn
            self._show_chart(picture, curves, points)
            with self._table.now().container():
                bd_table.show(self.codecs, self._anchor, curves)
        return curves

    def _show_chart(self, picture: Picture, curves: Curves, points: dict[str, RDPoint]) -> None:
        ss = st.session_state
        chart = rd_chart(
            curves.points,
            {codec.name: codec.info.title for codec in self.codecs},
            ss.cmp_y,
            AXES[ss.cmp_y],
            points,
            ss.cmp_hull,
            ss.cmp_log,
            ss.cmp_lmbda if ss.cmp_tangent else None,
        )
        self._looks += 1  # a run may draw a key once
        key = f"cmp_chart_{self._looks}"
        self._chart.now().plotly_chart(chart, key=key, config=chart_config(f"rd-{picture.name}"))
        first = self._figure is None
        self._figure = chart
        if first:
            self._offer(picture)

    def _offer(self, picture: Picture) -> None:
        """The chart's menu, once a run; what it gives away is always the latest."""
        names = tuple(codec.name for codec in self.codecs)
        sources = Sources(names, (st.session_state.cmp_y,), data_of(picture.source), (BD_RATE,))
        with self._menu:
            take_home("cmp_rd", f"rd-{picture.name}", lambda: self._figure, sources=sources)

    def _show_progress(self, curves: Curves, key: str) -> None:
        if curves.is_done():
            self._progress.empty()
            self._button.empty()
            return
        if curves.stopped:
            said = f"Stopped: {curves.done} of {curves.total} measurements are there."
            self._progress.caption(said)
            self._show_button("Go on", "cmp_go_on", None)
            return
        now = time.monotonic()
        since, before = self._started = self._started or (now, curves.done)
        eta = ""
        if curves.done > before + 2:
            left = (curves.total - curves.done) / (curves.done - before) * (now - since)
            eta = f" · {left_text(left)}"
        said = f"Measuring the curves: {curves.done} of {curves.total}{eta}"
        for reason in curves.problems.values():
            said += f"  \n{plain(reason)}"
        self._progress.progress(curves.done / curves.total, said)
        self._show_button("Stop", "cmp_stop", key)

    def _show_button(self, label: str, key: str, stopped: str | None) -> None:
        """A button that stops the measurements named `stopped`, or none of them."""
        if self._has_button:
            return
        self._has_button = True
        act = partial(st.session_state.__setitem__, "cmp_stopped", stopped)
        self._button.button(label, key=key, on_click=act, width="stretch")


def _names(codecs: tuple[Codec, ...]) -> str:
    return ",".join(codec.name for codec in codecs)


def _is_stopped(picture: Picture, codecs: tuple[Codec, ...]) -> bool:
    """Whether the person stopped the measurement of these curves."""
    return st.session_state.get("cmp_stopped") == f"{picture.sha256}:{_names(codecs)}"


def _axes() -> None:
    columns = st.columns([2, 1, 1, 2], vertical_alignment="bottom")
    columns[0].selectbox(
        "Quality axis",
        list(AXES),
        format_func=AXES.__getitem__,
        key="cmp_y",
        persist_state="session",
    )
    columns[1].toggle("Log rate", key="cmp_log", persist_state="session")
    columns[2].toggle(
        "Hull",
        key="cmp_hull",
        persist_state="session",
        help="Lower convex hull of all points: what switching codecs could give.",
    )
    columns[3].caption("Click a point to see that very reconstruction in the viewer.")


def _lmbda(codecs: tuple[Codec, ...]) -> None:
    ss = st.session_state
    picture = state.current_picture()

    def moved() -> None:
        best = {}
        curves = gather("", picture, codecs, "mse", ask=False)
        for name, points in curves.points.items():
            rates = [p.bpp for p in points]
            distortions = [p.measures["mse"] for p in points]
            i = operating_point(rates, distortions, ss.cmp_lmbda)
            if i is not None:
                best[name] = points[i].setting
        if ss.cmp_tangent and best:
            show_settings(best)

    columns = st.columns([1, 3], vertical_alignment="center")
    columns[0].toggle(
        "Operate at λ",
        key="cmp_tangent",
        persist_state="session",
        on_change=moved,
        help="Each codec works where R + λD is least (R in bpp, D the MSE): there a line of slope "
        "−1/λ touches its points.",
    )
    columns[1].select_slider(
        "λ, bpp per unit of MSE",
        LMBDAS,
        key="cmp_lmbda",
        persist_state="session",
        on_change=moved,
        disabled=not ss.cmp_tangent,
    )
    if ss.cmp_tangent and ss.cmp_y not in ("mse", "psnr"):
        st.caption(
            "λ weighs the MSE: the tangents are drawn on the axes MSE (straight) and PSNR (bent)."
        )


def follow_clicks() -> None:
    """A clicked point becomes what the viewer shows for its codec; the others stay as they are."""

    def clicked(point: list) -> None:
        with suppress(KeyError, TypeError, ValueError, SettingError):
            name, value = point
            show_settings(
                st.session_state.get("cmp_shown", {}) | {name: CODECS[name].setting.check(value)}
            )

    on_pick("cmp_chart", clicked)
