"""Questions to a stored model of digits, answered in one call each: what the Digits page shows.

Every function takes the model's name and small arrays and returns small arrays, so that it can
run in another process. Digits are uint8 (N, 28, 28, 1); TensorFlow is imported by the first call.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np

from core.codecs.learned.mnist import digit_coder
from core.learned.digits.card import DigitCard
from core.learned.digits.lab import (
    flip_bits,
    noisy,
    path,
    prior_samples,
    random_strings,
    stretched,
    traversal,
)
from core.store import zoo


@dataclass(frozen=True)
class Compressed:
    """Digits as strings, the bits of information in each (N,), what comes back, and one stream."""

    strings: list[bytes]
    bits: np.ndarray
    pictures: np.ndarray
    stream_bytes: int


def compress(name: str, digits: np.ndarray, search: bool) -> Compressed:
    """Codes digits, by plain rounding or by the `search` for the rounding of least R + λ · D."""
    coder = digit_coder(name)
    card = cast(DigitCard, zoo.card(name))
    if search:
        y_hat = coder.searched(digits, card["lmbda"], card["metric"])
    else:
        y_hat = coder.quantised(digits)
    return Compressed(
        coder.strings(y_hat),
        coder.bits(y_hat).sum(1),
        coder.pictures(y_hat),
        len(coder.stream(y_hat)),
    )


@dataclass(frozen=True)
class Walk:
    """One digit on its way through the model.

    Latents (D,) before rounding (`y`) and with noise (`y_noisy`), the priors' `scales` (D,); bits
    of the rounded latents and of the noisy ones, and of the real string; pictures (28, 28, 1)
    from both, and from ŷ by an untrained decoder, with its contrast stretched.
    """

    y: np.ndarray
    y_noisy: np.ndarray
    scales: np.ndarray
    bits: float
    noisy_bits: float
    string_bits: int
    picture: np.ndarray
    noisy_picture: np.ndarray
    untrained_picture: np.ndarray


def walk(name: str, digit: np.ndarray, seed: int) -> Walk:
    """The way of `digit` (28, 28, 1) through analysis, rounding and synthesis; `seed` of noise."""
    coder = digit_coder(name)
    y = coder.latents(digit[None])
    y_noisy, y_hat = noisy(y, seed), np.round(y)
    picture, noisy_picture = coder.pictures(np.concatenate([y_hat, y_noisy]))
    fresh = _untrained(coder.latent_dims)
    drawn = fresh.model.synthesis(fresh.latents(digit[None])).numpy()
    return Walk(
        y=y[0],
        y_noisy=y_noisy[0],
        scales=np.exp(_log_scale(coder)),
        bits=float(coder.bits(y_hat).sum()),
        noisy_bits=float(coder.bits(y_noisy).sum()),
        string_bits=8 * len(coder.strings(y_hat)[0]),
        picture=picture,
        noisy_picture=noisy_picture,
        untrained_picture=stretched(drawn)[0],
    )


@dataclass(frozen=True)
class Flipped:
    """A digit's string and its bits of information, and the string with some bits flipped.

    `picture` and `damaged_picture` are what the decoder makes of each.
    """

    string: bytes
    bits: float
    picture: np.ndarray
    damaged: bytes
    damaged_picture: np.ndarray


def flip(name: str, digit: np.ndarray, positions: tuple[int, ...]) -> Flipped:
    """Codes `digit` (28, 28, 1), flips the bits at `positions` of its string, and decodes both."""
    coder = digit_coder(name)
    y_hat = coder.quantised(digit[None])
    string = coder.strings(y_hat)[0]
    damaged = flip_bits(string, list(positions))
    both = np.concatenate([y_hat, coder.from_strings([damaged])])
    picture, damaged_picture = coder.pictures(both)
    bits = float(coder.bits(y_hat).sum())
    return Flipped(string, bits, picture, damaged, damaged_picture)


@dataclass(frozen=True)
class Traversal:
    """The values (N,) that one dimension takes, and the pictures it gives."""

    values: np.ndarray
    pictures: np.ndarray


def traverse(name: str, digit: np.ndarray, dim: int, reach: int) -> Traversal:
    """Moves dimension `dim` of a digit's ŷ from −`reach` to +`reach` around its own value."""
    coder = digit_coder(name)
    latents = traversal(coder.quantised(digit[None])[0], dim, reach)
    return Traversal(latents[:, dim], coder.pictures(latents))


def between(name: str, digits: np.ndarray, count: int) -> np.ndarray:
    """`count` pictures on the straight line between the latents of two digits."""
    coder = digit_coder(name)
    first, last = coder.latents(digits)
    return coder.pictures(path(first, last, count))


def from_random_bits(name: str, count: int, size: int, seed: int) -> np.ndarray:
    """What the decoder makes of `count` strings of `size` random bytes."""
    coder = digit_coder(name)
    return coder.pictures(coder.from_strings(random_strings(count, size, seed)))


def from_prior(name: str, count: int, temperature: float, seed: int) -> np.ndarray:
    """`count` draws from the model's prior at `temperature`, decoded."""
    coder = digit_coder(name)
    return coder.pictures(prior_samples(_log_scale(coder), count, temperature, seed))


def from_vae(name: str, count: int, temperature: float, seed: int) -> np.ndarray:
    """`count` unit Gaussian draws, times `temperature`, decoded by a variational autoencoder."""
    model = _vae(name, zoo.card(name)["weights_sha256"], str(zoo.root()))
    z = np.random.default_rng(seed).normal(size=(count, model.latent_dims))
    return model.pictures(z * temperature)


def _log_scale(coder: Any) -> np.ndarray:
    """Logarithms of the priors' scales (D,)."""
    return coder.model.parameters["prior/log_scale"].numpy()


@lru_cache(maxsize=2)
def _untrained(latent_dims: int) -> Any:
    """A `DigitCoder` with random weights."""
    from core.learned.digits import model as digits
    from core.learned.digits.coder import DigitCoder
    from core.learned.digits.runs import first_weights
    from core.learned.digits.shapes import coder_shapes

    parameters = first_weights(coder_shapes(latent_dims), seed=0)
    return DigitCoder(parameters | digits.build_tables(parameters))


@lru_cache(maxsize=4)
def _vae(name: str, weights_sha256: str, root: str) -> Any:
    """The stored `Vae`, kept while its weights do not change."""
    from core.learned.digits.vae import Vae

    return Vae(zoo.load(name, "vae").tensors)
