"""Uploads that are kept whole, or not at all."""

import pytest
import streamlit as st

from core import images
from core.decide import stored
from dashboard.uploads import IMAGES, Uploads
from tests.conftest import synthetic


class Interrupted(BaseException):
    """As Streamlit ends a run for the next one: it is no Exception."""


def test_a_run_that_is_interrupted_keeps_nothing_and_the_next_one_begins_anew(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(st, "session_state", {})
    uploads = Uploads("kept", stored.new_folder)
    picture = images.png(synthetic(16, 16))

    def half(folder):
        (folder / "a.png").write_bytes(picture)
        raise Interrupted

    def whole(folder):
        (folder / "a.png").write_bytes(picture)
        (folder / "b.png").write_bytes(picture)

    with pytest.raises(Interrupted):
        uploads.keep(("x",), 1, half)
    assert uploads.kept_folder() is None and not list((tmp_path / ".runs").iterdir())
    uploads.keep(("x",), 1, whole)
    assert [item.name for item in uploads.items()] == ["a.png", "b.png"]
    uploads.keep(("x",), 1, half)  # the same files: they are there already
    folder = uploads.kept_folder()
    uploads.discard()
    assert not (folder / IMAGES).exists()
