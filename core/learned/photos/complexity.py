"""What the transforms of a photo coder cost: multiplications per pixel, and trained numbers.

Counted from the description of a model alone, so that nothing has to be loaded. One MAC is one
multiplication with its addition. Not among them: the range coder, whose cost depends on the file,
and the search for better latents, which runs the synthesis and its gradient many times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# From pixels to latents: side of each kernel, and by how much its stage shrinks the picture.
_KERNELS = (9, 5, 5)
_STRIDES = (4, 2, 2)


@dataclass(frozen=True)
class Complexity:
    """kMAC per pixel of the analysis (`encode`) and of the synthesis (`decode`).

    `parameters` are the kernels, biases and normalisations of both, which all levels share.
    """

    encode: float
    decode: float
    parameters: int

    def with_entropy_model(self, card: Mapping[str, Any]) -> "Complexity":
        """The same with the network that predicts the latents, as its part of a card tells: it
        runs once in either direction.
        """
        kmac = float(card["kmac_per_pixel"])
        parameters = self.parameters + int(card["parameters"])
        return Complexity(self.encode + kmac, self.decode + kmac, parameters)


def complexity(config: Mapping[str, Any]) -> Complexity:
    """The cost of the model that a card's `config` describes.

    A transposed convolution multiplies as often as the convolution that it mirrors, so both
    directions cost the same.
    """
    filters = config["filters"]
    channels = (config.get("colours", 3), filters, filters, config["latents"])
    normalised = config.get("activation", "gdn") == "gdn"
    macs, parameters, area = 0.0, 0, 1
    stages = list(zip(_KERNELS, _STRIDES, pairwise(channels), strict=True))
    for index, (side, stride, (wide, narrow)) in enumerate(stages):
        kernel = side**2 * wide * narrow
        area *= stride**2  # pixels of the picture behind one position of the stage's result
        macs += kernel / area
        # Analysis and synthesis; the analysis has no bias at the latents, the synthesis everywhere.
        parameters += 2 * kernel + wide
        if index < len(stages) - 1:
            parameters += narrow
            if normalised:
                macs += narrow**2 / area
                parameters += 2 * (narrow**2 + narrow)
    return Complexity(macs / 1000, macs / 1000, parameters)
