"""What the card of a model of photographs says beyond every card's fields."""

from typing import Any, NotRequired, TypedDict, cast

from core.store.families import Card


class LevelFigures(TypedDict):
    """Means over a folder's pictures at one level; rates in bpp."""

    level: int
    lmbda: float
    bpp: float  # of whole files
    static_bpp: NotRequired[float]  # information content under one table per channel
    psnr: float  # in dB
    mse: float  # on 0..255
    ms_ssim: NotRequired[float]


class Figures(TypedDict):
    """What was measured of a model, on which folder of pictures."""

    pictures: str
    bpp: str  # what kind of rate the figures call bpp
    static_bpp: NotRequired[str]
    levels: list[LevelFigures]


class PhotoCard(Card):
    """The card of a model of photographs."""

    config: dict[str, Any]  # `PhotoConfig.to_json`
    lmbda: list[float]  # one per level, rising
    seed: NotRequired[int]
    options: NotRequired[dict[str, Any]]  # of the training command
    sessions: NotRequired[list[dict[str, Any]]]  # every command that had a part in the training
    training_seconds: NotRequired[float]
    data: NotRequired[dict[str, Any]]  # the photographs, by source and licence
    validation: NotRequired[list[dict[str, Any]]]  # on held-out crops, in the course of training
    tried: NotRequired[list[str]]
    transforms: NotRequired[str]  # the model whose transforms a neural entropy model was added to
    entropy_model: NotRequired[dict[str, Any]]  # how the neural entropy model was trained
    figures: NotRequired[Figures]


def photo_card(card: Card) -> PhotoCard:
    """`card` with the fields of its family, which the caller knows to be this one."""
    return cast(PhotoCard, card)


def commands(card: PhotoCard) -> list[str]:
    """Every command that had a part in a model, each once, by date: of the transforms and of the
    network that predicts the latents. What is no command in a card is left out.
    """
    network = _facts(card.get("entropy_model"))
    listed = [card, network, _facts(network.get("before"))]
    sessions = [_facts(s) for facts in listed for s in _list(facts.get("sessions"))]
    sessions.sort(key=lambda session: str(session.get("date", "")))
    found = [session.get("command") for session in sessions] or [card.get("command")]
    return list(dict.fromkeys(text for text in found if isinstance(text, str) and text))


def _facts(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
