"""Other ways to keep a digit, on the scale of the learned codec: low-rank SVD, PNG and lossless
WebP, in bits a digit.
"""

import io

import numpy as np
from PIL import Image

from core.codecs.registry import get
from core.datasets.mnist import sample
from core.learned.digits.lab import tile

Points = list[tuple[float, float, str]]  # (bits a digit, mean absolute error 0..1, what it is)
RANKS = (1, 2, 3, 4, 6, 8, 12)
NUMBER_BITS = 16  # a factor's element as float16


def rivals(count: int = 32) -> dict[str, Points]:
    """Name -> points, over the first `count` test digits (PNG and WebP: over all 256 that ship, in
    one mosaic).
    """
    digits = sample()[:count]
    return {
        "SVD, float16 factors": factors(digits),
        "SVD codec, real files": svd_files(digits),
        **lossless(sample()),
    }


def factors(digits: np.ndarray) -> Points:
    """Rank-r approximations of digits uint8 (N, 28, 28, 1) at r · (28 + 28 + 1) float16 numbers
    each.
    """
    x = digits[..., 0].astype(np.float64)
    u, s, vt = np.linalg.svd(x)
    points = []
    for rank in RANKS:
        approximation = np.einsum("nir,nr,nrj->nij", u[:, :, :rank], s[:, :rank], vt[:, :rank])
        error = np.abs(np.round(np.clip(approximation, 0, 255)) - x).mean() / 255
        points.append((float(NUMBER_BITS * rank * 57), float(error), f"rank {rank}"))
    return points


def svd_files(digits: np.ndarray) -> Points:
    """The codec `svd` on each digit by itself, as a grey picture: whole files, at every second of
    its settings.
    """
    codec = get("svd")
    points = []
    for quality in codec.setting.grid[::2]:
        files = [codec.encode(np.repeat(digit, 3, -1), quality).data for digit in digits]
        back = np.stack([codec.decode(file) for file in files])
        error = np.abs(back.astype(int) - digits).mean() / 255
        points.append(
            (
                8 * float(np.mean([len(file) for file in files])),
                float(error),
                f"quality {quality:g}",
            )
        )
    return points


def lossless(digits: np.ndarray) -> dict[str, Points]:
    """PNG and lossless WebP of all digits in one mosaic, shared out: a file each would be mostly
    header.
    """
    mosaic = Image.fromarray(tile(digits, columns=16, gap=0))
    found = {}
    for name, options in (
        ("PNG", {"optimize": True}),
        ("WebP", {"lossless": True, "method": 6, "quality": 100}),
    ):
        out = io.BytesIO()
        mosaic.save(out, name, **options)
        found[f"{name}, lossless"] = [(8 * len(out.getvalue()) / len(digits), 0.0, "lossless")]
    return found
