"""The rate-distortion chart of the Compare page: curves that grow while they are measured, λ,
BD-rate.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from core import metrics
from core.codecs.base import Codec
from core.codecs.registry import CODECS
from core.errors import SettingError
from core.figures.rd import rd_chart
from core.images import Picture
from core.metrics import FORMS, Form
from core.publish import Sources, data_of
from core.publish.bibliography import BD_RATE
from core.rd.bdrate import BDResult, bd_rate
from core.rd.hull import operating_point
from core.rd.measure import Measured, RDPoint
from dashboard import state
from dashboard.compare.choice import AXES, LMBDAS, Choice, show_settings
from dashboard.compare.results import Result
from dashboard.measurements import CURVE, EXTRA, Failure, measurements
from dashboard.ui.chart_clicks import on_pick
from dashboard.ui.charts import chart_config
from dashboard.ui.take_home import take_home
from dashboard.ui.text import plain, seconds_text, signed

REST_S = 1.0
REST_S_PER_SESSION = 0.15


@dataclass(frozen=True)
class Curves:
    """The points that are there, by codec, how many there will be, and why some never will."""

    points: dict[str, list[Measured]]
    total: int
    done: int
    problems: dict[str, str]
    stopped: bool

    def is_done(self) -> bool:
        """Whether all points are there."""
        return self.done >= self.total

    def rd(self) -> dict[str, list[RDPoint]]:
        """The points alone."""
        return {name: [m.point for m in measured] for name, measured in self.points.items()}


def gather(owner: str, picture: Picture, codecs: tuple[Codec, ...], axis: str, ask: bool) -> Curves:
    """All grid points of `codecs` that are known, with the measure `axis` where it can be had.

    With `ask`, the others are asked for.
    """
    names = metrics.present(picture.height, picture.width, (axis,))
    points: dict[str, list[Measured]] = {codec.name: [] for codec in codecs}
    problems: dict[str, str] = {}
    total = done = 0
    for codec, value in _spread(codecs):
        total += 1
        found = _point(owner, picture, codec, value, names, ask)
        if isinstance(found, Failure):
            problems[codec.name] = found.reason
            done += 1
        elif found is not None:
            points[codec.name].append(found)
            done += not found.point.lacks(names)
    return Curves(points, total, done, problems, stopped=not ask)


def _point(
    owner: str,
    picture: Picture,
    codec: Codec,
    value: float,
    names: tuple[str, ...],
    ask: bool,
) -> Measured | Failure | None:
    if not ask:
        return measurements().known(picture, codec, value)
    found = measurements().point(owner, picture, codec, value, CURVE)
    if isinstance(found, Measured) and found.point.lacks(names):
        more = measurements().complete(owner, picture, codec, found, names, EXTRA)
        return found if more is None else more
    return found


def _spread(codecs: tuple[Codec, ...]) -> list[tuple[Codec, float]]:
    """All (codec, grid setting), every fourth setting first: curves take shape early."""
    jobs = [(i, codec, value) for codec in codecs for i, value in enumerate(codec.setting.grid)]
    return [
        (codec, value)
        for _, codec, value in sorted(
            jobs, key=lambda job: (job[0] % 4 != 0, job[0] % 2 != 0, job[0])
        )
    ]


def rest_s() -> float:
    """How long a page rests between two drawings of its curves: longer when many people look."""
    return REST_S + REST_S_PER_SESSION * measurements().service.sessions()


class Section:
    """The section of the page: its inputs, drawn at once, and its places, filled as curves grow."""

    def __init__(self, chosen: Choice) -> None:
        self.codecs = chosen.codecs
        st.subheader("Rate and distortion")
        left, right = st.columns([5, 1], vertical_alignment="center")
        self._progress = left.empty()
        self._button = right.empty()
        _axes()
        with st.container(key="cmp_chart"):
            self._chart = st.empty()
        self._menu = st.empty()
        self._figure: object = None
        follow_clicks()
        _lmbda(chosen.codecs)
        st.subheader("BD-rate on this picture")
        self._anchor = _anchor(chosen.codecs)
        self._table = st.empty()
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
        drawn = (curves.points, points, curves.problems)
        if drawn != self._drawn:
            self._drawn = drawn
            self._show_chart(picture, curves, points)
            with self._table.container():
                _show_bd_table(self.codecs, self._anchor, curves)
        return curves

    def _show_chart(self, picture: Picture, curves: Curves, points: dict[str, RDPoint]) -> None:
        ss = st.session_state
        chart = rd_chart(
            curves.rd(),
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
        self._chart.plotly_chart(chart, key=key, config=chart_config(f"rd-{picture.name}"))
        first = self._figure is None
        self._figure = chart
        if first:
            self._offer(picture)

    def _offer(self, picture: Picture) -> None:
        """The chart's menu, once a run; what it gives away is always the latest."""
        names = tuple(codec.name for codec in self.codecs)
        sources = Sources(names, (st.session_state.cmp_y,), data_of(picture.source), (BD_RATE,))
        with self._menu.container():
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
            eta = f" · about {seconds_text(left)} left"
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
    columns[0].selectbox("Quality axis", list(AXES), format_func=AXES.__getitem__, key="cmp_y")
    columns[1].toggle("Log rate", key="cmp_log")
    columns[2].toggle(
        "Hull",
        key="cmp_hull",
        help="Lower convex hull of all points: what switching codecs could give.",
    )
    columns[3].caption("Click a point to see that very reconstruction in the viewer.")


