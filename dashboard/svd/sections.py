"""The SVD page's sections, from top to bottom."""

import io
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.codecs import svd
from core.codecs.registry import get
from core.images import Picture
from core.linear import lowrank
from core.linear.lowrank import Factors
from dashboard.svd import answers, charts, playground
from dashboard.ui.theme import NEUTRAL, chart_config, colour, decibel, size_text
from dashboard.ui.viewer import Panel, viewer

DEFAULTS = {
    "svd_log": False,
    "svd_decibel": True,
    "svd_layers": 3,
    "svd_way": answers.DOWNSIZE,
    "svd_matrix": playground.RANDOM,
    "svd_seed": 22,
    "svd_csv": playground.EXAMPLE,
    "svd_small_rank": 15,
    "svd_energy_kind": 1,
}
_LAYERS = 8
_MEASURED = (1, 2, 5, 10, 20, 50, 100, 200)
_GAIN = 4

Key = tuple[str, str]  # SHA-256 of the picture, and how a large one was dealt with


@dataclass(frozen=True)
class Shown:
    """The approximation on the page: its PNG and its PSNR in dB."""

    png: bytes
    psnr: float


def choose_size(picture: Picture) -> str:
    """For a picture above 4 Mpx the person chooses what is done; returns the way ("" where nothing needs to be)."""
    if not answers.is_large(picture):
        return ""
    st.warning(
        f"A full SVD of {picture.width} × {picture.height} pixels takes too long. Choose what to do instead:",
        icon=":material/photo_size_select_large:",
    )
    way = st.segmented_control(
        "Large picture",
        (answers.DOWNSIZE, answers.TRUNCATE),
        key="svd_way",
        required=True,
        label_visibility="collapsed",
    )
    st.caption(
        "Shown is "
        + (
            "the picture at less than 4 Mpx (Lanczos)."
            if way == answers.DOWNSIZE
            else f"the whole picture, of which only the first {svd.TRUNCATED} components are computed (ARPACK)."
        )
    )
    return way


def show_pictures(key: Key, image: np.ndarray, f: Factors, rank: int) -> Shown:
    """Original, approximation and error, exact to the pixel."""
    png, error, psnr = answers.approximation(*key, rank, image, f)
    m, n = f.shape
    viewer(
        [
            Panel(
                "original",
                "Original",
                f"{n} × {m} px · {3 * m * n:,} elements",
                answers.original_png(*key, image),
                NEUTRAL,
            ),
            Panel(
                "approximation",
                f"Rank {rank}",
                f"{3 * lowrank.elements(m, n, rank):,} elements · {decibel(psnr)}",
                png,
                colour("svd"),
            ),
            Panel("error", f"Error × {_GAIN}", "grey is none", error, NEUTRAL),
        ],
        key="svd_viewer",
        mode="grid",
        height=460,
    )
    return Shown(png, psnr)


def show_figures(image: np.ndarray, f: Factors, rank: int, psnr: float) -> None:
    """The tutorial's numbers for the chosen rank."""
    m, n = f.shape
    size = 3 * lowrank.elements(m, n, rank)
    figures = (
        ("Elements", f"{size:,}", f"3 · r · (m + n + 1), of {3 * m * n:,}"),
        (
            "Factor c",
            f"{lowrank.compression_factor(m, n, rank):.3f}",
            "stored numbers ÷ matrix elements",
        ),
        ("Energy Σσ", f"{lowrank.energy(f.s)[rank - 1]:.1%}", "the tutorial's definition"),
        ("Energy Σσ²", f"{lowrank.energy(f.s, 2)[rank - 1]:.2%}", "share of ‖A‖²"),
        ("PSNR", decibel(psnr), "measured on the 8-bit picture"),
        ("As float32", size_text(4 * size), f"the pixels are {size_text(image.size)}"),
    )
    with st.container(horizontal=True, gap="large"):
        for name, value, text in figures:
            st.metric(name, value, help=text, width="content")


