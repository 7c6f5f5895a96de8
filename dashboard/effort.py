"""How much work lies in many pictures, and how fast codecs are.

The processes that compute open a few of the pictures and try the codecs.
"""

from collections.abc import Mapping, Sequence

from core.compute import EXTRA
from core.sweep import estimate
from core.sweep.sources import Item
from dashboard.waiting import Failure, service


def mean_megapixels(owner: str, items: Sequence[Item]) -> float | Failure | None:
    """Megapixels of a picture of `items`, on average; None while some of them are looked at."""
    few = estimate.looked_at(items)
    key = ("mpx", *((item.name, item.path, len(item.data)) for item in few))
    return service().call(owner, key, estimate.mean_megapixels, few, priority=EXTRA)


def speeds(
    owner: str, names: Sequence[str], known: Mapping[str, float] | None = None
) -> dict[str, float] | None:
    """Seconds a megapixel of each codec, to encode and decode; None while they are looked for.

    A codec that is not in `known`, by default the speeds that ship, is tried; one whose trial
    failed is left out.
    """
    if known is None:
        shipped = service().call(owner, ("speeds",), estimate.shipped, priority=EXTRA)
        if not isinstance(shipped, dict):
            return {} if isinstance(shipped, Failure) else None
        known = shipped
    tried = {
        name: service().call(owner, ("trial", name), estimate.trial, name, priority=EXTRA)
        for name in names
        if name not in known
    }
    if any(found is None for found in tried.values()):
        return None
    return dict(known) | {name: found for name, found in tried.items() if isinstance(found, float)}
