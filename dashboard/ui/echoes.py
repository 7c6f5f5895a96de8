"""What a browser still says of inputs that the program leads, as a slider that follows a number.

A browser sends the values of all inputs with each message. Until it hears that one of them was led
to another value, it repeats the old one, and that is no choice. Such an echo comes soon, or with a
choice of something else: what a person does to an input comes alone.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import streamlit as st

ECHO_S = 0.3  # nobody takes back so soon what was led; what comes then was sent before
ECHOES = 5  # how many replaced values of an input are remembered
_LED, _SEEN, _OWN = "led_inputs", "seen_inputs", "own_run"


@dataclass(frozen=True)
class _Led:
    """Where an input was led to, when, and the values that it had before."""

    value: Any
    replaced: tuple[Any, ...]
    at: float
    is_new: bool = True


def lead(key: str, value: Any) -> None:
    """Gives an input another value, and remembers the one that the browser has yet to forget.

    To be called before the input is drawn.
    """
    ss = st.session_state
    if key in ss and ss[key] == value:
        return
    led: dict[str, _Led] = ss.setdefault(_LED, {})
    replaced = led[key].replaced if key in led else ()
    if key in ss:
        replaced = (*replaced, ss[key])[-ECHOES:]
    led[key] = _Led(value, replaced, time.monotonic())
    ss[key] = value


def is_echo(key: str, inputs: Iterable[str]) -> bool:
    """Whether the input's value is one that was replaced and is no choice.

    `inputs` are the keys of the page's inputs, as at the last `put_back`.
    """
    led: _Led | None = st.session_state.get(_LED, {}).get(key)
    if led is None or key not in st.session_state:
        return False
    value = st.session_state[key]
    if value == led.value or value not in led.replaced:
        return False
    soon = time.monotonic() <= led.at + ECHO_S
    return soon or any(_is_chosen(other) for other in inputs if other != key)


def put_back(inputs: tuple[str, ...]) -> None:
    """Undoes the echoes. To be called in each run before anything looks at the inputs."""
    ss = st.session_state
    led: dict[str, _Led] = ss.get(_LED, {})
    told = not ss.pop(_OWN, False)
    for key in led.keys() & set(inputs):
        if is_echo(key, inputs):
            ss[key] = led[key].value
        elif ss.get(key) != led[key].value:
            del led[key]  # the person has chosen
        elif told:
            if led[key].is_new:  # this very message may have led it
                led[key] = replace(led[key], is_new=False)
            else:
                del led[key]  # the browser has heard
    ss[_SEEN] = ss.get(_SEEN, {}) | {key: repr(ss[key]) for key in inputs if key in ss}


def rerun() -> NoReturn:
    """Runs the page again, where nobody has asked for it: that run tells nothing of the browser."""
    st.session_state[_OWN] = True
    st.rerun()


def _is_chosen(key: str) -> bool:
    """Whether a person has changed the input since the last run; of files, which ones count."""
    ss = st.session_state
    if key not in ss or repr(ss[key]) == ss.get(_SEEN, {}).get(key):
        return False
    led: _Led | None = ss.get(_LED, {}).get(key)
    return led is None or ss[key] not in (led.value, *led.replaced)