def show_charts(key: Key, image: np.ndarray, f: Factors, rank: int) -> None:
    """Singular values, factor, energy, distortion."""
    m, n = f.shape
    left, right = st.columns(2)
    with left:
        st.subheader("Singular values")
        log = st.toggle("Logarithmic", key="svd_log")
        st.plotly_chart(
            charts.singular_values(f, log), key="svd_sigma", config=chart_config("singular-values")
        )
        st.subheader(
            "Energy",
            help="For the first r values: Σσ, as the tutorial counts, and Σσ², the share of ‖A‖².",
        )
        st.plotly_chart(
            charts.energy_curves(f, rank), key="svd_energies", config=chart_config("energy")
        )
    with right:
        st.subheader("Distortion")
        as_psnr = st.toggle("In dB", key="svd_decibel")
        ranks = tuple(r for r in _MEASURED if r <= f.rank)
        measured = answers.measured_mse(*key, ranks, image, f)
        fig = charts.distortion(f, rank, ranks, measured, as_psnr)
        st.plotly_chart(fig, key="svd_distortion", config=chart_config("distortion"))
        st.subheader("Factor")
        st.plotly_chart(
            charts.factor_line(m, n, rank), key="svd_factors", config=chart_config("factor")
        )
    st.caption(
        "The predicted curve needs no picture: ‖A − A_r‖² is the sum of the σ² that are left out. The pictures themselves "
        "do a little better, since values below black or above white are clipped, and rounding adds 1/12 grey level²."
    )
    st.download_button(
        "Singular values (CSV)",
        _csv(f),
        "singular-values.csv",
        "text/csv",
        key="svd_csv_file",
        icon=":material/download:",
    )


def show_layers(key: Key, f: Factors) -> None:
    """The first rank-one layers, and their sum one by one."""
    st.subheader("Layer by layer")
    count = min(_LAYERS, f.rank)
    left, right = st.columns([2, 3])
    with left:
        chosen = 1
        if f.rank > 1:
            most = min(40, f.rank)
            st.session_state.svd_layers = min(st.session_state.svd_layers, most)
            chosen = st.slider("Add up the first layers", 1, most, key="svd_layers")
        st.image(
            answers.sum_of_layers(*key, chosen, f),
            caption=f"Σ of the first {chosen}",
            output_format="PNG",
            width="stretch",
        )
    with right:
        pictures = answers.layer_pictures(*key, count, f)
        with st.container(horizontal=True, gap="small"):
            for i, png in enumerate(pictures):
                st.image(png, caption=f"σ{'₁₂₃₄₅₆₇₈'[i]} u vᵀ", output_format="PNG", width=132)
        st.caption(
            "Each layer is one column of U times one row of Vᵀ. Grey is zero; each is stretched to its own largest value."
        )


def show_rate(key: Key, image: np.ndarray, f: Factors, rank: int, shown: Shown) -> None:
    """What the approximation costs: elements, floats, the codec's real bytes, and others at the same PSNR."""
    st.subheader("What it costs in bytes")
    m, n = f.shape
    size = 3 * lowrank.elements(m, n, rank)
    sizes = {
        "Pixels, 3 bytes each": (3 * m * n, "#5d6673"),
        "float32 factors": (4 * size, NEUTRAL),
        "float16 factors": (2 * size, NEUTRAL),
        "Elements, as the tutorial counts": (size, "#b6bdc8"),
    }
    with st.spinner("Coding at the same PSNR …"):
        prepared = answers.analysis(*key, image)
        for name, codec in (("svd", svd.Prepared(prepared)), ("jpeg", get("jpeg"))):
            if found := answers.bytes_at(*key, name, shown.psnr, image, codec):
                sizes[f"{codec.info.title} file, same PSNR"] = (found, colour(name))
        data = answers.own_file(*key, rank, prepared)
    st.plotly_chart(charts.rate_bars(sizes), key="svd_rate", config=chart_config("rate"))
    st.caption(
        f"An element of the tutorial is a float32: {size:,} elements are {size_text(4 * size)}, "
        f"{4 * size / (3 * m * n):.2f} of the picture's own bytes. The codec *svd* turns the colour axes, quantises all "
        "components with one step (reverse water-filling) and codes the rest with a range coder. Both files' PSNR is at "
        f"least the approximation's {decibel(shown.psnr)}."
    )
    with st.container(horizontal=True):
        icon = ":material/download:"
        st.download_button(
            "Approximation (PNG)",
            shown.png,
            f"rank-{rank}.png",
            "image/png",
            key="svd_png",
            icon=icon,
        )
        st.download_button(
            f"svd file of at most rank {rank} ({size_text(len(data))})",
            data,
            f"rank-{rank}.rdx",
            "application/octet-stream",
            key="svd_rdx",
            icon=icon,
        )


def _csv(f: Factors) -> str:
    text = io.StringIO()
    np.savetxt(
        text,
        np.column_stack([np.arange(1, f.rank + 1), f.s.T]),
        "%.9g",
        ",",
        header="number,red,green,blue",
        comments="",
    )
    return text.getvalue()
