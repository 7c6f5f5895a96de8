"""What the Digits page shows now, as its notebook."""

from functools import partial

from core.notebooks.digits import DigitsState, digits
from dashboard.digits import compress, generate, tradeoff, walk
from dashboard.digits.models import Card
from dashboard.teach.head import Build


def notebook(card: Card, index: int) -> Build:
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
    return partial(digits, state)
