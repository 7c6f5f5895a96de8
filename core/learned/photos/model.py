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
from typing import Any

import tensorflow as tf

from core.learned.ops import priors, transforms
from core.learned.ops.spectral import to_kernel
from core.learned.photos.config import KERNELS, STRIDES, PhotoConfig

SMALLEST_BETA = 1e-6


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


def _per_level(log_gain: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
    """Gains (B, 1, 1, C) of each sample's level from their logarithms (levels, C)."""
    return tf.exp(tf.gather(log_gain, levels))[:, None, None]
