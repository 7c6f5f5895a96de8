"""What the table of models says of a card, which may have been written by any version."""

from collections.abc import Mapping
from typing import Any

Card = Mapping[str, Any]  # what families add to a card is read here with care

FAMILIES = {"mnist": "Digits", "vae": "Digits, VAE", "bls2017": "Photographs"}


def family_of(card: Card) -> str:
    """The family's name for people."""
    family: str = card["family"]
    return FAMILIES.get(family, family)


def order(card: Card) -> tuple[str, float, str]:
    """Families apart, each from small to large λ."""
    lmbda = card.get("lmbda")
    return card["family"], _number(lmbda) or 0.0, card["name"]


def row(card: Card) -> dict[str, Any]:
    """One line of the table; None where the card has no such figure."""
    figures, lmbda = card.get("figures", {}), card.get("lmbda")
    lmbdas = lmbda if isinstance(lmbda, list) else [lmbda]
    return {
        "Name": card["name"],
        "Family": family_of(card),
        "λ": _number(lmbdas[0]) if len(lmbdas) == 1 else None,
        "Levels": float(len(lmbdas)) if lmbda else None,
        "Epochs": _number(card.get("epochs")),
        "Steps": _number(card.get("steps")),
        "Rate": _number(figures.get("rate", figures.get("kl_bits"))),
        "MAE": _number(figures.get("mae")),
        "Loss": _number(figures.get("loss")),
        "Size": _number(card.get("weights_bytes")),
        "Made": _made(card),
    }


def commands(card: Card) -> str:
    """The command lines that made the model, each once."""
    if card.get("command"):
        return str(card["command"])
    lines = dict.fromkeys(str(session.get("command", "")) for session in _sessions(card))
    return "\n".join(lines)


def _made(card: Card) -> str:
    return str(card.get("created") or _sessions(card)[-1].get("date", "–"))


def _sessions(card: Card) -> list[dict[str, Any]]:
    """What a model trained in several sessions says of each; one empty session if nothing."""
    sessions = card.get("sessions")
    if not isinstance(sessions, list):
        return [{}]
    return [session for session in sessions if isinstance(session, dict)] or [{}]


def _number(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) else None
