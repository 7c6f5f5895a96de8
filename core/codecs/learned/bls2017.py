"""Photographs in real bytes by the learned codec of Ballé et al. 2017, with three entropy coders.

The setting is the level of a model of all rates. The file names the model by its fingerprint, so
that it decodes with that very model or not at all.
"""

from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.learned import stored
from core.coding.container import Container, pack, unpack
from core.errors import BitstreamError, ModelError
from core.learned.photos.card import PhotoCard
from core.learned.photos.complexity import Complexity, complexity
from core.store import zoo

if TYPE_CHECKING:
    from core.learned.photos.coder import Coding, PhotoCoder

MODEL = "bls2017-multirate"
NEURAL_MODEL = "bls2017-neural"
STRIDE = 16
# Entropy coder -> the codec that the container names.
FORMATS: "dict[Coding, str]" = {
    "context": "bls2017",
    "static": "bls2017-static",
    "neural": "bls2017-neural",
}


class Bls2017(Codec):
    """The codec `bls2017`: the stored model of all rates with the context coder."""

    info = CodecInfo(
        name="bls2017",
        title="Ballé 2017",
        family="learned",
        suffix=".rdx",
        mime="application/octet-stream",
        about=(
            "Nonlinear transform coding (Ballé, Laparra, Simoncelli 2017): one model of all rates, "
            "trained by this program. The encoder searches the latents that cost least in R + λD."
        ),
        tuned_for="psnr",
        cites=(
            "balle2017endtoend",
            "tensorflow-compression",
        ),
        options={
            "model": MODEL,
            "latents": "searched for R + λD",
            "entropy coder": "range coder, stored tables picked by context",
        },
    )
    model = MODEL
    coding: "Coding" = "context"
    search = True

    @property
    def card(self) -> PhotoCard:
        """The card of the codec's model. Raises ModelError where it is not in the store."""
        return cast(PhotoCard, stored.card(self.model))

    def complexity(self) -> Complexity:
        """Of the transforms and, where there is one, of the network that predicts the latents."""
        card = self.card
        transforms = complexity(card["config"])
        network = card.get("entropy_model")
        return transforms.with_entropy_model(network) if network else transforms

    @property
    def setting(self) -> Setting:  # type: ignore[override]
        """The level, 1 (smallest file) to the number that the model has; 12 where it is missing."""
        try:
            levels = len(self.card["lmbda"])
        except ModelError:
            levels = 12
        grid = tuple(float(level) for level in range(1, levels + 1))
        return Setting("level", 1, levels, default=(levels + 1) // 2, grid=grid)

    def identity(self, value: float) -> str:
        """The hash of the model's weights; empty where there is none."""
        try:
            return self.card["weights_sha256"]
        except ModelError:
            return ""

    def prepare(self, value: float) -> None:
        with suppress(ModelError):
            photo_coder(self.card["name"])

    def prepare_for(self, data: bytes) -> None:
        _model_of(data)

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        from core.learned.photos.search import searched

        model, fingerprint = photo_coder(self.card["name"])
        level = round(value) - 1
        y_hat = (
            searched(model, image, level, self.coding)
            if self.search
            else model.latents(image, level)
        )
        payload, bits = model.encode_and_count(y_hat, level, self.coding)
        height, width = image.shape[:2]
        data = pack(Container(FORMATS[self.coding], value, width, height, payload, fingerprint))
        return Encoded(data, payload_bytes=len(payload), estimated_bits=bits)

    def decode(self, data: bytes) -> np.ndarray:
        """The picture in `data`, of either entropy coder.

        Raises BitstreamError, also where its model is not in the store.
        """
        model, y_hat, level, file = _open(data)
        return model.picture(y_hat, level, file.height, file.width)

    def latents(self, data: bytes) -> tuple[np.ndarray, int]:
        """What a file holds: ŷ (h, w, latents) int32, and its level, counted from 0.

        Raises BitstreamError as `decode`.
        """
        _, y_hat, level, _ = _open(data)
        return y_hat, level


class Bls2017Rounded(Bls2017):
    """The codec `bls2017-rounded`: a fast encoder of the same files.

    It rounds the latents as the analysis gives them.
    """

    info = replace(
        Bls2017.info,
        name="bls2017-rounded",
        title="Ballé 2017, rounded",
        options=Bls2017.info.options | {"latents": "rounded"},
    )
    search = False


class Bls2017Static(Bls2017):
    """The codec `bls2017-static`: the same model with one table a channel, without context."""

    info = replace(
        Bls2017.info,
        name="bls2017-static",
        title="Ballé 2017, static",
        options=Bls2017.info.options
        | {"entropy coder": "TFC range coder, one stored table per level and channel"},
    )
    coding: "Coding" = "static"


class Bls2017Neural(Bls2017):
    """The codec `bls2017-neural`: a network predicts the distribution of each latent from those
    that are known.
    """

    info = replace(
        Bls2017.info,
        name="bls2017-neural",
        title="Ballé 2017, neural",
        cites=(*Bls2017.info.cites, "minnen2018joint"),
        options=Bls2017.info.options
        | {
            "model": NEURAL_MODEL,
            "latents": "searched for R + λD, with what they do to the bits of others",
            "entropy coder": "TFC range coder, stored tables picked by a network in whole numbers",
        },
    )
    model = NEURAL_MODEL
    coding: "Coding" = "neural"


def _open(data: bytes) -> tuple["PhotoCoder", np.ndarray, int, Container]:
    """(model, ŷ, level from 0, file) of `data`."""
    model, coding, file = _model_of(data)
    level = round(file.setting) - 1
    known = level + 1 == file.setting and 0 <= level < model.config.levels
    if not known or model.config.colours != 3:
        raise BitstreamError(
            f"This file asks for level {file.setting:g}, which its model does not have."
        )
    rows = -(-file.height // STRIDE)
    columns = -(-file.width // STRIDE)
    y_hat = model.decode(file.payload, level, rows, columns, coding)
    return model, y_hat, level, file


def _model_of(data: bytes) -> tuple["PhotoCoder", "Coding", Container]:
    """(model, entropy coder, file) of `data`."""
    file = unpack(data)
    codings = [coding for coding, name in FORMATS.items() if name == file.codec]
    if not codings:
        raise BitstreamError(
            f"This .rdx file was written by the codec {file.codec}, not by bls2017."
        )
    try:
        model, _ = photo_coder(zoo.find(file.fingerprint, "bls2017"))
    except ModelError as error:
        raise BitstreamError(str(error)) from None
    return model, codings[0], file


def photo_coder(name: str) -> tuple["PhotoCoder", bytes]:
    """Stored model `name` at work, and its fingerprint; kept while its weights do not change."""
    return _coder(name, zoo.card(name)["weights_sha256"], str(zoo.root()))


@lru_cache(maxsize=2)
def _coder(name: str, weights_sha256: str, root: str) -> tuple["PhotoCoder", bytes]:
    from core.learned.photos.coder import PhotoCoder
    from core.learned.photos.config import PhotoConfig

    found = zoo.load(name, "bls2017")
    card = cast(PhotoCard, found.card)
    config = PhotoConfig.from_json(card["config"])
    return PhotoCoder(config, found.tensors), found.fingerprint
