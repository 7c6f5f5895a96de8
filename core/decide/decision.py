"""The file of a decision: {"header": …, "question": …, "records": [one a picture and codec]}."""

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core.decide import probes, question
from core.decide.probes import Tried
from core.decide.question import Question
from core.errors import DataError

FORMAT = "rd-explorer decision 1"
MAX_BYTES = 200_000_000


@dataclass(frozen=True)
class Decision:
    """What was measured to answer a question.

    `common` maps a codec to the one setting for all pictures, None where it takes none. `whole` is
    the number of pictures of which those here are a sample, or all. `unreadable` says why a picture
    could not be opened, or that no codec takes it.
    """

    header: dict[str, Any]
    question: Question
    tried: list[Tried]
    common: dict[str, float | None]
    whole: int
    unreadable: dict[str, str]

    @cached_property
    def table(self) -> dict[str, dict[str, Tried]]:
        """codec -> image -> what was measured."""
        rows: dict[str, dict[str, Tried]] = {}
        for tried in self.tried:
            rows.setdefault(tried.codec, {})[tried.image] = tried
        return rows

    @cached_property
    def images(self) -> list[str]:
        """The pictures that were measured."""
        return list(dict.fromkeys(tried.image for tried in self.tried))

    def title(self, codec: str) -> str:
        """The codec's name for a person."""
        known: str = self.header.get("codecs", {}).get(codec, {}).get("title", codec)
        return known


def write(path: Path, decision: Decision) -> None:
    """Puts the file in place at once: nobody ever reads half of it."""
    told = {
        "header": decision.header | {"format": FORMAT},
        "question": decision.question.as_json(),
        "common": decision.common,
        "whole": decision.whole,
        "unreadable": decision.unreadable,
        "records": [probes.as_json(tried) for tried in decision.tried],
    }
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(told, allow_nan=False))
    part.replace(path)


def read(path: Path) -> Decision:
    """The decision in a file. Raises DataError, saying what is wrong, when it is none."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path.name} has more than {MAX_BYTES:,} bytes.")
        told = json.loads(path.read_bytes())
        if told["header"]["format"] != FORMAT:
            raise DataError(f"{path.name} is not the file of a decision.")
        common = {str(k): v if v is None else float(v) for k, v in told["common"].items()}
        return Decision(
            header=told["header"],
            question=question.read(told["question"]),
            tried=[probes.read(record) for record in told["records"]],
            common=common,
            whole=int(told["whole"]),
            unreadable={str(k): str(v) for k, v in told["unreadable"].items()},
        )
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{path.name} is not the file of a decision. ({error!r})") from error
