"""Pairs of pictures whose scores were computed with the reference programs."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image


def pairs(reference: Path, kodak: list[Path], table: str = "scores.csv") -> list[dict]:
    """The rows of a table of scores, with the pictures as `original` and `decoded` (uint8)."""
    folder = reference / "perceptual"
    originals = {path.stem: path for path in kodak}
    originals |= {path.stem: path for path in (folder / "originals").glob("*.png")}
    rows = []
    with open(folder / table) as file:
        for row in csv.DictReader(file):
            row["name"] = row["distorted"]
            row["decoded"] = pixels(folder / "distorted" / f"{row['distorted']}.png")
            row["original"] = pixels(originals[row["original"]])
            rows.append(row)
    return rows


def pixels(path: Path) -> np.ndarray:
    return np.array(Image.open(path).convert("RGB"))
