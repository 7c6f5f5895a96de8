"""What a browser holds of a page's inputs: each one's value, as it is sent with every rerun."""

from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState

KINDS = ("number_input", "checkbox", "selectbox", "radio", "multiselect", "slider", "button_group")


def drawn(kind: str, element: Any) -> WidgetState | None:
    """What the browser holds of an input that is new to it, or that was told its value.

    `element` is the message that draws it; None where there is nothing to hold.
    """
    state = WidgetState(id=element.id)
    if kind in ("number_input", "checkbox"):
        return filled(state, kind, element.value if element.set_value else element.default)
    if kind in ("selectbox", "radio"):
        if element.set_value:
            return filled(state, kind, element.raw_value)
        chosen = element.HasField("default")
        return filled(state, kind, element.options[element.default]) if chosen else None
    if kind == "slider":
        if not element.options:
            values = element.value if element.set_value else element.default
            state.double_array_value.data.extend(values)
            return state
        starts = [element.options[int(index)] for index in element.default]
        return filled(state, kind, list(element.raw_value) if element.set_value else starts)
    if kind == "button_group":
        return filled(state, kind, list(element.raw_values)) if element.set_value else None
    starts = [element.options[index] for index in element.default]
    return filled(state, kind, list(element.raw_values) if element.set_value else starts)


def filled(state: WidgetState, kind: str, value: Any) -> WidgetState:
    """`state` with the value that a person gives an input of this kind: what its label says."""
    if kind == "number_input":
        state.double_value = value
    elif kind == "checkbox":
        state.bool_value = value
    elif kind in ("selectbox", "radio"):
        state.string_value = value
    else:
        state.string_array_value.data.extend(value)
    return state
