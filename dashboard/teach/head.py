"""The head of a page: its title, and tools that every page has."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from core.notebooks.cells import as_file
from core.teaching.glossary import GLOSSARY

if TYPE_CHECKING:
    from nbformat import NotebookNode

_STYLE = """
<style>
.st-key-page_glossary dl {display: grid; grid-template-columns: 9.5rem 1fr; gap: .3rem .9rem;
  font-size: .9rem; margin: 0 0 1rem}
.st-key-page_glossary dt {font-weight: 600} .st-key-page_glossary dd {margin: 0}
.st-key-page_glossary h5 {margin: 0; padding: .2rem 0 .5rem; font-size: 1rem}
.st-key-page_glossary dl, .st-key-page_glossary dt, .st-key-page_glossary dd {padding: 0}
.st-key-page_glossary dt, .st-key-page_glossary dd {margin: 0}
@media (max-width: 640px) {.st-key-page_glossary dl {display: block}
  .st-key-page_glossary dd {margin-bottom: .4rem}}
</style>
"""

Build = Callable[[], "NotebookNode"]


class Head:
    """Title and caption with the tools beside them; the notebook is offered once it is known.

    `later`: the caller draws the tools with `show_tools`, once what matters more is drawn.
    """

    def __init__(self, title: str, caption: str, later: bool = False) -> None:
        with st.container(horizontal=True, vertical_alignment="center", key="page_head"):
            st.title(title)
            self._tools = st.container(horizontal=True, width="content", key="page_tools")
        st.caption(caption)
        if not later:
            self.show_tools()

    def show_tools(self) -> None:
        """Draws the glossary, and keeps the place of the notebook."""
        with self._tools:
            self._notebook = st.container(width="content")
            with st.popover("Glossary", icon=":material/dictionary:", type="tertiary"):
                _show_glossary()

    def offer_notebook(self, name: str, build: Build) -> None:
        """Offers the page as `name`.ipynb; `build` is called when a person asks for it.

        It is called outside of any run, where the session's state cannot be read: it must hold
        what it needs.
        """
        self._notebook.download_button(
            "Open as notebook",
            lambda: as_file(build()),
            f"{name}.ipynb",
            "application/x-ipynb+json",
            key="page_notebook",
            on_click="ignore",
            type="tertiary",
            icon=":material/code_blocks:",
            help="This page's present state as a Jupyter notebook, which shows these figures where "
            "the program is installed.",
        )


def _show_glossary() -> None:
    """The field's words; the browser's own search finds them."""
    parts = []
    for subject, terms in GLOSSARY.items():
        lines = [
            f"<dt>{escape(term)}</dt><dd>{escape(sentence)}</dd>"
            for term, sentence in terms.items()
        ]
        parts.append(f"<h5>{escape(subject)}</h5><dl>{''.join(lines)}</dl>")
    with st.container(height=460, border=False, key="page_glossary"):
        st.html(_STYLE + "".join(parts))
