"""What a person is likely to ask for next, computed while nothing else waits.

Where few people look, the next budgets come before the curves.
"""

import math
from collections.abc import Sequence

from core.images import Picture
from dashboard.compare.choice import Choice
from dashboard.compare.controls import BPPS
from dashboard.measurements import BYTES, CURVE, EXTRA, measurements

STEPS = (1, -1, 2, -2)  # stops of the budget's slider, the nearest first
NEXT = {1: 4, 2: 2, 3: 2}  # sessions -> how many of them come before the curves


def compute_next(owner: str, picture: Picture, chosen: Choice) -> None:
    """Asks for the next budgets, to come before the curves, where few people look."""
    count = NEXT.get(measurements().service.sessions(), 0)
    _ask(owner, picture, chosen, STEPS[:count], CURVE)


def compute(owner: str, picture: Picture, chosen: Choice) -> bool:
    """Asks for the neighbouring budgets of every codec; whether all of them are there."""
    return _ask(owner, picture, chosen, STEPS, EXTRA)


def _ask(owner: str, picture: Picture, chosen: Choice, steps: Sequence[int], priority: int) -> bool:
    if chosen.mode != "size":
        return True
    there = [
        measurements().match(owner, picture, codec, BYTES, budget, priority) is not None
        for budget in _budgets(picture, chosen.budget, steps)
        for codec in chosen.codecs
    ]
    return all(there)


def _budgets(picture: Picture, budget: int, steps: Sequence[int]) -> list[int]:
    """The budgets that the slider would give from here."""
    pixels = picture.width * picture.height
    bpp = budget * 8 / pixels
    here = min(range(len(BPPS)), key=lambda i: abs(math.log(BPPS[i] / bpp)))
    near = [here + step for step in steps if 0 <= here + step < len(BPPS)]
    return [max(1, round(BPPS[i] * pixels / 8)) for i in near]
