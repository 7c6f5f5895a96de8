"""Computes what Compare opens with on each sample, so that a visitor sees it at once.

python -m dashboard.compare.first
"""

from core.codecs.registry import get
from core.compute import Service
from core.compute.store import Store
from core.images import Picture
from core.images.samples import SAMPLES, sample
from core.rd.match import Match
from dashboard.compare.choice import DEFAULT_CODECS, default_budget
from dashboard.measurements import BYTES, Measurements
from dashboard.state import DEFAULT_SAMPLE

OWNER = "first"


def compute(measurements: Measurements, picture: Picture, figures: bool) -> None:
    """Waits until the comparison that the page opens with is in the store, with all of its
    `figures` or with those only that are quick.
    """
    budget = default_budget(picture.width * picture.height)
    while True:
        found = [
            measurements.match(OWNER, picture, get(name), BYTES, budget) for name in DEFAULT_CODECS
        ]
        full = [
            measurements.complete(OWNER, picture, get(name), match.measured)
            for name, match in zip(DEFAULT_CODECS, found, strict=True)
            if figures and isinstance(match, Match)
        ]
        there = [measurements.original(OWNER, picture), *found, *full]
        if all(result is not None for result in there):
            return
        measurements.service.wait(OWNER, 5)


def main() -> None:
    """Computes, and says for which picture."""
    service = Service()
    measurements = Measurements(service, Store())
    for number, name in enumerate(SAMPLES, 1):
        picture = sample(name)
        print(f"Comparing codecs on sample {number} of {len(SAMPLES)}, {picture.name}", flush=True)
        compute(measurements, picture, figures=name == DEFAULT_SAMPLE)
    service.close()


if __name__ == "__main__":
    main()
