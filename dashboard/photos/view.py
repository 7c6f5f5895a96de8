"""The top of the Photos page: the picture at a level in the viewer, and the same picture by others
at no fewer bytes.
"""

import time

import streamlit as st

from core.codecs.base import Codec
from core.codecs.learned.photo_models import PhotoModel
from core.codecs.registry import get
from core.figures.palette import NEUTRAL, colour
from core.images import Picture
from core.publish import Sources, data_of
from core.rd.match import Match
from core.rd.measure import Measured
from dashboard.compare.files import file_stem
from dashboard.compare.results import original_png
from dashboard.compare.view import table_row
from dashboard.photos import answers
from dashboard.photos.answers import GAIN, Look, Shown
from dashboard.ui.download import download
from dashboard.ui.places import Place
from dashboard.ui.tables import Column, codec_table
from dashboard.ui.take_home import take_home
from dashboard.ui.text import decibel, plain, seconds_text
from dashboard.ui.viewer import Panel, viewer
from dashboard.waiting import Failure, looks, service

PATIENCE_S = 0.8  # how long a run waits for everything before it draws what is there


class Places:
    """Where the top of the page is drawn, each time more of it is there.

    With `keep`, the table of the run before stays until then, as the viewer does.
    """

    def __init__(self, keep: bool) -> None:
        self.viewer = st.container()
        self.table = Place(keep)
        self.progress = st.empty()
        self.downloads = st.container()
        self._since = time.monotonic()
        self._drawn: object = None
        self._draws = 0

    def show_progress(self, owner: str, picture: Picture, shown: Shown) -> None:
        """What is being computed, how much of it is there, and since when."""
        parts = shown.parts()
        waiting = [name for name, there in parts.items() if not there]
        if not shown.missing():
            self.progress.empty()
            return
        seconds = seconds_text(time.monotonic() - self._since)
        ahead = service().ahead(owner)
        queue = f"; {ahead} pieces of other people's work come first" if ahead else ""
        self.progress.progress(
            (len(parts) - len(waiting)) / len(parts),
            f"Coding {picture.width * picture.height / 1e6:.1f} Mpx: waiting for "
            f"{', '.join(waiting)} · {seconds} so far{queue}",
        )

    def show_table(self, owner: str, picture: Picture, codec: PhotoModel, shown: Shown) -> bool:
        """The table, if there is news; whether all of its figures are there."""
        measured = _with_ms_ssim(owner, picture, codec, shown)
        drawn = (measured, shown.learned, shown.rivals)
        if drawn != self._drawn:
            self._drawn = drawn
            self._draws += 1  # a run may draw a key once
            with self.table.now().container():
                _draw_table(picture, codec, shown, measured, self._draws)
        if answers.no_ms_ssim(picture):
            return True
        return not any(m.point.lacks(("ms_ssim",)) for m in measured.values())


def wait(owner: str, picture: Picture, codec: PhotoModel, level: int, places: Places) -> Shown:
    """All that is shown of the level, or what is there of it after a moment."""
    shown = answers.shown(owner, picture, codec, level)
    patience = PATIENCE_S
    while True:
        for _ in looks(owner, patience_s=patience):
            shown = answers.shown(owner, picture, codec, level)
            if not shown.missing():
                return shown
        places.show_progress(owner, picture, shown)
        if shown.look is not None:
            return shown
        patience = 1.0  # between two drawings of the progress


def now(owner: str, picture: Picture, codec: PhotoModel, level: int, places: Places) -> Shown:
    """What is there of the level, with its progress."""
    shown = answers.shown(owner, picture, codec, level)
    places.show_progress(owner, picture, shown)
    return shown


def compute_ahead(
    owner: str, picture: Picture, codec: PhotoModel, level: int, shown: Shown
) -> bool:
    """Asks for the neighbouring levels; whether they are there."""
    if answers.is_large(picture) or isinstance(shown.learned, Failure):
        return True
    near = [n for n in (level + 1, level - 1) if n in codec.setting.grid]
    found = [answers.shown(owner, picture, codec, n, ahead=True) for n in near]
    return not any(shown.missing() for shown in found)


def show_pictures(owner: str, picture: Picture, shown: Shown | None) -> None:
    """Original, reconstruction, difference, and the rivals, exact to the pixel."""
    size = f"{picture.width} × {picture.height} px"
    panels = [Panel("original", "Original", size, original_png(owner, picture), NEUTRAL)]
    if shown is not None and isinstance(shown.look, Look):
        measured = shown.measured()
        caption = _caption(measured["learned"])
        panels.append(Panel("learned", "Learned", caption, shown.look.png, colour("bls2017")))
        for name, png in shown.pngs.items():
            if isinstance(png, bytes):
                title, caption = get(name).info.title, _caption(measured[name])
                panels.append(Panel(name, title, caption, png, colour(name)))
        text = "learned − original, grey is none"
        panels.append(
            Panel("difference", f"Difference × {GAIN}", text, shown.look.error_png, NEUTRAL)
        )
    keys = [panel.key for panel in panels]
    viewer(
        panels,
        key="photos_viewer",
        height=560,
        left=keys[0],
        right="learned" if "learned" in keys else keys[-1],
    )


