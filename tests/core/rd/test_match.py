"""Matching: never over the budget, nearest point of the codec's own grid, fewest bytes for a
quality.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core import images, metrics
from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.registry import CODECS, get
from core.errors import SettingError
from core.rd.match import match_bytes, match_quality
from tests.conftest import synthetic


class Staircase(Codec):
    """Sizes that are known beforehand: 1000 bytes a unit, with bumps where `bumpy`, so that the
    right answer is too.
    """

    info = CodecInfo("staircase", "Staircase", "classical", ".x", "x/x", "")

    def __init__(self, setting: Setting, bumpy: bool = False) -> None:
        self.setting, self.bumpy, self.calls = setting, bumpy, 0

    def length(self, value: float) -> int:
        rank = (
            value if self.setting.better == "high" else self.setting.high + self.setting.low - value
        )
        return int(1000 * rank) + (2500 if self.bumpy and round(rank) % 5 == 0 else 0)

    def _encode(self, image, value):
        self.calls += 1
        return Encoded(bytes(self.length(value)))

    def decode(self, data):
        return np.full((4, 4, 3), 128, np.uint8)


@pytest.mark.parametrize("better", ["high", "low"])
@pytest.mark.parametrize("bumpy", [False, True])
@pytest.mark.parametrize(
    "budget", [1, 999, 1000, 4999, 5000, 33_333, 50_499, 97_000, 99_999, 100_000, 10**9]
)
def test_discrete_settings_find_the_nearest_point_of_the_whole_grid(better, bumpy, budget):
    codec = Staircase(Setting("level", 1, 100, 50, (1, 100), better=better), bumpy)
    found = match_bytes(codec, np.zeros((4, 4, 3), np.uint8), budget, names=("psnr",))
    lengths = [codec.length(v) for v in range(1, 101)]
    fitting = [n for n in lengths if n <= budget]
    assert found.measured.point.bytes == (max(fitting) if fitting else min(lengths))
    assert found.met == bool(fitting)
    assert found.error == pytest.approx(found.measured.point.bytes / budget - 1)
    assert codec.calls <= 16


@pytest.mark.parametrize("better", ["high", "low"])
@pytest.mark.parametrize("bumpy", [False, True])
@pytest.mark.parametrize("floor", [1, 1000, 1001, 4999, 33_333, 50_499, 99_999, 10**9])
def test_no_fewer_bytes_is_the_smallest_file_that_is_long_enough(better, bumpy, floor):
    codec = Staircase(Setting("level", 1, 100, 50, (1, 100), better=better), bumpy)
    found = match_bytes(codec, np.zeros((4, 4, 3), np.uint8), floor, names=("psnr",), at_least=True)
    lengths = [codec.length(v) for v in range(1, 101)]
    fitting = [n for n in lengths if n >= floor]
    assert found.measured.point.bytes == (min(fitting) if fitting else max(lengths))
    assert found.met == bool(fitting) and codec.calls <= 16


def test_no_fewer_bytes_on_a_continuous_setting():
    codec = Staircase(Setting("rate", 1.0, 100, 50, (1, 100), step=0))
    for floor in (1500, 31_415, 88_888):
        found = match_bytes(
            codec, np.zeros((4, 4, 3), np.uint8), floor, names=("psnr",), at_least=True
        )
        assert floor <= found.measured.point.bytes <= 1.001 * floor


@pytest.mark.parametrize(("scale", "low"), [("linear", 1.0), ("log", 0.01)])
def test_continuous_settings_come_within_a_thousandth(scale, low):
    codec = Staircase(Setting("rate", low, 100, 50, (1, 100), step=0, scale=scale))
    for budget in (1500, 31_415, 88_888):
        found = match_bytes(codec, np.zeros((4, 4, 3), np.uint8), budget, names=("psnr",))
        assert 0.999 * budget <= found.measured.point.bytes <= budget


@pytest.mark.parametrize("name", ["jpeg", "jpeg444", "webp"])
@pytest.mark.parametrize("seed", [0, 1])
def test_real_codecs_find_the_nearest_point_of_their_whole_grid(name, seed):
    codec, image = get(name), synthetic(96, 96, seed)
    lengths = [len(codec.encode(image, v).data) for v in range(int(codec.setting.low), 101)]
    for budget in (1500, 4000, 9000):
        found = match_bytes(codec, image, budget, names=("psnr",))
        assert found.measured.point.bytes == max(n for n in lengths if n <= budget)


@pytest.mark.parametrize("name", [n for n, c in CODECS.items() if c.info.family == "classical"])
def test_quality_is_reached_with_no_smaller_neighbour(name, small):
    codec = get(name)
    found = match_quality(codec, small, "psnr", 33, names=("psnr",))
    point = found.measured.point
    assert found.met and point.measures["psnr"] >= 33
    if codec.setting.step:
        for step in (1, 2):
            below = point.setting - step
            if below >= codec.setting.low:
                image = codec.decode(data := codec.encode(small, below).data)
                assert len(data) >= point.bytes or metrics.psnr(small, image) < 33
    else:
        assert (
            found.error < 0.02
        )  # JPEG 2000 stops at whole coding passes: coarse on a small picture


def test_ms_ssim_targets(photo):
    found = match_quality(get("jpeg"), photo, "ms_ssim", metrics.to_db(0.97))
    assert found.met and 0.97 <= found.measured.point.measures["ms_ssim"] < 0.98
    assert set(found.measured.point.measures) == set(metrics.NAMES)


@pytest.fixture(scope="module")
def photo():
    from skimage import data

    return np.ascontiguousarray(data.astronaut()[:256, :256])


def test_impossible_targets_say_so_and_give_the_nearest(small):
    least = match_bytes(get("jpeg"), small, 10, names=("psnr",))
    assert not least.met and least.measured.point.bytes == len(get("jpeg").encode(small, 1).data)
    most = match_quality(get("jpeg"), small, "psnr", 90, names=("psnr",))
    assert not most.met and most.measured.point.measures["psnr"] > 35
    with pytest.raises(SettingError, match="161 pixels"):
        match_quality(get("jpeg"), small, "ms_ssim", 0.9)
    with pytest.raises(SettingError, match="no target"):
        match_quality(get("jpeg"), small, "mse", 10)
    with pytest.raises(SettingError, match="no measure 'beauty'"):
        match_quality(get("jpeg"), small, "beauty", 1)
    with pytest.raises(SettingError, match="at least one byte"):
        match_bytes(get("jpeg"), small, 0)


class Remembering:
    """A codec for one picture, which encodes it once per setting."""

    def __init__(self, codec: Codec) -> None:
        self.codec, self.files = codec, {}

    def __getattr__(self, name: str):
        return getattr(self.codec, name)

    def encode(self, image: np.ndarray, value: float) -> Encoded:
        if value not in self.files:
            self.files[value] = self.codec.encode(image, value)
        return self.files[value]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["jpeg", "jpeg444", "jpeg2000", "webp", "avif", "jpegxl"])
def test_half_a_bit_per_pixel_on_kodak(name, kodak):
    """On the middle of every third picture, and of every eighth where an encoder takes its time."""
    pictures = kodak[::3] if name in ("jpeg", "jpeg444") else kodak[::8]

    def check(path) -> None:
        codec = Remembering(get(name))
        image = images.load(path).image[128:384, 192:576]
        budget = image.shape[0] * image.shape[1] // 16
        found = match_bytes(codec, image, budget, names=("psnr",))
        assert found.measured.point.bytes <= budget, path.name
        if name in ("jpeg2000", "jpegxl"):
            assert found.measured.point.bytes >= 0.97 * budget, path.name
        else:
            assert nothing_nearer(codec, image, found.measured.point, budget), path.name

    assert len(kodak) == 24
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(check, pictures))


def nothing_nearer(codec, image, point, budget) -> bool:
    """Whether no setting of the codec's grid gives a longer file within the budget.

    JPEG is searched whole; for the slow encoders the settings from six below to six above, where
    the sizes have left the budget by far more than they ever waver.
    """
    reach = 100 if codec.name.startswith("jpeg") else 6
    low, high = (
        max(codec.setting.low, point.setting - reach),
        min(codec.setting.high, point.setting + reach),
    )
    for value in np.arange(low, high + 1):
        if codec.name == "avif" and abs(value - point.setting) not in (0, 1, 2, 6):
            continue
        if point.bytes < len(codec.encode(image, value).data) <= budget:
            return False
    return True


@pytest.mark.parametrize("budget", [1, 3000, 10**9])
def test_the_answer_is_the_file_that_the_search_has_seen(small, monkeypatch, budget):
    seen = []
    codec = get("jpeg")
    encode = codec.encode
    monkeypatch.setattr(codec, "encode", lambda *given: seen.append(encode(*given)) or seen[-1])
    match = match_bytes(codec, small, budget, ("psnr",))
    assert len(seen) == match.encodes
    assert match.measured.data == encode(small, match.measured.point.setting).data


@pytest.mark.parametrize("target", [30.0, 99.0])
def test_no_file_is_decoded_twice_on_the_way_to_a_quality(small, monkeypatch, target):
    """The answer, reached or not, is measured further on the picture that its search has seen."""
    decoded = []
    codec = get("jpeg")
    decode = codec.decode
    monkeypatch.setattr(codec, "decode", lambda data: decoded.append(data) or decode(data))
    match = match_quality(codec, small, "psnr", target, ("psnr", "ssim"))
    assert len(decoded) == match.encodes
    assert match.measured.data in decoded and "ssim" in match.measured.point.measures
    np.testing.assert_array_equal(match.measured.decoded, decode(match.measured.data))
