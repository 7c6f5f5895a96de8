"""Exercises about the coder of photographs, on the picture and the level that the page shows."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.learned.photos.lab import STRIDE
from core.teaching.exercise import Exercise, Slip

Point = tuple[float, float]  # bpp, MSE


def exercises(
    card: Mapping[str, Any], width: int, height: int, points: Sequence[Point]
) -> list[Exercise]:
    """The exercises for a model's card and a picture.

    `points` are two files of it, (bpp, MSE), the smaller first; without them there is no question
    about λ.
    """
    asked = [_latents(card, width, height), _bytes(width, height), _noise()]
    if len(points) == 2:
        (small_rate, small_error), (large_rate, large_error) = points
        if small_rate < large_rate and small_error > large_error:  # tiny pictures may not gain
            asked.append(_lambda(*points))
    return asked


def _latents(card: Mapping[str, Any], width: int, height: int) -> Exercise:
    channels = int(card["config"]["latents"])
    across, down = math.ceil(width / STRIDE), math.ceil(height / STRIDE)
    answer = across * down * channels
    return Exercise(
        "latents",
        "How many numbers are sent",
        f"The picture has {width} × {height} pixels. Analysis gives {channels} channels at every "
        f"{STRIDE}th pixel in both directions, the last ones padded. How many whole numbers does "
        "the coder send?",
        answer,
        0,
        f"⌈{width} / {STRIDE}⌉ · ⌈{height} / {STRIDE}⌉ · {channels} = {across} · {down} · "
        f"{channels} = {answer:,}, for {3 * width * height:,} samples. Most of them are 0 and cost "
        "next to nothing.",
        "Positions across, times positions down, times channels.",
        slips=[
            Slip(across * down, "Those are the places; each has all the channels."),
            Slip(3 * answer, "Colours are mixed in the first stage: there are no three planes."),
            Slip(
                (width // STRIDE) * (height // STRIDE) * channels,
                "The edges are padded: round up.",
            ),
        ],
    )


def _bytes(width: int, height: int) -> Exercise:
    answer = 0.25 * width * height / 8
    return Exercise(
        "bytes",
        "Bits per pixel to bytes",
        f"How many bytes has a file of this picture ({width} × {height}) at 0.25 bpp?",
        answer,
        max(1.0, 0.005 * answer),
        f"0.25 · {width} · {height} / 8 = {answer:,.0f} bytes, header included. The raw picture "
        f"has {3 * width * height:,}: 1 : {3 * width * height / answer:.0f}.",
        "Bits per pixel, times pixels, in bytes of 8 bits.",
        "bytes",
        [
            Slip(8 * answer, "Those are bits."),
            Slip(3 * answer, "A pixel is counted once, with all its colours."),
        ],
    )


def _noise() -> Exercise:
    return Exercise(
        "noise",
        "The noise of rounding",
        "In training, uniform noise in ±½ stands for rounding to whole numbers. Which mean squared "
        "error does it have?",
        1 / 12,
        0.001,
        "∫ v² dv from −½ to ½ is 1/12 = 0.0833. A fine quantiser has the same: step²/12. Where "
        "most latents round to 0, rounding errs in another way, which the section *Relaxed or "
        "rounded* measures.",
        "The variance of a uniform distribution of width 1.",
        slips=[
            Slip(0.25, "That is the largest squared error, ½²; the question is about its mean."),
            Slip(math.sqrt(1 / 12), "That is the standard deviation; the MSE is its square."),
        ],
    )


def _lambda(small: Point, large: Point) -> Exercise:
    answer = (large[0] - small[0]) / (small[1] - large[1])
    return Exercise(
        "lambda",
        "Where the hull's slope is −1/λ",
        f"Two files of this picture: {small[0]:.3f} bpp with MSE {small[1]:.2f}, and "
        f"{large[0]:.3f} bpp with MSE {large[1]:.2f}. At which λ (bpp per unit of MSE) are they "
        "equally good?",
        answer,
        0.03 * abs(answer),
        f"R₁ + λD₁ = R₂ + λD₂ at λ = (R₂ − R₁) / (D₁ − D₂) = {answer:.4g}: the line through both "
        "has the slope −1/λ in a chart of MSE over rate. A larger λ prefers the larger file.",
        "Set R + λD of both equal, and solve for λ.",
        "bpp per unit of MSE",
        [Slip(1 / answer, "Upside down: that is −1 times the slope of the line, 1/λ.")],
    )
