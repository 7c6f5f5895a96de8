"""Digits in real bytes: the learned transform coder of MNIST behind the interface of all codecs.

A picture is one digit (28, 28, 1), or n digits below each other (28·n, 28, 1), which are coded as
one stream. The setting is the model's λ; the file names the model by its fingerprint, so that it
decodes with that very model or not at all.
"""

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.learned import stored
from core.coding.container import Container, pack, unpack
from core.errors import BitstreamError, ModelError, SettingError
from core.learned.digits.card import DigitCard
from core.store import zoo
from core.store.modelfile import fingerprint

if TYPE_CHECKING:
    from core.learned.digits.coder import DigitCoder

SIDE = 28
MAX_DIGITS = 60_000
SHIPPED = (100.0, 200.0, 300.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)


class Mnist(Codec):
    """The codec `mnist`. Its settings are the λ of the stored models of the family."""

    info = CodecInfo(
        name="mnist",
        title="Digits",
        family="learned",
        suffix=".rdx",
        mime="application/octet-stream",
        about="The transform coder of TensorFlow's tutorial: MNIST digits only, one model per λ.",
        min_side=SIDE,
        max_side=SIDE * MAX_DIGITS,
        cites=(
            "tensorflow-digits",
            "tensorflow-compression",
        ),
        options={"entropy coder": "TFC range coder, stored tables"},
    )

    @property
    def setting(self) -> Setting:  # type: ignore[override]
        """λ, over the models in the store now.

        Where there are none, over those that ship; `encode` then says that they are missing.
        """
        grid = tuple(sorted({float(card["lmbda"]) for card in cards()})) or SHIPPED
        default = min(grid, key=lambda lmbda: abs(lmbda - 2000))
        return Setting("λ", grid[0], grid[-1], default, grid, step=0, scale="log")

    def refusal(self, image: np.ndarray) -> str | None:
        column = image.dtype == np.uint8 and image.ndim == 3 and image.shape[1:] == (SIDE, 1)
        if column and len(image) % SIDE == 0 and 0 < len(image) <= SIDE * MAX_DIGITS:
            return None
        return (
            f"{self.info.title} takes 8-bit grey digits of 28 × 28, alone or in a column, "
            f"not an array {image.shape} of {image.dtype}."
        )

    def identity(self, value: float) -> str:
        """The hash of the weights that `value` selects; empty where there is no such model."""
        try:
            return stored.card(model_for(value))["weights_sha256"]
        except (ModelError, SettingError):
            return ""

    def prepare(self, value: float) -> None:
        with suppress(ModelError, SettingError):
            digit_coder(model_for(value))

    def prepare_for(self, data: bytes) -> None:
        _model_of(data)

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        return encode_with(model_for(value), image)

    def decode(self, data: bytes) -> np.ndarray:
        """The digits in `data`, uint8 (28·n, 28, 1).

        Raises BitstreamError, also where the model is not in the store.
        """
        model, file = _model_of(data)
        y_hat = model.from_stream(file.payload, file.height // SIDE)
        if model.stream(y_hat) != file.payload:
            raise BitstreamError("This file's payload is not one that its model writes.")
        return model.pictures(y_hat).reshape(-1, SIDE, 1)


def _model_of(data: bytes) -> tuple["DigitCoder", Container]:
    """(model, file) of `data`."""
    file = unpack(data, "mnist")
    if file.width != SIDE or file.height % SIDE or file.height > SIDE * MAX_DIGITS:
        raise BitstreamError(
            f"This file describes digits of {file.width} × {file.height} pixels; "
            "digits are 28 × 28."
        )
    try:
        return digit_coder(zoo.find(file.fingerprint, "mnist")), file
    except ModelError as error:
        raise BitstreamError(str(error)) from None


def cards() -> list[DigitCard]:
    """The cards of the stored models of digits, shipped and own, by λ and then by name."""
    found = cast(list[DigitCard], stored.cards("mnist"))
    return sorted(found, key=lambda card: (card["lmbda"], card["name"]))


def model_for(lmbda: float) -> str:
    """The name of the model trained for `lmbda`; of several, the one called mnist-λ.

    Raises SettingError where there is none.
    """
    found = [card["name"] for card in cards() if card["lmbda"] == lmbda]
    if not found:
        known = ", ".join(f"{card['lmbda']:g}" for card in cards())
        raise SettingError(
            f"There is no model of digits for λ = {lmbda:g}. "
            f"There are models for {known or 'no λ'}."
        )
    return f"mnist-{lmbda:g}" if f"mnist-{lmbda:g}" in found else found[0]


def digit_coder(name: str) -> "DigitCoder":
    """Stored model `name` at work, kept while its weights do not change."""
    return _coder(name, zoo.card(name)["weights_sha256"], str(zoo.root()))


@lru_cache(maxsize=12)
def _coder(name: str, weights_sha256: str, root: str) -> "DigitCoder":
    from core.learned.digits.coder import DigitCoder

    return DigitCoder(zoo.load(name, "mnist").tensors)


def encode_with(name: str, image: np.ndarray) -> Encoded:
    """The file for digits uint8 (28·n, 28, 1), written by stored model `name`."""
    facts = cast(DigitCard, zoo.card(name))
    model = digit_coder(name)
    y_hat = model.searched(image.reshape(-1, SIDE, SIDE, 1), facts["lmbda"], facts["metric"])
    payload = model.stream(y_hat)
    data = pack(Container("mnist", facts["lmbda"], SIDE, len(image), payload, fingerprint(facts)))
    return Encoded(data, payload_bytes=len(payload), estimated_bits=float(model.bits(y_hat).sum()))
