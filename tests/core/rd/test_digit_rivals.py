"""The rivals of the learned codec of digits are as long as they say."""

from itertools import pairwise

import numpy as np
import pytest

from core.datasets.mnist import sample
from core.rd.digit_rivals import rivals


@pytest.mark.slow
def test_rivals_are_the_sizes_that_they_say():
    found = rivals(4)
    x = sample()[:4, :, :, 0].astype(float)
    rate, error, label = found["SVD, float16 factors"][2]
    assert (rate, label) == (3 * 57 * 16, "rank 3")
    singular = np.linalg.svd(x, compute_uv=False)
    rank3 = (
        np.sqrt((singular[:, 3:] ** 2).sum() / x.size) / 255
    )  # root of the mean squared error, by Eckart–Young
    assert error <= rank3
    files = found["SVD codec, real files"]
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(files))
    assert (
        found["PNG, lossless"][0][1] == 0
        and 500 < found["WebP, lossless"][0][0] < found["PNG, lossless"][0][0] < 2000
    )
