"""A folder of small pictures, and exports of it in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core import images
from core.decide.work import Hooks
from core.export import task
from core.export.order import Order
from core.export.run import Exported, cost, export
from core.sweep import pools, sources
from core.sweep.journal import Journal
from core.sweep.run import Progress
from tests.conftest import synthetic


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight pictures of different sizes, one in a folder below."""
    found = tmp_path / "given"
    (found / "below").mkdir(parents=True)
    for i in range(8):
        place = found / "below" if i == 7 else found
        picture = synthetic(48 + 8 * i, 64, seed=i)
        (place / f"p{i}.png").write_bytes(images.png(picture))
    return found


@pytest.fixture
def carry_out(folder: Path, tmp_path: Path) -> Callable[..., Exported]:
    """Exports `folder` to tmp_path / "out" in this process."""

    def call(order: Order, hooks: Hooks = Hooks()) -> Exported:
        items = sources.items([folder])
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        progress = Progress(cost(order, len(items)))
        with Journal(tmp_path / "journal") as journal, pools.pool(0, perform=task.perform) as pool:
            return export(items, order, out, journal, pool, progress, hooks)

    return call
