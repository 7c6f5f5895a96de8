"""How commands tell how far they are: on a terminal, in a log, and into a job's folder."""

import io
import json
import sys

import pytest

from core.cli import progress as shown
from core.sweep.run import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(monkeypatch) -> Terminal:
    """A terminal in the place of stderr.

    Not a fixture: pytest puts its own stderr there after those.
    """
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def test_a_job_s_folder_gets_every_end_and_not_every_step(tmp_path):
    with shown.SweepProgress(tmp_path) as display:
        for done in range(50):
            display.show(Progress(50, done=done, measured=done))
        display.show(Progress(50, done=50, measured=49, failed=1), "done")
    lines = [json.loads(line) for line in (tmp_path / "progress.jsonl").read_text().splitlines()]
    assert len(lines) < 10 and lines[0]["event"] == "progress"
    assert (lines[-1]["event"], lines[-1]["done"], lines[-1]["failed"]) == ("done", 50, 1)


def test_a_log_gets_lines_without_control_characters(capsys):
    with shown.SweepProgress(None) as display:
        display.show(Progress(40, done=10, measured=10), "done")
    told = capsys.readouterr().err
    assert told.startswith("10 of 40 (25%)") and "left" in told and "\x1b" not in told


def test_a_terminal_gets_a_bar(monkeypatch):
    stream = terminal(monkeypatch)
    with shown.SweepProgress(None) as display:
        display.show(Progress(40, done=10, measured=10, failed=2))
    assert "10 of 40 (25%)" in stream.getvalue() and "2 failed" in stream.getvalue()


def test_a_training_s_bar_follows_its_run_folder(tmp_path, monkeypatch):
    stream = terminal(monkeypatch)
    monkeypatch.setattr(shown, "LOOK_EVERY_S", 0.01)
    path = tmp_path / "progress.jsonl"
    path.write_text(json.dumps({"event": "progress", "step": 1, "steps": 9, "loss": 5.0}) + "\n")
    event = {"event": "progress", "step": 1250, "steps": 3000, "loss": 1.25, "eta_s": 3725}
    with shown.training(tmp_path), path.open("a") as out:
        out.write(json.dumps(event) + "\n" + '{"event": "progr')
    told = stream.getvalue()
    assert "step 1,250 of 3,000, loss 1.25, 1:02:05 left" in " ".join(told.split())
    assert "of 9" not in told  # what an earlier run wrote is not shown


@pytest.mark.parametrize(("seconds", "text"), [(5, "0:05"), (125.4, "2:05"), (3725, "1:02:05")])
def test_clock(seconds, text):
    assert shown.clock(seconds) == text
