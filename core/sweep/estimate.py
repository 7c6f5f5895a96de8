"""How long a sweep will take, before it starts: from earlier measurements of the codecs, or from a
trial on a small picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from core.codecs import registry
from core.errors import RDError
from core.metrics import MEASURES
from core.results import Record
from core.sweep.plan import settings
from core.sweep.sources import Item

START_S = 5.0  # worker processes, and TensorFlow where it is needed
TRIAL_SIDE = 160
LOOKED_AT = 12  # images that are opened to learn their size


def speeds(records: Iterable[Record]) -> dict[str, float]:
    """codec -> seconds per megapixel, encoding and decoding together, over all its settings in
    `records` (median).
    """
    found: dict[str, list[float]] = {}
    for record in records:
        if record.get("encode_s") is not None and record.get("decode_s") is not None:
            size = record["width"] * record["height"] / 1e6
            found.setdefault(record["codec"], []).append(
                (record["encode_s"] + record["decode_s"]) / size
            )
    return {codec: float(np.median(values)) for codec, values in found.items()}


@lru_cache(maxsize=1)
def shipped() -> dict[str, float]:
    """`speeds` in the sweep that ships with the program; empty where it is absent."""
    from core import results
    from core.sweep.runs import SHIPPED

    return speeds(results.read(SHIPPED).records) if SHIPPED.exists() else {}


@lru_cache(maxsize=64)
def trial(codec: str) -> float | None:
    """Seconds per megapixel of `codec` on a small synthetic picture; None when it does not take
    that. Takes a moment.
    """
    from core.rd.measure import evaluate

    rng = np.random.default_rng(0)
    y, x = np.mgrid[:TRIAL_SIDE, :TRIAL_SIDE]
    image = np.clip(
        127
        + 60 * np.sin(x / 7 + y / 11)[..., None]
        + rng.normal(0, 12, (TRIAL_SIDE, TRIAL_SIDE, 3)),
        0,
        255,
    )
    try:
        chosen = registry.get(codec)
        value = settings(chosen, 1)[0]
        # The first time costs more: imports, and graphs that are built at first use.
        points = [evaluate(chosen, image.astype(np.uint8), value, ("mse",)).point for _ in "12"]
    except RDError:
        return None
    return min(point.encode_s + point.decode_s for point in points) / (TRIAL_SIDE**2 / 1e6)


def looked_at(items: Sequence[Item]) -> list[Item]:
    """The few of all `items` that tell of their size."""
    step = max(1, len(items) // LOOKED_AT)
    return list(items[::step][:LOOKED_AT])


def mean_megapixels(items: Iterable[Item]) -> float:
    """The mean number of pixels of the items that can be read, in Mpx; they are opened."""
    sizes = []
    for item in items:
        try:
            picture = item.read()
            sizes.append(picture.width * picture.height / 1e6)
        except RDError:
            continue
    return float(np.mean(sizes)) if sizes else 0.0


def megapixels(items: Sequence[Item]) -> float:
    """The pixels of all `items`, in Mpx, estimated from a few of them that are opened."""
    return mean_megapixels(looked_at(items)) * len(items)


def seconds(
    codecs: Sequence[str],
    points: int,
    total_mpx: float,
    names: Iterable[str],
    workers: int,
    speeds: Mapping[str, float],
) -> float:
    """Seconds that a sweep over `total_mpx` megapixels will take with the measures `names`.

    `speeds`: codec -> seconds a megapixel to encode and decode; one that is absent counts as 0.
    """
    measures = sum(MEASURES[name].cost for name in names)
    work = 0.0
    for codec in codecs:
        speed = speeds.get(codec, 0.0)
        work += len(settings(registry.get(codec), points)) * total_mpx * (speed + measures)
    return START_S + work / max(workers, 1)
