"""Rank, factor, energy and byte budget: four handles on one number, the rank, always in step with each other."""

import streamlit as st

from core.linear import lowrank
from core.linear.lowrank import Factors

ENERGIES = {1: "Σσ", 2: "Σσ²"}


def rank_controls(f: Factors, rank_for_bytes) -> int:
    """Draws the handles; returns the rank.

    `rank_for_bytes(budget)` answers with the rank of the best file within a budget, or None. It is only asked when a person
    types a budget.
    """
    ss = st.session_state
    m, n = f.shape
    rank = min(max(1, ss.get("svd_rank", max(1, f.rank // 10))), f.rank)
    if (
        ss.get("svd_rank") != rank or ss.get("svd_most") != f.rank
    ):  # another range makes another slider
        ss.svd_rank, ss.svd_most = rank, f.rank

    def from_factor() -> None:
        ss.svd_rank = min(max(1, lowrank.rank_for_factor(m, n, ss.svd_factor)), f.rank)

    def from_energy() -> None:
        ss.svd_rank = max(1, lowrank.rank_for_energy(f.s, ss.svd_energy / 100, ss.svd_energy_kind))

    def from_bytes() -> None:
        if ss.svd_kilobytes:
            ss.svd_refused = (rank := rank_for_bytes(int(ss.svd_kilobytes * 1000))) is None
            ss.svd_rank = min(max(1, rank or 1), f.rank)

    ss.svd_factor = lowrank.compression_factor(m, n, ss.svd_rank)
    ss.svd_energy = 100 * float(lowrank.energy(f.s, ss.svd_energy_kind)[ss.svd_rank - 1])
    if f.rank > 1:
        st.slider(
            "Rank r",
            1,
            f.rank,
            key="svd_rank",
            help="How many singular values, and vectors on either side, are kept.",
        )
    columns = st.columns(4)
    columns[0].number_input(
        "Compression factor c",
        0.0,
        4.0,
        key="svd_factor",
        step=0.01,
        format="%.4f",
        on_change=from_factor,
        help="Stored numbers for each number of the matrix. Type one: the rank that it pays for is taken.",
    )
    columns[1].number_input(
        "Energy kept, %",
        0.0,
        100.0,
        key="svd_energy",
        step=1.0,
        format="%.2f",
        on_change=from_energy,
        help="Type a share, and the smallest rank that reaches it is taken.",
    )
    columns[2].segmented_control(
        "Energy is",
        list(ENERGIES),
        format_func=ENERGIES.get,
        key="svd_energy_kind",
        required=True,
        help="Sum of the singular values, as in the tutorial, or of their squares: the share of ‖A‖².",
    )
    columns[3].number_input(
        "Byte budget, kB",
        0.01,
        50_000.0,
        value=None,
        key="svd_kilobytes",
        step=1.0,
        format="%.2f",
        on_change=from_bytes,
        placeholder="of the svd codec",
        help="The codec svd looks for its best pair of rank and quantiser step within this many bytes.",
    )
    if ss.pop("svd_refused", False):
        st.info(
            "No svd file of this picture is that small: rank 1 is the least.",
            icon=":material/info:",
        )
    return ss.svd_rank
