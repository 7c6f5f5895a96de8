"""A picture's own colour axes, which the codecs `svd` and `klt` send in whole numbers."""

import numpy as np

AXIS = 127  # one, in an axis as it is sent


def own_axes(colours: np.ndarray) -> np.ndarray:
    """The principal axes of `colours` (3, N) in rows (3, 3), strongest first, in whole 1/127.

    Each points towards white, so that a plane is bright where the picture is.
    """
    _, vectors = np.linalg.eigh(colours @ colours.T)  # columns, by rising eigenvalue
    axes = vectors[:, ::-1].T
    signs = np.where(axes.sum(axis=1) < 0, -1, 1)
    return np.round(AXIS * axes * signs[:, None]).astype(np.int64)


def to_rgb(planes: np.ndarray, axes: np.ndarray, unit: int) -> np.ndarray:
    """The picture, uint8 (height, width, 3), of planes (3, height, width) along `axes`.

    `planes` are whole numbers in 1/`unit` grey level around 128; so is all arithmetic, which makes
    the result exact.
    """
    pixels = np.tensordot(axes.T.astype(float), planes, 1)
    # Add 128½ levels in the products' unit; dividing then rounds to the nearest level.
    one = AXIS * unit
    levels = np.floor((pixels + (128 * 2 + 1) * one // 2) / one)
    image = np.clip(levels, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(image, 0, -1))
