"""The rate-distortion chart of the Compare page: curves that grow while they are measured, λ, BD-rate."""

import time
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.codecs.base import Codec
from core.codecs.registry import CODECS
from core.errors import SettingError
from core.images import Picture
from core.metrics import FORMS
from core.rd.bdrate import BDResult, bd_rate
from core.rd.hull import operating_point
from core.rd.measure import Measured, RDPoint
from dashboard import warmup
from dashboard.compare.choice import AXES, LMBDAS, show_settings, write_link
from dashboard.compare.results import Result
from dashboard.engine import CURVE, EXTRA, SHOWN, Failure, engine
from dashboard.ui.chart_clicks import on_pick
from dashboard.ui.charts import chart_config
from dashboard.ui.rd_chart import rd_chart
from dashboard.ui.text import plain, seconds_text, signed

NOW = "now"


@dataclass(frozen=True)
class Curves:
    """The points that are there, by codec, and how many are still to come, unless `stopped`; and why some never will."""

    points: dict[str, list[Measured]]
    total: int
    done: int
    problems: dict[str, str]
    stopped: bool

    def rd(self) -> dict[str, list[RDPoint]]:
        return {name: [m.point for m in measured] for name, measured in self.points.items()}


def gather(
    owner: str, picture: Picture, codecs: tuple[Codec, ...], structural: bool, ask: bool
) -> Curves:
    """All grid points of `codecs` that are known; with `ask`, the others are queued."""
    points: dict[str, list[Measured]] = {codec.name: [] for codec in codecs}
    problems: dict[str, str] = {}
    total = done = 0
    for codec, value in _spread(codecs):
        total += 1 + structural
        if not ask:
            found = engine().known(picture, codec, value)
        else:
            found = engine().point(owner, picture, codec, value, CURVE)
            if structural and warmup.ready() and isinstance(found, Measured):
                full = engine().full(owner, picture, codec, value, EXTRA)
                found = full if isinstance(full, Measured) else found
        if isinstance(found, Failure):
            problems[codec.name] = found.reason
            done += 1 + structural
        elif found is not None:
            points[codec.name].append(found)
            done += 1 + (structural and not found.point.lacks())
    return Curves(points, total, done, problems, stopped=not ask)


def _spread(codecs: tuple[Codec, ...]) -> list[tuple[Codec, float]]:
    """All (codec, grid setting), every fourth setting of every codec first: curves take shape before they are complete."""
    jobs = [(i, codec, value) for codec in codecs for i, value in enumerate(codec.setting.grid)]
    return [
        (codec, value)
        for _, codec, value in sorted(
            jobs, key=lambda job: (job[0] % 4 != 0, job[0] % 2 != 0, job[0])
        )
    ]


def show_curves(owner: str, picture: Picture, shown: list[Result]) -> Curves:
    """Draws the section; measures the curves in the background unless the person stopped that."""
    key = f"{picture.sha256}:{','.join(r.codec.name for r in shown)}"
    stopped = _stopped(key)
    state = gather(owner, picture, tuple(r.codec for r in shown), _structural(picture), not stopped)
    running = (state.done < state.total and not stopped) or None in _late(owner, picture, shown)
    st.fragment(_section, run_every=1.5 if running else None)(owner, picture, shown, key)
    return state


def _stopped(key: str) -> bool:
    """Whether the person stopped the measurements of `key`. A press stops those that run now, even if newer than the button."""
    if st.session_state.get("cmp_stopped") == NOW:
        st.session_state.cmp_stopped = key
    return st.session_state.get("cmp_stopped") == key


def _structural(picture: Picture) -> bool:
    return min(picture.image.shape[:2]) >= 11


def _section(owner: str, picture: Picture, shown: list[Result], key: str) -> None:
    ss = st.session_state
    stopped = _stopped(key)
    state = gather(owner, picture, tuple(r.codec for r in shown), _structural(picture), not stopped)
    _progress(state, key, stopped)
    _axes()
    curves = state.rd()
    titles = {r.codec.name: r.codec.info.title for r in shown}
    chart = rd_chart(
        curves,
        titles,
        ss.cmp_y,
        AXES[ss.cmp_y],
        {r.codec.name: r.measured.point for r in shown if r.measured},
        ss.cmp_hull,
        ss.cmp_log,
        ss.cmp_lmbda if ss.cmp_tangent else None,
    )
    st.plotly_chart(chart, key="cmp_chart", config=chart_config(f"rd-{picture.name}"))
    _lmbda(curves)
    write_link()
    finished = state.done == state.total and ss.get("cmp_complete") != key
    if finished:
        ss.cmp_complete = key
    if ss.pop("cmp_changed", False) or finished or _news(owner, picture, shown):
        st.rerun(scope="app")