def _caption(measured: Measured) -> str:
    p = measured.point
    return f"{p.bytes:,} bytes · {p.bpp:.3f} bpp · {decibel(p.measures['psnr'])}"


def _with_ms_ssim(
    owner: str, picture: Picture, codec: PhotoModel, shown: Shown
) -> dict[str, Measured]:
    return {
        name: answers.with_ms_ssim(
            owner, picture, codec if name == "learned" else get(name), measured
        )
        for name, measured in shown.measured().items()
    }


def _draw_table(
    picture: Picture,
    codec: PhotoModel,
    shown: Shown,
    measured: dict[str, Measured],
    number_of_draw: int,
) -> None:
    """One line a codec at no fewer bytes than the learned file, and what could not be computed."""
    if not isinstance(shown.learned, Measured):
        if isinstance(shown.learned, Failure):
            st.error(plain(shown.learned.reason), icon=":material/block:")
        return
    if isinstance(shown.look, Failure):
        st.error(plain(shown.look.reason), icon=":material/block:")
    ours = shown.learned.point.bytes
    absent = answers.no_ms_ssim(picture) != ""
    rows = [_row(codec, name, found, ours, absent) for name, found in measured.items()]
    tints = [colour("bls2017" if name == "learned" else name) for name in measured]
    columns = {
        "Bytes": Column(help="Length of the whole file.", form=",d"),
        "bpp": Column(help="Bits of the file for a pixel.", form=".4f"),
        "PSNR": Column("PSNR, dB", "Over R, G and B together.", ".2f"),
        "More bytes": Column(
            "More bytes, %",
            "Than the learned file: the smallest file of this codec that is no shorter.",
            "+.1f",
        ),
        "MS-SSIM, dB": Column(form=".2f"),
    }
    codec_table(rows, tints, columns)
    titles = {name: "Learned" if name == "learned" else get(name).info.title for name in measured}
    take_home(
        f"pho_table_{number_of_draw}",
        f"photos-{picture.name}",
        rows=lambda: [table_row(titles[name], found.point) for name, found in measured.items()],
        sources=Sources(("bls2017", *answers.RIVALS), ("psnr", "ms_ssim"), data_of(picture.source)),
    )
    if answers.is_large(picture):
        st.caption(f":material/info: {answers.no_ms_ssim(picture)}")
    for name, found in shown.rivals.items():
        title = get(name).info.title
        if isinstance(found, Failure):
            st.caption(f":material/block: **{title}**: {plain(found.reason)}")
        elif isinstance(found, Match) and not found.met:
            st.caption(f":material/info: **{title}** has no file this long: shown is its largest.")
    st.caption(
        "As in figure 5 of the paper, JPEG and JPEG 2000 get no fewer bytes than the learned "
        "file: their smallest file "
        "that is at least as long."
    )


def _row(
    codec: PhotoModel, name: str, measured: Measured, ours: int, absent: bool
) -> dict[str, str | float]:
    is_ours = name == "learned"
    used: Codec = codec if is_ours else get(name)
    p = measured.point
    ms_ssim = p.quality("ms_ssim")
    late = "–" if absent else "…"
    setting = f"{used.setting.name} {p.setting:.4g} {used.setting.unit}".strip()
    if is_ours:
        setting += f", λ {codec.card['lmbda'][round(p.setting) - 1]:.3g}"
    return {
        "Codec": "Learned" if is_ours else used.info.title,
        "Bytes": p.bytes,
        "More bytes": "" if is_ours else 100 * (p.bytes / ours - 1),
        "bpp": p.bpp,
        "PSNR": p.measures["psnr"],
        "MS-SSIM, dB": late if ms_ssim is None else ms_ssim,
        "Setting": setting,
    }


def show_downloads(picture: Picture, shown: Shown) -> None:
    """The files behind the pictures."""
    stem = file_stem(picture)
    with st.container(horizontal=True):
        for name, measured in shown.measured().items():
            info = get(name).info if name != "learned" else None
            suffix, mime = (
                (info.suffix, info.mime) if info else (".rdx", "application/octet-stream")
            )
            label = (
                f"{info.title if info else 'Learned'} ({suffix}, {measured.point.bytes:,} bytes)"
            )
            download(label, measured.data, f"{stem}_{name}{suffix}", mime, f"pho_dl_{name}")
