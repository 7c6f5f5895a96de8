"""A web server on this machine, and the fetcher that is allowed to reach it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from core.images.fetch import Fetched, fetched

Files = dict[str, bytes]  # path -> what lies there; the server answers 404 to any other


def fetched_here(url: str) -> Fetched:
    """`fetched` from any address: a worker imports it by name in the place of the strict one."""
    return fetched(url, allowed=lambda address: True)


@contextmanager
def served(files: Files) -> Iterator[str]:
    """The address of a server that offers `files`, which may change while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = files.get(self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
