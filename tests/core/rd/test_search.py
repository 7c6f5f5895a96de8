"""The search takes few encodes and gives the answers of the plain one, which takes about ten."""

import pytest

from core import images
from core.codecs.registry import get
from core.rd import usual
from core.rd.match import Found, drive, search_bytes
from tests.core.rd.plain_search import best_size

BPPS = (0.25, 0.5, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("jpeg", 6),
        ("jpeg444", 6),
        ("jpeg2000", 1),  # its rate control is exact
        ("webp", 6),
        ("avif", 5),
        ("jpegxl", 6),
    ],
)
def test_few_encodes_and_the_same_answers_on_kodak(name, most, kodak):
    codec, encodes = get(name), []
    for path in kodak[2::6]:
        image = images.load(path).image[128:384, 192:576]
        pixels, sizes = image.shape[0] * image.shape[1], {}

        def size_of(value: float, image=image, sizes=sizes) -> int:
            if value not in sizes:
                sizes[value] = len(codec.encode(image, value).data)
            return sizes[value]

        for bpp in BPPS[1:] if name == "jpegxl" else BPPS:
            budget = round(bpp * pixels / 8)
            found = drive(search_bytes(codec, pixels, budget), size_of)
            encodes.append(found.encodes)
            assert found.met and size_of(found.value) <= budget
            if not codec.setting.step and size_of(found.value) >= 0.995 * budget:
                continue  # as near as the plain search is asked to come
            plain, _ = best_size(codec.setting, size_of, budget)
            if plain > budget:  # the plain search found no file this small; this one did
                continue
            if codec.setting.step:
                assert size_of(found.value) == plain, (path.name, bpp)
            else:  # within what JPEG 2000's whole coding passes leave open
                assert size_of(found.value) >= 0.995 * plain, (path.name, bpp)
    assert sum(encodes) / len(encodes) <= most


def test_what_is_known_already_is_not_encoded_again():
    codec, sizes = get("jpeg"), {}

    def size_of(value: float) -> int:
        sizes[value] = int(1000 + 100 * value)
        return sizes[value]

    first = drive(search_bytes(codec, 64 * 64, 5050), size_of)
    again = drive(search_bytes(codec, 64 * 64, 5050, known=sizes), size_of)
    near = drive(search_bytes(codec, 64 * 64, 5250, known=dict(sizes)), size_of)
    assert first.value == 40 and again == Found(40, True, 0)
    assert near.value == 42 and near.encodes < first.encodes


def test_of_settings_that_give_the_same_file_one_is_encoded():
    codec, tried = get("avif"), []

    def size_of(value: float) -> int:
        tried.append(value)
        return int(90 * 1.05 ** codec.setting.level(value))

    for budget in (100, 130, 200, 350):
        tried.clear()
        found = drive(search_bytes(codec, 64 * 64, budget), size_of)
        levels = [codec.setting.level(value) for value in tried]
        assert len(set(levels)) == len(levels) == found.encodes
        fitting = [size_of(value) for value in range(101) if size_of(value) <= budget]
        assert size_of(found.value) == max(fitting)


def test_rate_control_is_asked_first_and_once():
    codec, tried = get("jpeg2000"), []
    pixels = 512 * 512

    def size_of(value: float) -> int:
        tried.append(value)
        return 40 * int((value * pixels / 8 + 16) / 40)  # a new file every 40 bytes

    found = drive(search_bytes(codec, pixels, 10_010), size_of)
    assert found.encodes == 1 and size_of(found.value) == 10_000
    known = {found.value: 10_000}
    assert drive(search_bytes(codec, pixels, 10_002, known=known), size_of).encodes == 0
    assert drive(search_bytes(codec, pixels, 10_011, known=known), size_of).encodes == 1
    longer = drive(search_bytes(codec, pixels, 10_010, at_least=True), size_of)
    assert size_of(longer.value) == 10_040


def test_the_usual_curve_is_a_mean_over_pictures_and_goes_on_beyond_its_ends():
    records = [
        {"codec": "x", "setting": 10, "bpp": 1.0, "psnr": 30.0},
        {"codec": "x", "setting": 10, "bpp": 4.0, "psnr": 34.0},
        {"codec": "x", "setting": 20, "bpp": 8.0, "psnr": 40.0},
    ]
    (table,) = usual.tabulate(records).values()
    assert table["settings"] == [10, 20] and table["psnr"] == [32.0, 40.0]
    assert table["log_bpp"] == pytest.approx([0.6931, 2.0794], abs=1e-4)
    curve = usual.Usual(table["settings"], table["psnr"])
    assert [curve(x) for x in (5, 10, 15, 30)] == [28, 32, 36, 48]
    assert curve.shifted(1)(15) == 37
