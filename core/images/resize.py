"""Crops of pictures, pictures at another size, and pictures without colour."""

import numpy as np
from PIL import Image

LANCZOS = Image.Resampling.LANCZOS
LUMA = (0.299, 0.587, 0.114)  # weights of R, G and B: BT.601, as in JFIF


def resized(
    image: np.ndarray,
    height: int,
    width: int,
    filter: Image.Resampling = LANCZOS,
    reducing_gap: float | None = None,
) -> np.ndarray:
    """`image` (H, W) or (H, W, 3) at another size.

    `reducing_gap` lets Pillow shrink in two steps, the first by a whole number, which is faster.
    """
    picture = Image.fromarray(image)
    return np.asarray(picture.resize((width, height), filter, reducing_gap=reducing_gap))


def reduced(image: np.ndarray, most: int) -> np.ndarray:
    """`image` with at most `most` pixels: as it is, or made smaller (Lanczos)."""
    height, width = image.shape[:2]
    scale = (most / (height * width)) ** 0.5
    if scale >= 1:
        return image
    return resized(image, max(1, int(height * scale)), max(1, int(width * scale)))


def within(image: np.ndarray, side: int) -> np.ndarray:
    """`image` where it fits into `side` × `side`; else smaller, its aspect kept (bicubic)."""
    picture = Image.fromarray(image)
    picture.thumbnail((side, side))
    return np.asarray(picture)


def centre_crop(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """The middle (height, width) of `image`, which is at least as large; not a copy."""
    top = (image.shape[0] - height) // 2
    left = (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]


def middle(image: np.ndarray, most: int) -> np.ndarray:
    """`image` where it has at most `most` pixels; else the largest middle of the same shape."""
    height, width = image.shape[:2]
    scale = min(1.0, (most / (height * width)) ** 0.5)
    return centre_crop(image, max(1, int(height * scale)), max(1, int(width * scale)))


def luma(image: np.ndarray) -> np.ndarray:
    """BT.601 luma Y as JFIF defines it, float64 (…, H, W) in 0–255, of sRGB (…, H, W, 3)."""
    return image.astype(np.float64) @ np.array(LUMA)


def grey(image: np.ndarray) -> np.ndarray:
    """The luma of sRGB images (…, H, W, 3), rounded: uint8 (…, H, W)."""
    return np.round(luma(image)).astype(np.uint8)
