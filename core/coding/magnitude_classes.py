"""Classes of expected magnitude, which choose the model that codes a number, and the neighbours
that expectations are made from.
"""

import numpy as np

SYMBOLS = 18  # magnitudes 0 … 16, and "more"
LARGEST = 4096  # magnitudes above this one count as this one in expectations

# Upper edges of the classes of expected magnitude, in 1/256: nearly a geometric series.
# fmt: off
EDGES = np.array([
    4, 6, 9, 13, 18, 24, 32, 42, 54,
    70, 90, 115, 148, 190, 245, 315, 405, 520,
    670, 860, 1100, 1450, 1950, 2700, 4000, 6500,
])
# fmt: on
TYPICAL = np.append(EDGES, 10000) * 7 // 8  # typical magnitude in each class, for the priors
CLASSES = len(TYPICAL)

Offsets = tuple[tuple[int, int], ...]
DIAGONAL = ((-1, -1), (-1, 1), (1, -1), (1, 1))
DIRECT = ((-1, 0), (1, 0), (0, -1), (0, 1))
