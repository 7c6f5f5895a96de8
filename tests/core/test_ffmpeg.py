"""ffmpeg as a foreign program: what happens when it is absent, fails or hangs."""

import os
import stat

import pytest

from core import ffmpeg
from core.errors import ProgramError


@pytest.fixture
def instead(monkeypatch, tmp_path):
    """Makes a shell script stand in for ffmpeg."""

    def write(script: str) -> None:
        path = tmp_path / "ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(ffmpeg, "program", lambda: str(path))

    return write


def test_the_program_is_there_and_names_its_version():
    assert ffmpeg.missing() == ""
    assert os.access(ffmpeg.program(), os.X_OK)
    assert any(c.isdigit() for c in ffmpeg.version())


def test_an_absent_program_is_a_sentence(monkeypatch):
    def none():
        raise ProgramError("ffmpeg is not here: install it.")

    monkeypatch.setattr(ffmpeg, "program", none)
    assert "install" in ffmpeg.missing()
    with pytest.raises(ProgramError, match="install"):
        ffmpeg.run([], {}, [], pixels=1)


def test_a_failure_tells_the_last_line(instead):
    instead("echo first >&2; echo what went wrong >&2; exit 3")
    with pytest.raises(ProgramError, match="what went wrong"):
        ffmpeg.run([], {}, [], pixels=1)
    instead("exit 3")
    with pytest.raises(ProgramError, match="code 3"):
        ffmpeg.run([], {}, [], pixels=1)


def test_a_program_that_hangs_is_ended(instead, monkeypatch):
    monkeypatch.setattr(ffmpeg, "SECONDS", 0.2)
    instead("exec sleep 100")
    with pytest.raises(ProgramError, match="did not answer"):
        ffmpeg.run([], {}, [], pixels=1)


def test_files_go_in_and_come_out(instead):
    instead("cat in > out")
    assert ffmpeg.run([], {"in": b"abc"}, ["out"], pixels=1) == {"out": b"abc"}
    with pytest.raises(ProgramError, match="wrote no other"):
        ffmpeg.run([], {"in": b"abc"}, ["other"], pixels=1)


def test_a_program_that_cannot_be_run(monkeypatch, tmp_path):
    monkeypatch.setattr(ffmpeg, "program", lambda: str(tmp_path / "nothing"))
    with pytest.raises(ProgramError, match="cannot be run"):
        ffmpeg.run([], {}, [], pixels=1)
