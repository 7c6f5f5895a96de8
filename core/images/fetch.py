"""Fetches a picture from an http(s) URL, without opening a door into the program's own network.

Every address that the host name resolves to must be a public one; the connection then goes to that
very address (so that a second look-up cannot answer differently), and every redirect is checked
anew. Time and bytes are limited.
"""

import ipaddress
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from core.errors import ImageError
from core.images.picture import SUFFIXES, read

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 60_000_000
TIMEOUT_S = 20.0
MAX_REDIRECTS = 5
_TRANSLATED = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),
)


def is_public(address: str) -> bool:
    """Whether `address` (IPv4 or IPv6) is a public unicast address, not one that leads inside."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if ip.version == 6:
        if any(ip in network for network in _TRANSLATED):
            return False
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_private
    )


def fetch(
    url: str,
    allowed: Callable[[str], bool] = is_public,
    transport: "httpx.BaseTransport | None" = None,
) -> tuple[bytes, str]:
    """(bytes, file name) behind `url`.

    Raises ImageError for anything but a public http(s) page within the limits.

    `allowed` judges each resolved address; `transport` replaces the network. Both are for tests.
    """
    import httpx  # takes a while, and few pictures come from the network

    deadline = time.monotonic() + TIMEOUT_S
    with httpx.Client(
        transport=transport, trust_env=False, follow_redirects=False, timeout=TIMEOUT_S / 2
    ) as client:
        for _ in range(MAX_REDIRECTS + 1):
            request, host = _request(client, url, allowed)
            try:
                response = client.send(request, stream=True)
                try:
                    if response.is_redirect:
                        url = urljoin(url, response.headers.get("location", ""))
                        continue
                    if response.status_code != 200:
                        raise ImageError(
                            f"{host} answered with status {response.status_code} "
                            "instead of a picture."
                        )
                    return _body(response, host, deadline), unquote(
                        urlsplit(url).path.rsplit("/", 1)[-1]
                    )[:100] or host
                finally:
                    response.close()
            except httpx.TimeoutException as error:
                raise ImageError(
                    f"{host} did not answer in time. Download the picture yourself and upload it."
                ) from error
            except httpx.HTTPError as error:
                raise ImageError(
                    f"{host} could not be reached ({type(error).__name__}). Check the address."
                ) from error
    raise ImageError(f"The address redirects more than {MAX_REDIRECTS} times.")


def _body(response: "httpx.Response", host: str, deadline: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes(65536):
        size += len(part)
        if size > MAX_BYTES:
            raise ImageError(f"The file at {host} is larger than {MAX_BYTES / 1e6:.0f} MB.")
        if time.monotonic() > deadline:
            raise ImageError(f"{host} sends too slowly: {size:,} bytes in {TIMEOUT_S:.0f} seconds.")
        parts.append(part)
    return b"".join(parts)


def _request(
    client: "httpx.Client", url: str, allowed: Callable[[str], bool]
) -> "tuple[httpx.Request, str]":
    """The request for `url`, addressed to a checked IP; and the host's name."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ImageError(f"This is not a web address: {url[:80]!r}.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ImageError("Only addresses that start with http:// or https:// can be fetched.")
    try:
        found = socket.getaddrinfo(
            host, port or (443 if parts.scheme == "https" else 80), type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as error:
        raise ImageError(
            f"There is no host called {host}, or this machine has no way to the internet."
        ) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(allowed(a) for a in addresses):
        raise ImageError(
            f"{host} is not a public address; pictures are fetched only from the public internet."
        )
    target = addresses[0]
    netloc = (f"[{target}]" if ":" in target else target) + (f":{port}" if port else "")
    name = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    request = client.build_request(
        "GET",
        parts._replace(netloc=netloc, fragment="").geturl(),
        headers={
            "Host": name,
            "User-Agent": "RD-Explorer",
            "Accept": "image/*",
            "Accept-Encoding": "identity",
        },
        extensions={"sni_hostname": host},
    )
    return request, host


@dataclass(frozen=True)
class Fetched:
    """A file from the web: its bytes, and the name that its address ends with."""

    data: bytes
    name: str

    @property
    def nbytes(self) -> int:
        """Bytes of memory that it takes."""
        return len(self.data)

    def file_name(self) -> str:
        """A plain name for the file, with the suffix of what it begins like."""
        stem = re.sub(r"[^\w.-]", "_", self.name.rsplit("/", 1)[-1]).strip(".") or "picture"
        if Path(stem).suffix.lower() in SUFFIXES:
            return stem
        return stem + next(
            (s for start, s in _STARTS.items() if self.data.startswith(start)), ".png"
        )


# How files of the formats that the web has begin, where their address does not say.
_STARTS = {
    b"\xff\xd8": ".jpg",
    b"RIFF": ".webp",
    b"GIF8": ".gif",
    b"\xff\x0a": ".jxl",
    b"\x00\x00\x00\x0cJXL": ".jxl",
    b"\x00\x00\x00": ".avif",
}


def fetched(url: str, allowed: Callable[[str], bool] = is_public) -> Fetched:
    """`fetch` as one object, for processes that compute.

    Raises ImageError, also where what lies at the address is not a picture.
    """
    found = Fetched(*fetch(url, allowed))
    read(found.data, found.file_name())
    return found
