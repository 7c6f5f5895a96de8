"""What the cards of the digits' models say beyond every card's fields."""

from typing import Any, NotRequired

from core.store.families import Card


class DigitCard(Card):
    """What the card of a model of digits says beyond every card's fields."""

    lmbda: float
    metric: str  # the distortion that it was trained for
    latent_dims: int
    data: dict[str, Any]  # what it was trained and validated on
    figures: dict[str, Any]  # rate and distortion on the test set, with plain rounding
    searched: NotRequired[dict[str, Any]]  # the same with searched rounding, on fewer digits
    real: dict[str, Any]  # what the range coder makes of the test set


class VaeCard(Card):
    """What the card of a variational autoencoder says beyond every card's fields."""

    latent_dims: int
    data: dict[str, Any]
    figures: dict[str, Any]  # KL divergence, cross-entropy and errors on the test set
