"""Buttons that give a file away."""

from collections.abc import Callable
from typing import Any

import streamlit as st

Content = bytes | str


def download(
    label: str,
    content: Content | Callable[[], Content],
    file_name: str,
    mime: str,
    key: str,
    icon: str = "download",
    **look: Any,
) -> None:
    """A button that sends `content`, or what it returns when somebody presses the button.

    The server keeps no address for the file: one of an earlier run would be gone when a browser
    that is behind asks for it. Pressing it starts no run. `look`: further options of
    `st.download_button`.
    """
    make = content if callable(content) else lambda: content
    st.download_button(
        label,
        make,
        file_name,
        mime,
        key=key,
        on_click="ignore",
        icon=f":material/{icon}:" if icon else None,
        **look,
    )
