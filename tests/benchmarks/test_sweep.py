"""Sweeps: two workers against one, and what Dask and the journal cost over bare measurements; and
the start of the page that shows them.
"""

import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.codecs import registry
from core.rd.measure import evaluate
from core.sweep import plan, pools, sources
from core.sweep import run as engine
from core.sweep.journal import Journal
from tests.conftest import ROOT

CODECS = {name: registry.get(name) for name in ("jpeg", "jpeg2000", "webp", "avif")}
POINTS = 8


def sweep(items: list[sources.Item], journal: Path, pool: pools.Pool) -> float:
    """Seconds of a whole sweep, PSNR only, without the start of the workers."""
    progress = engine.Progress(plan.total(items, CODECS.values(), POINTS))
    with Journal(journal) as store:
        start = time.perf_counter()
        engine.run(
            plan.measurements(items, list(CODECS.values()), POINTS, ("psnr",)),
            CODECS,
            store,
            pool,
            progress,
            ("psnr",),
        )
    return time.perf_counter() - start


def _warm(pool: pools.Pool, item: sources.Item, folder: Path) -> None:
    sweep([item], folder / "warm", pool)


def test_two_workers(kodak, tmp_path, timed):
    """The speed-up of two workers over one on classical codecs; both pools are up, the sweeps run
    by turns.
    """
    items, ratios = sources.items(kodak[:3]), []
    with pools.pool(workers=1) as one, pools.pool(workers=2) as two:
        for pool, name in ((one, "a"), (two, "b")):
            (tmp_path / name).mkdir()
            _warm(pool, items[0], tmp_path / name)
        for turn in range(3):
            ratios.append(
                sweep(items, tmp_path / f"one{turn}", one)
                / sweep(items, tmp_path / f"two{turn}", two)
            )
        timed.pedantic(sweep, args=(items, tmp_path / "last", two), rounds=1)
    work = plan.total(items, CODECS.values(), POINTS)
    timed.extra_info.update(
        size=f"{len(items)} × 768 × 512 px, 4 codecs × {POINTS} settings",
        ratio=round(max(ratios), 2),
        ratios=[round(r, 2) for r in ratios],
        measurements_per_core_and_second=round(work / timed.stats.stats.median / 2, 2),
    )
    print(f"two workers against one: {ratios}")
    assert max(ratios) >= 1.7


def test_engine_overhead(kodak, tmp_path, timed):
    """A sweep of Kodak pictures in this process, as a multiple of the bare measurements."""
    items = sources.items(kodak[:2])

    def bare() -> float:
        start = time.perf_counter()
        for item in items:
            image = item.read().image
            for codec in CODECS.values():
                for value in plan.settings(codec, POINTS):
                    evaluate(codec, image, value, ("psnr",))
        return time.perf_counter() - start

    with pools.pool(workers=0) as pool:
        _warm(pool, items[0], tmp_path)
        ratios = [sweep(items, tmp_path / f"s{turn}", pool) / bare() for turn in range(3)]
        timed.pedantic(sweep, args=(items, tmp_path / "last", pool), rounds=1)
    timed.extra_info.update(
        size="2 × 768 × 512 px, 4 codecs × 8 settings", ratio=round(min(ratios), 2)
    )
    assert min(ratios) < 1.3


def test_page_start(against, photo):
    """The server's time for the first drawing of Data sets, which opens with a stored sweep, as a
    multiple of one libjpeg encode through Pillow. Other pages end their run when all is computed.
    """
    from tests.benchmarks.test_codecs import _libjpeg

    path = ROOT / "pages" / "datasets.py"
    against(
        lambda: AppTest.from_file(str(path), default_timeout=120).run(),
        lambda: _libjpeg(photo),
        "one session",
        rounds=3,
    )