def _lmbda(codecs: tuple[Codec, ...]) -> None:
    ss = st.session_state
    picture = state.current_picture()

    def moved() -> None:
        best = {}
        curves = gather("", picture, codecs, "mse", ask=False)
        for name, points in curves.rd().items():
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
        on_change=moved,
        help="Each codec works where R + λD is least (R in bpp, D the MSE): there a line of slope "
        "−1/λ touches its points.",
    )
    columns[1].select_slider(
        "λ, bpp per unit of MSE",
        LMBDAS,
        key="cmp_lmbda",
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


def _anchor(codecs: tuple[Codec, ...]) -> str:
    """The codec that the others are compared with: the person's choice."""
    ss = st.session_state
    titles = {codec.name: codec.info.title for codec in codecs}
    if ss.cmp_anchor not in titles:
        ss.cmp_anchor = codecs[0].name
    left, right = st.columns(2)
    left.selectbox("Anchor", list(titles), format_func=titles.__getitem__, key="cmp_anchor")
    form = FORMS[_bd_quality()]
    right.caption(
        f"Mean difference of bytes at equal quality ({form.label}), on this one picture. Negative: "
        "fewer bytes than the anchor. Piecewise cubic (pchip) over the Pareto front, where the "
        "curves overlap (share of both ranges)."
    )
    return ss.cmp_anchor


def _bd_quality() -> str:
    return st.session_state.cmp_y if st.session_state.cmp_y in FORMS else "psnr"


def _show_bd_table(codecs: tuple[Codec, ...], anchor: str, curves: Curves) -> None:
    """BD-rate of each codec against the anchor, with the overlap or why it is undefined."""
    quality = _bd_quality()
    points = {
        name: ([p.bpp for p in found], [_or_nan(p.quality(quality)) for p in found])
        for name, found in curves.rd().items()
    }
    grids = {codec.name: len(codec.setting.grid) for codec in codecs}
    whole = {
        name
        for name, found in curves.points.items()
        if len(found) == grids[name] or name in curves.problems
    }
    rows = []
    for codec in codecs:
        if codec.name == anchor:
            continue
        if {anchor, codec.name} <= whole:
            result = bd_rate(points[anchor], points[codec.name])
        else:
            result = BDResult(reason="the curves are not complete yet.")
        rows.append({"Codec": codec.info.title} | _bd_row(result, FORMS[quality]))
    frame = pd.DataFrame(rows)
    if not frame["Remark"].any():
        frame = frame.drop(columns="Remark")
    st.dataframe(frame, hide_index=True, width="stretch")


def _bd_row(result: BDResult, form: Form) -> dict[str, str]:
    over = "–"
    if result.overlap:
        low, high = result.overlap
        over = f"{low:.1f} to {high:.1f} ({result.covered:.0%})"
    return {
        "BD-rate": signed(result.percent, "%"),
        "At equal rate": signed(result.gain, form.unit, form.decimals),
        "Compared over": over,
        "Remark": f"Undefined: {result.reason}" if result.reason else "",
    }


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
