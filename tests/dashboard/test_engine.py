"""The engine behind the pages: background work, remembered by content, dropped when nobody waits for it."""

import threading
import time

import numpy as np
import pytest

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.registry import get
from core.images import Picture
from core.rd.match import Match
from core.rd.measure import Measured
from dashboard import engine as module
from dashboard.engine import CURVE, Engine, Failure
from tests.conftest import synthetic

PICTURE = Picture("a", synthetic(40, 40))


def wait_for(ask, limit: float = 60):
    end = time.monotonic() + limit
    while (found := ask()) is None:
        assert time.monotonic() < end, "no result in time"
        time.sleep(0.01)
    return found


class Gate(Codec):
    """Encodes only once its gate is open, and counts."""

    info = CodecInfo("gate", "Gate", "classical", ".x", "x/x", "")
    setting = Setting("level", 1, 100, 50, (1, 100))

    def __init__(self) -> None:
        self.open, self.values = threading.Event(), []

    def _encode(self, image, value):
        self.open.wait(60)
        if value == 13:
            raise ZeroDivisionError("unlucky")
        self.values.append(value)
        return Encoded(bytes(int(value)))

    def decode(self, data):
        return np.full((40, 40, 3), 128, np.uint8)


def test_results_arrive_and_are_remembered():
    engine = Engine(2)
    found = wait_for(lambda: engine.point("me", PICTURE, get("jpeg"), 50))
    assert isinstance(found, Measured) and found.data == get("jpeg").encode(PICTURE.image, 50).data
    assert engine.point("another", PICTURE, get("jpeg"), 50) is found
    assert engine.pending("me") == 0


def test_pictures_that_differ_in_one_pixel_have_results_of_their_own():
    other = PICTURE.image.copy()
    other[7, 7, 0] ^= 255
    engine = Engine(1)
    a = wait_for(lambda: engine.point("me", PICTURE, get("jpeg"), 95))
    b = wait_for(lambda: engine.point("me", Picture("a", other), get("jpeg"), 95))
    assert a.data != b.data


def test_a_match_is_measured_once_and_known_as_a_point():
    engine = Engine(1)
    match = wait_for(lambda: engine.match("me", PICTURE, get("jpeg"), "bytes", 1000))
    assert isinstance(match, Match) and match.measured.point.bytes <= 1000
    assert engine.known(PICTURE, get("jpeg"), match.measured.point.setting) == match.measured


def test_what_a_session_no_longer_asks_for_is_dropped():
    engine, gate = Engine(1), Gate()
    for value in range(20, 40):
        engine.point("me", PICTURE, gate, float(value))
    engine.point("you", PICTURE, gate, 25.0)
    assert engine.pending("me") == 20
    engine.begin("me")
    engine.point("me", PICTURE, gate, 90.0)
    gate.open.set()
    wait_for(lambda: engine.point("me", PICTURE, gate, 90.0))
    wait_for(lambda: engine.point("you", PICTURE, gate, 25.0))
    assert set(gate.values) <= {20, 25, 90}  # 20 was running already


def test_the_work_of_a_session_that_has_left_is_dropped(monkeypatch):
    monkeypatch.setattr(module, "LEAVE_S", 0.2)
    engine, gate = Engine(1), Gate()
    for value in range(20, 40):
        engine.point("me", PICTURE, gate, float(value))
    time.sleep(0.4)
    gate.open.set()
    wait_for(lambda: engine.pending("me") == 0 or None)
    assert gate.values == [20]


def test_urgent_work_goes_first():
    engine, gate = Engine(1), Gate()
    for value in range(20, 30):
        engine.point("me", PICTURE, gate, float(value), CURVE)
    engine.point("me", PICTURE, gate, 80.0, module.MATCH)
    gate.open.set()
    wait_for(lambda: engine.point("me", PICTURE, gate, 29.0))
    assert gate.values.index(80) <= 1


def test_refusals_and_faults_become_sentences_and_the_worker_goes_on():
    engine, gate = Engine(1), Gate()
    gate.open.set()
    fault = wait_for(lambda: engine.point("me", PICTURE, gate, 13.0))
    assert isinstance(fault, Failure) and "unlucky" in fault.reason
    refusal = wait_for(lambda: engine.match("me", PICTURE, get("jpeg"), "bytes", 0))
    assert isinstance(refusal, Failure) and "at least one byte" in refusal.reason
    assert isinstance(wait_for(lambda: engine.point("me", PICTURE, gate, 14.0)), Measured)


@pytest.mark.parametrize(("limit", "value"), [("MAX_BYTES", 3000), ("MAX_ENTRIES", 5)])
def test_the_memory_is_bounded(monkeypatch, limit, value):
    monkeypatch.setattr(module, limit, value)
    engine = Engine(1)
    for quality in range(20, 60):
        wait_for(lambda q=quality: engine.point("me", PICTURE, get("jpeg"), q))
    left = [q for q in range(20, 60) if engine.known(PICTURE, get("jpeg"), q)]
    assert left == list(range(60 - len(left), 60)) and 1 <= len(left) <= 5
