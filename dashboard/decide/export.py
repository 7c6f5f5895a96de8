"""Taking the files home: all pictures encoded as the answer says, with a manifest."""

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core import jobs
from core.codecs.registry import CODECS
from core.decide.advice import Advice
from core.decide.answer import Answer
from core.errors import RDError
from core.export import manifest, stored
from core.jobs import Job
from core.metrics import MEASURES
from dashboard.decide import job
from dashboard.decide.answer import MODE, MODES
from dashboard.ui.download import download
from dashboard.ui.slots import Slot
from dashboard.ui.text import plain, plural, size_text

NAMES: Slot[list[str]] = Slot("dec_export_codecs", [])
_FOR = Slot("dec_export_for", "")  # the recommendation that NAMES was filled from
EXIF = Slot("dec_exif", False)
MARKUP = Slot("dec_markup", False)
FALLBACKS = (".jpg",)


def show(decision: Job, answer: Answer, advice: Advice) -> None:
    """The form, the progress of the export, and what it made."""
    _form(decision, answer, advice)
    found = job.of(stored.KIND)
    if found is None:
        return
    job.watch(found, "Encoding")
    if found.state() == "done":
        try:
            _result(found)
        except RDError as error:
            st.error(plain(str(error)), icon=":material/block:")


def _form(decision: Job, answer: Answer, advice: Advice) -> None:
    asked = f"{decision.id} {advice.codecs} {MODE.value}"
    there = list(answer.choices)
    if _FOR.value != asked:
        _FOR.set(asked)
        NAMES.set(list(advice.codecs[:1]) or there[:1])
    NAMES.set([name for name in NAMES.value if name in there])
    for slot in (EXIF, MARKUP):
        slot.begin()
    left, right = st.columns([3, 2])
    with left:
        st.multiselect(
            "Encode with",
            there,
            format_func=lambda name: CODECS[name].info.title,
            key=NAMES.key,
            persist_state="session",
            help="Several give each picture in several formats, for <picture> elements.",
        )
    with right:
        st.toggle(
            "Keep EXIF",
            key=EXIF.key,
            persist_state="session",
            help="It may hold the place where a picture was taken. JPEG, WebP, AVIF, HEIC and "
            "JPEG XL can carry it.",
        )
        st.toggle("Write <picture> elements", key=MARKUP.key, persist_state="session")
    if MARKUP.value and not any(CODECS[n].info.suffix in FALLBACKS for n in NAMES.value):
        st.caption(
            ":material/info: Add a JPEG codec: it is the fallback for browsers that know no other."
        )
    whole = answer.decision.whole
    st.caption(
        "Pictures are turned upright and their colours are converted to sRGB; no profile is "
        "embedded. "
        + ("EXIF is copied, but for the orientation." if EXIF.value else "EXIF is dropped.")
        + " Every file is measured; where too few would have the quality, the setting is raised."
    )
    running = (found := job.of(stored.KIND)) is not None and found.state() == "running"
    st.button(
        f"Encode {'all ' if whole > 1 else ''}{whole:,} picture{plural(whole)}",
        type="primary",
        key="dec_encode",
        on_click=job.attempt,
        args=(_start, decision),
        disabled=running or not NAMES.value,
    )
    st.caption(f"{MODES[MODE.value]}, as chosen above the chart.")


def _start(decision: Job) -> None:
    started = stored.start(decision, NAMES.value, MODE.value, EXIF.value, MARKUP.value)
    job.EXPORT.set(started.id)


def _result(export: Job) -> None:
    told = stored.told(export)
    for codec, facts in told["summary"].items():
        st.success(_sentence(codec, facts), icon=":material/check_circle:")
    paths = stored.archives(export)
    for column, path in zip(st.columns(max(3, len(paths))), paths, strict=False):
        with column:
            _download(path)
    one, two, three = st.columns(3)
    folder = export.folder / stored.FOLDER
    with one:
        _button("Manifest (.csv)", folder / manifest.CSV, "text/csv", "dec_csv")
    with two:
        _button("Manifest (.json)", folder / manifest.JSON, "application/json", "dec_json")
    if page := stored.page(export):
        with three:
            download(
                "Picture elements (.html)",
                page,
                "pictures.html",
                "text/html",
                "dec_html",
                icon="",
                width="stretch",
            )
    with st.expander("All files"):
        st.dataframe(_rows(told), hide_index=True, width="stretch", key="dec_files")
    st.button("Delete the files on the server", key="dec_forget", on_click=_forget, args=(export,))


def _forget(export: Job) -> None:
    job.attempt(jobs.remove, export)
    job.EXPORT.set("")


def _sentence(codec: str, facts: dict[str, Any]) -> str:
    title = CODECS[codec].info.title if codec in CODECS else codec
    before, after = facts["original_bytes"], facts["bytes"]
    words = f"**{title}: {facts['files']:,} files, {size_text(after)} instead of "
    words += f"{size_text(before)}** ({100 * (after / max(1, before) - 1):+.1f} %)."
    if "reached" in facts:
        words += f" {facts['reached']:,} of them have the quality, measured on the files."
    if facts["setting"] is not None:
        words += f" {CODECS[codec].setting.name.capitalize()} {facts['setting']:.4g} for all."
    refused = facts["pictures"] - facts["files"]
    if refused:
        words += f" {refused} picture{plural(refused)} could not be encoded; the manifest says why."
    return words.replace("-", "−")


def _rows(told: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for record in told["files"]:
        row = {"Picture": record["image"], "File": record.get("file", ""), "Codec": record["codec"]}
        if "file" in record:
            row |= {"Setting": f"{record['setting']:.4g}", "Bytes": record["bytes"]}
            row |= {"Before": record["original_bytes"]}
            for name, value in record["measures"].items():
                if name in MEASURES:
                    row[MEASURES[name].short] = value
        row["Remark"] = " ".join([*record.get("notes", ()), record["error"]]).strip()
        rows.append(row)
    return pd.DataFrame(rows)


def _download(path: Path) -> None:
    size = size_text(path.stat().st_size)
    _button(f"{path.name} ({size})", path, "application/zip", f"dec_{path.stem}", "primary")


def _button(label: str, path: Path, mime: str, key: str, kind: Any = "secondary") -> None:
    """A button that sends a file; it is read when somebody presses it."""
    download(label, path.read_bytes, path.name, mime, key, type=kind, width="stretch")
