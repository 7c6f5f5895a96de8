"""Exercises about learned compression of digits, on the model that the page shows."""

import math
from collections.abc import Mapping
from typing import Any

from core.teaching.exercise import Exercise, Slip

FEWER_BITS = 10.0


def exercises(card: Mapping[str, Any], bits: float) -> list[Exercise]:
    """The exercises for a model's card, and a digit that has `bits` of information."""
    return [_laplacian(), _tail(), _string(bits), _slope(card)]


def laplacian_bits(value: int, scale: float) -> float:
    """Bits of a whole number, rounded from a Laplacian of density e^(−|v|/scale) / (2 · scale)."""

    def below(x: float) -> float:
        half = 0.5 * math.exp(-abs(x) / scale)
        return half if x < 0 else 1 - half

    # Below zero the difference of the two keeps its digits, however small it is.
    value = -abs(value)
    return -math.log2(below(value + 0.5) - below(value - 0.5))


def _laplacian() -> Exercise:
    answer = laplacian_bits(0, 1.0)
    probability = 2.0**-answer
    return Exercise(
        "laplacian",
        "Bits of a Laplacian",
        "A latent follows a Laplacian of scale 1: its density at *v* is ½ · e^(−|v|). It is "
        "rounded to whole numbers. How many bits does the value 0 cost?",
        answer,
        0.01,
        f"Everything between −½ and ½ is rounded to 0: P(0) = 1 − e^(−½) = {probability:.4f}, and "
        f"−log₂ P(0) = {answer:.3f} bits.",
        "A rounded value has the probability of all that is rounded to it: integrate from −½ to ½.",
        "bits",
        [
            Slip(1.0, "That is −log₂ of the density at 0. Probability is its integral over ±½."),
            Slip(
                -math.log(probability),
                "That is in nats: the natural logarithm. Bits take the logarithm to base 2.",
            ),
        ],
    )


def _tail() -> Exercise:
    near, far = laplacian_bits(3, 1.0), laplacian_bits(4, 1.0)
    return Exercise(
        "tail",
        "One further out",
        "The same Laplacian of scale 1. How many bits does the value 4 cost more than the value 3?",
        far - near,
        0.01,
        "In the tail each step has e^(−1) of the probability before it: log₂ e = "
        f"{far - near:.3f} bits a step. Only around 0 is it different.",
        "Compare the integrals over 2½ … 3½ and 3½ … 4½: their ratio is simple.",
        "bits",
        [Slip(1.0, "That is in nats; a bit is 0.693 nats.")],
    )


def _string(bits: float) -> Exercise:
    answer = 8 * math.ceil(bits / 8)
    return Exercise(
        "string",
        "Longer than the information",
        f"The digit that is chosen has {bits:.1f} bits of information. How many bits must a string "
        "of whole bytes have at least to hold that much?",
        answer,
        0,
        f"⌈{bits:.1f} / 8⌉ = {answer // 8} bytes, {answer} bits: a string ends on a whole byte, "
        "which costs half a byte on average. A range coder needs a little more to end, and some "
        "digits are lucky. One stream of many digits has a single end, so its length is very "
        "near the information.",
        "A file has whole bytes; round up.",
        "bits",
        [
            Slip(math.ceil(bits), "Bits do not come alone: a file has whole bytes."),
            Slip(answer // 8, "That is in bytes; the question is about bits."),
        ],
    )


def _slope(card: Mapping[str, Any]) -> Exercise:
    lmbda = float(card["lmbda"])
    rate, mae = card["figures"]["rate"], card["figures"]["mae"]
    answer = FEWER_BITS / lmbda
    return Exercise(
        "slope",
        "The slope of the hull",
        f"This model was trained for λ = {lmbda:g}; a digit costs R = {rate:.1f} bits at D = "
        f"{mae:.4f} on average. Another model needs {FEWER_BITS:g} bits **fewer**. By how much may "
        "its D be **larger** at most, so that it is as good at this λ?",
        answer,
        0.02 * answer,
        f"R + λD stays the same if λ · ΔD = {FEWER_BITS:g}: ΔD = {FEWER_BITS:g} / {lmbda:g} = "
        f"{answer:.4g}. Lines of equal cost have the slope −1/λ, and where the hull has it, there "
        "is the model for this λ.",
        "Write R + λD for both and set them equal.",
        "",
        [Slip(lmbda / FEWER_BITS, "Upside down: λ is in bits for each unit of distortion.")],
    )
