"""What makes a stored model of digits usable: its shapes, its coding tables, and its card.

Needs no TensorFlow.
"""

from typing import Any, cast

import numpy as np

from core.errors import ModelError
from core.learned.digits.card import DigitCard, VaeCard
from core.learned.digits.shapes import METRICS, PRECISION, coder_shapes, vae_shapes
from core.store.families import Card, Tensors, check_shapes


def check(card: Card, tensors: Tensors) -> None:
    """Raise ModelError unless `tensors` are the weights and tables of a transform coder of digits,
    and `card` says what the pages show.
    """
    scales = tensors.get("prior/log_scale")
    dims = 0 if scales is None else scales.size
    tables = {"cdf": (None,), "cdf_offset": (dims,)}
    check_shapes(card, tensors, {**coder_shapes(dims), **tables})
    if not _tables_are_sound(tensors["cdf"], tensors["cdf_offset"]):
        raise ModelError(f"Model {card['name']!r} is unusable: its coding tables are not valid.")
    try:
        complete = _is_complete(cast(DigitCard, card), dims)
    except (KeyError, TypeError):
        complete = False
    if not complete:
        raise ModelError(
            f"Model {card['name']!r} has an incomplete card: λ, distortion or figures are missing."
        )


def _tables_are_sound(cdf: np.ndarray, offset: np.ndarray) -> bool:
    """Whether `cdf` (n,) holds a rising table for each entry of `offset` (latent_dims,)."""
    if cdf.dtype != np.int32 or offset.dtype != np.int32:
        return False
    starts = np.flatnonzero(cdf == -PRECISION)
    if not len(starts) or len(starts) != len(offset) or starts[0] != 0:
        return False
    tables = np.split(cdf, starts[1:])
    return all(_is_rising(table[1:]) for table in tables)


def _is_rising(cumulative: np.ndarray) -> bool:
    """Whether frequencies rise strictly from 0 to 2^PRECISION, over a symbol and the escape."""
    if len(cumulative) < 3:
        return False
    if cumulative[0] != 0 or cumulative[-1] != 2**PRECISION:
        return False
    return bool((np.diff(cumulative) > 0).all())


def _is_complete(card: DigitCard, dims: int) -> bool:
    """Whether the card has all settings and figures; or KeyError or TypeError."""
    per_dim = card["figures"]["bits_per_dim"]
    digits = card["real"]["per_digit"]
    if not all(isinstance(number, int | float) for number in _numbers(card)):
        return False
    return (
        card["lmbda"] > 0
        and card["metric"] in METRICS
        and len(digits["bits"]) == len(digits["bytes"]) > 0
        and card["latent_dims"] == len(per_dim) == dims
    )


def _numbers(card: DigitCard) -> list[Any]:
    figures = card["figures"]
    real = card["real"]
    return [
        card["lmbda"],
        card["data"]["validation"],
        figures["rate"],
        figures["mae"],
        figures["loss"],
        real["string_bytes"],
        real["string_excess_bytes"],
        real["stream_digits"],
        real["stream_bytes"],
        real["stream_information_bytes"],
        *figures["bits_per_dim"],
        *real["per_digit"]["bits"],
        *real["per_digit"]["bytes"],
    ]


def check_vae(card: Card, tensors: Tensors) -> None:
    """Raise ModelError unless `tensors` are the weights of a variational autoencoder, and `card`
    says what the pages show.
    """
    first = tensors.get("decoder/dense/kernel")
    dims = 0 if first is None else first.shape[0]
    check_shapes(card, tensors, vae_shapes(dims))
    try:
        complete = _is_complete_vae(cast(VaeCard, card), dims)
    except (KeyError, TypeError):
        complete = False
    if not complete:
        raise ModelError(f"Model {card['name']!r} has an incomplete card: figures are missing.")


def _is_complete_vae(card: VaeCard, dims: int) -> bool:
    """Whether the card has all figures; or KeyError or TypeError."""
    figures = card["figures"]
    numbers = (
        figures["kl_bits"],
        figures["mae"],
        card["data"]["validation"],
    )
    if not all(isinstance(number, int | float) for number in numbers):
        return False
    return isinstance(card["created"], str) and card["latent_dims"] == dims
