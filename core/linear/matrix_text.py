"""A matrix that a person types or pastes, as numbers."""

import numpy as np

from core.errors import DataError

MAX_MATRIX = 200  # rows and columns


def read_matrix(text: str) -> np.ndarray:
    """A matrix typed or pasted, float32 (m, n): one row a line.

    Commas, semicolons, tabs or spaces separate the numbers. Raises DataError for anything but up to
    200 × 200 finite numbers in rows of one length.
    """
    rows = []
    for line in text.strip().splitlines():
        if not line.strip():
            continue
        for separator in ",;":
            line = line.replace(separator, " ")
        rows.append(line.split())
    lengths = {len(row) for row in rows}
    if len(lengths) != 1:
        raise DataError(
            "A matrix needs at least one row, and the same count of numbers in every row."
        )
    m = len(rows)
    n = len(rows[0])
    if max(m, n) > MAX_MATRIX:
        raise DataError(
            f"The matrix has {m} × {n} numbers; {MAX_MATRIX} × {MAX_MATRIX} is the most."
        )
    try:
        matrix = np.array(rows, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"The matrix holds something that is not a number: {error}.") from None
    if not np.isfinite(matrix).all():
        raise DataError("The matrix holds a number that is not finite; use numbers up to 1e38.")
    return matrix
