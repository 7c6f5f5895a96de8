"""The lower convex hull of rate-distortion points, and the point that a slope λ selects."""

from collections.abc import Sequence

import numpy as np


def lower_hull(rate: Sequence[float], distortion: Sequence[float]) -> list[int]:
    """Indices of the points on the lower convex hull of (rate, distortion), by rising rate.

    These are exactly the points that minimise R + λD for some λ ≥ 0: distortion falls along the
    hull. Points with non-finite coordinates are left out. (Andrew's monotone chain; ties are
    resolved in favour of lower rate.)
    """
    hull: list[int] = []
    for i in np.lexsort((distortion, rate)):
        point = rate[i], distortion[i]
        if not np.isfinite(point).all():
            continue
        if hull and distortion[i] >= distortion[hull[-1]]:
            continue  # more bits for no less distortion: on no lower tangent
        while len(hull) > 1 and not _is_convex(rate, distortion, hull[-2], hull[-1], i):
            hull.pop()
        if len(hull) == 1 and rate[i] == rate[hull[0]]:
            hull.pop()  # equal rate, less distortion
        hull.append(int(i))
    return hull


def _is_convex(rate: Sequence[float], distortion: Sequence[float], a: int, b: int, c: int) -> bool:
    """Whether the way from point a over b to c turns left, as a lower hull does at each point."""
    along, down = rate[b] - rate[a], distortion[b] - distortion[a]
    further, deeper = rate[c] - rate[a], distortion[c] - distortion[a]
    return bool(along * deeper - down * further > 0)


def operating_point(rate: Sequence[float], distortion: Sequence[float], lmbda: float) -> int | None:
    """Index of the point with the smallest R + λD: where a line of slope −1/λ touches the points
    from below.

    `rate` in bpp, `distortion` as MSE (or any measure where less is better), `lmbda` ≥ 0 in bpp per
    unit of distortion. None when no point is finite. Of equal costs the lowest rate wins.
    """
    cost = np.asarray(rate, float) + lmbda * np.asarray(distortion, float)
    known = np.isfinite(cost)
    if not known.any():
        return None
    best = cost[known].min()
    # Costs that differ by rounding alone are equal.
    ties = np.flatnonzero(cost <= best * (1 + 1e-12))
    return int(min(ties, key=lambda i: rate[i]))
