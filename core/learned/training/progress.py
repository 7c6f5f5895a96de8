"""The progress of a training run, one JSON object a line."""

import json
import time
from pathlib import Path
from typing import Any


class Progress:
    """Appends to progress.jsonl and keeps the speed for the ETA."""

    def __init__(self, path: Path, steps: int, first: int) -> None:
        self.path = path
        self.steps = steps
        self.at = time.monotonic()
        self.seen = first

    def write(self, event: str, **fields: Any) -> None:
        line: dict[str, Any] = {"event": event, "time": round(time.time(), 1)}
        for name, value in fields.items():
            line[name] = round(value, 6) if isinstance(value, float) else value
        with open(self.path, "a") as out:
            out.write(json.dumps(line) + "\n")

    def report(self, step: int, figures: dict[str, float], lr: float) -> None:
        now = time.monotonic()
        step_s = (now - self.at) / max(step - self.seen, 1)
        self.at = now
        self.seen = step
        self.write(
            "progress",
            step=step,
            steps=self.steps,
            **figures,
            lr=lr,
            step_s=step_s,
            eta_s=step_s * (self.steps - step),
        )
