"""A small matrix to play with: the tutorial's 40 × 30 random numbers, or one's own."""

import numpy as np
import streamlit as st

from core.errors import DataError
from core.figures import svd as charts
from core.linear import lowrank
from core.linear.lowrank import Factors
from core.linear.matrix_text import read_matrix
from core.publish import Sources
from dashboard.svd import answers
from dashboard.ui.charts import show_chart
from dashboard.ui.slots import Slot, one_of

RANDOM, TYPED = "Random 40 × 30", "Typed or pasted"
EXAMPLE = "1, 2, 3, 4\n2, 4, 6, 8\n1, 1, 1, 1\n5, 6, 7, 9"

KIND = Slot("svd_matrix", RANDOM)
SEED = Slot("svd_seed", 22)
CSV = Slot("svd_csv", EXAMPLE)
RANK = Slot("svd_small_rank", 15)


def show() -> None:
    """Original, approximation and error as maps, with the sizes that the tutorial prints."""
    left, right = st.columns([1, 2])
    with left:
        matrix = _matrix()
        if matrix is None:
            return
        f = answers.decompose(matrix)
        rank = _rank(f)
        _show_figures(matrix, f, rank)
    with right:
        _show_maps(matrix, lowrank.reconstruct(f, rank), rank)


def _matrix() -> np.ndarray | None:
    """The chosen matrix, float32; None, with the reason on the page, where there is none."""
    kind = one_of("Matrix", {RANDOM: RANDOM, TYPED: TYPED}, KIND)
    if kind == RANDOM:
        SEED.begin()
        st.number_input("Seed", 0, 999_999, key=SEED.key, persist_state="session")
        rng = np.random.default_rng(SEED.value)
        return rng.uniform(0, 1, (40, 30)).astype(np.float32)
    CSV.begin()
    st.text_area("One row per line (CSV)", key=CSV.key, persist_state="session", height=140)
    try:
        return read_matrix(CSV.value)
    except DataError as error:
        st.error(str(error), icon=":material/block:")
        return None


def _rank(f: Factors) -> int:
    if f.rank == 1:
        return 1
    RANK.begin_in_range(1, f.rank, min(RANK.value, f.rank))
    st.slider("Rank", 1, f.rank, key=RANK.key, persist_state="session")
    return RANK.value


def _show_figures(matrix: np.ndarray, f: Factors, rank: int) -> None:
    """What the tutorial prints of an approximation."""
    m, n = matrix.shape
    size = lowrank.elements(m, n, rank)
    kept = lowrank.energy(f.s)[rank - 1]
    lost = lowrank.squared_errors(f)[rank]
    lines = (
        f"Original    {m * n:,} elements",
        f"Compressed  {size:,} elements",
        f"Factor      {size / (m * n):.3f}",
        f"Energy Σσ   {kept:.1%}",
        f"‖A − A_r‖²  {lost:.4g}",
    )
    st.code("\n".join(lines), language=None)


def _show_maps(matrix: np.ndarray, approximation: np.ndarray, rank: int) -> None:
    low, high = float(matrix.min()), float(matrix.max())
    error = approximation - matrix
    reach = float(np.abs(error).max()) or 1.0
    maps = (
        ("original", "Original", charts.matrix_map(matrix, low, high)),
        ("rank", f"Rank {rank}", charts.matrix_map(approximation, low, high)),
        ("error", "Error", charts.matrix_map(error, -reach, reach, around_zero=True)),
    )
    for column, (name, title, fig) in zip(st.columns(3), maps, strict=True):
        column.markdown(f"**{title}**")
        show_chart(fig, f"svd_map_{name}", f"matrix-{name}", Sources(("svd",)), column)
