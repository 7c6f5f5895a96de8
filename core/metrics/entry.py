"""What a measure is: its names and units, how good it can be, where it exists, and the function
that computes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

# (original, decoded), both uint8 (H, W, 3) of one shape -> the figure
Function = Callable[[np.ndarray, np.ndarray], float]
# (original, decoded, names) -> those figures, at the cost of one
Together = Callable[[np.ndarray, np.ndarray, Sequence[str]], dict[str, float]]
# (original, decoded) -> float (H, W), 0 where nothing differs
ErrorMap = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _same(value: float) -> float:
    return value


def _available() -> str:
    return ""


@dataclass(frozen=True)
class Form:
    """The form of a measure in which curves are drawn, targets are set and BD-rates are taken; it
    always grows with quality.

    `label` names it with its unit, `short` without. `of` maps a figure of the measure to its form,
    `back` the form to the figure. `target`: the lowest, highest and usual target of "same quality",
    in the form.
    """

    label: str
    short: str
    unit: str = "dB"
    of: Callable[[float], float] = _same
    back: Callable[[float], float] = _same
    decimals: int = 2
    target: tuple[float, float, float] = (20.0, 50.0, 34.0)

    @property
    def changed(self) -> bool:
        """Whether the form is another number than the measure's own."""
        return self.of is not _same


@dataclass(frozen=True)
class Measure:
    """One measure of how far a decoded picture is from its original.

    name         in files, JSON and code: snake_case; see `registry.named` for other spellings
    label        for people, with the unit where there is one
    unit         "dB" …, or "" for plain numbers
    better       "high": more is better; "low": less is better
    best         the figure of equal pictures
    function     (original, decoded), uint8 (H, W, 3) of one shape -> figure
    meaning      one sentence on what it says
    source       where it is defined
    form         how curves, targets and BD-rates use it; None: they do not, since another
                 measure says the same better
    min_side     pixels that the short side must have; `why_side` says what needs them
    needs        "program" (a foreign one) or "" (nothing)
    cost         about how many seconds a megapixel takes in one thread
    decimals     how many are shown
    together     computes several measures at the cost of one, in one call for all that share it
    error_map    (original, decoded) -> float (H, W), where the measure has such a picture
    unavailable  -> "", or why it cannot be computed on this machine, and what to do
    cites        what to cite for it, keys of `core/publish/references.bib`
    """

    name: str
    label: str
    unit: str
    better: Literal["high", "low"]
    best: float
    function: Function
    meaning: str
    source: str
    form: Form | None = None
    min_side: int = 1
    why_side: str = ""
    needs: Literal["", "program"] = ""
    cost: float = 0.05
    decimals: int = 2
    together: Together | None = None
    error_map: ErrorMap | None = None
    unavailable: Callable[[], str] = _available
    cites: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The label without its unit."""
        return self.label.removesuffix(f", {self.unit}")

    def absent(self, height: int, width: int) -> str:
        """Why the measure cannot be had for a picture of this size on this machine; empty when it
        can.
        """
        side = min(height, width)
        if side < self.min_side:
            why = f" ({self.why_side})" if self.why_side else ""
            return (
                f"{self.short} needs {self.min_side} pixels on the short side{why}; "
                f"this picture has {side}."
            )
        return self.unavailable()
