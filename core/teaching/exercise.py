"""An exercise: a question, its answer, and what a wrong answer may have been."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Slip:
    """A wrong answer that has a reason, and the sentence that helps."""

    answer: float
    hint: str


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what to say."""

    right: bool
    said: str


@dataclass(frozen=True)
class Exercise:
    """A question with one number as its answer.

    `key` names it on its page. `tolerance` is how far from `answer` is still right, in the unit of
    the answer; 0 for whole numbers. `why` explains the answer; `slips` are the usual mistakes, and
    `nudge` helps where none of them was made. Texts are Markdown.
    """

    key: str
    title: str
    question: str
    answer: float
    tolerance: float
    why: str
    nudge: str
    unit: str = ""
    slips: Sequence[Slip] = ()

    def check(self, given: float) -> Verdict:
        """Judges an answer; one that is not finite is wrong."""
        if math.isfinite(given) and abs(given - self.answer) <= self.tolerance:
            return Verdict(True, self.why)
        for slip in self.slips:
            if math.isfinite(given) and abs(given - slip.answer) <= self.tolerance:
                return Verdict(False, slip.hint)
        return Verdict(False, self.nudge)
