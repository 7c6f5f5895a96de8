"""Two given pictures: an original against decoded files of any program, with all measures."""

import hashlib
from collections.abc import Generator
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core import metrics
from core.compute import FIGURES, SHOWN, Unit, limits
from core.errors import DataError
from core.figures.palette import NEUTRAL
from core.images import SUFFIXES, Picture
from core.metrics import MEASURES, NAMES
from core.rd import tasks
from core.rd.given import Given, measure_given, open_given
from dashboard import state
from dashboard.growth import Growth
from dashboard.measurements import measurements
from dashboard.ui.download import download
from dashboard.ui.text import plain, size_text
from dashboard.ui.viewer import Panel, viewer
from dashboard.waiting import Failure, service

MOST = 8  # decoded files beside one original
TYPES = [*(suffix.removeprefix(".") for suffix in SUFFIXES), "rdx", "heic", "heif"]


def show(growth: Growth) -> None:
    """The uploaders; below them, once there are files, viewer and table."""
    st.caption(
        "Measure what any program made of a picture: upload the original and the files, coded or "
        "decoded, and see them side by side, exact to the pixel, with every measure."
    )
    left, right = st.columns(2)
    with left:
        original = st.file_uploader("The original", TYPES, key="giv_original")
    with right:
        files = st.file_uploader(
            f"Decoded files, up to {MOST}", TYPES, accept_multiple_files=True, key="giv_files"
        )
    if original is None or not files:
        return
    if len(files) > MOST:
        st.warning(f"The first {MOST} of {len(files)} files are shown.", icon=":material/info:")
    chosen = files[:MOST]
    growth.place(lambda: _draw_viewer(original, chosen))
    growth.place(lambda: _draw_table(original, chosen))


def _original(owner: str, file: UploadedFile) -> Picture | None:
    """The original, read by a process of the service. Raises DataError."""
    data = file.getvalue()
    key = ("given-original", _digest(data))
    found = service().call(owner, key, tasks.read, data, file.name, priority=SHOWN)
    if isinstance(found, Failure):
        raise DataError(found.reason)
    return found if isinstance(found, Picture) else None


def _opened(owner: str, picture: Picture, file: UploadedFile) -> Given | Failure | None:
    data = file.getvalue()
    key = ("given", _digest(data), picture.sha256)
    limit = limits.unit_seconds(picture.width * picture.height)
    found: Given | Failure | None = service().call(
        owner, key, open_given, data, file.name, picture, priority=SHOWN, limit_s=limit
    )
    return found


def _complete(
    owner: str, picture: Picture, file: UploadedFile, given: Given
) -> dict[str, float | None] | None:
    """All measures, or None while some are being computed; what failed has no figure."""
    if not given.measures:
        return {}
    data = file.getvalue()
    lacking = [n for n in metrics.present(given.height, given.width) if n not in given.measures]
    key = ("given-measures", _digest(data), picture.sha256)
    found = service().plan(
        owner, key, lambda: _measuring(data, file.name, picture, lacking), FIGURES
    )
    if found is None:
        return None
    return {**given.measures, **(found if isinstance(found, dict) else {})}


def _measuring(
    data: bytes, name: str, picture: Picture, lacking: list[str]
) -> Generator[Unit, Any, metrics.Values]:
    """One measure a unit: some take seconds."""
    values: metrics.Values = {}
    limit = limits.unit_seconds(picture.width * picture.height)
    for measure in lacking:
        if measure not in values:
            values |= yield Unit(measure_given, (data, name, picture, (measure,)), limit)
    return values


def _draw_viewer(original: UploadedFile, files: list[UploadedFile]) -> bool:
    owner = state.session_id()
    picture = _original(owner, original)
    if picture is None:
        st.caption(":material/hourglass_top: Reading the original …")
        return False
    png = measurements().original(owner, picture)
    found = [(file, _opened(owner, picture, file)) for file in files]
    if not isinstance(png, bytes) or any(given is None for _, given in found):
        st.caption(":material/hourglass_top: Decoding …")
        return False
    size = f"{picture.width} × {picture.height} px · {size_text(original.size)}"
    panels = [Panel("original", "Original", size, png, NEUTRAL)]
    for number, (file, given) in enumerate(found):
        if isinstance(given, Failure):
            # the name is said once, also where the reason begins with it
            own = f"{file.name}: "
            tail = f": {given.reason.removeprefix(own)}"
            reason = tail if given.reason.startswith(own) else f". {given.reason}"
            said = f"**{plain(file.name)}** was not decoded{plain(reason)}"
            st.error(said, icon=":material/block:")
        elif isinstance(given, Given):
            if not given.measures:
                st.warning(
                    f"**{plain(file.name)}** has {given.width} × {given.height} pixels, the "
                    f"original {picture.width} × {picture.height}: only equal sizes are measured.",
                    icon=":material/info:",
                )
                continue
            caption = f"{given.format} · {size_text(given.size)} · {given.bpp:.3f} bpp"
            panels.append(Panel(f"given-{number}", file.name, caption, given.png))
    if len(panels) > 1:
        viewer(panels, key="giv_viewer", height=520, left="original", right=panels[1].key)
    return True


def _draw_table(original: UploadedFile, files: list[UploadedFile]) -> bool:
    owner = state.session_id()
    picture = _original(owner, original)
    if picture is None:
        return False
    rows, done = [], True
    for file in files:
        given = _opened(owner, picture, file)
        if given is None:
            return False
        if isinstance(given, Failure) or not given.measures:
            continue
        values = _complete(owner, picture, file, given)
        done = done and values is not None
        rows.append(_row(given, values or given.measures))
    if not rows:
        return done
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    absent = metrics.absent(picture.height, picture.width)
    for reason in dict.fromkeys(absent.values()):
        st.caption(f":material/info: {plain(reason)}")
    if not done:
        st.caption(":material/hourglass_top: The other measures are on their way …")
        return False
    text = pd.DataFrame(rows).to_csv(index=False)
    download("Table (.csv)", text, "measures.csv", "text/csv", "giv_csv", icon="")
    return True


def _row(given: Given, values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "File": given.name,
        "Format": given.format,
        "Bytes": given.size,
        "bpp": round(given.bpp, 4),
    }
    for name in NAMES:
        if name in values:
            row[MEASURES[name].label] = round(values[name], MEASURES[name].decimals + 1)
    if given.notes:
        row["Remark"] = " ".join(given.notes)
    return row


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
