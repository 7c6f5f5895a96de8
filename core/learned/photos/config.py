"""What a photo coder is, and the shapes of its parameters; this imports no TensorFlow."""

from dataclasses import asdict, dataclass
from typing import Any

from core.learned.ops.prior_shapes import prior_shapes

STRIDE = 16  # image pixels per latent position, in each direction
KERNELS = (9, 5, 5)
STRIDES = (4, 2, 2)


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
    for name, shape in prior_shapes(levels, latents).items():
        shapes[f"prior/{name}"] = shape
    return shapes


def of_one_level(name: str) -> bool:
    """Whether a parameter has a row for each level (gains and priors), or serves them all."""
    if name.startswith(("prior/", "analysis_gain/", "synthesis_gain/")):
        return True
    return name in ("log_gain", "log_inverse_gain")
