"""What a photo coder achieves on a folder of pictures, for its card."""

from pathlib import Path
from typing import cast

import numpy as np

from core import metrics
from core.coding.container import Container, pack
from core.errors import DataError
from core.images import load
from core.images.resize import grey
from core.learned.photos.card import Figures, LevelFigures
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.search import searched

PICTURES = {".png", ".webp", ".jpg", ".jpeg", ".tif", ".tiff"}


def figures(coder: PhotoCoder, folder: Path) -> Figures:
    """What a card says under "figures" of the pictures in `folder`; raises as `evaluate`."""
    return {
        "pictures": folder.name,
        "bpp": f"whole files of the {coder.codings[-1]} coder",
        "static_bpp": "information content under one table per channel",
        "levels": evaluate(coder, folder),
    }


def evaluate(coder: PhotoCoder, folder: Path, search: bool = True) -> list[LevelFigures]:
    """Means over the pictures of `folder`, per level.

    `search`: of latents as the codec searches them, else just rounded. Raises ImageError for a file
    that is no picture, DataError where the folder holds none.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    if not files:
        raise DataError(f"{folder} holds no pictures to measure the model on.")
    images = [load(path).image for path in files]
    rows = []
    for level, lmbda in enumerate(coder.config.lmbda):
        found = [_figures(coder, image, level, search) for image in images]
        row = {"level": level, "lmbda": lmbda}
        for key in found[0]:
            mean = np.mean([of_one[key] for of_one in found])
            row[key] = round(float(mean), 5)
        rows.append(cast(LevelFigures, row))
    return rows


def _figures(coder: PhotoCoder, image: np.ndarray, level: int, search: bool) -> dict[str, float]:
    """Figures of one picture uint8 (H, W, 3), as in `LevelFigures`."""
    x = in_colours(image, coder.config.colours)
    height, width, _ = x.shape
    coding = coder.codings[-1]
    y_hat = searched(coder, x, level, coding) if search else coder.latents(x, level)
    payload = coder.encode(y_hat, level, coding)
    file = pack(Container("bls2017", level + 1, width, height, payload, bytes(4)))
    decoded = coder.picture(y_hat, level, height, width)
    mse = float(np.mean((decoded.astype(np.float64) - x) ** 2))
    pixels = height * width
    out = {
        "bpp": 8 * len(file) / pixels,
        "static_bpp": coder.information(y_hat, level) / pixels,
        "psnr": metrics.psnr_of(mse),
        "mse": mse,
    }
    if coder.config.colours == 3:
        # Gives nothing where the picture is too small.
        out |= metrics.measure(image, decoded, ["ms_ssim"])
    return out


def in_colours(image: np.ndarray, colours: int) -> np.ndarray:
    """An RGB picture as it is, or its luma (BT.601) for a grey model."""
    if colours == 3:
        return image
    return grey(image)[..., None]