def _late(owner: str, picture: Picture, shown: list[Result]) -> list[Measured | Failure | None]:
    """What has become of the SSIM and MS-SSIM that the table above lacks, one item for each of its lines that lacks them."""
    lacking = [r for r in shown if r.measured and r.measured.point.lacks()]
    return [
        engine().full(owner, picture, r.codec, r.measured.point.setting, SHOWN)
        if warmup.ready()
        else None
        for r in lacking
    ]


def _news(owner: str, picture: Picture, shown: list[Result]) -> bool:
    """Whether all that the table lacks is decided, and some of it can be shown."""
    late = _late(owner, picture, shown)
    return None not in late and any(isinstance(found, Measured) for found in late)


def _progress(state: Curves, key: str, stopped: bool) -> None:
    ss = st.session_state
    if state.done >= state.total:
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    if stopped:
        left.caption(f"Stopped: {state.done} of {state.total} measurements are there.")
        right.button(
            "Go on",
            key="cmp_go_on",
            on_click=lambda: ss.update(cmp_stopped=None, cmp_changed=True),
            width="stretch",
        )
        return
    if ss.get("cmp_started", ("",))[0] != key:
        ss.cmp_started = (key, time.monotonic(), state.done)
    _, since, before = ss.cmp_started
    rate = (state.done - before) / max(time.monotonic() - since, 1e-3)
    eta = (
        f" · about {seconds_text((state.total - state.done) / rate)} left"
        if state.done > before + 2
        else ""
    )
    left.progress(
        state.done / state.total, f"Measuring the curves: {state.done} of {state.total}{eta}"
    )
    right.button(
        "Stop",
        key="cmp_stop",
        on_click=lambda: ss.update(cmp_stopped=NOW, cmp_changed=True),
        width="stretch",
    )
    for reason in state.problems.values():
        left.caption(f":material/block: {plain(reason)}")


def _axes() -> None:
    columns = st.columns([2, 1, 1, 2], vertical_alignment="bottom")
    columns[0].selectbox("Quality axis", list(AXES), format_func=AXES.get, key="cmp_y")
    columns[1].toggle("Log rate", key="cmp_log")
    columns[2].toggle(
        "Hull",
        key="cmp_hull",
        help="Lower convex hull of all points: what switching codecs could give.",
    )
    columns[3].caption("Click a point to see that very reconstruction in the viewer.")


def _lmbda(curves: dict[str, list[RDPoint]]) -> None:
    ss = st.session_state

    def moved() -> None:
        best = {}
        for name, points in curves.items():
            i = operating_point(
                [p.bpp for p in points], [p.measures["mse"] for p in points], ss.cmp_lmbda
            )
            if i is not None:
                best[name] = points[i].setting
        if ss.cmp_tangent and best:
            show_settings(best)
            ss.cmp_changed = True

    columns = st.columns([1, 3], vertical_alignment="center")
    columns[0].toggle(
        "Operate at λ",
        key="cmp_tangent",
        on_change=moved,
        help=(
            "Each codec works where R + λD is least (R in bpp, D the MSE): there a line of slope −1/λ touches its points."
        ),
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


def show_bd_table(shown: list[Result], state: Curves) -> None:
    """BD-rate of each codec against an anchor on this picture, with the overlap or the reason why it is undefined."""
    names = [r.codec.name for r in shown]
    titles = {r.codec.name: r.codec.info.title for r in shown}
    ss = st.session_state
    if ss.cmp_anchor not in names:
        ss.cmp_anchor = names[0]
    left, right = st.columns(2)
    anchor = left.selectbox("Anchor", names, format_func=titles.get, key="cmp_anchor")
    quality = ss.cmp_y if ss.cmp_y in FORMS else "psnr"
    form = FORMS[quality]
    right.caption(
        f"Mean difference of bytes at equal quality ({form.label}), on this one picture. Negative: fewer bytes than the "
        "anchor. Piecewise cubic (pchip) over the Pareto front, where the curves overlap (share of both ranges)."
    )
    curves = {
        name: ([p.bpp for p in points], [_or_nan(p.quality(quality)) for p in points])
        for name, points in state.rd().items()
    }
    rows = []
    for name in names:
        if name == anchor:
            continue
        complete = all(
            len(state.points[n]) == len(CODECS[n].setting.grid) or n in state.problems
            for n in (anchor, name)
        )
        r = (
            bd_rate(curves[anchor], curves[name])
            if complete
            else BDResult(reason="the curves are not complete yet.")
        )
        rows.append(
            {
                "Codec": titles[name],
                "BD-rate": signed(r.percent, "%"),
                "At equal rate": signed(r.gain, form.unit, form.decimals),
                "Compared over": f"{r.overlap[0]:.1f} to {r.overlap[1]:.1f} ({r.covered:.0%})"
                if r.overlap
                else "–",
                "Remark": r.reason and f"Undefined: {r.reason}",
            }
        )
    frame = pd.DataFrame(rows)
    if not frame["Remark"].any():
        frame = frame.drop(columns="Remark")
    st.dataframe(frame, hide_index=True, width="stretch")


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
