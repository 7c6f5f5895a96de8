"""Training: how the model of the card came to be, on which photographs and under which licences."""

import pandas as pd
import streamlit as st

from core.figures import photos as charts
from core.learned.photos.card import PhotoCard, commands
from core.publish import Sources
from dashboard.ui.charts import show_chart
from dashboard.ui.text import plain, seconds_text


def show(card: PhotoCard) -> None:
    """The section: everything comes from the card, so that it is there before TensorFlow is."""
    validation = charts.usable(card.get("validation", []))
    if validation:
        left, right = st.columns(2, gap="large")
        sources = Sources(("bls2017",), ("psnr",))
        loss, progress = charts.loss_chart(validation), charts.progress_chart(validation)
        show_chart(loss, "pho_loss", "training-loss", sources, left)
        show_chart(progress, "pho_progress", "training-curves", sources, right)
        st.caption(
            "Measured while training on photographs that were held out: rate + λ · distortion "
            "over all levels, and the "
            "curve that they give."
        )
        network = card.get("entropy_model")
        if isinstance(network, dict) and isinstance(network.get("from_step"), int):
            st.caption(
                f"From step {network['from_step']:,} on the rate is that of the neural entropy "
                "model, with which the transforms learned on; before, that of one table a channel."
            )
    else:
        st.caption("The card of this model has no history of its training.")
    facts = {
        "steps": f"{card['steps']:,}" if isinstance(card.get("steps"), int) else "–",
        "time": seconds_text(card["training_seconds"]) if card.get("training_seconds") else "–",
        "λ": ", ".join(f"{value:g}" for value in card["lmbda"]),
    }
    st.markdown(" · ".join(f"{name}: **{value}**" for name, value in facts.items()))
    _levels(card)
    _data(card.get("data", {}))
    if every := commands(card):
        st.subheader("Commands")
        st.code("\n".join(every), language="bash", wrap_lines=True)
    for note in card.get("tried", []):
        st.markdown(f"- {plain(str(note))}")


def _levels(card: PhotoCard) -> None:
    figures = card.get("figures", {})
    if isinstance(figures, dict) and figures.get("levels"):
        st.subheader(f"Figures on {plain(str(figures.get('pictures', 'test pictures')))}")
        table = pd.DataFrame(figures["levels"]).assign(level=lambda table: table["level"] + 1)
        st.dataframe(table, hide_index=True, width="stretch")


def _data(data: dict) -> None:
    if not data:
        return
    st.subheader("Photographs and their licences")
    count = (
        f"{data['pictures']:,} photographs"
        if isinstance(data.get("pictures"), int)
        else "photographs"
    )
    st.markdown(f"Trained on {count} in the folder *{plain(str(data.get('folder', '?')))}*.")
    for column, (name, title) in zip(
        st.columns(2), (("sources", "Source"), ("licences", "Licence")), strict=True
    ):
        if isinstance(data.get(name), dict):
            table = pd.DataFrame(
                [{title: key, "Pictures": value} for key, value in data[name].items()]
            )
            column.dataframe(table, hide_index=True, width="stretch")
