"""What is asked of a set of pictures, and which of them are measured."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np

from core import metrics
from core.codecs.registry import CODECS
from core.errors import DataError, SettingError
from core.rd.match import LOSSLESS

SHARE = 0.95  # of the pictures, which one setting keeps above the quality
SEED = 1

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """The quality, who must reach it, and the codecs that are compared.

    `target` is in the form of `measure` (`metrics.FORMS`). At one setting for all, `share` of the
    pictures, 0 to 1, must have it. `baseline` is the codec that savings are counted against; it is
    measured too.
    """

    measure: str
    target: float
    codecs: tuple[str, ...]
    baseline: str = "jpeg"
    share: float = SHARE

    @property
    def measured(self) -> tuple[str, ...]:
        """All codecs that are measured, the baseline last where it was not chosen."""
        return tuple(dict.fromkeys((*self.codecs, self.baseline)))

    @property
    def quality(self) -> str:
        """The quality in words: "SSIMULACRA 2 of 80", "PSNR of 38 dB"."""
        form = metrics.FORMS[self.measure]
        return f"{form.short} of {self.target:g} {form.unit}".strip()

    def as_json(self) -> dict[str, Any]:
        """The question as a decision's file has it."""
        return asdict(self)


def ask(
    measure: str,
    value: float,
    codecs: Sequence[str],
    baseline: str = "jpeg",
    share: float = SHARE,
) -> Question:
    """The question whether `codecs` reach `value`, a figure of `measure`.

    Raises SettingError for what cannot be asked.
    """
    wanted = metrics.named(measure)
    if wanted.form is None:
        raise SettingError(
            f"{wanted.short} is no target; choose one of {', '.join(metrics.FORMS)}."
        )
    if not math.isfinite(value):
        raise SettingError(f"{value} is no {wanted.short} that could be reached: give a number.")
    if not 0 < share <= 1:
        raise SettingError(f"The share of pictures lies between 0 and 1; {share:g} does not.")
    if not codecs:
        raise SettingError("Name at least one codec.")
    for name in (*codecs, baseline):
        if name not in CODECS:
            raise SettingError(f"There is no codec {name!r}. Known codecs: {', '.join(CODECS)}.")
    target = min(wanted.form.of(value), LOSSLESS)
    return Question(wanted.name, target, tuple(dict.fromkeys(codecs)), baseline, share)


def read(told: dict[str, Any]) -> Question:
    """The question in a decision's file. Raises DataError when it is none."""
    try:
        return Question(
            measure=metrics.named(told["measure"]).name,
            target=float(told["target"]),
            codecs=tuple(map(str, told["codecs"])),
            baseline=str(told["baseline"]),
            share=float(told["share"]),
        )
    except (KeyError, TypeError, ValueError, SettingError) as error:
        raise DataError(f"The file of the decision has no valid question: {error}.") from error


def sample(items: Sequence[T], count: int | None, seed: int = SEED) -> list[T]:
    """`count` of `items` drawn without replacement, in their order; all where there are no more.

    The same seed draws the same ones.
    """
    if count is None or count >= len(items):
        return list(items)
    if count < 1:
        raise SettingError(f"A sample has at least one picture, not {count}.")
    drawn = np.random.default_rng(seed).choice(len(items), count, replace=False)
    return [items[i] for i in sorted(drawn)]
