"""What entropy coders tell the encoder's search: what a latent would cost if it were another."""

from typing import NamedTuple

import numpy as np


class Prices(NamedTuple):
    """Bits (N, c) of some latents at `y`, `x` (N, 1) and `channels` (c,), in unchanged tables.

    `less`: of each made smaller by one; `now`: as it is; `more`: larger by one.
    """

    y: np.ndarray
    x: np.ndarray
    channels: np.ndarray
    less: np.ndarray
    now: np.ndarray
    more: np.ndarray
