"""The stored models: compare their cards, remove, export and import them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.errors import ModelError
from core.store import exchange, zoo
from dashboard.training import cards
from dashboard.training.cards import Card
from dashboard.training.jobs import REFUSAL, show_refusal
from dashboard.ui.download import download
from dashboard.ui.text import plain, size_text


def show() -> None:
    """The table of models, the cards of those chosen, damaged ones, and the import."""
    show_refusal()
    stored = sorted(zoo.cards(), key=cards.order)
    if stored:
        for card in _table(stored):
            _show_card(card)
    sound = {card["name"] for card in stored}
    for name in zoo.names():
        if name not in sound:
            _show_damaged(name)
    _show_import()


def _table(stored: Sequence[Card]) -> list[Card]:
    """The models as a table to choose from; returns the cards of those chosen."""
    number = st.column_config.NumberColumn
    event = st.dataframe(
        pd.DataFrame([cards.row(card) for card in stored]),
        hide_index=True,
        width="stretch",
        key="train_models",
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        column_config={
            "λ": number(format="%g", help="Of a model of one rate."),
            "Levels": number(help="Rates in one set of weights."),
            "Epochs": number(format="%g"),
            "Steps": number(format="localized"),
            "Rate": number("Rate, bits", format="%.2f", help="Mean over the validation set."),
            "MAE": number(format="%.4f"),
            "Loss": number(format="%.2f"),
            "Size": number(format="bytes"),
        },
    )
    rows = event["selection"]["rows"]
    if not rows:
        st.caption("Choose one or several models in the table to see and compare their cards.")
    return [stored[row] for row in rows]


def _show_card(card: Card) -> None:
    """One model's card, with what can be done to it."""
    name = card["name"]
    rest = {key: value for key, value in card.items() if key not in ("name", "command")}
    with st.container(border=True):
        size = size_text(card.get("weights_bytes", 0))
        st.markdown(f"**{name}** · {cards.family_of(card)} · {size}")
        st.code(cards.commands(card), language="bash")
        st.json(rest, expanded=1)
        with st.container(horizontal=True):
            _export_button(card)
            _remove_button(name)


def _export_button(card: Card) -> None:
    name = card["name"]
    try:
        data = _exported(name, card["weights_sha256"])
    except ModelError as error:
        st.error(plain(str(error)), icon=":material/block:")
        return
    download("Export", data, f"{name}.zip", "application/zip", f"export_{name}")


@st.cache_data(max_entries=4, show_spinner="Verifying …")
def _exported(name: str, weights_sha256: str) -> bytes:
    return exchange.export(name)


def _show_damaged(name: str) -> None:
    try:
        zoo.card(name)
    except ModelError as error:
        st.error(str(error), icon=":material/heart_broken:")
        _remove_button(name)


def _remove_button(name: str) -> None:
    with st.popover("Remove", icon=":material/delete:"):
        st.markdown(
            f"Remove **{name}** from the store? Files that it wrote cannot be decoded then."
        )
        st.button("Remove it", key=f"remove_{name}", type="primary", on_click=_remove, args=(name,))


def _remove(name: str) -> None:
    try:
        zoo.remove(name)
    except ModelError as error:
        REFUSAL.set(str(error))


def _show_import() -> None:
    with st.expander("Import a model from a file", icon=":material/upload:"):
        file = st.file_uploader("A model exported here", type="zip", key="train_import")
        name = st.text_input(
            "Store it under another name",
            placeholder="its own name",
            max_chars=64,
            key="train_import_name",
        )
        pressed = st.button("Import", key="train_import_go", disabled=file is None)
        if pressed and file is not None:
            _import(file.getvalue(), name)


def _import(data: bytes, name: str) -> None:
    try:
        with st.spinner("Checking the model …"):
            card = exchange.import_file(data, name or None)
    except ModelError as error:
        st.error(plain(str(error)), icon=":material/block:")
        return
    st.toast(f"Stored {card['name']}.", icon=":material/check:")
    st.rerun()
