"""Relaxed or rounded: rate and distortion with noise, as in training, against rounding, as in use (the paper's figure 4)."""

import streamlit as st

from core.codecs.photo_models import PhotoModel
from core.images import Picture
from core.learned.photos.lab import Relaxed
from dashboard.engine import Failure
from dashboard.photos import answers, charts
from dashboard.ui.charts import chart_config
from dashboard.ui.text import plain


def show(owner: str, picture: Picture, codec: PhotoModel, coder) -> None:
    """The section: measured when asked for, over all levels, and shown as it grows."""
    st.markdown(
        "Rounding has no gradient, so the model was trained with uniform noise in its place. That is only sound if "
        "both give about the same rate and the same distortion. Do they, on this picture?"
    )
    if coder is None:
        st.caption("This needs the model, which is being loaded.")
        return
    key = f"{picture.sha256}:{codec.name}"
    if st.session_state.get("pho_relaxed") != key:
        st.button(
            f"Measure all {len(codec.setting.grid)} levels",
            key="pho_relax",
            type="primary",
            icon=":material/play_arrow:",
            on_click=lambda: st.session_state.update(pho_relaxed=key),
        )
        return
    levels = range(1, len(codec.setting.grid) + 1)
    running = any(answers.relaxed(owner, picture, codec, coder, level) is None for level in levels)
    st.fragment(_section, run_every=0.5 if running else None)(owner, picture, codec, coder, running)


def _section(owner: str, picture: Picture, codec: PhotoModel, coder, was_running: bool) -> None:
    levels = range(1, len(codec.setting.grid) + 1)
    found = [answers.relaxed(owner, picture, codec, coder, level) for level in levels]
    there = [r for r in found if isinstance(r, Relaxed)]
    failed = [r for r in found if isinstance(r, Failure)]
    done = len(there) + len(failed)
    if done < len(found):
        st.progress(done / len(found), f"Measuring: {done} of {len(found)} levels")
    for reason in {r.reason for r in failed}:
        st.error(plain(reason), icon=":material/block:")
    if there:
        for column, fig, name in zip(
            st.columns(2),
            charts.relaxed_charts(there, codec.card["lmbda"]),
            ("rate", "distortion"),
            strict=True,
        ):
            column.plotly_chart(
                fig, key=f"pho_relaxed_{name}", config=chart_config(f"relaxed-{name}")
            )
    if there and done == len(found):
        rate = max(abs(r.rounded_bpp / r.noisy_bpp - 1) for r in there)
        distortion = max(abs(r.rounded_mse / r.noisy_mse - 1) for r in there)
        cut = (
            f" Measured on the middle of the picture, {answers.RELAXED_PIXELS / 1e6:g} Mpx of it."
            if picture.width * picture.height > answers.RELAXED_PIXELS
            else ""
        )
        st.caption(
            f"They differ by at most {rate:.1%} in rate and {distortion:.1%} in distortion. Rates are information content "
            f"under the model's priors; pixels are not clipped to 0–255 here, on either side.{cut}"
        )
    if was_running and done == len(found):
        st.rerun()
