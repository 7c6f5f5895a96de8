"""The stored models: compare their cards, remove, export, import."""

import pandas as pd
import streamlit as st

from core.errors import ModelError
from core.store import zoo
from dashboard.ui.text import size_text

FAMILIES = {"mnist": "Digits", "vae": "Digits, VAE", "bls2017": "Photographs"}


def show() -> None:
    """The table of models, the chosen ones' cards, and import."""
    cards = sorted(zoo.cards(), key=_order)
    refusal = st.session_state.pop("train_refusal", None)
    if refusal:
        st.error(refusal, icon=":material/block:")
    if cards:
        chosen = _table(cards)
        for card in chosen:
            _card(card)
    for name in zoo.names():
        if name not in {card["name"] for card in cards}:
            _damaged(name)
    _import()


def _table(cards: list[dict]) -> list[dict]:
    """The models as a table to choose from; the chosen ones' cards."""
    number = st.column_config.NumberColumn
    event = st.dataframe(
        pd.DataFrame([_row(card) for card in cards]),
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
    if not event.selection.rows:
        st.caption("Choose one or several models in the table to see and compare their cards.")
    return [cards[row] for row in event.selection.rows]


def _row(card: dict) -> dict:
    figures, lmbda = card.get("figures", {}), card.get("lmbda")
    lmbdas = lmbda if isinstance(lmbda, list) else [lmbda]
    numbers = {
        "λ": lmbdas[0] if len(lmbdas) == 1 else None,
        "Levels": len(lmbdas) if lmbda else None,
        "Epochs": card.get("epochs"),
        "Steps": card.get("steps"),
        "Rate": figures.get("rate", figures.get("kl_bits")),
        "MAE": figures.get("mae"),
        "Loss": figures.get("loss"),
        "Size": card.get("weights_bytes"),
    }
    return {
        "Name": card["name"],
        "Family": FAMILIES.get(card["family"], card["family"]),
        **{
            key: float(value) if type(value) in (int, float) else None
            for key, value in numbers.items()
        },
        "Made": _made(card),
    }


def _order(card: dict) -> tuple:
    """Families apart, each from small to large λ."""
    lmbda = card.get("lmbda")
    return card["family"], float(lmbda) if isinstance(lmbda, int | float) else 0.0, card["name"]


def _made(card: dict) -> str:
    return str(card.get("created") or _sessions(card)[-1].get("date", "–"))


def _sessions(card: dict) -> list[dict]:
    """What a model that was trained in several goes says of each; one empty go where it says nothing."""
    sessions = card.get("sessions")
    return (
        [s for s in sessions if isinstance(s, dict)] or [{}] if isinstance(sessions, list) else [{}]
    )


def _card(card: dict) -> None:
    """One model's card, with what can be done to it."""
    name = card["name"]
    with st.container(border=True):
        st.markdown(
            f"**{name}** · {FAMILIES.get(card['family'], card['family'])} · {size_text(card.get('weights_bytes', 0))}"
        )
        commands = dict.fromkeys(str(go.get("command", "")) for go in _sessions(card))
        st.code(str(card.get("command") or "\n".join(commands)), language="bash")
        st.json(
            {key: value for key, value in card.items() if key not in ("name", "command")},
            expanded=1,
        )
        with st.container(horizontal=True):
            try:
                st.download_button(
                    "Export",
                    _exported(name, card["weights_sha256"]),
                    f"{name}.zip",
                    key=f"export_{name}",
                    icon=":material/download:",
                )
            except ModelError as error:
                st.error(str(error), icon=":material/block:")
            _remove_button(name)


@st.cache_data(max_entries=4, show_spinner="Verifying …")
def _exported(name: str, weights_sha256: str) -> bytes:
    return zoo.export(name)


def _damaged(name: str) -> None:
    try:
        zoo.card(name)
    except ModelError as error:
        st.error(str(error), icon=":material/heart_broken:")
        _remove_button(name)


def _remove_button(name: str) -> None:
    with st.popover("Remove", icon=":material/delete:"):
        st.markdown(
            f"Remove **{name}** from the store? Files that it wrote can then not be decoded any more."
        )
        st.button("Remove it", key=f"remove_{name}", type="primary", on_click=_remove, args=(name,))


def _remove(name: str) -> None:
    try:
        zoo.remove(name)
    except ModelError as error:
        st.session_state.train_refusal = str(error)


def _import() -> None:
    with st.expander("Import a model from a file", icon=":material/upload:"):
        file = st.file_uploader("A model exported here", type="zip", key="train_import")
        name = st.text_input(
            "Store it under another name",
            placeholder="its own name",
            max_chars=64,
            key="train_import_name",
        )
        if st.button("Import", key="train_import_go", disabled=file is None):
            try:
                with st.spinner("Checking the model …"):
                    card = zoo.import_file(file.getvalue(), name or None)
            except ModelError as error:
                st.error(str(error), icon=":material/block:")
            else:
                st.toast(f"Stored {card['name']}.", icon=":material/check:")
                st.rerun()
