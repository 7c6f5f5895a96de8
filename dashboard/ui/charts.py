"""What all charts of the pages have beside their figure: the toolbar."""

from typing import Any


def chart_config(name: str) -> dict[str, Any]:
    """Plotly's toolbar for a figure that is downloaded as `name`.svg."""
    image = {"format": "svg", "filename": name, "scale": 1}
    return {"displaylogo": False, "toImageButtonOptions": image}
