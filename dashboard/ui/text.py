"""Figures and foreign text as people read them: sizes, differences, decibels, durations."""

import math
import re


def plain(text: str) -> str:
    """`text` from outside, a file's name or an error that quotes it, as literal Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+.!:$<>~|^&-])", r"\\\1", text)


def size_text(count: float) -> str:
    """A number of bytes in decimal units: "812 bytes", "40.2 kB", "1.30 MB"."""
    if count < 1000:
        return f"{count:.0f} byte{plural(round(count))}"
    if count < 1e6:
        return f"{count / 1e3:.1f} kB"
    return f"{count / 1e6:.2f} MB"


def signed(value: float | None, unit: str, digits: int = 1) -> str:
    """A difference with its sign and unit: "+3.1 dB", "−0.4 %"; "–" where there is none."""
    if value is None:
        return "–"
    rounded = round(value, digits) + 0.0  # no minus before a zero
    return f"{rounded:+.{digits}f} {unit}".replace("-", "−").rstrip()


def decibel(value: float | None) -> str:
    """A figure in dB: "35.32 dB"; "lossless" where it is infinite, "–" where there is none."""
    if value is None:
        return "–"
    return f"{value:.2f} dB" if math.isfinite(value) else "lossless"


def seconds_text(seconds: float) -> str:
    """A duration: "12 ms", "3.4 s", "5 min 20 s", "2 h 05 min"."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def rough_seconds(seconds: float) -> str:
    """How long work will take, no finer than that can be known: "12 s", "5 min 20 s"."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return seconds_text(10 * round(seconds / 10))


def left_text(seconds: float) -> str:
    """How long work will still take: "about 12 s left"."""
    return f"about {rough_seconds(seconds)} left"


def plural(count: int) -> str:
    """The ending of a noun that is counted: "s" unless there is exactly one."""
    return "" if count == 1 else "s"


def file_stem(name: str) -> str:
    """`name` reduced to letters, digits, "-" and "_", at most 60 of them, to name a download."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]
