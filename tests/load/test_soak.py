"""A small soak: what people choose and upload at random moments is there, and stays."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from core.compute.cluster import WORKERS
from tests.load.app import own_picture, start_app
from tests.load.person import BYTES, person
from tests.load.soak import LIMIT_S, soak


@pytest.fixture
def address(tmp_path, monkeypatch) -> Iterator[str]:
    """An app with a worker for each core, whose log must hold no error at the end."""
    monkeypatch.delenv(WORKERS, raising=False)
    app, address = start_app(str(tmp_path))
    try:
        yield address
    finally:
        app.terminate()
        app.wait(20)
    logged = (tmp_path / "log.txt").read_text()
    assert "Error" not in logged and "Traceback" not in logged, logged


@pytest.mark.slow
def test_no_choice_and_no_upload_is_lost_or_undone(address):
    with ThreadPoolExecutor(1) as beside:  # this thread may have a loop: that of the browser
        whole = soak(address, actions=20, people=4, size=(96, 128))
        soaked = beside.submit(asyncio.run, whole).result()
    assert not soaked.faults
    assert soaked.actions.total() == 20


async def _away_and_back(address: str) -> dict[str, str]:
    """Types two budgets, looks at another mode, and comes back with the slider as it stood first:
    what a browser holds that was never told of the budgets. The page's link then.
    """
    async with person(address) as one:
        one.open("src=sample:chelsea&c=jpeg,webp")
        assert await one.until(2, LIMIT_S)
        _, slider = one._widgets["Budget"]
        stood = WidgetState()
        stood.CopyFrom(one._states[slider])
        for budget in (20_000, 30_000):
            one.set_budget(budget)
            told = partial(lambda wanted: one.link.get("b") == wanted, str(budget))
            assert await one.until_so(told, LIMIT_S)
        one.choose("Compare at", "Same quality")
        assert await one.until_so(
            lambda: one.link.get("m") == "quality" and not one.sees(BYTES), LIMIT_S
        )
        one._states[slider] = stood
        one.choose("Compare at", "Same file size")
        assert await one.until_so(lambda: one.link.get("m") == "size" and one.sees(BYTES), LIMIT_S)
        return one.link


@pytest.mark.slow
def test_a_slider_that_comes_back_undoes_no_budget(address):
    with ThreadPoolExecutor(1) as beside:
        link = beside.submit(asyncio.run, _away_and_back(address)).result()
    assert link["b"] == "30000"


async def _leave(address: str) -> None:
    """One person leaves in the middle of an upload; the next upload, another's, is compared."""
    async with person(address) as one, person(address) as other:
        for each in (one, other):
            each.open("src=upload&c=jpeg,webp")
            assert await each.until_there("Your picture", LIMIT_S)
        await one.leave_uploading("mine.png", own_picture(1))
        await other.upload("mine.png", own_picture(2))
        assert await other.until(2, LIMIT_S)


@pytest.mark.slow
def test_who_leaves_in_the_middle_of_an_upload_is_no_error_in_the_log(address):
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, _leave(address)).result()
