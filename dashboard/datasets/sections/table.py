"""The section Table: every record, to sort and to filter, and every failure."""

import pandas as pd
import streamlit as st

from core.results import Record, columns
from dashboard.datasets.gathered import Gathered

MAX_ROWS, MAX_LIVE_ROWS = 20_000, 1000


def draw(shown: Gathered) -> None:
    """The records of the codecs shown; filters come once the sweep has ended."""
    records = _records(shown)
    rows = pd.DataFrame(records)
    if not shown.live:
        rows = _filtered(rows)
    most = MAX_LIVE_ROWS if shown.live else MAX_ROWS
    there = [column for column in columns(records) if column in rows]
    st.dataframe(
        rows[there].head(most), hide_index=True, width="stretch", height=460, key="ds_records"
    )
    cut = f", of which the first {most:,} are shown" if len(rows) > most else ""
    st.caption(f"{len(rows):,} records{cut}")
    _show_failures(shown)


def _records(shown: Gathered) -> list[Record]:
    records: list[Record] = []
    for entry in shown.entries:
        for by_setting in entry.results.table[entry.codec].values():
            records += by_setting.values()
    return records


def _filtered(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the pictures and rates that the person wants to see."""
    left, right = st.columns(2)
    names = sorted(rows["image"].unique())
    chosen = left.multiselect("Pictures", names, key="ds_table_images", placeholder="all")
    if chosen:
        rows = rows[rows["image"].isin(chosen)]
    low, high = float(rows["bpp"].min()), float(rows["bpp"].max())
    if low < high:
        span = right.slider("Rate, bpp", low, high, (low, high), key="ds_table_rate", format="%.2f")
        rows = rows[rows["bpp"].between(*span)]
    return rows


def _show_failures(shown: Gathered) -> None:
    by_run = {entry.run.id: entry.results for entry in shown.entries}
    failures = [failure for results in by_run.values() for failure in results.failures()]
    if failures:
        st.markdown(f"**{len(failures)} failures**")
        st.dataframe(pd.DataFrame(failures), hide_index=True, width="stretch", key="ds_failures")
