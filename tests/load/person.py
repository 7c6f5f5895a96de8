"""One person at the app, without a browser, who speaks Streamlit's own protobuf messages over
its websocket.
"""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from dashboard.ui.viewer.arrivals import FOLDER
from tests.load import inputs

COOKIE = "_streamlit_xsrf"
DRAWING_S = 1.0  # how long a browser draws what it is sent first
ANSWER_S = 120.0  # how long the server may take to say where a file goes
BYTES = "File size, at most (bytes)"


class Person:
    """Looks at Compare, chooses, uploads; knows what the run under way has drawn.

    `files` counts the download buttons of results in this run, `told` holds its captions and
    alerts, `link` what the page's address says, `errors` what went wrong; `measuring` and
    `measured` say whether curves are. Like a browser, it sends the values of all inputs with each
    rerun, and takes over those that it is told.
    """

    def __init__(self, socket: WebSocketClientConnection, address: str, cookie: str) -> None:
        self._socket, self._address, self._cookie = socket, address, cookie
        self._states: dict[str, WidgetState] = {}
        self._widgets: dict[str, tuple[str, str]] = {}  # label -> (kind, id)
        self._drawn: set[str] = set()  # ids of this run
        self._session = ""
        self._news = asyncio.Event()
        self._urls: asyncio.Future | None = None
        self._telling: set[asyncio.Task] = set()
        self._query = ""
        self.files, self.runs, self.closed = 0, 0, False
        self.told: list[str] = []
        self.measuring = self.measured = False
        self.errors: list[str] = []

    @property
    def link(self) -> dict[str, str]:
        """What the page's address says of its state."""
        return dict(parse_qsl(self._query))

    def open(self, query: str) -> None:
        """Opens the page at an address."""
        self._query = query
        self._rerun()

    def choose(self, label: str, value: Any) -> None:
        """Gives the input with this label a value, in the words of the page."""
        kind, name = self._widgets[label]
        self._states[name] = inputs.filled(WidgetState(id=name), kind, value)
        self._rerun()

    def holds(self, label: str) -> list[str]:
        """What a slider with labelled stops stands at."""
        return list(self._states[self._widgets[label][1]].string_array_value.data)

    def set_budget(self, count: int) -> None:
        """Types a number of bytes."""
        self.choose(BYTES, count)

    async def upload(self, name: str, data: bytes, label: str = "Your picture") -> None:
        """Drops a file into an uploader, the sidebar's where nothing else is said."""
        urls = await self._place_for(name)
        headers, body = self._form(name, data)
        place = f"http://{self._address}{urls.upload_url}"
        await AsyncHTTPClient().fetch(HTTPRequest(place, "PUT", headers, body))
        state = WidgetState(id=self._widgets[label][1])
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(data), urls.file_id
        info.file_urls.CopyFrom(urls)
        self._states[state.id] = state
        self._rerun()

    async def leave_uploading(self, name: str, data: bytes) -> None:
        """Sends the first half of a file, and closes the connection."""
        urls = await self._place_for(name)
        headers, body = self._form(name, data)
        lines = [f"PUT {urls.upload_url} HTTP/1.1", f"Host: {self._address}"]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        host, port = self._address.split(":")
        _, out = await asyncio.open_connection(host, int(port))
        out.write(head.encode() + body[: len(body) // 2])
        await out.drain()
        out.close()
        await out.wait_closed()

    async def until(self, files: int, limit_s: float) -> bool:
        """Waits until a run has drawn so many results; whether it did within the limit."""
        return await self.until_so(lambda: self.files >= files, limit_s)

    async def until_so(self, is_so: Callable[[], bool], limit_s: float) -> bool:
        """Waits until `is_so()`, asked after each message; whether it was within the limit."""
        end = time.monotonic() + limit_s
        while not is_so():
            self._news.clear()
            left = end - time.monotonic()
            if left <= 0 or self.closed:
                return False
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                return False
        return True

    async def until_there(self, label: str, limit_s: float) -> bool:
        """Waits until the run under way has drawn the input with this label."""
        return await self.until_so(lambda: self.sees(label), limit_s)

    def sees(self, label: str) -> bool:
        """Whether the run under way has drawn the input with this label."""
        return label in self._widgets and self._widgets[label][1] in self._drawn

    async def listen(self) -> None:
        """Takes the server's messages until the connection ends."""
        try:
            while (data := await self._socket.read_message()) is not None:
                self._take(ForwardMsg.FromString(data))
                self._news.set()
        except Exception as error:
            self.errors.append(f"{type(error).__name__} while listening: {error}")
            raise
        finally:
            self.closed = True
            self._news.set()
            if self._urls is not None and not self._urls.done():
                self._urls.cancel()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._session = message.new_session.initialize.session_id or self._session
            self.runs += 1
            if not message.new_session.fragment_ids_this_run:
                self._forget()
        elif kind == "delta":
            self._draw(message.delta)
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                kept = self._states.items()
                self._states = {name: state for name, state in kept if name in self._drawn}
        elif kind == "file_urls_response" and self._urls is not None:
            self._urls.set_result(message.file_urls_response.file_urls[0])
        elif kind == "session_event":
            exception = message.session_event.script_compilation_exception
            if exception.type:
                self.errors.append(exception.message)

    def _draw(self, delta: Delta) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind in inputs.KINDS or kind == "file_uploader":
            widget = getattr(element, kind)
            self._widgets[widget.label] = kind, widget.id
            self._drawn.add(widget.id)
            if kind in inputs.KINDS:
                self._hold(kind, widget)
        elif kind == "bidi_component":
            self._tell_arrival(element.bidi_component.json)
        elif kind in ("markdown", "alert"):
            self.told.append(getattr(element, kind).body.replace("\\", ""))
        elif kind == "progress":
            self.measuring = element.progress.text.startswith("Measuring")
        elif kind == "download_button" and element.download_button.label.startswith("File ("):
            self.files += 1
        elif kind == "download_button" and element.download_button.label.startswith("Points as"):
            self.measuring, self.measured = False, True

    def _tell_arrival(self, data: str) -> None:
        """Says that the viewer's pictures are drawn, where it asks for that."""
        asked = re.search(rf'"({FOLDER}/[^"]+)"', data)
        if asked:
            told = asyncio.ensure_future(self._tell(asked[1]))
            self._telling.add(told)
            told.add_done_callback(self._telling.discard)

    async def _tell(self, place: str) -> None:
        await asyncio.sleep(DRAWING_S)
        await AsyncHTTPClient().fetch(f"http://{self._address}/{place}", method="POST", body="")

    def _hold(self, kind: str, widget: Any) -> None:
        """Takes over the value of an input that is new, or that was told its value."""
        if widget.set_value or widget.id not in self._states:
            state = inputs.drawn(kind, widget)
            if state is not None:
                self._states[widget.id] = state

    def _forget(self) -> None:
        """A run begins: nothing of it is drawn yet."""
        self.files, self.measuring, self.measured = 0, False, False
        self.told.clear()
        self._drawn.clear()

    def _rerun(self) -> None:
        self.files = 0
        state = ClientState(query_string=self._query)
        state.widget_states.widgets.extend(self._states.values())
        message = BackMsg(rerun_script=state)
        self._socket.write_message(message.SerializeToString(), binary=True)

    async def _place_for(self, name: str) -> FileURLs:
        """Asks the server where to upload a file of this name."""
        self._urls = asyncio.get_running_loop().create_future()
        message = BackMsg()
        request = message.file_urls_request
        request.request_id, request.session_id = uuid.uuid4().hex, self._session
        request.file_names.append(name)
        await self._socket.write_message(message.SerializeToString(), binary=True)
        return await asyncio.wait_for(self._urls, ANSWER_S)

    def _form(self, name: str, data: bytes) -> tuple[dict[str, str], bytes]:
        """The headers and the body of the request that uploads a file."""
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
            f'filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
        )
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Cookie": f"{COOKIE}={self._cookie}",
            "X-Xsrftoken": self._cookie,
        }
        return headers, head.encode() + data + f"\r\n--{boundary}--\r\n".encode()


@asynccontextmanager
async def person(address: str) -> AsyncIterator[Person]:
    """A person with a connection to the app at `address` (host:port)."""
    answer = await AsyncHTTPClient().fetch(f"http://{address}/_stcore/health")
    cookies = [c for c in answer.headers.get_list("Set-Cookie") if c.startswith(COOKIE)]
    cookie = cookies[0].split("=", 1)[1].split(";")[0].strip('"') if cookies else ""
    url = f"ws://{address}/_stcore/stream"
    socket = await websocket_connect(url, subprotocols=["streamlit"], max_message_size=400_000_000)
    one = Person(socket, address, cookie)
    listening = asyncio.create_task(one.listen())
    try:
        yield one
    finally:
        socket.close()
        listening.cancel()
