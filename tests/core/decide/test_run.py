"""Decisions measured on small pictures: the setting holds, and a run goes on where it ended."""

import pytest

from core import images
from core.codecs import registry
from core.decide import decision as files
from core.decide import question, run, task
from core.decide.run import one_setting
from core.decide.work import Ended, Hooks
from core.errors import DataError, SettingError
from core.rd.measure import evaluate
from core.sweep import pools
from core.sweep.journal import Journal
from core.sweep.run import Progress
from core.sweep.sources import Item
from tests.conftest import synthetic

ASKED = question.ask("psnr", 31.0, ["jpeg", "webp"], "jpeg", 0.8)


@pytest.fixture(scope="module")
def items() -> list[Item]:
    pictures = [synthetic(48, 64 + 8 * i, seed=i) for i in range(5)]
    return [Item(f"{i}.png", data=images.png(p)) for i, p in enumerate(pictures)]


def _decide(items, path, hooks=Hooks(), asked=ASKED):
    progress = Progress(run.cost(len(items), len(asked.measured)))
    with Journal(path) as journal, pools.pool(0, perform=task.perform) as pool:
        return run.decide(items, asked, journal, pool, progress, hooks), progress


def test_the_one_setting_keeps_the_share_and_no_lower_one_does(items, tmp_path):
    decision, _ = _decide(items, tmp_path / "j")
    for codec in ASKED.measured:
        setting = decision.common[codec]
        for value, holds in ((setting, True), (setting - 1, False)):
            reached = 0
            for item in items:
                point = evaluate(registry.get(codec), item.read().image, value, ("psnr",)).point
                reached += point.measures["psnr"] >= 31
            assert (reached >= 4) == holds
        for tried in decision.table[codec].values():
            probe = tried.at(setting)
            again = evaluate(registry.get(codec), _image(items, tried), setting, ("psnr",)).point
            assert (probe.bytes, probe.quality) == (again.bytes, again.measures["psnr"])
            assert tried.now == len(next(i for i in items if i.name == tried.image).data)


def _image(items, tried):
    return next(item for item in items if item.name == tried.image).read().image


def test_a_stopped_run_measures_nothing_twice(items, tmp_path):
    seen = []
    hooks = Hooks(cancelled=lambda: len(seen) > 8, watch=lambda _: seen.append(1))
    with pytest.raises(Ended):
        _decide(items, tmp_path / "j", hooks)
    with Journal(tmp_path / "j") as journal:
        kept = len(journal)
    assert 0 < kept < 10
    decision, progress = _decide(items, tmp_path / "j")
    assert progress.reused >= kept * run.SEARCH_COST
    whole, _ = _decide(items, tmp_path / "other")
    strip = [(t.image, t.codec, t.required) for t in whole.tried]
    assert [(t.image, t.codec, t.required) for t in decision.tried] == strip
    assert decision.common == whole.common


def test_pictures_that_cannot_be_read_or_taken_are_said(items, tmp_path):
    broken = Item("broken.png", data=b"\x89PNG\r\n\x1a\nnothing")
    decision, _ = _decide([*items, broken], tmp_path / "j")
    assert list(decision.unreadable) == ["broken.png"] and len(decision.images) == 5
    with pytest.raises(DataError, match="No picture can be read"):
        _decide([broken], tmp_path / "k")
    asked = question.ask("psnr", 30.0, ["bls2017"], "jpeg")
    tiny = Item("tiny.png", data=images.png(synthetic(4, 4)))
    small, _ = _decide([tiny], tmp_path / "l", asked=asked)
    refused = small.table["bls2017"]["tiny.png"]
    assert (refused.error and small.common["bls2017"] is None) or refused.probes


def test_a_picture_that_no_codec_takes_is_left_out_with_the_reason(items, tmp_path):
    tiny = Item("tiny.png", data=images.png(synthetic(5, 5)))
    asked = question.ask("ssimulacra2", 0.0, ["jpeg"], "jpeg")
    decision, _ = _decide([tiny, *items[:2]], tmp_path / "j", asked=asked)
    assert decision.images == ["0.png", "1.png"]
    assert "8 pixels" in decision.unreadable["tiny.png"]


def test_a_quality_that_nothing_reaches_gives_the_best_file(tmp_path):
    noise = Item("noise.png", data=images.png(synthetic(40, 40, 3)))
    asked = question.ask("psnr", 49.9, ["webp"], "webp")
    decision, _ = _decide([noise], tmp_path / "j", asked=asked)
    tried = decision.table["webp"]["noise.png"]
    assert tried.required is None
    assert tried.own == max(tried.probes, key=lambda probe: probe.quality)


def test_a_decision_is_written_and_read_back(items, tmp_path):
    decision, _ = _decide(items[:2], tmp_path / "j")
    files.write(tmp_path / "d.json", decision)
    again = files.read(tmp_path / "d.json")
    assert (again.question, again.tried, again.common) == (
        decision.question,
        decision.tried,
        decision.common,
    )
    for text in ("", "{}", "[1]", '{"header": {"format": "rd-explorer decision 1"}}'):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(DataError):
            files.read(tmp_path / "bad.json")


def test_one_setting_counts_from_the_end_of_better_quality():
    high, low = registry.get("jpeg").setting, registry.get("jpegxl").setting
    assert one_setting([60, 40, 50, 90], 3, high) == 60
    assert one_setting([1.0, 3.0, 2.0, 0.5], 3, low) == 1.0


def test_what_cannot_be_asked_is_refused():
    for wrong in (
        ("mse", 3.0, ["jpeg"]),
        ("psnr", float("nan"), ["jpeg"]),
        ("psnr", 30.0, []),
        ("psnr", 30.0, ["nix"]),
    ):
        with pytest.raises(SettingError):
            question.ask(*wrong)
    with pytest.raises(SettingError):
        question.ask("psnr", 30.0, ["jpeg"], share=0)


def test_a_sample_is_drawn_once_and_for_all():
    drawn = question.sample(range(100), 10, seed=4)
    assert len(set(drawn)) == 10 and drawn == sorted(drawn)
    assert drawn == question.sample(range(100), 10, seed=4)
    assert question.sample(range(5), 10) == list(range(5))
