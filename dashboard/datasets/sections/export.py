"""The section Take away: results as JSON and CSV, curves for CompressAI's plot, a report."""

import io
import json
import zipfile
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import results as files
from core.errors import DataError
from core.results import published
from dashboard.datasets.gathered import Entry, Gathered
from dashboard.datasets.sections.report import report
from dashboard.ui.text import file_stem


def draw(shown: Gathered) -> None:
    """The buttons; a file is made when its button is pressed."""
    first_of_run = {entry.run.id: entry for entry in reversed(shown.entries)}
    for entry in reversed(first_of_run.values()):
        codecs = [e.codec for e in shown.entries if e.run.id == entry.run.id]
        with st.container(border=True):
            st.markdown(f"**{entry.run.name}** · {len(entry.results.records):,} records")
            _show_run(shown, entry, codecs)
    with st.container():
        _button(
            st.container(),
            "Report (one HTML file)",
            lambda: report(shown),
            "rd_explorer_report.html",
            "text/html",
        )
    st.caption(
        "The results file is what `python -m core bdrate` reads. The zip holds one JSON file per "
        "codec in CompressAI's form, with PSNR and MS-SSIM over R, G and B."
    )


def _show_run(shown: Gathered, entry: Entry, codecs: list[str]) -> None:
    stem = file_stem(entry.run.name)
    results, records, curves = st.columns(3)
    _button(results, "Results (.json)", lambda: _results(entry), f"{stem}.json", "application/json")
    _button(
        records,
        "Records (.csv)",
        lambda: files.to_csv(entry.results.records),
        f"{stem}.csv",
        "text/csv",
    )
    _button(
        curves,
        "For CompressAI's plot (.zip)",
        lambda: compressai_zip(shown, entry, codecs),
        f"{stem}_compressai.zip",
        "application/zip",
    )


def _button(
    place: DeltaGenerator, label: str, make: Callable[[], str | bytes], name: str, mime: str
) -> None:
    place.download_button(
        label, make, name, mime, key=f"ds_dl_{name}", width="stretch", on_click="ignore"
    )


def _results(entry: Entry) -> str:
    whole = {"header": entry.results.header, "records": entry.results.records}
    return json.dumps(whole, allow_nan=False)


def compressai_zip(shown: Gathered, entry: Entry, codecs: list[str]) -> bytes:
    """One JSON file per codec, over the pictures that are shown."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for codec in codecs:
            try:
                curve = published.to_compressai(entry.results, codec, shown.images or None)
            except DataError:
                continue
            archive.writestr(f"{codec}.json", json.dumps(curve, indent=2, allow_nan=False))
    return out.getvalue()
