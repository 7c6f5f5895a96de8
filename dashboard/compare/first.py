"""Computes what the front page opens with, so that the first visitor sees it at once.

python -m dashboard.compare.first [--all]        (all samples, not only the first one)
"""

import sys

from core.codecs.registry import get
from core.compute import Service
from core.compute.store import Store
from core.images import Picture
from core.images.samples import SAMPLES, sample
from dashboard.compare.choice import DEFAULT_BPP, DEFAULT_CODECS
from dashboard.measurements import BYTES, Measurements
from dashboard.state import DEFAULT_SAMPLE

OWNER = "first"


def compute(measurements: Measurements, picture: Picture) -> None:
    """Waits until the comparison that the page opens with is in the store."""
    budget = max(1, round(DEFAULT_BPP * picture.width * picture.height / 8))
    while True:
        found = [
            measurements.match(OWNER, picture, get(name), BYTES, budget) for name in DEFAULT_CODECS
        ]
        if measurements.original(OWNER, picture) is not None and None not in found:
            return
        measurements.service.wait(OWNER, 5)


def main() -> None:
    """Computes, and says for which picture."""
    service = Service()
    measurements = Measurements(service, Store())
    for name in SAMPLES if "--all" in sys.argv else [DEFAULT_SAMPLE]:
        picture = sample(name)
        print(f"Comparing codecs on the sample {picture.name} …", flush=True)
        compute(measurements, picture)
    service.close()


if __name__ == "__main__":
    main()
