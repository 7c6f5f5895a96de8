"""What the Compare page compares: its session state, and the same state in a permalink."""

import json
import math
from dataclasses import dataclass

import streamlit as st

from core.codecs.base import Codec
from core.codecs.registry import CODECS
from core.errors import SettingError
from core.images import Picture
from core.metrics import FORMS, MEASURES, named
from dashboard import state
from dashboard.ui import address, echoes

MODES = {"size": "Same file size", "quality": "Same quality", "own": "Own settings"}
# Axes of quality: every measure that curves are compared in, and the MSE, over which λ's tangents
# are straight.
AXES = {name: form.label for name, form in FORMS.items()} | {"mse": MEASURES["mse"].label}
DEFAULT_CODECS = ["jpeg", "jpeg2000", "webp", "avif"]
DEFAULT_BPP = 0.5
LMBDAS = tuple(float(f"{10 ** (e / 10):.2g}") for e in range(-40, 1))
MAX_CODECS, MIN_CODECS = 4, 2
_DEFAULTS = {
    "cmp_codecs": DEFAULT_CODECS,
    "cmp_mode": "size",
    "cmp_measure": "psnr",
    "cmp_y": "psnr",
    "cmp_log": False,
    "cmp_hull": False,
    "cmp_tangent": False,
    "cmp_lmbda": 0.01,
    "cmp_anchor": None,
    **{f"cmp_target_{name}": form.target[2] for name, form in FORMS.items()},
}
_BESIDE = ("compare_viewer", "cmp_chart_picks", "cmp_stop", "cmp_go_on", "decode_file")


@dataclass(frozen=True)
class Choice:
    """Which codecs, and how their settings are chosen.

    `own` maps codec -> setting; `target` belongs to `measure`.
    """

    codecs: tuple[Codec, ...]
    mode: str
    budget: int
    measure: str
    target: float
    own: dict[str, float]


def initialise(picture: Picture) -> None:
    """Fills the session state: from the link at first, with defaults otherwise; the budget follows
    the picture's size.

    A run may end at any look at the session's state, and the next one begins here again: each step
    is marked as done after it, not before.
    """
    ss = st.session_state
    echoes.put_back(inputs())
    for key, value in _DEFAULTS.items():
        ss.setdefault(key, value)
    for codec in CODECS.values():
        ss.setdefault(own_key(codec.name), codec.setting.default)
    pixels = picture.width * picture.height
    came_back = state.upload_came_back()
    if "cmp_bytes" not in ss:
        ss.cmp_bytes = default_budget(pixels)
    elif ss.get("cmp_pixels", pixels) != pixels and not came_back:
        _rescale_budget(pixels)
    ss.cmp_pixels = pixels
    ss.cmp_scaling = None
    if came_back:
        state.welcome_back()
    if not ss.get("cmp_link_read"):
        _read_link()
        ss.cmp_link_read = True


def default_budget(pixels: int) -> int:
    """The bytes that each codec gets before anybody has moved anything."""
    return max(1, round(DEFAULT_BPP * pixels / 8))


def _rescale_budget(pixels: int) -> None:
    """Keeps the bits per pixel for a picture of so many pixels.

    What is to become of the budget is written down first: where a run ends on the way, the next one
    does the rest of it, and does not scale twice.
    """
    ss = st.session_state
    scaling = ss.get("cmp_scaling")
    if scaling is None or scaling[:2] != (ss.cmp_pixels, pixels):
        before = ss.cmp_bytes
        after = max(1, round(before * pixels / ss.cmp_pixels))
        ss.cmp_scaling = scaling = (ss.cmp_pixels, pixels, before, after)
    _, _, before, after = scaling
    if ss.cmp_bytes == before:  # else it is done, or a person has chosen another one meanwhile
        echoes.lead("cmp_bytes", after)


def inputs() -> tuple[str, ...]:
    """The keys of the page's inputs, and of all else that a person can act on here."""
    own = (own_key(name) for name in CODECS)
    return (*_DEFAULTS, "cmp_aim", "cmp_bpp", "cmp_bytes", *own, *state.picture_inputs(), *_BESIDE)


def own_key(codec: str) -> str:
    """The session key of a codec's own setting."""
    return f"cmp_own_{codec}"


