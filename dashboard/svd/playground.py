"""A small matrix to play with: the tutorial's 40 × 30 of random numbers, or one's own."""

import numpy as np
import streamlit as st

from core.errors import DataError
from core.linear import lowrank
from core.linear.lowrank import Factors
from dashboard.svd import charts
from dashboard.ui.theme import chart_config

RANDOM, TYPED = "Random 40 × 30", "Typed or pasted"
EXAMPLE = "1, 2, 3, 4\n2, 4, 6, 8\n1, 1, 1, 1\n5, 6, 7, 9"


@st.cache_data(max_entries=32, show_spinner=False)
def _factors(content: bytes, shape: tuple[int, int]) -> Factors:
    return lowrank.decompose(np.frombuffer(content, np.float32).reshape(shape))


def show() -> None:
    """Original, approximation and error as maps, with the sizes that the tutorial prints."""
    left, right = st.columns([1, 2])
    with left:
        kind = st.segmented_control("Matrix", (RANDOM, TYPED), key="svd_matrix", required=True)
        if kind == RANDOM:
            seed = st.number_input("Seed", 0, 999_999, key="svd_seed")
            matrix = np.random.default_rng(seed).uniform(0, 1, (40, 30)).astype(np.float32)
        else:
            text = st.text_area("One row a line (CSV)", key="svd_csv", height=140)
            try:
                matrix = lowrank.read_matrix(text)
            except DataError as error:
                st.error(str(error), icon=":material/block:")
                return
        f = _factors(matrix.tobytes(), matrix.shape)
        rank = 1
        if f.rank > 1:
            st.session_state.svd_small_rank = min(st.session_state.svd_small_rank, f.rank)
            rank = st.slider("Rank", 1, f.rank, key="svd_small_rank")
        m, n = matrix.shape
        size = lowrank.elements(m, n, rank)
        kept, lost = lowrank.energy(f.s)[rank - 1], lowrank.squared_errors(f)[rank]
        st.code(
            f"Original    {m * n:,} elements\nCompressed  {size:,} elements\nFactor      {size / (m * n):.3f}\n"
            f"Energy Σσ   {kept:.1%}\n‖A − A_r‖²  {lost:.4g}",
            language=None,
        )
    approximation = lowrank.reconstruct(f, rank)
    low, high = float(matrix.min()), float(matrix.max())
    error = approximation - matrix
    reach = float(np.abs(error).max()) or 1.0
    with right:
        for column, (name, fig) in zip(
            st.columns(3),
            (
                ("Original", charts.heat_map(matrix, low, high)),
                (f"Rank {rank}", charts.heat_map(approximation, low, high)),
                ("Error", charts.heat_map(error, -reach, reach, around_zero=True)),
            ),
            strict=True,
        ):
            column.markdown(f"**{name}**")
            column.plotly_chart(
                fig, key=f"svd_map_{name.split()[0]}", config=chart_config(f"matrix-{name.lower()}")
            )
