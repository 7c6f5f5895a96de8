"""SVD: a rank change on a 1024 × 1024 picture, and the codecs' times on a Kodak-sized one, as
ratios to work in the same run.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from scipy import ndimage

from core.codecs.registry import get
from core.images import Picture
from core.linear import lowrank
from core.rd import svd_study

REPEATS = 3


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few runs, after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def photo(height: int, width: int) -> np.ndarray:
    """A picture with a photograph's falling spectrum: smoothed noise at several scales."""
    rng = np.random.default_rng(0)
    layers = [
        ndimage.gaussian_filter(rng.normal(size=(height, width, 3)), (s, s, 0)) * s**1.3
        for s in (1, 3, 9, 27)
    ]
    field = sum(layers)
    return np.clip(128 + 50 * field / field.std(), 0, 255).astype(np.uint8)


def test_a_rank_change_is_far_cheaper_than_an_svd(timed):
    """From a new rank to the PNGs that the page sends; 150 ms on an idle machine of two cores is
    the promise.
    """
    image = photo(1024, 1024)
    picture = Picture("photo", image)
    svd_time = fastest(lambda: lowrank.decompose(lowrank.channels(image)))

    def change(rank: int) -> svd_study.Approximation:
        return svd_study.approximation(picture, svd_study.WHOLE, lowrank.MAX_PIXELS, rank)

    times = {rank: fastest(partial(change, rank)) for rank in (10, 76, 300)}
    timed.extra_info |= {
        "size": "1024 × 1024 × 3",
        "svd_s": svd_time,
        **{f"rank_{r}_s": t for r, t in times.items()},
        **{f"rank_{r}_of_svd": t / svd_time for r, t in times.items()},
    }
    timed.pedantic(change, args=(76,), rounds=3)
    assert times[76] < 0.5 * svd_time


@pytest.mark.parametrize("name", ["svd", "klt"])
def test_codec_times_on_a_kodak_sized_picture(timed, name):
    """Encode and decode, beside one SVD of the same picture."""
    image, codec = photo(512, 768), get(name)
    data = codec.encode(image, codec.setting.default).data
    svd_time = fastest(lambda: lowrank.decompose(lowrank.channels(image)))
    encode, decode = (
        fastest(lambda: codec.encode(image, codec.setting.default)),
        fastest(lambda: codec.decode(data)),
    )
    timed.extra_info |= {
        "size": "768 × 512",
        "bytes": len(data),
        "svd_s": svd_time,
        "encode_s": encode,
        "decode_s": decode,
        "encode_of_svd": encode / svd_time,
        "decode_of_svd": decode / svd_time,
    }
    timed.pedantic(lambda: codec.decode(data), rounds=2)
    assert decode < encode
    assert np.abs(codec.decode(data).astype(float) - image).mean() < 20
