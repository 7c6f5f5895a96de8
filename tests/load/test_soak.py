"""A small soak: what people choose and upload at random moments is there, and stays."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.load.app import start_app
from tests.load.soak import soak


@pytest.mark.slow
def test_no_choice_and_no_upload_is_lost_or_undone(tmp_path):
    app, address = start_app(str(tmp_path))
    try:
        with ThreadPoolExecutor(1) as beside:  # this thread may have a loop: that of the browser
            whole = soak(address, actions=30, people=2, size=(96, 128))
            soaked = beside.submit(asyncio.run, whole).result()
    finally:
        app.terminate()
        app.wait(20)
    assert not soaked.faults
    assert soaked.actions.total() == 30
    logged = (tmp_path / "log.txt").read_text()
    assert "Error" not in logged, logged
