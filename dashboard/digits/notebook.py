"""What the Digits page shows now, as its notebook."""

from typing import TYPE_CHECKING

from core.notebooks.digits import DigitsState, digits
from dashboard.digits import compress, generate, tradeoff, walk
from dashboard.digits.models import Card

if TYPE_CHECKING:
    from nbformat import NotebookNode


def notebook(card: Card, index: int) -> "NotebookNode":
    """All sections for the chosen model and digit."""
    state = DigitsState(
        model=card["name"],
        lmbda=card["lmbda"],
        digit=index,
        search=compress.SEARCH.value,
        noise=walk.NOISE.value,
        temperature=generate.TEMPERATURE.value,
        seed=generate.SEED.value,
        wide=tradeoff.WIDE.value,
    )
    return digits(state)
