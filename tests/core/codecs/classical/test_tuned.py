"""The codecs that are tuned for PSNR or for the eye are better at that than the plain ones."""

import io

import numpy as np
import pytest
from PIL import Image

from core import ffmpeg, images, metrics
from core.codecs.classical import packages
from core.codecs.classical.vvc import Vvc
from core.codecs.registry import CODECS, get
from core.coding.container import Container, pack, unpack
from core.errors import BitstreamError, ProgramError, SettingError
from core.metrics.ssimulacra2 import ssimulacra2
from core.rd.bdrate import bd_rate
from core.rd.match import match_quality
from tests.conftest import synthetic

NEW = ("jpeg-psnr", "jpeg-eye", "webp-sharp", "avif-psnr", "avif-psnr-slow", "heic", "vvc")


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return metrics.measure(a, b, ["psnr"])["psnr"]


def saving(image: np.ndarray, name: str, anchor: str, quality=psnr) -> float:
    """BD-rate of two codecs on one picture, over the middle of their grids."""
    curves = []
    for codec in (get(anchor), get(name)):
        rates, values = [], []
        for setting in codec.setting.grid[4:12:2]:
            data = codec.encode(image, setting).data
            rates.append(len(data))
            values.append(quality(image, codec.decode(data)))
        curves.append((np.array(rates), np.array(values)))
    return bd_rate(*curves).percent


@pytest.fixture(scope="module")
def cat() -> np.ndarray:
    from skimage import data

    return np.ascontiguousarray(data.chelsea()[:288, :448])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "anchor", "limit"),
    [("jpeg-psnr", "jpeg", -15), ("avif-psnr", "avif", -5), ("vvc", "avif-psnr", 0)],
)
def test_codecs_for_psnr_are_better_in_psnr(cat, name, anchor, limit):
    assert saving(cat, name, anchor) < limit


@pytest.mark.parametrize(("name", "anchor"), [("jpeg-eye", "jpeg"), ("avif", "avif-psnr")])
def test_codecs_for_the_eye_are_better_in_ssimulacra2(kodak, name, anchor):
    face = images.load(kodak[14]).image[100:400, 250:650]
    assert saving(face, name, anchor, ssimulacra2) < 0


def test_each_says_what_it_is_tuned_for():
    aims = {name: CODECS[name].info.tuned_for for name in NEW}
    assert aims.pop("jpeg-eye") == "eye"
    assert aims.pop("webp-sharp") == "none"
    assert set(aims.values()) == {"psnr"}
    assert {get("avif").info.tuned_for, get("jpegxl").info.tuned_for} == {"eye"}
    assert get("jpeg").info.tuned_for == "none"


def test_flat_tables_and_progressive_scans(small):
    with Image.open(io.BytesIO(get("jpeg-psnr").encode(small, 60).data)) as picture:
        tables = picture.quantization
        assert picture.info["progressive"]
    assert all(len(set(table)) == 1 for table in tables.values())


@pytest.mark.parametrize("name", ["jpeg-psnr", "heic", "vvc"])
def test_a_quality_can_be_matched(small, name):
    match = match_quality(get(name), small, "psnr", 34)
    assert match.met
    assert match.measured.point.measures["psnr"] >= 34


@pytest.mark.parametrize("name", NEW)
def test_decoding_is_exact_and_repeatable(name):
    image = synthetic(33, 47)
    data = get(name).encode(image, get(name).setting.default).data
    first, second = get(name).decode(data), get(name).decode(data)
    assert np.array_equal(first, second)
    assert psnr(image, first) > 22


def test_a_vvc_file_without_a_picture_is_refused():
    data = get("vvc").encode(synthetic(20, 20), 30).data
    stream = unpack(data).payload
    wrong = pack(Container("vvc", 30, 140, 20, stream))
    with pytest.raises(BitstreamError, match="another size"):
        get("vvc").decode(wrong)
    nothing = pack(Container("vvc", 30, 20, 20, b"no stream at all"))
    with pytest.raises(BitstreamError, match="cannot be decoded"):
        get("vvc").decode(nothing)


def test_noise_that_vvc_cannot_write_is_a_sentence():
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    with pytest.raises(SettingError, match="higher QP"):
        get("vvc").encode(noise, get("vvc").setting.low)


def test_heic_files_of_other_brands_are_refused(small):
    data = bytearray(get("heic").encode(small, 50).data)
    data[8:12] = b"avif"
    with pytest.raises(BitstreamError, match="not a HEIC"):
        get("heic").decode(bytes(data))


def test_a_missing_package_is_a_sentence(monkeypatch):
    assert packages.absent("numpy", "numpy") == ""
    assert "pip install nothing" in packages.absent("no_such_module", "nothing")
    assert packages.version("no-such-package") == "not installed"
    monkeypatch.setitem(CODECS, "vvc", CODECS["vvc"])
    monkeypatch.setattr("core.codecs.registry.MISSING", {"vvc": "ffmpeg is not here."})
    with pytest.raises(SettingError, match="ffmpeg is not here"):
        get("vvc")


def test_without_ffmpeg_vvc_says_so(monkeypatch):
    def none():
        raise ProgramError("ffmpeg is not here: install it.")

    monkeypatch.setattr(ffmpeg, "program", none)
    with pytest.raises(ProgramError, match="install"):
        Vvc().encode(synthetic(20, 20), 30)
    monkeypatch.setattr("core.codecs.classical.vvc.util.find_spec", lambda name: None)
    assert "install" in Vvc().missing()
