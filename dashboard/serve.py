"""The server: the app, and the addresses beside it that its parts in the browser speak to.

    streamlit run dashboard/serve.py

`streamlit run dashboard/app.py` serves the app alone.
"""

import sys
from pathlib import Path

import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from streamlit.web.server.starlette import App

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # Streamlit puts this file's folder on the path, not the project's
    sys.path.insert(0, str(ROOT))

from dashboard.ui.viewer import arrivals  # noqa: E402


async def _left(_request: Request, _error: Exception) -> Response:
    """The browser has gone in the middle of an upload: nobody reads the answer, nothing failed."""
    return Response(status_code=400)


app = App(
    ROOT / "dashboard" / "app.py",
    routes=arrivals.routes(str(st.get_option("server.baseUrlPath") or "")),
    exception_handlers={ClientDisconnect: _left},
)
