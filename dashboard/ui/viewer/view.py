"""What the viewer shows, and what the browser reports of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MODES = ("slider", "grid", "flicker", "difference")
ZOOMS = (0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, *range(1, 17), 20, 24, 32)


@dataclass(frozen=True)
class ViewerState:
    """What the viewer shows.

    `left`, `right` and `reference` are keys of panels; `zoom` is screen pixels per picture pixel,
    0 to fit; (x, y) the centre, 0…1 of the picture; `pixel` the pinned pixel (column, row).
    """

    mode: str
    left: str
    right: str
    reference: str
    zoom: float = 0.0
    x: float = 0.5
    y: float = 0.5
    pixel: tuple[int, int] | None = None


def reported(told: Any, start: ViewerState, keys: Sequence[str]) -> ViewerState:
    """The browser's report, every value checked; what makes no sense keeps its value of `start`."""
    if not isinstance(told, dict):
        return start
    return ViewerState(
        mode=_one_of(told.get("mode"), MODES, start.mode),
        left=_one_of(told.get("left"), keys, start.left),
        right=_one_of(told.get("right"), keys, start.right),
        reference=_one_of(told.get("reference"), keys, start.reference),
        zoom=float(_one_of(told.get("zoom"), ZOOMS, start.zoom)),
        x=_share(told.get("x"), start.x),
        y=_share(told.get("y"), start.y),
        pixel=_pixel(told.get("pixel")),
    )


def _one_of(value: Any, choices: Sequence[Any], otherwise: Any) -> Any:
    return value if value in choices else otherwise


def _share(value: Any, otherwise: float) -> float:
    """A number from 0 to 1; True and NaN are none."""
    if type(value) not in (int, float):
        return otherwise
    return float(value) if 0 <= value <= 1 else otherwise


def _pixel(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    if not all(type(n) is int and n >= 0 for n in value):
        return None
    return value[0], value[1]
