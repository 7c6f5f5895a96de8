"""Rate and distortion of the shown picture: the learned levels, JPEG, JPEG 2000, and the paper's
means for orientation.
"""

import streamlit as st

from core.codecs.learned.photo_models import PhotoModel
from core.codecs.registry import get
from core.figures import photos as charts
from core.images import Picture
from core.metrics import FORMS
from core.publish import Sources, data_of
from core.rd.advantage import Span, advantage
from core.rd.bdrate import bd_rate
from core.rd.measure import RDPoint
from core.results import published
from core.results.curves import Curve
from dashboard.measured_curves import Curves, gather
from dashboard.photos.answers import RIVALS, Shown, no_ms_ssim
from dashboard.ui.charts import chart_config
from dashboard.ui.places import Place
from dashboard.ui.take_home import take_home
from dashboard.ui.text import plain, signed

AXES = {name: FORMS[name].label for name in ("psnr", "ms_ssim")}  # those that the paper shows
ALIKE = 0.05  # dB, in either: a difference that nobody sees


@st.cache_data(show_spinner=False)
def _paper() -> dict[str, Curve]:
    return published.paper()


class Section:
    """The section's inputs, and its places, which fill as the curves are measured.

    With `keep`, chart and text of the run before stay until then.
    """

    def __init__(self, picture: Picture, codec: PhotoModel, keep: bool) -> None:
        self._codecs = (codec, *map(get, RIVALS))
        st.session_state.setdefault("pho_axis", "psnr")
        left, right = st.columns([3, 1], vertical_alignment="center")
        if absent := no_ms_ssim(picture):
            left.caption(f":material/info: {absent}")
        else:
            left.segmented_control(
                "Quality",
                list(AXES),
                key="pho_axis",
                persist_state="session",
                format_func=AXES.__getitem__,
                required=True,
                label_visibility="collapsed",
            )
        right.toggle("Log rate", key="pho_log", persist_state="session")
        self._axis = "psnr" if absent else st.session_state.pho_axis
        self._progress = st.empty()
        with st.container(key="pho_rd"):
            self._chart = Place(keep)
        self._menu = st.container()
        self._text = Place(keep)
        self._figure: object = None
        self._drawn: object = None
        self._looks = 0

    def show(self, owner: str, picture: Picture, shown: Shown) -> bool:
        """Draws what is there; whether that is all."""
        state = gather(owner, picture, self._codecs, self._axis, ask=True)
        if state.is_done():
            self._progress.empty()
        else:
            said = f"Measuring real files: {state.done} of {state.total}"
            self._progress.progress(state.done / state.total, said)
        points = {name: measured.point for name, measured in shown.measured().items()}
        drawn = state.stage(self._axis, points)
        if drawn != self._drawn:
            self._drawn = drawn
            self._draw(picture, state, shown)
        return state.is_done()

    def _draw(self, picture: Picture, state: Curves, shown: Shown) -> None:
        ours = self._codecs[0].name
        curves = {
            "bls2017" if name == ours else name: points for name, points in state.points.items()
        }
        titles = {name: get(name).info.title for name in RIVALS} | {"bls2017": "Learned"}
        points = {
            "bls2017" if name == "learned" else name: measured.point
            for name, measured in shown.measured().items()
        }
        fig = charts.rd_chart(
            curves,
            titles,
            self._axis,
            AXES[self._axis],
            points,
            _paper()[self._axis],
            st.session_state.pho_log,
        )
        self._looks += 1  # a run may draw a key once
        key, config = f"pho_rd_{self._looks}", chart_config(f"rd-{picture.name}")
        self._chart.now().plotly_chart(fig, key=key, config=config)
        first = self._figure is None
        self._figure = fig
        if first:
            self._offer(picture)
        with self._text.now().container():
            st.caption(
                "Every point of a line is a real file of this picture; circles are the files shown "
                "above. The crosses are **means over the 24 Kodak pictures** as Ballé et al. 2017 "
                "published them, for orientation: not this picture."
            )
            for reason in state.problems.values():
                st.caption(f":material/block: {plain(reason)}")
            _verdict(curves, state, self._axis)

    def _offer(self, picture: Picture) -> None:
        """The chart's menu, once a run; what it gives away is always the latest."""
        data = (*data_of(picture.source), "balle2017", "kodak")
        sources = Sources(("bls2017", *RIVALS), (self._axis,), data)
        with self._menu:
            take_home("pho_rd", f"rd-{picture.name}", lambda: self._figure, sources=sources)


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