def current() -> Choice:
    """The choice as the session holds it now."""
    ss = st.session_state
    names = [n for n in ss.cmp_codecs if n in CODECS]
    return Choice(
        tuple(CODECS[n] for n in names),
        ss.cmp_mode,
        int(ss.cmp_bytes),
        ss.cmp_measure,
        float(ss[f"cmp_target_{ss.cmp_measure}"]),
        {n: ss[own_key(n)] for n in names},
    )


def show_settings(settings: dict[str, float]) -> None:
    """Switches to own settings, with `settings` (codec -> value) for the codecs named there."""
    for name, value in settings.items():
        echoes.lead(own_key(name), value)
    echoes.lead("cmp_mode", "own")


def remember_shown(picture: Picture, settings: dict[str, float]) -> None:
    """Keeps what is shown (codec -> setting): the others stay when one of them is changed."""
    st.session_state.cmp_shown = settings
    st.session_state.cmp_shown_of = picture.sha256


def is_shown(picture: Picture) -> bool:
    """Whether what the page shows now is of `picture`, and may stay until it is drawn anew."""
    return st.session_state.get("cmp_shown_of") == picture.sha256


def write_link() -> None:
    """Puts the state into the page's address, so that the address is a permalink."""
    ss, choice = st.session_state, current()
    link = {
        "src": state.link_source() or "upload",
        "c": ",".join(c.name for c in choice.codecs),
        "m": choice.mode,
        "y": ss.cmp_y,
    }
    if choice.mode == "size":
        link["b"] = str(choice.budget)
    elif choice.mode == "quality":
        link["q"] = f"{choice.measure}:{choice.target:g}"
    else:
        link["s"] = ",".join(f"{name}:{value!r}" for name, value in choice.own.items())
    link |= {"x": "log"} if ss.cmp_log else {}
    link |= {"hull": "1"} if ss.cmp_hull else {}
    link |= {"lambda": f"{ss.cmp_lmbda:g}"} if ss.cmp_tangent else {}
    link |= {"a": ss.cmp_anchor} if ss.cmp_anchor in CODECS else {}
    address.write(link)


def _read_link() -> None:
    """Takes over what the address says, item by item; whatever is not valid is left at
    its default.
    """
    ss, link = st.session_state, st.query_params
    names = list(dict.fromkeys(n for n in link.get("c", "").split(",") if n in CODECS))[:MAX_CODECS]
    if len(names) >= MIN_CODECS:
        ss.cmp_codecs = names
    if link.get("m") in MODES:
        ss.cmp_mode = link["m"]
    if (
        link.get("b", "").isascii()
        and link.get("b", "").isdigit()
        and len(link["b"]) < 10
        and int(link["b"]) > 0
    ):
        ss.cmp_bytes = int(link["b"])
    name, _, value = link.get("q", "").partition(":")
    name, number = _measure_name(name), _number(value)
    if name in FORMS and number is not None:
        low, high, _ = FORMS[name].target
        if low <= number <= high:
            ss.cmp_measure, ss[f"cmp_target_{name}"] = name, number
    for item in link.get("s", "").split(",")[:MAX_CODECS]:
        name, _, value = item.partition(":")
        if name in CODECS and (number := _number(value)) is not None:
            try:
                ss[own_key(name)] = CODECS[name].setting.check(number)
            except SettingError:
                continue
    if _measure_name(link.get("y", "")) in AXES:
        ss.cmp_y = _measure_name(link["y"])
    ss.cmp_log, ss.cmp_hull = link.get("x") == "log", link.get("hull") == "1"
    if (number := _number(link.get("lambda", ""))) in LMBDAS:
        ss.cmp_tangent, ss.cmp_lmbda = True, number
    if link.get("a") in CODECS:
        ss.cmp_anchor = link["a"]


def _measure_name(text: str) -> str:
    """The measure that a link names, in whatever spelling; empty for none."""
    try:
        return named(text).name
    except SettingError:
        return ""


def _number(text: str) -> float | None:
    try:
        number = float(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
    return number if math.isfinite(number) else None


def open_with(picture: Picture, codecs: list[str]) -> None:
    """Makes Compare show `picture` with those of `codecs` that it knows, at the next visit."""
    state.set_picture(picture)
    st.session_state.cmp_codecs = [codec for codec in dict.fromkeys(codecs) if codec in CODECS]
