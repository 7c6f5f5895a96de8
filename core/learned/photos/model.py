"""The nonlinear transform coder of Ballé, Laparra, Simoncelli.

"End-to-end Optimized Image Compression" (ICLR 2017):

    analysis     x ─ 9×9 ↓4 ─ GDN ─ 5×5 ↓2 ─ GDN ─ 5×5 ↓2 ─ × gain ─ y
    coding       y ─ + noise | round ─ ŷ ─ bits under the channel's prior
    synthesis    ŷ ─ ÷ gain ─ 5×5 ↑2 ─ IGDN ─ 5×5 ↑2 ─ IGDN ─ 9×9 ↑4 ─ x̂

Beyond the paper one set of transforms serves several levels, each trained for its own λ in
bpp + λ · MSE: a level has its own gains per channel (before rounding, after it, and before each
normalisation) and its own priors. With one level it is the paper's model.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import tensorflow as tf

from core.errors import ModelError
from core.learned.ops import priors, transforms
from core.learned.ops.spectral import to_kernel
from core.learned.ops.tables import sound_tables
from core.learned.photos.card import PhotoCard
from core.learned.photos.entropy.context_model import context_shapes, sound_context
from core.learned.photos.entropy.neural_layout import CHANNELS
from core.learned.photos.entropy.neural_tensors import has_neural, neural_shapes, sound_neural
from core.store.families import Tensors, check_shapes

STRIDE = 16  # image pixels per latent position, in each direction
KERNELS = (9, 5, 5)
STRIDES = (4, 2, 2)
SMALLEST_BETA = 1e-6


@dataclass(frozen=True)
class PhotoConfig:
    """What a model is.

    `lmbda`: one λ per level, rising, for bpp + λ · D, where D is the MSE on 0..255 or 1 − MS-SSIM.
    """

    lmbda: tuple[float, ...]
    filters: int = 128
    # The best 192 of a block's 768 linear coefficients end at 36 dB on Kodak, 256 at 40 dB.
    latents: int = 256
    colours: int = 3  # or 1: grey
    activation: str = "gdn"  # or "relu"
    metric: str = "mse"  # or "ms-ssim"
    # Pixels become ±4 instead of ±½: latents then start at magnitudes that survive rounding.
    input_scale: float = 8.0

    @property
    def levels(self) -> int:
        """How many rates the model has."""
        return len(self.lmbda)

    @property
    def widths(self) -> tuple[int, int, int, int]:
        """Channels between the stages, from pixels to latents."""
        return self.colours, self.filters, self.filters, self.latents

    def to_json(self) -> dict[str, Any]:
        """What a card or a run's record says under "config"."""
        return asdict(self) | {"lmbda": list(self.lmbda)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "PhotoConfig":
        """From what `to_json` gives; raises KeyError or TypeError for anything else."""
        return cls(**(data | {"lmbda": tuple(data["lmbda"])}))


class PhotoTransforms:
    """Transforms and priors over named parameters: anything that TensorFlow takes for a tensor.

    Names, with i counted from the pixel side: `analysis/{i}/spectrum`, `analysis/{i}/bias`,
    `analysis_norm/{i}/root_beta`, `analysis_norm/{i}/root_gamma`, `analysis_gain/{i}`, the same for
    `synthesis`, `log_gain`, `log_inverse_gain`, `prior/…`.
    """

    def __init__(self, config: PhotoConfig, parameters: Mapping[str, Any]):
        self.config = config
        self.parameters = parameters

    def analysis(self, x: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Pixels → scaled latents.

        `x` is (B, H, W, colours) on 0..255, H and W multiples of 16; `levels` is (B,) int32. The
        latents are (B, H/16, W/16, latents).
        """
        p = self.parameters
        x = (tf.cast(x, tf.float32) / 255 - 0.5) * self.config.input_scale
        for i in range(2):
            kernel = self._kernel("analysis", i)
            x = transforms.conv_down(x, kernel, STRIDES[i], p[f"analysis/{i}/bias"])
            x = x * _per_level(p[f"analysis_gain/{i}"], levels)
            x = self._normalise("analysis", i, x)
        # The last stage has neither a bias nor a nonlinearity.
        x = transforms.conv_down(x, self._kernel("analysis", 2), STRIDES[2], None)
        return x * _per_level(p["log_gain"], levels)

    def synthesis(
        self,
        y_hat: tf.Tensor,
        levels: tf.Tensor,
        conv_up: Callable[..., tf.Tensor] = transforms.conv_up,
    ) -> tf.Tensor:
        """Rounded or noisy latents → pixels around 0..255, not clipped.

        `y_hat` is (B, h, w, latents), `levels` (B,) int32; the pixels are (B, 16h, 16w, colours).
        `conv_up` is one of the two of `transforms`; decoders use the exact one.
        """
        p = self.parameters
        x = y_hat * _per_level(p["log_inverse_gain"], levels)
        for i in (2, 1, 0):
            kernel = self._kernel("synthesis", i)
            x = conv_up(x, kernel, STRIDES[i], p[f"synthesis/{i}/bias"])
            if i > 0:
                x = self._normalise("synthesis", i - 1, x)
                x = x * _per_level(p[f"synthesis_gain/{i - 1}"], levels)
        return (x / self.config.input_scale + 0.5) * 255

    def bits(self, y: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Information content (B,) of latents (B, h, w, latents) in bits.

        That of whole numbers, or of noisy latents as its differentiable proxy.
        """
        return priors.bits(self.prior(), levels, y)

    def prior(self) -> dict[str, Any]:
        """The parameters of the priors, without the `prior/` of their names."""
        prior = {}
        for name, value in self.parameters.items():
            if name.startswith("prior/"):
                prior[name.removeprefix("prior/")] = value
        return prior

    def _kernel(self, side: str, i: int) -> tf.Tensor:
        return to_kernel(self.parameters[f"{side}/{i}/spectrum"], KERNELS[i])

    def _normalise(self, side: str, i: int, x: tf.Tensor) -> tf.Tensor:
        """The nonlinearity of a stage: GDN in the analysis, its approximate inverse after it."""
        if self.config.activation == "relu":
            return tf.nn.relu(x)
        # Squares keep β and γ positive while their roots are trained freely.
        beta = tf.square(self.parameters[f"{side}_norm/{i}/root_beta"]) + SMALLEST_BETA
        gamma = tf.square(self.parameters[f"{side}_norm/{i}/root_gamma"])
        if side == "analysis":
            return transforms.gdn(x, beta, gamma)
        return transforms.igdn(x, beta, gamma)


def parameter_shapes(config: PhotoConfig) -> dict[str, tuple[int, ...]]:
    """The shapes of a model's trained parameters by name."""
    n = config.filters
    levels = config.levels
    latents = config.latents
    shapes: dict[str, tuple[int, ...]] = {
        "log_gain": (levels, latents),
        "log_inverse_gain": (levels, latents),
    }
    for i, k in enumerate(KERNELS):
        for side in ("analysis", "synthesis"):
            shapes[f"{side}/{i}/spectrum"] = (k * k, config.widths[i], config.widths[i + 1])
        shapes[f"synthesis/{i}/bias"] = (config.widths[i],)
    for i in range(2):
        shapes[f"analysis/{i}/bias"] = (n,)
        for side in ("analysis", "synthesis"):
            shapes[f"{side}_gain/{i}"] = (levels, n)
            if config.activation == "gdn":
                shapes[f"{side}_norm/{i}/root_beta"] = (n,)
                shapes[f"{side}_norm/{i}/root_gamma"] = (n, n)
    for i, (wide_in, wide_out) in enumerate(pairwise(priors.WIDTHS)):
        shapes[f"prior/matrix{i}"] = (levels, latents, wide_out, wide_in)
        shapes[f"prior/bias{i}"] = (levels, latents, wide_out, 1)
        if i < priors.LAYERS - 1:
            shapes[f"prior/factor{i}"] = (levels, latents, wide_out, 1)
    return shapes


def of_one_level(name: str) -> bool:
    """Whether a parameter has a row for each level (gains and priors), or serves them all."""
    if name.startswith(("prior/", "analysis_gain/", "synthesis_gain/")):
        return True
    return name in ("log_gain", "log_inverse_gain")


def check(card: PhotoCard, tensors: Tensors) -> None:
    """Raise ModelError unless `tensors` are the weights and tables of the model that the card's
    "config" describes.
    """
    try:
        config = PhotoConfig.from_json(card["config"])
        shapes = parameter_shapes(config)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ModelError(
            f"Model {card['name']!r} has no usable configuration in its card."
        ) from None
    neural = has_neural(tensors)
    expected: dict[str, tuple[int | None, ...]] = {}
    expected |= shapes
    expected["tables/cdf"] = (None,)
    expected["tables/offset"] = (config.levels, config.latents)
    expected |= context_shapes(config.levels, config.latents)
    if neural:
        expected |= neural_shapes(config.levels)
    check_shapes(card, tensors, expected)
    sound = sound_tables(tensors["tables/cdf"], tensors["tables/offset"])
    sound = sound and sound_context(tensors)
    if neural:
        sound = sound and config.latents == CHANNELS and sound_neural(tensors)
    if not sound:
        raise ModelError(f"Model {card['name']!r} is unusable: its coding tables are not valid.")


def _per_level(log_gain: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
    """Gains (B, 1, 1, C) of each sample's level from their logarithms (levels, C)."""
    return tf.exp(tf.gather(log_gain, levels))[:, None, None]
