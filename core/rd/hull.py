"""The lower convex hull of rate-distortion points, and the point that a slope λ selects."""

from collections.abc import Sequence

import numpy as np

Point = tuple[float, float]  # rate, distortion


def lower_hull(rate: Sequence[float], distortion: Sequence[float]) -> list[int]:
    """Indices of the points on the lower convex hull of (rate, distortion), by rising rate.

    These are exactly the points that minimise R + λD for some λ ≥ 0: distortion falls along the
    hull. Points with non-finite coordinates are left out. (Andrew's monotone chain; ties are
    resolved in favour of lower rate.)
    """
    hull: list[int] = []
    points = list(zip(rate, distortion, strict=True))
    # By rising rate, and of equal rates the lowest distortion first.
    order = np.lexsort((distortion, rate))
    for i in map(int, order):
        point = points[i]
        if not np.isfinite(point).all():
            continue
        # More bits for no less distortion: on no lower tangent.
        if hull and distortion[i] >= distortion[hull[-1]]:
            continue
        while len(hull) > 1:
            before = points[hull[-2]]
            last = points[hull[-1]]
            if _turns_left(before, last, point):
                break
            hull.pop()
        # Equal rate, less distortion.
        if len(hull) == 1 and rate[i] == rate[hull[0]]:
            hull.pop()
        hull.append(i)
    return hull


def _turns_left(a: Point, b: Point, c: Point) -> bool:
    """Whether the way from a over b to c turns left, as a lower hull does at each of its points."""
    along = b[0] - a[0]
    down = b[1] - a[1]
    further = c[0] - a[0]
    deeper = c[1] - a[1]
    cross = along * deeper - down * further
    return bool(cross > 0)


def operating_point(
    rate: Sequence[float],
    distortion: Sequence[float],
    lmbda: float,
) -> int | None:
    """Index of the point with the smallest R + λD: where a line of slope −1/λ touches the points
    from below.

    `rate` in bpp, `distortion` as MSE (or any measure where less is better), `lmbda` ≥ 0 in bpp per
    unit of distortion. None when no point is finite. Of equal costs the lowest rate wins.
    """
    rates = np.asarray(rate, float)
    distortions = np.asarray(distortion, float)
    cost = rates + lmbda * distortions
    known = np.isfinite(cost)
    if not known.any():
        return None
    best = cost[known].min()
    # Costs that differ by rounding alone are equal.
    ties = np.flatnonzero(cost <= best * (1 + 1e-12))
    return int(min(ties, key=lambda i: rate[i]))
