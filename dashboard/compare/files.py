"""Taking things away from the Compare page, and bringing bitstreams in."""

import csv
import hashlib
import io
import json
from typing import Any

import streamlit as st

from core.codecs.registry import get
from core.compute import SHOWN
from core.figures.palette import NEUTRAL, colour
from core.images import Picture
from core.rd.tasks import Opened, open_bitstream
from dashboard.compare import report
from dashboard.compare.results import Result, original_png
from dashboard.measured_curves import Curves
from dashboard.ui.download import download
from dashboard.ui.places import Place
from dashboard.ui.text import decibel, plain, size_text
from dashboard.ui.viewer import Panel, viewer
from dashboard.waiting import Failure, looks, service

MAX_FILE = 100_000_000


def show_files(picture: Picture, shown: list[Result], keep: bool) -> "Exports":
    """Buttons for every bitstream and every reconstruction; the place for points and report, which
    stays as it was for now with `keep`.
    """
    st.subheader("Take away")
    stem = file_stem(picture)
    there = [r for r in shown if r.measured]
    columns = st.columns(max(2, len(there)))
    for column, r in zip(columns, there, strict=False):
        with column, st.container(border=True):
            _show_file(stem, r)
    return Exports(stem, keep)


def file_stem(picture: Picture) -> str:
    """The picture's name as the beginning of a file's."""
    name = picture.name.rsplit(".", 1)[0]
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
    return safe[:60] or "picture"


def _show_file(stem: str, r: Result) -> None:
    assert r.measured is not None
    p = r.measured.point
    st.markdown(f"**{r.codec.info.title}**  \n{size_text(p.bytes)} · {decibel(p.measures['psnr'])}")
    name, info = f"{stem}_{r.codec.name}_{p.setting:.4g}", r.codec.info
    key = f"dl_{r.codec.name}"
    download(
        f"File ({info.suffix})",
        r.measured.data,
        name + info.suffix,
        info.mime,
        key,
        "download",
        width="stretch",
    )
    key = f"dl_png_{r.codec.name}"
    download("Picture (.png)", r.png, f"{name}.png", "image/png", key, "image", width="stretch")


class Exports:
    """The place of points and report: a remark at first, buttons once the curves are measured.

    With `keep`, the buttons of the run before stay until then.
    """

    def __init__(self, stem: str, keep: bool) -> None:
        self._stem = stem
        self._latest: tuple[list[Result], Curves] = ([], Curves({}, 0, 0, {}, True))
        self._drawn = self._told = False
        self._place = Place(keep)
        if not keep:
            self._tell()

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            said = "Points and report are ready once the curves are measured, or stopped."
            self._place.now().caption(said)

    def show(self, owner: str, picture: Picture, shown: list[Result], curves: Curves) -> None:
        """Draws the buttons once; what they give away is always the latest."""
        self._latest = shown, curves
        if self._drawn:
            return
        if not (curves.is_done() or curves.stopped):
            self._tell()
            return
        self._drawn = True
        original = original_png(owner, picture)

        def records() -> list[dict[str, Any]]:
            shown, curves = self._latest
            points = [point for points in curves.points.values() for point in points]
            best = [r.measured.point for r in shown if r.measured]
            told = [point.record(picture.name) for point in points]
            return told + [point.record(picture.name) | {"shown": True} for point in best]

        def there() -> list[Result]:
            return [r for r in self._latest[0] if r.measured]

        def as_json() -> str:
            told = {"header": report.header(there()), "records": records()}
            return json.dumps(told, indent=1, allow_nan=False)

        def as_report() -> str:
            return report.html(picture, original, there(), self._latest[1].points)

        stem = self._stem
        with self._place.now().container():
            one, two, three = st.columns(3)
        with one:
            name = f"{stem}_points.csv"
            download(
                "Points as CSV",
                lambda: _csv(records()),
                name,
                "text/csv",
                "dl_csv",
                "table",
                width="stretch",
            )
        with two:
            name, mime = f"{stem}_points.json", "application/json"
            download(
                "Points as JSON", as_json, name, mime, "dl_json", "data_object", width="stretch"
            )
        with three:
            name, mime = f"{stem}_report.html", "text/html"
            download(
                "Report (one HTML file)",
                as_report,
                name,
                mime,
                "dl_report",
                "description",
                width="stretch",
            )


class Bitstream:
    """A file dropped in, and the place for what it holds."""

    def __init__(self) -> None:
        self.file = st.file_uploader(
            "A file of any codec here: .rdx, .jpg, .jp2, .webp, .avif, .jxl", key="decode_file"
        )
        self.place = st.empty()


def show_bitstream(owner: str, picture: Picture, chosen: Bitstream) -> None:
    """A bitstream dropped in, ours or a standard one, as a picture with its header's facts."""
    if chosen.file is None:
        return
    name, data = chosen.file.name, chosen.file.getvalue()
    opened: Opened | Failure | None = None
    if len(data) > MAX_FILE:
        opened = Failure(
            f"{name} has {size_text(len(data))}; at most {size_text(MAX_FILE)} are decoded."
        )
    key = ("opened", hashlib.sha256(data).hexdigest(), picture.sha256)
    for _ in looks(owner):
        if opened is not None:
            break
        opened = service().call(owner, key, open_bitstream, data, picture, priority=SHOWN)
        if opened is None:
            chosen.place.caption(":material/hourglass_top: Decoding …")
    with chosen.place.container():
        if isinstance(opened, Failure):
            said = f"**{plain(name)}** was not decoded. {plain(opened.reason)}"
            st.error(said, icon=":material/block:")
        elif opened is not None:
            _show_opened(owner, picture, name, len(data), opened)


def _show_opened(owner: str, picture: Picture, name: str, size: int, opened: Opened) -> None:
    info = get(opened.codec).info
    bpp = 8 * size / (opened.height * opened.width)
    facts = opened.facts | {"file": size_text(size), "rate": f"{bpp:.4f} bpp"}
    caption = f"{info.title} · {size_text(size)} · {bpp:.3f} bpp"
    panels = [Panel("decoded", name, caption, opened.png, colour(opened.codec))]
    if opened.measures:
        facts |= {
            "PSNR against the current picture": decibel(opened.measures["psnr"]),
            "MSE against the current picture": f"{opened.measures['mse']:.3f}",
        }
        png = original_png(owner, picture)
        panels.insert(0, Panel("original", "Current picture", picture.name, png, NEUTRAL))
    left, right = st.columns([3, 1])
    with left:
        viewer(panels, key="decode_viewer", height=480)
    right.table({k: plain(str(v)) for k, v in facts.items()}, border="horizontal")
    file = name.rsplit(".", 1)[0] + ".png"
    with right:
        download(
            "Picture (.png)", opened.png, file, "image/png", "dl_decoded", "image", width="stretch"
        )


def _csv(records: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(k for r in records for k in r)))
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()
