"""Votes, and the file that keeps them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from core.errors import DataError

FORMAT = "rd-explorer votes 1"
MAX_BYTES = 20_000_000
Said = Literal["left", "right", "same"]


@dataclass(frozen=True)
class Vote:
    """What a person said of two results: the left one is better, the right one, or neither."""

    picture: str
    left: str
    right: str
    said: Said
    seconds: float = 0.0


def write(votes: Sequence[Vote], **facts: Any) -> str:
    """The file; `facts` say how the results were made."""
    told = {"format": FORMAT, **facts, "votes": [asdict(vote) for vote in votes]}
    return json.dumps(told, indent=1, allow_nan=False)


def read(data: bytes, name: str = "the file") -> list[Vote]:
    """The votes in a file. Raises DataError, saying what is wrong, when it is none."""
    if len(data) > MAX_BYTES:
        raise DataError(f"{name} has more than {MAX_BYTES:,} bytes.")
    try:
        told = json.loads(data)
        if told["format"] != FORMAT:
            raise DataError(f"{name} is not a file of votes.")
        return [_vote(entry) for entry in told["votes"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{name} is not a file of votes.") from error


def _vote(entry: dict[str, Any]) -> Vote:
    texts = [entry[key] for key in ("picture", "left", "right", "said")]
    if not all(isinstance(text, str) for text in texts) or entry["said"] not in get_args(Said):
        raise ValueError("a vote has names and one of left, right, same")
    return Vote(texts[0], texts[1], texts[2], entry["said"], float(entry.get("seconds", 0.0)))


def results(votes: Iterable[Vote]) -> list[str]:
    """The names of all results that were voted on."""
    return list(dict.fromkeys(name for vote in votes for name in (vote.left, vote.right)))
