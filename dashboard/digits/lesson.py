"""The page's exercises, on the chosen model and digit."""

from core.codecs.learned import digit_tour
from core.datasets.mnist import sample
from core.teaching.digits import exercises
from dashboard.digits.answers import ask
from dashboard.digits.models import Card
from dashboard.teach.exercises import show_exercises


def show(card: Card, index: int) -> bool:
    """Draws them once the digit's information is known; whether it is."""
    found = ask(digit_tour.flip, card, sample()[index], ())
    if found is None:
        return False
    show_exercises("dig", exercises(card, found.bits))
    return True
