"""Fetching from the web: only public addresses, also after redirects; bounded in time and size."""

import socket

import httpx
import pytest

from core.errors import ImageError
from core.images import fetch as module
from core.images.fetch import fetch, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.5.4",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "198.18.0.1",
        "192.0.2.1",
    ],
)
def test_inner_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"]
)
def test_outer_addresses_are_public(address):
    assert is_public(address)


@pytest.fixture
def names(monkeypatch):
    """A name service of our own."""
    table = {
        "good.example": ["93.184.216.34"],
        "inner.example": ["10.0.0.7"],
        "mixed.example": ["93.184.216.34", "127.0.0.1"],
    }

    def look_up(host, port, **_):
        if host in table:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in table[host]]
        if host.replace(".", "").isdigit():
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(module.socket, "getaddrinfo", look_up)
    return table


def answering(answers: dict[str, httpx.Response], seen: list | None = None) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return answers[f"{request.headers['host']}{request.url.path}"]

    return httpx.MockTransport(handle)


def test_the_connection_goes_to_the_checked_address(names):
    seen = []
    data, name = fetch(
        "https://good.example/a/cat%20one.png?x=1",
        transport=answering(
            {"good.example/a/cat one.png": httpx.Response(200, content=b"PNG")}, seen
        ),
    )
    assert (data, name) == (b"PNG", "cat one.png")
    assert seen[0].url.host == "93.184.216.34" and seen[0].headers["host"] == "good.example"
    assert seen[0].extensions["sni_hostname"] == "good.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://inner.example/x",
        "http://mixed.example/x",
        "http://127.0.0.1:8501/",
        "http://169.254.169.254/latest",
    ],
)
def test_private_addresses_are_refused(names, url):
    with pytest.raises(ImageError, match="not a public address"):
        fetch(url, transport=answering({}))


def test_a_redirect_inside_is_refused(names):
    hop = httpx.Response(302, headers={"location": "http://inner.example/secret"})
    with pytest.raises(ImageError, match=r"inner\.example is not a public address"):
        fetch("http://good.example/x", transport=answering({"good.example/x": hop}))


def test_redirects_are_followed_a_few_times(names):
    hop = httpx.Response(301, headers={"location": "/y"})
    ok = httpx.Response(200, content=b"data")
    assert (
        fetch(
            "http://good.example/x",
            transport=answering({"good.example/x": hop, "good.example/y": ok}),
        )[0]
        == b"data"
    )
    with pytest.raises(ImageError, match="redirects more than"):
        fetch("http://good.example/y", transport=answering({"good.example/y": hop}))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://good.example/x",
        "gopher://x",
        "good.example/x",
        "http://",
        "http://[::1",
        "",
        "javascript:alert(1)",
        "http://good.example:99999/",
    ],
)
def test_other_schemes_and_nonsense_are_refused(names, url):
    with pytest.raises(ImageError):
        fetch(url, transport=answering({}))


def test_unknown_hosts_errors_and_slow_hosts_are_told(names):
    with pytest.raises(ImageError, match="no host called"):
        fetch("http://nowhere.example/")
    with pytest.raises(ImageError, match="status 404"):
        fetch("http://good.example/x", transport=answering({"good.example/x": httpx.Response(404)}))

    def late(request):
        raise httpx.ReadTimeout("late", request=request)

    with pytest.raises(ImageError, match="did not answer in time"):
        fetch("http://good.example/x", transport=httpx.MockTransport(late))


def test_large_files_are_cut_off(names, monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    with pytest.raises(ImageError, match="larger than"):
        fetch(
            "http://good.example/x",
            transport=answering({"good.example/x": httpx.Response(200, content=bytes(2000))}),
        )


def test_a_real_server_on_this_machine_is_reached_only_when_allowed():
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"picture")

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://localhost:{server.server_port}/p.png"
    try:
        assert fetch(url, allowed=lambda address: True) == (b"picture", "p.png")
        with pytest.raises(ImageError, match="not a public address"):
            fetch(url)
    finally:
        server.shutdown()
