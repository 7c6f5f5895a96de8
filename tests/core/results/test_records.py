"""The results file: what is written is read, and anything else is refused with a sentence."""

import csv
import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import results
from core.codecs import registry
from core.errors import DataError

RECORD = {
    "image": "a.png",
    "codec": "jpeg",
    "setting": 50.0,
    "width": 8,
    "height": 4,
    "bytes": 100,
    "bpp": 25.0,
    "mse": 3.5,
    "mae": 1.0,
    "psnr": 42.7,
    "psnr_y": 43.0,
    "psnr_611": 44.0,
    "ssim": None,
    "ms_ssim": None,
    "ms_ssim_db": None,
    "encode_s": 0.01,
    "decode_s": 0.02,
}


def test_what_is_written_is_read(tmp_path):
    head = results.header([registry.get("jpeg")], note="mine")
    records = [RECORD, RECORD | {"image": "b.png"}]
    results.write(tmp_path / "r.json", head, iter(records))
    found = results.read(tmp_path / "r.json")
    assert found.header == head and found.records == records
    assert set(json.loads((tmp_path / "r.json").read_text())) == {"header", "records"}
    assert (
        found.codecs() == ["jpeg"]
        and found.images() == ["a.png", "b.png"]
        and found.title("jpeg") == "JPEG"
    )
    assert (
        head["codecs"]["jpeg"]["options"]["subsampling"] == "4:2:0" and head["versions"]["pillow"]
    )
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


def test_csv_has_one_line_a_record():
    rows = list(
        csv.DictReader(
            io.StringIO(results.to_csv([RECORD, RECORD | {"image": 'with "quotes", commas'}]))
        )
    )
    assert [row["image"] for row in rows] == ["a.png", 'with "quotes", commas']
    assert (
        float(rows[0]["psnr"]) == 42.7
        and rows[0]["ssim"] == ""
        and tuple(rows[0]) == results.columns([RECORD])
    )


@pytest.mark.parametrize(
    "content, word",
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "header"),
        (b'{"header": {}}', "records"),
        (b'{"header": {}, "records": [3]}', "record 1 is not an object"),
        (b'{"header": {}, "records": [{}]}', "has no image"),
        (
            json.dumps({"header": {}, "records": [RECORD, RECORD | {"bpp": "x"}]}).encode(),
            "record 2 has a bpp",
        ),
        (
            json.dumps({"header": {}, "records": [RECORD | {"mse": float("nan")}]}).encode(),
            "mse that is not a number",
        ),
        (json.dumps({"header": {}, "records": [RECORD | {"bpp": 0}]}).encode(), "not positive"),
        (json.dumps({"header": {}, "records": [RECORD | {"image": 3}]}).encode(), "not a text"),
    ],
)
def test_what_is_no_results_file_is_refused(content, word):
    with pytest.raises(DataError, match=word):
        results.parse(content, "file.json")


def test_gzipped_results_are_read(tmp_path):
    content = json.dumps({"header": {}, "records": [RECORD]}).encode()
    (tmp_path / "r.json.gz").write_bytes(gzip.compress(content))
    assert results.read(tmp_path / "r.json.gz").records == [RECORD]
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(content)[:-12])
    (tmp_path / "none.json.gz").write_bytes(content)
    for name in ("cut.json.gz", "none.json.gz"):
        with pytest.raises(DataError, match="Cannot read"):
            results.read(tmp_path / name)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="Cannot read"):
        results.read(tmp_path / "none.json")


@given(st.binary(max_size=4096))
def test_any_bytes_end_in_results_or_one_error(data):
    try:
        results.parse(data)
    except DataError as error:
        assert str(error)
