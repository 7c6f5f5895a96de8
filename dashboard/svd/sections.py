"""The SVD page's sections, from top to bottom: pictures, figures, charts, layers."""

import io

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.codecs.lowrank import svd
from core.figures import svd as charts
from core.figures.palette import NEUTRAL, colour
from core.images import Picture
from core.linear import lowrank
from core.linear.lowrank import Factors
from core.publish import Sources, data_of
from core.rd import svd_study
from core.rd.svd_study import DOWNSIZE, TRUNCATE, Approximation
from dashboard.svd import answers
from dashboard.svd.answers import Subject
from dashboard.ui.charts import show_chart
from dashboard.ui.download import download
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.text import decibel, size_text
from dashboard.ui.viewer import Panel, viewer

WAYS = {
    DOWNSIZE: "Make it smaller first",
    TRUNCATE: f"Keep its size, first {svd.TRUNCATED} components only",
}
WAY = Slot("svd_way", DOWNSIZE)
LOG = Slot("svd_log", False)
DECIBEL = Slot("svd_decibel", True)
LAYERS = Slot("svd_layers", 3)

_SINGLE_LAYERS = 8
_SUMMED_LAYERS = 40
_MEASURED = (1, 2, 5, 10, 20, 50, 100, 200)
_GAIN = 4


def choose_size(picture: Picture) -> str:
    """How a picture above 4 Mpx is dealt with, which the person chooses; "" for all others."""
    if not answers.is_large(picture):
        return svd_study.WHOLE
    st.warning(
        f"A full SVD of {picture.width} × {picture.height} pixels takes too long. "
        "Choose what to do instead:",
        icon=":material/photo_size_select_large:",
    )
    way = one_of("Large picture", WAYS, WAY, label_visibility="collapsed")
    if way == DOWNSIZE:
        st.caption("What you see is the picture reduced to less than 4 Mpx (Lanczos).")
    else:
        st.caption(
            "What you see is the whole picture, of which only the first "
            f"{svd.TRUNCATED} components are computed (ARPACK)."
        )
    return way


def show_pictures(subject: Subject, f: Factors, rank: int) -> Approximation:
    """Original, approximation and error, exact to the pixel."""
    shown = subject.approximation(rank)
    whole = subject.ask(svd_study.original_png)
    m, n = f.shape
    size = f"{n} × {m} px · {3 * m * n:,} elements"
    stored = f"{3 * lowrank.elements(m, n, rank):,} elements · {decibel(shown.psnr)}"
    original = Panel("original", "Original", size, whole, NEUTRAL)
    approximation = Panel("approximation", f"Rank {rank}", stored, shown.png, colour("svd"))
    error = Panel("error", f"Error × {_GAIN}", "grey: no error", shown.error_png, NEUTRAL)
    viewer([original, approximation, error], key="svd_viewer", mode="grid", height=460)
    return shown


def show_figures(f: Factors, rank: int, psnr: float) -> None:
    """The tutorial's numbers for the chosen rank."""
    m, n = f.shape
    size = 3 * lowrank.elements(m, n, rank)
    factor = lowrank.compression_factor(m, n, rank)
    energy, squared = (lowrank.energy(f.s, power)[rank - 1] for power in (1, 2))
    figures = (
        ("Elements", f"{size:,}", f"3 · r · (m + n + 1), of {3 * m * n:,}"),
        ("Factor c", f"{factor:.3f}", "stored numbers ÷ matrix elements"),
        ("Energy Σσ", f"{energy:.1%}", "the tutorial's definition"),
        ("Energy Σσ²", f"{squared:.2%}", "share of ‖A‖²"),
        ("PSNR", decibel(psnr), "measured on the 8-bit picture"),
        ("As float32", size_text(4 * size), f"the pixels are {size_text(3 * m * n)}"),
    )
    with st.container(horizontal=True, gap="large"):
        for name, value, text in figures:
            st.metric(name, value, help=text, width="content")


def show_charts(subject: Subject, f: Factors, rank: int) -> None:
    """Singular values, energy, distortion and factor."""
    LOG.begin()
    DECIBEL.begin()
    left, right = st.columns(2)
    with left:
        st.subheader("Singular values")
        st.toggle("Logarithmic", key=LOG.key, persist_state="session")
        _chart(charts.singular_values(f, LOG.value), "svd_sigma", "singular-values", subject)
        st.subheader(
            "Energy",
            help="Of the first r values: Σσ, as in the tutorial, and Σσ², the share of ‖A‖².",
        )
        _chart(charts.energy_curves(f, rank), "svd_energies", "energy", subject)
    with right:
        st.subheader("Distortion")
        st.toggle("In dB", key=DECIBEL.key, persist_state="session")
        ranks = tuple(r for r in _MEASURED if r <= f.rank)
        measured = subject.ask(svd_study.measured_mse, ranks)
        distortion = charts.distortion(f, rank, ranks, measured, DECIBEL.value)
        _chart(distortion, "svd_distortion", "distortion", subject)
        st.subheader("Factor")
        _chart(charts.factor_line(*f.shape, rank), "svd_factors", "factor", subject)
    st.caption(
        "The predicted curve needs no picture: ‖A − A_r‖² is the sum of the σ² that are left out. "
        "The pictures themselves do a little better, because values below black or above white "
        "are clipped, although rounding adds 1/12 grey level²."
    )
    download("Singular values (CSV)", _csv(f), "singular-values.csv", "text/csv", "svd_csv_file")


def show_layers(subject: Subject, f: Factors) -> None:
    """The first rank-one layers, and their sum one by one."""
    st.subheader("Layer by layer")
    left, right = st.columns([2, 3])
    with left:
        chosen = _layer_slider(f)
        st.image(
            subject.ask(svd_study.sum_of_layers, chosen),
            caption=f"Sum of the first {chosen}",
            output_format="PNG",
            width="stretch",
        )
    with right:
        pictures = subject.ask(svd_study.layers, min(_SINGLE_LAYERS, f.rank))
        with st.container(horizontal=True, gap="small"):
            for i, png in enumerate(pictures):
                st.image(png, caption=f"σ{'₁₂₃₄₅₆₇₈'[i]} u vᵀ", output_format="PNG", width=132)
        st.caption(
            "Each layer is one column of U times one row of Vᵀ. Grey is zero; the contrast of "
            "each layer is stretched to its own largest value."
        )


def _layer_slider(f: Factors) -> int:
    if f.rank == 1:
        return 1
    most = min(_SUMMED_LAYERS, f.rank)
    LAYERS.begin_in_range(1, most, min(LAYERS.value, most))
    st.slider("Add up the first layers", 1, most, key=LAYERS.key, persist_state="session")
    return LAYERS.value


def _chart(fig: go.Figure, key: str, name: str, subject: Subject) -> None:
    show_chart(fig, key, name, Sources(("svd",), ("psnr",), data_of(subject.picture.source)))


def _csv(f: Factors) -> str:
    text = io.StringIO()
    table = np.column_stack([np.arange(1, f.rank + 1), f.s.T])
    np.savetxt(text, table, "%.9g", ",", header="number,red,green,blue", comments="")
    return text.getvalue()
