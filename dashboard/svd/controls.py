"""Rank, factor, energy and byte budget: four handles on one number, always in step."""

from collections.abc import Callable

import streamlit as st

from core.linear import lowrank
from core.linear.lowrank import Factors
from dashboard import state
from dashboard.svd import playground, sections
from dashboard.teach.exercises import answers
from dashboard.ui import echoes
from dashboard.ui.slots import Slot, one_of

ENERGIES = {1: "Σσ", 2: "Σσ²"}

RANK = Slot("svd_rank", 0)  # 0: not chosen yet
ENERGY_KIND = Slot("svd_energy_kind", 1)
_FACTOR = Slot("svd_factor", 0.0)
_ENERGY = Slot("svd_energy", 0.0)
_KILOBYTES: Slot[float | None] = Slot("svd_kilobytes", None)
_REFUSED = Slot("svd_refused", False)
_SLOTS = (
    *(RANK, ENERGY_KIND, _FACTOR, _ENERGY, _KILOBYTES),
    *(sections.WAY, sections.LOG, sections.DECIBEL, sections.LAYERS),
    *(playground.KIND, playground.SEED, playground.CSV, playground.RANK),
)

RankForBytes = Callable[[int], int | None]


def rank_controls(f: Factors, rank_for_bytes: RankForBytes) -> int:
    """Draws the handles; returns the rank.

    `rank_for_bytes(budget)` answers with the rank of the best file within a budget in bytes, or
    None. It is only asked when a person types a budget.
    """
    echoes.put_back(_inputs())
    _fit(f)
    _align(f)
    if f.rank > 1:
        st.slider(
            "Rank r",
            1,
            f.rank,
            key=RANK.key,
            persist_state="session",
            help="How many singular values are kept, and vectors on either side.",
        )
    factor, energy, kind, budget = st.columns(4)
    with factor:
        _factor_control(f)
    with energy:
        _energy_control(f)
    one_of(
        "Energy is",
        ENERGIES,
        ENERGY_KIND,
        kind,
        help=(
            "The sum of the singular values, as in the tutorial, or of their squares, "
            "which is the share of ‖A‖²."
        ),
    )
    with budget:
        _budget_control(f, rank_for_bytes)
    if _REFUSED.value:
        _REFUSED.set(False)
        st.info(
            "No svd file of this picture is that small: rank 1 is the least.",
            icon=":material/info:",
        )
    return RANK.value


def _fit(f: Factors) -> None:
    """Keeps the rank within what the picture has; a tenth of it at first."""
    RANK.begin_in_range(1, f.rank, _limited(RANK.value or f.rank // 10, f))


def _align(f: Factors) -> None:
    """Shows factor and energy of the rank in the fields beside it."""
    m, n = f.shape
    ENERGY_KIND.begin_within(ENERGIES)
    echoes.lead(_FACTOR.key, lowrank.compression_factor(m, n, RANK.value))
    kept = lowrank.energy(f.s, ENERGY_KIND.value)[RANK.value - 1]
    echoes.lead(_ENERGY.key, 100 * float(kept))


def _factor_control(f: Factors) -> None:
    def typed() -> None:
        m, n = f.shape
        if not echoes.is_echo(_FACTOR.key, _inputs()):
            _lead(lowrank.rank_for_factor(m, n, _FACTOR.value), f)

    st.number_input(
        "Compression factor c",
        0.0,
        4.0,
        key=_FACTOR.key,
        persist_state="session",
        step=0.01,
        format="%.4f",
        on_change=typed,
        help=(
            "Stored numbers per number of the matrix. Type a factor to get the largest rank "
            "that it pays for."
        ),
    )


def _energy_control(f: Factors) -> None:
    def typed() -> None:
        wanted = _ENERGY.value / 100
        if not echoes.is_echo(_ENERGY.key, _inputs()):
            _lead(lowrank.rank_for_energy(f.s, wanted, ENERGY_KIND.value), f)

    st.number_input(
        "Energy kept, %",
        0.0,
        100.0,
        key=_ENERGY.key,
        persist_state="session",
        step=1.0,
        format="%.2f",
        on_change=typed,
        help="Type a share to get the smallest rank that reaches it.",
    )


def _budget_control(f: Factors, rank_for_bytes: RankForBytes) -> None:
    def typed() -> None:
        if not _KILOBYTES.value:
            return
        rank = rank_for_bytes(int(_KILOBYTES.value * 1000))
        _REFUSED.set(rank is None)
        _lead(rank or 1, f)

    st.number_input(
        "Byte budget, kB",
        0.01,
        50_000.0,
        value=None,
        key=_KILOBYTES.key,
        step=1.0,
        format="%.2f",
        on_change=typed,
        placeholder="for the svd codec",
        help="The codec svd finds its best pair of rank and quantiser step within this budget.",
    )


def _lead(rank: int, f: Factors) -> None:
    """Moves the slider."""
    echoes.lead(RANK.key, _limited(rank, f))


def _limited(rank: int, f: Factors) -> int:
    return min(max(1, rank), f.rank)


def _inputs() -> tuple[str, ...]:
    """The keys of all that a person can act on here."""
    slots = (slot.key for slot in _SLOTS)
    return (*slots, *state.picture_inputs(), *answers("svd"), "svd_viewer")
