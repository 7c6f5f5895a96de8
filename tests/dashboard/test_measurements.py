"""What the pages measure: real files, remembered by content, also on disk."""

from collections.abc import Iterator

import numpy as np
import pytest

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.registry import get
from core.compute import Failure, Service
from core.compute.cluster import Connection
from core.compute.store import Store
from core.errors import DataError
from core.images import Picture, decode_standard, quick_png
from core.images.samples import sample
from core.rd import lengths, stored
from core.rd.match import Match, match_bytes
from core.rd.measure import Measured, evaluate
from dashboard.compare import first, results
from dashboard.compare.choice import DEFAULT_CODECS, Choice, default_budget
from dashboard.measurements import BYTES, BYTES_AT_LEAST, Measurements
from tests.conftest import synthetic

PICTURE = Picture("a", synthetic(64, 80))


class Unlucky(Codec):
    """Fails at one setting."""

    info = CodecInfo("unlucky", "Unlucky", "classical", ".x", "x/x", "")
    setting = Setting("level", 1, 100, 50, (1, 100))

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        if value == 13:
            raise ZeroDivisionError("unlucky")
        return Encoded(bytes(int(value)))

    def decode(self, data: bytes) -> np.ndarray:
        return np.full((64, 80, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    service = Service(lambda: Connection(workers=2))
    yield service
    service.close()


@pytest.fixture
def measurements(service, tmp_path) -> Measurements:
    return Measurements(service, Store(tmp_path))


def settled(measurements: Measurements, ask):
    """What `ask()` gives in the end."""
    while (found := ask()) is None:
        measurements.service.wait("me", 5)
    return found


def nobody() -> Connection:
    """A cluster that is not there."""
    raise DataError("nobody computes here")


def test_a_point_is_that_of_the_real_file(measurements):
    found = settled(measurements, lambda: measurements.point("me", PICTURE, get("jpeg"), 50))
    assert found.data == get("jpeg").encode(PICTURE.image, 50).data
    assert found.point.measures == pytest.approx(
        evaluate(get("jpeg"), PICTURE.image, 50, list(found.point.measures)).point.measures
    )
    assert measurements.point("another", PICTURE, get("jpeg"), 50) is found


def test_pictures_that_differ_in_one_pixel_have_results_of_their_own(measurements):
    changed = PICTURE.image.copy()
    changed[7, 7, 0] ^= 255
    other = Picture("a", changed)
    codec = get("jpeg")
    one = settled(measurements, lambda: measurements.point("me", PICTURE, codec, 95))
    two = settled(measurements, lambda: measurements.point("me", other, codec, 95))
    assert one.data != two.data


@pytest.mark.parametrize("measure", [BYTES, BYTES_AT_LEAST])
@pytest.mark.parametrize("name", ["jpeg", "jpeg2000"])
def test_a_match_is_that_of_the_core_with_its_picture(measurements, name, measure):
    codec = get(name)
    own = Picture(name, synthetic(64, 80, seed=len(name) + len(measure)))
    match = settled(measurements, lambda: measurements.match("me", own, codec, measure, 1500))
    expected = match_bytes(codec, own.image, 1500, ("mse",), measure == BYTES_AT_LEAST)
    assert isinstance(match, Match)
    assert match.measured.data == expected.measured.data
    assert (match.met, match.error) == (expected.met, pytest.approx(expected.error))
    shown = measurements.png("me", own, codec, match.measured)
    assert np.array_equal(decode_standard(shown, "PNG"), codec.decode(match.measured.data))
    assert measurements.known(own, codec, match.measured.point.setting) is not None


def test_a_search_on_a_sample_begins_with_its_answer(measurements):
    codec, picture = get("avif"), sample("chelsea")
    match = settled(measurements, lambda: measurements.match("me", picture, codec, BYTES, 9000))
    assert match.encodes == 0
    assert match.measured.data == match_bytes(codec, picture.image, 9000, ()).measured.data


@pytest.mark.parametrize("wrong", [0.5, 0.9, 1.2])
def test_known_lengths_that_are_not_those_of_the_files_are_forgotten(
    measurements, monkeypatch, wrong
):
    codec, own = get("jpeg"), Picture("own", synthetic(64, 80, seed=round(100 * wrong)))
    true = {float(v): len(codec.encode(own.image, v).data) for v in range(1, 101)}
    told = {value: round(wrong * size) for value, size in true.items()}
    monkeypatch.setattr(lengths, "of", lambda sha256, _: told if sha256 == own.sha256 else {})
    match = settled(measurements, lambda: measurements.match("me", own, codec, BYTES, 1500))
    assert match.met
    assert match.measured.data == match_bytes(codec, own.image, 1500, ()).measured.data


def test_a_quality_is_reached(measurements):
    codec = get("webp")
    match = settled(measurements, lambda: measurements.match("me", PICTURE, codec, "psnr", 30.0))
    assert match.met and match.measured.point.measures["psnr"] >= 30


def test_what_is_known_of_a_setting_is_shown_without_asking_for_more(measurements):
    """A match is remembered as it was found; measures that came later belong to it as well."""
    codec = get("jpeg")
    ask = lambda: measurements.match("me", PICTURE, codec, BYTES, 1700)  # noqa: E731
    found = settled(measurements, ask).measured
    more = lambda: measurements.complete("me", PICTURE, codec, found, ("mae", "ciede2000"))  # noqa: E731
    full = settled(measurements, more)
    assert ask().measured.point.lacks(("ciede2000",))
    assert measurements.richest(PICTURE, codec, ask().measured) == full


@pytest.mark.slow
def test_missing_measures_are_added_to_what_is_known(measurements):
    codec = get("jpeg")
    point = settled(measurements, lambda: measurements.point("me", PICTURE, codec, 61))
    assert point.point.lacks(("ssim",))
    ask = lambda: measurements.complete("me", PICTURE, codec, point, ("ssim",))  # noqa: E731
    full = settled(measurements, ask)
    assert full.data == point.data and 0 < full.point.measures["ssim"] < 1
    assert measurements.point("me", PICTURE, codec, 61) == full


def test_a_second_start_has_everything_at_once_without_a_worker(measurements, tmp_path):
    codec, new = get("webp"), Picture("new", synthetic(64, 80, seed=7))
    match = settled(measurements, lambda: measurements.match("me", new, codec, BYTES, 1400))
    picture = measurements.png("me", new, codec, match.measured)
    original = settled(measurements, lambda: measurements.original("me", new))
    again = Measurements(Service(nobody), Store(tmp_path))
    assert again.match("you", new, codec, BYTES, 1400) == match
    assert again.png("you", new, codec, match.measured) == picture
    assert again.original("you", new) == original == quick_png(new.image)
    point = again.point("you", new, codec, match.measured.point.setting)
    assert point == match.measured


def test_a_result_gives_its_picture_also_when_disk_and_memory_have_let_go_of_it(
    measurements, monkeypatch
):
    """It is decoded anew; no result holds a picture itself."""
    monkeypatch.setattr(results, "measurements", lambda: measurements)
    codec, new = get("jpeg"), Picture("new", synthetic(64, 80, seed=9))
    chosen = Choice((codec,), "size", 1600, "psnr", 0.0, {})
    ask = lambda: results.results("me", new, chosen, figures=False)[0]  # noqa: E731
    (result,) = settled(measurements, lambda: [ask()] if ask().measured else None)
    for forget in (lambda: None, measurements.service._memory.clear):
        forget()
        assert np.array_equal(
            decode_standard(result.png(), "PNG"), codec.decode(result.measured.data)
        )
    measurements.service._memory.clear()
    measurements._memory._store._cache.clear()
    assert np.array_equal(decode_standard(result.png(), "PNG"), codec.decode(result.measured.data))
    assert not any(isinstance(value, bytes) for value in vars(result).values())


def test_refusals_and_faults_become_sentences_and_work_goes_on(measurements):
    unlucky = Unlucky()
    fault = settled(measurements, lambda: measurements.point("me", PICTURE, unlucky, 13.0))
    assert isinstance(fault, Failure) and "unlucky" in fault.reason
    ask = lambda: measurements.match("me", PICTURE, get("jpeg"), BYTES, 0)  # noqa: E731
    refusal = settled(measurements, ask)
    assert isinstance(refusal, Failure) and "at least one byte" in refusal.reason
    found = settled(measurements, lambda: measurements.point("me", PICTURE, unlucky, 14.0))
    assert isinstance(found, Measured)


def test_other_options_and_another_identity_are_other_keys():
    class Other(Unlucky):
        info = CodecInfo("unlucky", "", "classical", ".x", "x/x", "", options={"speed": "1"})

    class Identified(Unlucky):
        def identity(self, value: float) -> str:
            return "weights"

    keys = {stored.key("0" * 64, kind(), 3.0) for kind in (Unlucky, Other, Identified)}
    assert len(keys) == 3


def test_what_the_front_page_opens_with_is_there_at_the_next_start(measurements, tmp_path):
    own = Picture("first", synthetic(96, 96, seed=3))
    first.compute(measurements, own, figures=True)
    again = Measurements(Service(nobody), Store(tmp_path))
    for codec in map(get, DEFAULT_CODECS):
        found = again.match("you", own, codec, BYTES, default_budget(96 * 96))
        assert isinstance(again.png("you", own, codec, found.measured), bytes)
        assert isinstance(again.complete("you", own, codec, found.measured), Measured)
    assert isinstance(again.original("you", own), bytes)


def test_measurements_survive_the_way_to_disk_with_infinities():
    measured = evaluate(get("jpeg"), PICTURE.image, 80, ("psnr",)).light()
    lossless = measured.point.measures | {"psnr": float("inf")}
    measured.point.measures.update(lossless)
    assert stored.unpack(stored.pack(measured)) == measured
    assert stored.unpack(b'{"of": "another version"}\nxyz') is None


def test_the_store_on_disk_is_bounded(tmp_path):
    store = Store(tmp_path, limit=2_000_000)
    for number in range(100):
        store.put(bytes(100_000), "filler", number)
    sizes = [path.stat().st_size for path in tmp_path.rglob("*.val")]
    assert sum(sizes) <= 3_000_000
    assert store.get("filler", 99) == bytes(100_000) and store.get("filler", 0) is None


def test_searches_of_one_picture_at_once_keep_each_others_files(measurements):
    picture, codec = Picture("b", synthetic(96, 112, 5)), get("webp")
    budgets = (900, 1500, 2500)

    def ask() -> list[Match] | None:
        asked = [measurements.match("me", picture, codec, BYTES, budget) for budget in budgets]
        return [m for m in asked if isinstance(m, Match)] if None not in asked else None

    found = settled(measurements, ask)
    sizes = measurements._memory.sizes(picture, codec)
    assert all(sizes[m.measured.point.setting] == m.measured.point.bytes for m in found)
    assert len(sizes) >= max(m.encodes for m in found)
    again = measurements._memory.add_sizes(picture, codec, {7.0: 777})
    assert again == sizes | {7.0: 777} == measurements._memory.sizes(picture, codec)
