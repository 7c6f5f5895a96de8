"""What the approximation costs: elements, floats, the codec's real bytes, JPEG at the same PSNR."""

import streamlit as st

from core.codecs.registry import get
from core.figures import svd as charts
from core.figures.palette import colour
from core.linear import lowrank
from core.linear.lowrank import Factors
from core.publish import Sources, data_of
from core.rd import svd_study
from core.rd.svd_study import Approximation
from dashboard.svd.answers import Subject
from dashboard.ui.charts import show_chart
from dashboard.ui.download import download
from dashboard.ui.text import decibel, size_text


def show(subject: Subject, f: Factors, rank: int, shown: Approximation) -> None:
    """The section; it searches for files of equal quality, so the page draws it last."""
    st.subheader("What it costs in bytes")
    m, n = f.shape
    size = 3 * lowrank.elements(m, n, rank)
    sizes = charts.bill(m, n, size)
    with st.spinner("Coding at the same PSNR …"):
        for name in ("svd", "jpeg"):
            length = subject.ask(svd_study.bytes_at, name, shown.psnr)
            if length:
                sizes[f"{get(name).info.title} file, same PSNR"] = (length, colour(name))
        file = subject.ask(svd_study.own_file, rank)
    sources = Sources(("svd", "jpeg"), ("psnr",), data_of(subject.picture.source))
    show_chart(charts.rate_bars(sizes), "svd_rate", "rate", sources)
    st.caption(
        f"An element of the tutorial is a float32: {size:,} elements are {size_text(4 * size)}, "
        f"{4 * size / (3 * m * n):.2f} of the picture's own bytes. The codec *svd* rotates the "
        "colour axes, quantises all components with one step (reverse water-filling) and codes "
        "the result with a range coder. The PSNR of both files is at least the approximation's "
        f"{decibel(shown.psnr)}."
    )
    _show_downloads(rank, shown.png, file)


def _show_downloads(rank: int, png: bytes, file: bytes) -> None:
    with st.container(horizontal=True):
        download("Approximation (PNG)", png, f"rank-{rank}.png", "image/png", "svd_png")
        download(
            f"svd file of at most rank {rank} ({size_text(len(file))})",
            file,
            f"rank-{rank}.rdx",
            "application/octet-stream",
            "svd_rdx",
        )
