"""The top of the Photos page: the picture at a level in the viewer, and the same picture by others at no fewer bytes."""

import time

import pandas as pd
import streamlit as st

from core.codecs.photo_models import PhotoModel
from core.codecs.registry import get
from core.images import Picture
from core.rd.match import Match
from core.rd.measure import Measured
from dashboard.compare.results import original_png
from dashboard.engine import Failure
from dashboard.photos import answers
from dashboard.photos.answers import GAIN, Look, Shown
from dashboard.ui.text import decibel, plain, seconds_text, signed
from dashboard.ui.theme import NEUTRAL, colour
from dashboard.ui.viewer import Panel, viewer

PATIENCE_S = 0.5  # how long a run waits for the new level rather than drawing the page twice


def gather(owner: str, picture: Picture, codec: PhotoModel, level: int) -> Shown:
    """What is known of the level; the learned picture itself is waited for a moment."""
    end = time.monotonic() + PATIENCE_S
    while True:
        shown = answers.shown(owner, picture, codec, level)
        if shown.look is not None or isinstance(shown.learned, Failure) or time.monotonic() > end:
            break
        time.sleep(0.03)
    if not shown.missing() and not answers.is_large(picture):
        for near in (level + 1, level - 1):
            if near in codec.setting.grid:
                answers.shown(owner, picture, codec, near, ahead=True)
    return shown


def show_progress(picture: Picture, codec: PhotoModel, level: int, shown: Shown) -> None:
    """What is being computed, how much of it is there, and since when."""
    key = (picture.sha256, codec.name, level)
    if st.session_state.get("pho_since", (None,))[0] != key:
        st.session_state.pho_since = (key, time.monotonic())
    parts = shown.parts()
    waiting = [name for name, there in parts.items() if not there]
    seconds = time.monotonic() - st.session_state.pho_since[1]
    st.progress(
        (len(parts) - len(waiting)) / len(parts),
        f"Coding {picture.width * picture.height / 1e6:.1f} Mpx: waiting for "
        f"{', '.join(waiting) or 'nothing'} · {seconds_text(seconds)} so far",
    )


def show_pictures(picture: Picture, shown: Shown | None) -> None:
    """Original, reconstruction, difference, and the rivals, exact to the pixel."""
    size = f"{picture.width} × {picture.height} px"
    panels = [Panel("original", "Original", size, original_png(picture.sha256, picture), NEUTRAL)]
    if shown is not None and isinstance(shown.look, Look):
        panels.append(
            Panel("learned", "Learned", _caption(shown.learned), shown.look.png, colour("bls2017"))
        )
        for name, png in shown.pngs.items():
            if isinstance(png, bytes):
                panels.append(
                    Panel(
                        name,
                        get(name).info.title,
                        _caption(shown.rivals[name].measured),
                        png,
                        colour(name),
                    )
                )
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


def show_table(owner: str, picture: Picture, codec: PhotoModel, shown: Shown) -> None:
    """One line a codec at no fewer bytes than the learned file, and what could not be computed."""
    if not isinstance(shown.learned, Measured):
        if isinstance(shown.learned, Failure):
            st.error(plain(shown.learned.reason), icon=":material/block:")
        return
    ours, rows, no_structure = shown.learned.point.bytes, [], answers.no_ms_ssim(picture) != ""
    for name, measured in shown.measured().items():
        used = codec if name == "learned" else get(name)
        p = answers.with_structure(owner, picture, used, measured).point
        ms_ssim = p.quality("ms_ssim")
        rows.append(
            {
                "Codec": "Learned" if name == "learned" else used.info.title,
                "Bytes": p.bytes,
                "More bytes": "" if name == "learned" else signed(100 * (p.bytes / ours - 1), "%"),
                "bpp": p.bpp,
                "PSNR": p.measures["psnr"],
                "MS-SSIM, dB": f"{ms_ssim:.2f}"
                if ms_ssim is not None
                else "–"
                if no_structure
                else "…",
                "Setting": f"{used.setting.name} {p.setting:.4g} {used.setting.unit}".strip()
                + (
                    f", λ {codec.card['lmbda'][round(p.setting) - 1]:.3g}"
                    if name == "learned"
                    else ""
                ),
            }
        )
    tints = {"Learned": colour("bls2017")} | {
        get(name).info.title: colour(name) for name in answers.RIVALS
    }
    styled = pd.DataFrame(rows).style.map(
        lambda title: f"color: {tints[title]}; font-weight: 600", subset=["Codec"]
    )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        styled,
        hide_index=True,
        width="stretch",
        column_config={
            "Bytes": number(format="localized", help="Length of the whole file."),
            "bpp": number(format="%.4f"),
            "PSNR": number("PSNR, dB", format="%.2f", help="Over R, G and B together."),
            "More bytes": text(
                help="Than the learned file: the smallest file of this codec that is no shorter."
            ),
        },
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
        "As in figure 5 of the paper, JPEG and JPEG 2000 get no fewer bytes than the learned file: their smallest file "
        "that is at least as long."
    )


def show_downloads(picture: Picture, shown: Shown) -> None:
    """The files behind the pictures."""
    stem = (
        "".join(c if c.isalnum() or c in "-_" else "_" for c in picture.name.rsplit(".", 1)[0])[:60]
        or "picture"
    )
    with st.container(horizontal=True):
        for name, measured in shown.measured().items():
            info = get(name).info if name != "learned" else None
            suffix, mime = (
                (info.suffix, info.mime) if info else (".rdx", "application/octet-stream")
            )
            label = (
                f"{info.title if info else 'Learned'} ({suffix}, {measured.point.bytes:,} bytes)"
            )
            st.download_button(
                label,
                measured.data,
                f"{stem}_{name}{suffix}",
                mime,
                icon=":material/download:",
                key=f"pho_dl_{name}",
                on_click="ignore",
            )
