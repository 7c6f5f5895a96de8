"""Taking things away from the Compare page, and bringing bitstreams in."""

import csv
import io
import json

import streamlit as st

from core import metrics
from core.codecs.sniff import identify
from core.errors import RDError
from core.images import Picture
from dashboard.compare import report
from dashboard.compare.curves import Curves
from dashboard.compare.results import Result, original_png, picture_of
from dashboard.ui.text import decibel, plain, size_text
from dashboard.ui.theme import colour
from dashboard.ui.viewer import Panel, png_bytes, viewer

MAX_FILE = 100_000_000


def show_downloads(picture: Picture, shown: list[Result], state: Curves) -> None:
    """Buttons for every bitstream, every reconstruction, the points and the report."""
    stem = (
        "".join(c if c.isalnum() or c in "-_" else "_" for c in picture.name.rsplit(".", 1)[0])[:60]
        or "picture"
    )
    there = [r for r in shown if r.measured]
    columns = st.columns(max(2, len(there)))
    for column, r in zip(columns, there, strict=False):
        with column, st.container(border=True):
            p = r.measured.point
            st.markdown(
                f"**{r.codec.info.title}**  \n{size_text(p.bytes)} · {decibel(p.measures['psnr'])}"
            )
            name, suffix = f"{stem}_{r.codec.name}_{p.setting:.4g}", r.codec.info.suffix
            _button(
                f"File ({suffix})",
                r.measured.data,
                name + suffix,
                r.codec.info.mime,
                f"dl_{r.codec.name}",
                "download",
            )
            _button(
                "Picture (.png)",
                picture_of(picture, r),
                name + ".png",
                "image/png",
                f"dl_png_{r.codec.name}",
                "image",
            )
    running = state.done < state.total and not state.stopped

    def records() -> list[dict]:
        points = [m.point.record(picture.name) for points in state.points.values() for m in points]
        return points + [r.measured.point.record(picture.name) | {"shown": True} for r in there]

    columns = st.columns(3)
    with columns[0]:
        _button(
            "Points as CSV",
            lambda: _csv(records()),
            f"{stem}_points.csv",
            "text/csv",
            "dl_csv",
            "table",
            running,
        )
    with columns[1]:
        _button(
            "Points as JSON",
            lambda: _json(shown, records()),
            f"{stem}_points.json",
            "application/json",
            "dl_json",
            "data_object",
            running,
        )
    with columns[2]:
        original = original_png(picture.sha256, picture)
        _button(
            "Report (one HTML file)",
            lambda: report.html(picture, original, there, state.rd(), picture_of),
            f"{stem}_report.html",
            "text/html",
            "dl_report",
            "description",
            running,
        )
    if running:
        st.caption("Points and report are ready as soon as the curves are measured, or stopped.")


def show_decoder(picture: Picture) -> None:
    """A bitstream dropped in, ours or a standard one, as a picture with its header's facts."""
    file = st.file_uploader(
        "A file of any codec here: .rdx, .jpg, .jp2, .webp, .avif, .jxl", key="decode_file"
    )
    if file is None:
        return
    try:
        data = file.getvalue()
        if len(data) > MAX_FILE:
            raise RDError(
                f"{file.name} has {size_text(len(data))}; at most {size_text(MAX_FILE)} are decoded."
            )
        codec, facts = identify(data)
        image = codec.decode(data)
    except RDError as error:
        st.error(
            f"**{plain(file.name)}** was not decoded. {plain(str(error))}", icon=":material/block:"
        )
        return
    height, width = image.shape[:2]
    bpp = 8 * len(data) / (height * width)
    facts |= {"file": size_text(len(data)), "rate": f"{bpp:.4f} bpp"}
    panels = [
        Panel(
            "decoded",
            file.name,
            f"{codec.info.title} · {size_text(len(data))} · {bpp:.3f} bpp",
            png_bytes(image),
            colour(codec.name),
        )
    ]
    if image.shape == picture.image.shape:
        m = metrics.measure(picture.image, image, ["psnr", "mse"])
        facts |= {
            "PSNR against the current picture": decibel(m["psnr"]),
            "MSE against the current picture": f"{m['mse']:.3f}",
        }
        panels.insert(
            0,
            Panel(
                "original",
                "Current picture",
                picture.name,
                original_png(picture.sha256, picture),
                "#8b95a3",
            ),
        )
    left, right = st.columns([3, 1])
    with left:
        viewer(panels, key="decode_viewer", height=480)
    right.table({k: plain(str(v)) for k, v in facts.items()}, border="horizontal")
    with right:
        _button(
            "Picture (.png)",
            panels[-1].png,
            file.name.rsplit(".", 1)[0] + ".png",
            "image/png",
            "dl_decoded",
            "image",
        )


def _button(
    label: str, data, file_name: str, mime: str, key: str, icon: str, disabled: bool = False
) -> None:
    st.download_button(
        label,
        data,
        file_name,
        mime,
        key=key,
        on_click="ignore",
        icon=f":material/{icon}:",
        width="stretch",
        disabled=disabled,
    )


def _json(shown: list[Result], records: list[dict]) -> str:
    return json.dumps(
        {"header": report.header(shown), "records": records}, indent=1, allow_nan=False
    )


def _csv(records: list[dict]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(k for r in records for k in r)))
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()
