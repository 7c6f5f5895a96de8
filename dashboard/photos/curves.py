"""Rate and distortion of the shown picture: the learned levels, JPEG, JPEG 2000, and the paper's means for orientation."""

import streamlit as st

from core.codecs.photo_models import PhotoModel
from core.codecs.registry import get
from core.images import Picture
from core.metrics import FORMS
from core.rd.advantage import Span, advantage
from core.rd.bdrate import bd_rate
from core.rd.measure import RDPoint
from core.results import published
from core.results.analysis import Curve
from dashboard.compare.curves import Curves, gather
from dashboard.photos import charts
from dashboard.photos.answers import RIVALS, Shown, no_ms_ssim
from dashboard.ui.charts import chart_config
from dashboard.ui.text import plain, signed

AXES = {name: FORMS[name].label for name in ("psnr", "ms_ssim")}  # those that the paper shows
ALIKE = 0.05  # dB, in either: a difference that nobody sees


@st.cache_data(show_spinner=False)
def _paper() -> dict[str, Curve]:
    return published.paper()


def show(owner: str, picture: Picture, codec: PhotoModel, coder, shown: Shown | None) -> None:
    """The section; the chart grows while the curves are measured."""
    codecs = (codec, *map(get, RIVALS)) if coder else tuple(map(get, RIVALS))
    known = gather(owner, picture, codecs, structural=False, ask=True)
    st.session_state.setdefault("pho_axis", "psnr")
    structural = _axis(picture) == "ms_ssim"
    running = known.done < known.total or (structural and _waiting(owner, picture, codecs))
    st.fragment(_section, run_every=1.0 if running else None)(
        owner, picture, codec, codecs, shown, running
    )


def _axis(picture: Picture) -> str:
    return "psnr" if no_ms_ssim(picture) else st.session_state.pho_axis


def _waiting(owner: str, picture: Picture, codecs: tuple) -> bool:
    state = gather(owner, picture, codecs, structural=True, ask=True)
    return state.done < state.total


def _section(
    owner: str,
    picture: Picture,
    codec: PhotoModel,
    codecs: tuple,
    shown: Shown | None,
    was_running: bool,
) -> None:
    axis = _axis(picture)
    state = gather(owner, picture, codecs, axis == "ms_ssim", ask=True)
    left, right = st.columns([3, 1], vertical_alignment="center")
    if absent := no_ms_ssim(picture):
        left.caption(f":material/info: {absent}")
    else:
        left.segmented_control(
            "Quality",
            list(AXES),
            key="pho_axis",
            format_func=AXES.get,
            required=True,
            label_visibility="collapsed",
        )
        axis = st.session_state.pho_axis
    right.toggle("Log rate", key="pho_log")
    if state.done < state.total:
        st.progress(
            state.done / state.total, f"Measuring real files: {state.done} of {state.total}"
        )
    curves = {
        "bls2017" if name == codec.name else name: points for name, points in state.rd().items()
    }
    titles = {name: "Learned" if name == "bls2017" else get(name).info.title for name in curves}
    operating = (
        {}
        if shown is None
        else {
            "bls2017" if name == "learned" else name: measured.point
            for name, measured in shown.measured().items()
        }
    )
    fig = charts.rd_chart(
        curves,
        titles,
        axis,
        AXES[axis],
        {n: p for n, p in operating.items() if n in curves},
        _paper()[axis],
        st.session_state.pho_log,
    )
    st.plotly_chart(fig, key="pho_rd", config=chart_config(f"rd-{picture.name}"))
    st.caption(
        "Every point of a line is a real file of this picture; circles are the files shown above. The crosses are "
        "**means over the 24 Kodak pictures** as Ballé et al. 2017 published them, for orientation: not this picture."
    )
    for reason in state.problems.values():
        st.caption(f":material/block: {plain(reason)}")
    if codec in codecs:
        _verdict(curves, state, axis)
    if was_running and state.done == state.total:
        st.rerun()  # without the timer


def _verdict(curves: dict[str, list[RDPoint]], state: Curves, axis: str) -> None:
    """Where the learned codec wins on this picture, and where it does not."""
    complete = state.done == state.total
    lines = []
    for name in RIVALS:
        ours, theirs = (
            _rates_and_qualities(curves["bls2017"], axis),
            _rates_and_qualities(curves[name], axis),
        )
        spans = advantage(ours, theirs, ALIKE)
        sentence = "; ".join(map(_span, spans)) or "the measured curves share no rate"
        if complete and len(ours[0]) > 1:
            bd = bd_rate(theirs, ours)
            sentence += (
                f". BD-rate {signed(bd.percent, '%')}"
                if bd.percent is not None
                else f". BD-rate undefined: {bd.reason}"
            )
        lines.append(
            f"- Against **{get(name).info.title}** the learned codec: {sentence.rstrip('.')}."
        )
    st.markdown(
        f"**On this picture{'' if complete else ', as far as it is measured'}**\n"
        + "\n".join(lines)
    )


def _rates_and_qualities(points: list[RDPoint], axis: str) -> tuple[list[float], list[float]]:
    known = [(p.bpp, quality) for p in points if (quality := p.quality(axis)) is not None]
    return [bpp for bpp, _ in known], [quality for _, quality in known]


def _span(span: Span) -> str:
    where = (
        f"at {span.low:.3f} bpp"
        if span.high == span.low
        else f"from {span.low:.3f} to {span.high:.3f} bpp"
    )
    if abs(span.gain) < 0.05:
        return f"is on a par {where}"
    gain = signed(span.gain, "dB" if span.high == span.low else "dB on average", 2)
    return f"{'wins' if span.gain > 0 else 'loses'} {where} ({gain})"
