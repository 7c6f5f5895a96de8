"""The tables of codecs that a page has drawn, as data."""

from html.parser import HTMLParser

import pandas as pd
from streamlit.testing.v1 import AppTest


class _Cells(HTMLParser):
    """Reads what `dashboard.ui.tables` writes."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[str] = []
        self.lines: list[list] = []
        self._value: float | None = None

    def handle_starttag(self, tag: str, attributes: list) -> None:
        found = dict(attributes)
        if tag == "th":
            self.columns.append(found.get("data-column", ""))
        elif tag == "tr":
            self.lines.append([])
        elif tag == "td":
            self.lines[-1].append("")
        elif tag == "data":
            self._value = float(found["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "data":
            self._value = None

    def handle_data(self, text: str) -> None:
        if self.lines and self.lines[-1]:
            self.lines[-1][-1] = text if self._value is None else self._value


def codec_table(app: AppTest) -> pd.DataFrame:
    """The first table of codecs of a page, by codec: numbers where it shows numbers."""
    shown = next(e.proto.body for e in app.get("html") if 'class="codecs"' in e.proto.body)
    cells = _Cells()
    cells.feed(shown)
    table = pd.DataFrame([line for line in cells.lines if line], columns=cells.columns)
    return table.set_index("Codec").drop(columns="")
