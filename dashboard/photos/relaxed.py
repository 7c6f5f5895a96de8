"""Relaxed or rounded: rate and distortion with noise, as in training, against rounding, as in use
(the paper's figure 4).
"""

import streamlit as st

from core.codecs.learned.photo_models import PhotoModel
from core.figures import photos as charts
from core.images import Picture
from core.learned.photos.lab import Relaxed
from core.publish import Sources
from dashboard.photos import answers
from dashboard.ui.charts import show_chart
from dashboard.ui.text import plain
from dashboard.waiting import Failure


class Section:
    """Measured when asked for, over all levels, and shown as it grows."""

    def __init__(self, picture: Picture, codec: PhotoModel) -> None:
        st.markdown(
            "Rounding has no gradient, so the model was trained with uniform noise in its place. "
            "That is only sound if both give about the same rate and the same distortion. Do they, "
            "on this picture?"
        )
        key = f"{picture.sha256}:{codec.name}"
        self._asked = st.session_state.get("pho_relaxed") == key
        self._levels = range(1, len(codec.setting.grid) + 1)
        if not self._asked:
            st.button(
                f"Measure all {len(self._levels)} levels",
                key="pho_relax",
                type="primary",
                icon=":material/play_arrow:",
                on_click=lambda: st.session_state.update(pho_relaxed=key),
            )
        self._progress = st.empty()
        self._charts = st.empty()
        self._looks = 0
        self._drawn = -1

    def show(self, owner: str, picture: Picture, codec: PhotoModel) -> bool:
        """Draws what is there; whether that is all."""
        if not self._asked:
            return True
        found = [answers.relaxed(owner, picture, codec, level) for level in self._levels]
        there = [r for r in found if isinstance(r, Relaxed)]
        reasons = {r.reason for r in found if isinstance(r, Failure)}
        done = sum(r is not None for r in found)
        if done < len(found):
            said = f"Measuring: {done} of {len(found)} levels"
            self._progress.progress(done / len(found), said)
        else:
            self._progress.empty()
        if done > self._drawn:
            self._drawn = done
            self._looks += 1  # a run may draw a key once
            with self._charts.container():
                for reason in sorted(reasons):
                    st.error(plain(reason), icon=":material/block:")
                if there:
                    _draw(there, codec, str(self._looks))
                if there and done == len(found):
                    _conclude(picture, there)
        return done == len(found)


def _draw(there: list[Relaxed], codec: PhotoModel, look: str) -> None:
    figures = charts.relaxed_charts(there, codec.card["lmbda"])
    for column, fig, name in zip(st.columns(2), figures, ("rate", "distortion"), strict=True):
        key = f"pho_relaxed_{name}_{look}"
        show_chart(fig, key, f"relaxed-{name}", Sources(("bls2017",)), column)


def _conclude(picture: Picture, there: list[Relaxed]) -> None:
    rate = max(abs(r.rounded_bpp / r.noisy_bpp - 1) for r in there)
    distortion = max(abs(r.rounded_mse / r.noisy_mse - 1) for r in there)
    cut = ""
    if picture.width * picture.height > answers.RELAXED_PIXELS:
        size = answers.RELAXED_PIXELS / 1e6
        cut = f" Measured on the middle of the picture, {size:g} Mpx of it."
    st.caption(
        f"They differ by at most {rate:.1%} in rate and {distortion:.1%} in distortion. Rates are "
        "information content under the model's priors; pixels are not clipped to 0–255 here, on "
        f"either side.{cut}"
    )
