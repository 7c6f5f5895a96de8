"""Decisions made up for tests: as many pictures as wanted, sizes that are known."""

import numpy as np

from core.decide.decision import Decision
from core.decide.probes import Probe, Tried
from core.decide.question import Question


def made_up(
    worth: dict[str, float],
    count: int = 40,
    noise: float = 0.02,
    whole: int | None = None,
    seed: int = 0,
    encode_s: float = 0.1,
) -> Decision:
    """Pictures that need settings 40 … 60; codec `name` needs `worth[name]` × the bytes of 1.0."""
    rng = np.random.default_rng(seed)
    question = Question("ssimulacra2", 80.0, tuple(worth), "jpeg")
    required = rng.integers(40, 61, count)
    size = rng.uniform(20_000, 60_000, count)
    common = float(sorted(required)[int(np.ceil(0.95 * count)) - 1])
    tried = []
    for i in range(count):
        for codec in question.measured:
            base = size[i] * worth.get(codec, 1.0) * np.exp(rng.normal(0, noise))
            probes = tuple(
                Probe(s, int(base * 1.02 ** (s - 50)), 80 + (s - required[i]), encode_s, 0.05)
                for s in map(float, range(38, 64))
            )
            own = float(required[i])
            tried.append(Tried(f"{i}.png", codec, 1000, 1000, 200_000, probes, own))
    settings = dict.fromkeys(question.measured, common)
    return Decision({"codecs": {}}, question, tried, settings, whole or count, {})
