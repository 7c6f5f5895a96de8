"""What a codec usually gives at each of its settings: where the search for a target begins.

The figures are means over Kodak pictures, in `usual.json`. They are made from a results file, whose
codecs and measures are added to the table:

    python -m core sweep KODAK -c jpeg,jpeg2000,… --measures psnr,ssimulacra2 -o results.json
    python -m core.rd.usual results.json
"""

import json
import math
import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("usual.json")
BYTES, PSNR, SSIMULACRA2 = "log_bpp", "psnr", "ssimulacra2"
QUALITIES = (PSNR, SSIMULACRA2)


class Usual:
    """A piecewise linear curve over a setting's scale (its logarithm where that is one)."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self._xs, self._ys = list(xs), list(ys)

    def __call__(self, x: float) -> float:
        """The usual value at `x`; beyond the ends, the last slope goes on."""
        i = min(max(bisect_left(self._xs, x), 1), len(self._xs) - 1)
        (x0, x1), (y0, y1) = self._xs[i - 1 : i + 1], self._ys[i - 1 : i + 1]
        return y0 + (y1 - y0) * (x - x0) / (x1 - x0)

    def shifted(self, by: float) -> "Usual":
        """The same curve, `by` higher."""
        return Usual(self._xs, [y + by for y in self._ys])


def of(codec: str, log_scale: bool, quantity: str) -> Usual | None:
    """The usual curve of a codec in ln bpp (BYTES), dB (PSNR) or SSIMULACRA 2, or None where none
    is known.
    """
    curve = _stored().get(codec)
    if curve is None or quantity not in curve:
        return None
    points = sorted(zip(curve["settings"], curve[quantity], strict=True))
    xs = [math.log(setting) if log_scale else setting for setting, _ in points]
    return Usual(xs, [y for _, y in points])


@cache
def _stored() -> Mapping[str, Mapping[str, list[float]]]:
    return json.loads(PATH.read_text())


def tabulate(records: Sequence[Mapping[str, object]]) -> dict[str, dict[str, list[float]]]:
    """codec -> settings with the means of ln bpp and of each of QUALITIES over the pictures."""
    groups: dict[str, dict[float, list[Mapping[str, object]]]] = {}
    for record in records:
        settings = groups.setdefault(str(record["codec"]), {})
        settings.setdefault(float(str(record["setting"])), []).append(record)
    return {codec: _means(settings) for codec, settings in groups.items()}


def _means(settings: Mapping[float, list[Mapping[str, object]]]) -> dict[str, list[float]]:
    table: dict[str, list[float]] = {"settings": sorted(settings)}
    rows = [settings[setting] for setting in table["settings"]]
    table[BYTES] = [_mean([math.log(_number(r, "bpp")) for r in row], 4) for row in rows]
    for name in QUALITIES:
        if all(isinstance(record.get(name), float) for row in rows for record in row):
            table[name] = [_mean([_number(r, name) for r in row], 3) for row in rows]
    return table


def _number(record: Mapping[str, object], name: str) -> float:
    return float(str(record[name]))


def _mean(values: Sequence[float], digits: int) -> float:
    return round(sum(values) / len(values), digits)


if __name__ == "__main__":
    made = tabulate(json.loads(Path(sys.argv[1]).read_text())["records"])
    whole = {name: dict(curve) for name, curve in _stored().items()}
    for name, curve in made.items():
        if name in whole and whole[name]["settings"] == curve["settings"]:
            whole[name] = curve | whole[name]  # what is there stays
        else:
            whole[name] = curve
    PATH.write_text(json.dumps(whole, indent=1) + "\n")
