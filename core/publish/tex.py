"""Text with the field's symbols as LaTeX that every engine sets."""

import re

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_SYMBOLS = {
    "λ": r"\lambda",
    "σ": r"\sigma",
    "Σ": r"\Sigma",
    "Δ": r"\Delta",
    "·": r"\cdot",
    "×": r"\times",
    "÷": r"\div",
    "−": "-",
    "±": r"\pm",
    "‖": r"\Vert",
    "≤": r"\le",
    "≥": r"\ge",
    "→": r"\to",
    "²": "^2",
    "ŷ": r"\hat{y}",
    "ŝ": r"\hat{s}",
    "√": r"\surd",
    "∞": r"\infty",
    "½": r"\frac12",
}
_PLAIN = {"–": "--", "—": "---", "…": r"\dots{}", "“": "``", "”": "''", "’": "'", "\u202f": r"\,"}
_LOWERED = {chr(0x2080 + digit): str(digit) for digit in range(10)}


def tex(text: str) -> str:
    """`text` as LaTeX in text mode: special characters escaped, symbols in mathematics."""
    return "".join(_character(c) for c in without_html(text))


def without_html(text: str) -> str:
    """A label of a chart without its HTML tags, `<br>` as a space."""
    return re.sub(r"<[^<>]+>", "", re.sub(r"<br\s*/?>", " ", text))


def _character(c: str) -> str:
    if c in _SPECIAL:
        return _SPECIAL[c]
    if c in _SYMBOLS:
        return rf"\ensuremath{{{_SYMBOLS[c]}}}"
    if c in _LOWERED:
        return rf"\ensuremath{{_{_LOWERED[c]}}}"
    return _PLAIN.get(c, c)
