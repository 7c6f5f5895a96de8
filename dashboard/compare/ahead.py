"""What a person is likely to ask for next, computed while nothing else waits."""

import math

from core.images import Picture
from dashboard.compare.choice import Choice
from dashboard.compare.controls import BPPS
from dashboard.measurements import BYTES, EXTRA, measurements

STEPS = (1, -1, 2, -2)  # stops of the budget's slider, the nearest first


def compute(owner: str, picture: Picture, chosen: Choice) -> bool:
    """Asks for the neighbouring budgets of every codec; whether all of them are there."""
    if chosen.mode != "size":
        return True
    there = [
        measurements().match(owner, picture, codec, BYTES, budget, EXTRA) is not None
        for budget in _budgets(picture, chosen.budget)
        for codec in chosen.codecs
    ]
    return all(there)


def _budgets(picture: Picture, budget: int) -> list[int]:
    """The budgets that the slider would give from here."""
    pixels = picture.width * picture.height
    bpp = budget * 8 / pixels
    here = min(range(len(BPPS)), key=lambda i: abs(math.log(BPPS[i] / bpp)))
    near = [here + step for step in STEPS if 0 <= here + step < len(BPPS)]
    return [max(1, round(BPPS[i] * pixels / 8)) for i in near]
