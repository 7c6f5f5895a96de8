"""The table of codecs: each cell in its place, whole values behind rounded ones, all escaped."""

import math

from dashboard.ui.tables import Column, table_html

COLUMNS = {"Bytes": Column(form=",d"), "psnr": Column("PSNR, dB", "More is better.", ".2f")}


def test_numbers_keep_their_whole_value_and_what_is_missing_is_empty():
    rows = [
        {"Codec": "JPEG", "Status": "computing …"},
        {"Codec": "AVIF", "Status": "exact", "Bytes": 14522, "psnr": 34.46123},
        {"Codec": "PNG", "Status": "exact", "Bytes": 99, "psnr": math.inf},
    ]
    drawn = table_html(rows, ["#111", "#222", "#333"], COLUMNS)
    assert '<data value="14522">14,522</data>' in drawn
    assert '<data value="34.46123">34.46</data>' in drawn and "∞" in drawn
    assert drawn.count("<tr>") == 4 and drawn.count("<td") == 3 * 5
    jpeg = drawn.split("<tr>")[2]
    assert jpeg.count('<td class="number"></td>') == 2 and "#111" in jpeg
    assert 'data-column="psnr" class="number" title="More is better.">PSNR, dB</th>' in drawn


def test_text_is_escaped():
    rows = [{'<b a="1">': "<script>alert(1)</script>"}]
    drawn = table_html(rows, ["#111"], {})
    assert "<script" not in drawn and "&lt;script&gt;" in drawn and "<b a" not in drawn
