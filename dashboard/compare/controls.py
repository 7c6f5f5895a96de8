"""The sidebar of the Compare page: which codecs, and the target that they must meet.

The session holds the values. Each widget is also given its value to start with: a browser that
misses the message by which the session sets it, as a new run overtakes the one before, still shows
the right one.
"""

import numpy as np
import streamlit as st

from core.codecs.base import Codec, Setting
from core.codecs.registry import CODECS
from core.images import Picture
from core.metrics import FORMS
from dashboard.compare import choice
from dashboard.compare.choice import MAX_CODECS, MIN_CODECS, MODES, own_key
from dashboard.ui import echoes
from dashboard.ui.slots import Slot
from dashboard.ui.text import size_text
from dashboard.ui.tuning import AS_CHOSEN, aim_control, tuning_note

AIM = Slot("cmp_aim", AS_CHOSEN)

BPPS = tuple(
    float(f"{10 ** (e / 20):.3g}") for e in range(-30, 20)
)  # 0.0316 … 8.91 bpp, 12 % apart


def controls(picture: Picture) -> choice.Choice:
    """Draws the sidebar's controls and returns what they say."""
    with st.sidebar:
        st.divider()
        offered = [name for name, codec in CODECS.items() if codec.refusal(picture.image) is None]
        if not set(st.session_state.cmp_codecs) <= set(offered):
            st.session_state.cmp_codecs = [n for n in st.session_state.cmp_codecs if n in offered]
        aim_control(AIM, "cmp_codecs", judged_by())
        st.multiselect(
            "Codecs",
            offered,
            format_func=lambda name: CODECS[name].info.title,
            default=st.session_state.cmp_codecs,
            key="cmp_codecs",
            persist_state="session",
            max_selections=MAX_CODECS,
        )
        tuning_note(st.session_state.cmp_codecs, judged_by())
        modes = list(MODES)
        at = modes.index(st.session_state.cmp_mode)
        st.radio(
            "Compare at", modes, at, format_func=MODES.get, key="cmp_mode", persist_state="session"
        )
        if st.session_state.cmp_mode == "size":
            _size_target(picture)
        elif st.session_state.cmp_mode == "quality":
            _quality_target()
        else:
            for name in st.session_state.cmp_codecs:
                setting_control(CODECS[name], own_key(name))
        st.session_state.cmp_slid = st.session_state.cmp_mode == "size"  # it has the slider
    chosen = choice.current()
    if len(chosen.codecs) < MIN_CODECS:
        st.info(
            f"Choose {MIN_CODECS} to {MAX_CODECS} codecs in the sidebar to compare them.",
            icon=":material/compare:",
        )
    return chosen


def judged_by() -> str:
    """The measure that the page judges by: the target's, or that of the chart's axis."""
    ss = st.session_state
    return ss.cmp_measure if ss.cmp_mode == "quality" else ss.cmp_y


def setting_control(codec: Codec, key: str) -> float:
    """A slider over a codec's setting, from coarse to fine; its value lives in the session state
    under `key`.
    """
    s = codec.setting
    label = f"{codec.info.title} · {s.name}{f' ({s.unit})' if s.unit else ''}"
    usual = set(_ladder(s))
    if not isinstance(st.session_state[key], float):
        st.session_state[key] = float(st.session_state[key])
    ladder = sorted({*usual, st.session_state[key]}, reverse=s.better == "low")
    return st.select_slider(
        label,
        ladder,
        st.session_state[key],
        key=key,
        persist_state="session",
        format_func=lambda v: f"{v:.4g}" if v in usual else f"{v:.6g}",
    )


def _ladder(s: Setting) -> list[float]:
    """The values that a slider offers for a setting: each step of it, or 80 values over its range,
    and its grid.
    """
    if s.step:
        return [float(v) for v in np.arange(s.low, s.high + s.step / 2, s.step)]
    values = np.geomspace(s.low, s.high, 80) if s.scale == "log" else np.linspace(s.low, s.high, 80)
    return [s.check(min(max(float(f"{v:.3g}"), s.low), s.high)) for v in values] + [
        float(v) for v in s.grid
    ]


def stop_of(budget: int, pixels: int) -> float:
    """The slider's stop, in bits per pixel, that is nearest to a budget in bytes."""
    return min(BPPS, key=lambda b: abs(np.log(b * pixels / 8 / budget)))


def _size_target(picture: Picture) -> None:
    ss, pixels = st.session_state, picture.width * picture.height

    def from_slider() -> None:
        # It is no move where the slider comes back after another mode: it was not there.
        there = ss.cmp_mode == "size" and ss.get("cmp_slid")
        moved = ss.cmp_bpp != stop_of(ss.cmp_bytes, pixels)
        if there and moved and not echoes.is_echo("cmp_bpp", choice.inputs()):
            echoes.lead("cmp_bytes", max(1, round(ss.cmp_bpp * pixels / 8)))

    bpp = stop_of(ss.cmp_bytes, pixels)
    echoes.lead("cmp_bpp", bpp)
    st.select_slider(
        "Budget",
        BPPS,
        bpp,
        key="cmp_bpp",
        persist_state="session",
        on_change=from_slider,
        format_func="{:g} bpp".format,
    )
    st.number_input(
        "File size, at most (bytes)",
        1,
        200_000_000,
        ss.cmp_bytes,
        key="cmp_bytes",
        persist_state="session",
        step=max(1, round(pixels / 800) * 10),
    )
    st.caption(
        f"{size_text(ss.cmp_bytes)} · {ss.cmp_bytes * 8 / pixels:.3f} bits per pixel · "
        f"1 : {3 * pixels / ss.cmp_bytes:.1f} of the raw picture"
    )


def _quality_target() -> None:
    names = list(FORMS)
    at = names.index(st.session_state.cmp_measure)
    st.selectbox(
        "Measure",
        names,
        at,
        format_func=lambda name: FORMS[name].label,
        key="cmp_measure",
        persist_state="session",
    )
    form = FORMS[st.session_state.cmp_measure]
    low, high, _ = form.target
    key = f"cmp_target_{st.session_state.cmp_measure}"
    st.slider(
        f"At least ({form.label})",
        low,
        high,
        st.session_state[key],
        key=key,
        persist_state="session",
        step=0.25,
        format=f"%.{form.decimals}f {form.unit}".strip(),
    )
    st.caption("Each codec reaches this with as few bytes as it can.")
