"""Where the pictures come from: samples, uploads, web addresses, or a folder of this machine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.compute import SHOWN, limits
from core.decide import stored
from core.errors import DataError, RDError
from core.images import SUFFIXES
from core.images.fetch import Fetched, fetched
from core.sweep import sources
from core.sweep.sources import Item
from dashboard import state
from dashboard.sample_files import sample_files
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.text import plain, plural, size_text
from dashboard.uploads import IMAGES, Uploads, write_one
from dashboard.waiting import Failure, looks, service

SAMPLES, UPLOAD, WEB, FOLDER = "samples", "upload", "web", "folder"
KINDS = {SAMPLES: "Samples", UPLOAD: "Upload", WEB: "Web addresses", FOLDER: "Folder"}
LOCAL = ("localhost", "127.0.0.1", "::1")

KIND = Slot("dec_kind", SAMPLES)
PATH = Slot("dec_folder", "")
ADDRESSES = Slot("dec_addresses", "")
ROUND = Slot("dec_round", 0)  # a new one empties the uploader
KEPT = Uploads("dec_uploaded", stored.new_folder)
_WANTED: Slot[list[str]] = Slot("dec_wanted", [])  # the addresses, once the button was pressed
_ATTEMPT = Slot("dec_attempt", 0)  # how often it was: what failed is tried anew
_REFUSED: Slot[list[str]] = Slot("dec_refused", [])  # why addresses gave no picture


@dataclass(frozen=True)
class Pictures:
    """The pictures of a question; `now` is the sum of their files in bytes."""

    kind: str
    items: list[Item]
    now: int


def choose() -> Pictures | None:
    """Draws the chooser; None, with a hint on the page, while there is nothing."""
    offered = {kind: label for kind, label in KINDS.items() if kind != FOLDER or is_local()}
    kind = one_of("Pictures", offered, KIND, label_visibility="collapsed")
    draw: dict[str, Callable[[], list[Item]]] = {
        SAMPLES: _samples,
        UPLOAD: _uploads,
        WEB: _web,
        FOLDER: _folder,
    }
    try:
        items = draw[kind]()
    except RDError as error:
        st.error(plain(str(error)), icon=":material/block:")
        return None
    if not items:
        return None
    now = sum(_size(item) for item in items)
    count = len(items)
    st.caption(f"**{count:,} picture{plural(count)}**, {size_text(now)} as they are.")
    return Pictures(kind, items, now)


def is_local() -> bool:
    """Whether the app serves this machine alone: only then it reads folders that people name."""
    return st.get_option("server.address") in LOCAL


def source(pictures: Pictures) -> tuple[Path, str]:
    """(the folder of a new job, the path of its pictures). Raises DataError, OSError."""
    if pictures.kind == FOLDER:
        return stored.new_folder(), str(_path())
    if pictures.kind == SAMPLES:
        folder = stored.new_folder()
        images = folder / IMAGES
        images.mkdir()
        for item in pictures.items:
            (images / item.name).write_bytes(item.data)
        return folder, str(images)
    kept = KEPT.kept_folder()
    if kept is None:
        raise DataError("The pictures are not there any more. Bring them again.")
    return kept, str(kept / IMAGES)


def hand_over(pictures: Pictures) -> None:
    """A job has been started with the pictures: uploads leave the memory of the app."""
    if pictures.kind in (UPLOAD, WEB):
        KEPT.hand_over()
        _WANTED.set([])
        KIND.set(SAMPLES)
        ROUND.set(ROUND.value + 1)


def _size(item: Item) -> int:
    return len(item.data) or Path(item.path).stat().st_size


def _samples() -> list[Item]:
    st.caption("Pictures that come with the program, to try the page with.")
    return sample_files()


def _uploads() -> list[Item]:
    types = [*(suffix.removeprefix(".") for suffix in SUFFIXES), "zip"]
    files = st.file_uploader(
        "Pictures, or zip archives of them",
        types,
        accept_multiple_files=True,
        key=f"dec_upload_{ROUND.value}",
    )
    st.caption(
        "They belong to this session; they and all that is made of them are deleted after "
        f"{limits.DECISIONS_KEPT_S / 86_400:.0f} days at the latest."
    )
    return KEPT.items_of(files) if files else []


def _web() -> list[Item]:
    with st.form("dec_web", border=False):
        ADDRESSES.begin()
        text = st.text_area(
            "Web addresses of pictures, one a line",
            key=ADDRESSES.key,
            persist_state="session",
            placeholder="https://…",
        )
        if st.form_submit_button("Fetch them"):
            _WANTED.set(list(dict.fromkeys(text.split())))
            _ATTEMPT.set(_ATTEMPT.value + 1)
    addresses = _WANTED.value
    if not addresses:
        return []
    if len(addresses) > limits.ADDRESSES:
        raise DataError(f"These are {len(addresses)} addresses; give at most {limits.ADDRESSES}.")
    signature = (str(_ATTEMPT.value), *addresses)
    KEPT.keep(signature, 0, lambda folder: _fetch_all(addresses, folder))
    for why in _REFUSED.value:
        st.warning(plain(why), icon=":material/block:")
    return KEPT.items() if len(_REFUSED.value) < len(addresses) else []


def _fetch_all(addresses: list[str], folder: Path) -> None:
    """Fetches one after the other, in a process of the service; a refusal is kept and passed."""
    refused, total = [], 0
    bar = st.progress(0.0)
    for number, address in enumerate(addresses):
        bar.progress(
            number / len(addresses), f"Fetching picture {number + 1} of {len(addresses)} …"
        )
        found = _fetch(address)
        if isinstance(found, Failure):
            refused.append(f"{address}: {found.reason}")
            continue
        total += found.nbytes
        if total > limits.UPLOADED_BYTES:
            raise DataError("The pictures at these addresses are too large. Give fewer of them.")
        write_one(folder, found.file_name(), number, found.data)
    bar.empty()
    _REFUSED.set(refused)


def _fetch(address: str) -> Fetched | Failure:
    owner = state.session_id()
    key = ("fetch", owner, _ATTEMPT.value, address)
    found: Fetched | Failure | None = None
    for _ in looks(owner):
        found = service().call(owner, key, fetched, address, priority=SHOWN)
        if found is not None:
            break
    assert found is not None  # without a bound on its patience, `looks` ends by no other way
    return found


def _path() -> Path:
    return Path(PATH.value.strip()).expanduser().resolve()


def _folder() -> list[Item]:
    PATH.begin()
    st.text_input("Folder", key=PATH.key, persist_state="session", placeholder="/path/to/pictures")
    if not PATH.value.strip():
        st.caption("All pictures in it and in its subfolders. Nothing in it is changed.")
        return []
    return sources.items([_path()])
