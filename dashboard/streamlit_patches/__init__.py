"""Mends of Streamlit's own behaviour, each with the upstream behaviour that it mends and a test
that fails without it.

They replace private methods, so they go with the one release that they were tested with.
"""

import streamlit as st

TESTED = "1.60.0"


def check_version() -> None:
    """Raises RuntimeError unless this is the release of Streamlit that the mends are made for."""
    if st.__version__ != TESTED:
        raise RuntimeError(
            f"RD Explorer runs with Streamlit {TESTED}; {st.__version__} is installed. "
            "Install the versions in requirements.txt."
        )
