"""What a person's session holds across pages: the current picture, and widgets that outlive a page
change.
"""

from collections.abc import Callable
from uuid import uuid4

import streamlit as st

from core import images
from core.errors import RDError
from core.images import Picture
from core.images.fetch import fetch
from core.images.samples import SAMPLES, sample
from dashboard.ui.text import plain

DEFAULT_SAMPLE = "astronaut"


def current_picture() -> Picture:
    """The picture this session looks at; a sample until the person chooses one."""
    if "picture" not in st.session_state:
        st.session_state.picture = _from_link() or sample(DEFAULT_SAMPLE)
    return st.session_state.picture


def set_picture(picture: Picture) -> None:
    """Makes `picture` the one that every page of this session shows."""
    st.session_state.picture = picture
    st.session_state.upload_lost = False


def uploaded_picture() -> Picture | None:
    """The current picture if it was uploaded."""
    picture = st.session_state.get("picture")
    return picture if picture is not None and picture.source == "upload" else None


def upload_is_lost() -> bool:
    """Whether the address asks for an upload that this session does not have."""
    if "picture" not in st.session_state:
        return st.query_params.get("src") == "upload"
    return bool(st.session_state.get("upload_lost"))


def bring_back(picture: Picture) -> None:
    """Puts a lost upload in its place again."""
    st.session_state.picture_refusal = None
    set_picture(picture)
    st.session_state.upload_came_back = True


def upload_came_back() -> bool:
    """Whether the upload has just been put in its place: what the address says belongs to it, not
    to the sample that was shown meanwhile. True until `welcome_back`.
    """
    return bool(st.session_state.get("upload_came_back"))


def picture_inputs() -> tuple[str, ...]:
    """The keys of the sidebar's inputs, by which a picture is chosen."""
    return "picture_kind", "sample_name", "upload", "address_url"


def welcome_back() -> None:
    """What the address says has been taken for the upload's."""
    st.session_state.upload_came_back = False


def link_source() -> str | None:
    """What a permalink can say of the current picture: `sample:…` or a URL; None for an uploaded
    file.
    """
    source = current_picture().source
    return source if source.startswith(("sample:", "http://", "https://")) else None


def picture_chooser() -> Picture:
    """The sidebar's chooser: sample, upload or address.

    Returns the current picture; a refusal is shown, and nothing changes.
    """
    current = current_picture()
    with st.sidebar:
        kinds = ("Sample", "Upload", "Web")
        start = (
            kinds[0]
            if current.source.startswith("sample:")
            else kinds[2]
            if "://" in current.source
            else kinds[1]
        )
        st.session_state.setdefault("picture_kind", start)
        kind = st.segmented_control(
            "Picture",
            kinds,
            key="picture_kind",
            persist_state="session",
            required=True,
            width="stretch",
        )
        if kind == "Sample":
            _choose_sample(current)
        elif kind == "Upload":
            _choose_upload()
        else:
            _choose_address()
        # Places that are there in every run: nothing below them moves, and nothing old stays on.
        refused, about = st.empty(), st.empty()
        if refusal := st.session_state.get("picture_refusal"):
            refused.error(plain(refusal), icon=":material/block:")
        picture = current_picture()
        megapixels = picture.width * picture.height / 1e6
        size = f"{picture.width} × {picture.height} px · {megapixels:.2f} Mpx"
        notes = [f":material/info: {plain(note)}" for note in picture.notes]
        about.caption("  \n".join([f"**{plain(picture.name)}** · {size}", *notes]))
    return picture


def _choose_sample(current: Picture) -> None:
    def changed() -> None:
        if st.session_state.picture_kind != "Sample":
            return  # a chooser that is no longer drawn may still send its old value
        st.session_state.picture_refusal = None
        set_picture(sample(st.session_state.sample_name))

    name = current.source.removeprefix("sample:")
    st.session_state.setdefault("sample_name", name if name in SAMPLES else None)
    st.selectbox(
        "Sample picture",
        list(SAMPLES),
        format_func=SAMPLES.__getitem__,
        key="sample_name",
        persist_state="session",
        on_change=changed,
        label_visibility="collapsed",
        placeholder="Choose a sample",
    )


def _choose_upload() -> None:
    def changed() -> None:
        if st.session_state.picture_kind != "Upload":
            return
        st.session_state.picture_refusal = None
        if (file := st.session_state.upload) is not None:
            _accept(lambda: (file.getvalue(), file.name), "upload")

    st.file_uploader(
        "Your picture",
        type=[s[1:] for s in images.SUFFIXES],
        key="upload",
        on_change=changed,
        label_visibility="collapsed",
    )


def _choose_address() -> None:
    with st.form("address", border=False):
        url = st.text_input(
            "Web address of a picture",
            placeholder="https://…",
            label_visibility="collapsed",
            key="address_url",
        )
        if st.form_submit_button("Fetch", width="stretch") and url:
            with st.spinner("Fetching …"):
                _accept(lambda: fetch(url), url)


def _accept(get: Callable[[], tuple[bytes, str]], source: str) -> None:
    try:
        data, name = get()
        picture = images.read(data, name)
    except RDError as error:
        st.session_state.picture_refusal = str(error)
    else:
        st.session_state.picture_refusal = None
        set_picture(Picture(picture.name, picture.image, picture.notes, source))


def _from_link() -> Picture | None:
    """The picture that the page's address names, if it can be had; the reason is shown if not."""
    source = st.query_params.get("src", "")
    if source.removeprefix("sample:") in SAMPLES and source.startswith("sample:"):
        return sample(source.removeprefix("sample:"))
    if source.startswith(("http://", "https://")):
        try:
            data, name = fetch(source)
            picture = images.read(data, name)
            return Picture(picture.name, picture.image, picture.notes, source)
        except RDError as error:
            st.session_state.picture_refusal = (
                f"The picture of this link could not be loaded. {error}"
            )
    elif source == "upload":
        st.session_state.upload_lost = True
        st.session_state.picture_refusal = (
            "This link was made with an uploaded file, which a link cannot carry. "
            "Upload the file again; all else is restored."
        )
        st.session_state.picture_kind = "Upload"
    return None


def session_id() -> str:
    """A name for this session, the same over all its runs."""
    if "session_id" not in st.session_state:
        st.session_state.session_id = uuid4().hex
    return st.session_state.session_id
