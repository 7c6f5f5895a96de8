"""The model store: what goes in comes out, and damage of any kind is refused by name and harms
nothing else.
"""

import io
import json
import multiprocessing
import os
import signal
import time
import zipfile

import numpy as np
import pytest

from core.errors import ModelError
from core.store import exchange, families, modelfile, places, zoo
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """An empty store, and a family "toy" of models with one (2, n) tensor and an integer table."""

    def check(card, tensors):
        families.check_shapes(card, tensors, {"w": (2, None), "table": (3,)})

    monkeypatch.setitem(families.FAMILIES, "toy", families.Family("toy", check))
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def tensors(seed=0, columns=5):
    rng = np.random.default_rng(seed)
    return {
        "w": rng.normal(size=(2, columns)).astype(np.float16),
        "table": np.arange(3, dtype=np.int32),
    }


def test_a_stored_model_comes_back_whole(store):
    written = zoo.store("one", "toy", tensors(), {"lmbda": 7})
    model = zoo.load("one", "toy")
    assert zoo.names() == ["one"] and zoo.cards("toy") == [written] == [model.card]
    assert {k: v.dtype for k, v in model.tensors.items()} == {"w": np.float16, "table": np.int32}
    for key, value in tensors().items():
        np.testing.assert_array_equal(model.tensors[key], value)
    assert zoo.find(model.fingerprint, "toy") == "one"
    with pytest.raises(ModelError, match="family toy, not mnist"):
        zoo.load("one", "mnist")
    zoo.remove("one")
    assert zoo.names() == [] and list(store.iterdir()) == []


def test_the_proof_sees_what_is_on_the_disk_and_can_refuse():
    card = zoo.store(
        "one",
        "toy",
        tensors(),
        {},
        proof=lambda model: {"sum": float(model.tensors["table"].sum())},
    )
    assert card["proof"] == zoo.card("one")["proof"] == {"sum": 3.0}

    def refuse(model):
        raise ModelError("writes other bytes")

    with pytest.raises(ModelError, match="other bytes"):
        zoo.store("two", "toy", tensors(), {}, proof=refuse)
    assert zoo.names() == ["one"]


@pytest.mark.parametrize(
    "name", ["../evil", "a/b", "", ".hidden", "UPPER", "x" * 65, "a\n", "/etc", "..", None]
)
def test_names_cannot_leave_the_store(name, store):
    for act in (
        lambda: zoo.store(name, "toy", tensors(), {}),
        lambda: zoo.load(name),
        lambda: zoo.remove(name),
        lambda: zoo.card(name),
        lambda: exchange.export(name),
    ):
        with pytest.raises(ModelError, match="cannot name a model"):
            act()
    assert not store.exists()


def test_every_flipped_byte_of_the_weights_is_noticed(store):
    zoo.store("bad", "toy", tensors(), {})
    good = zoo.store("good", "toy", tensors(1), {})
    path = store / "bad" / "weights.safetensors"
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ModelError, match="'bad' is damaged"):
            zoo.load("bad")
    assert set(zoo.faults()) == {"bad"} and zoo.load("good").card == good


@pytest.mark.parametrize(
    "damage, words",
    [
        (lambda folder: (folder / "weights.safetensors").unlink(), "no readable weights"),
        (lambda folder: (folder / "card.json").unlink(), "no readable card"),
        (lambda folder: (folder / "card.json").write_text("{"), "damaged card"),
        (lambda folder: (folder / "card.json").write_text("[]"), "damaged card"),
        (lambda folder: (folder / "card.json").write_bytes(b"\xff\xfe"), "damaged card"),
        (lambda folder: (folder / "weights.safetensors").write_bytes(b""), "damaged"),
    ],
)
def test_half_written_models_are_named_and_harm_no_other(store, damage, words):
    zoo.store("bad", "toy", tensors(), {})
    zoo.store("good", "toy", tensors(), {})
    damage(store / "bad")
    with pytest.raises(ModelError, match=f"'bad'.*{words}"):
        zoo.load("bad")
    assert [c["name"] for c in zoo.cards("toy") if c["name"] == "good"] == ["good"]
    assert list(zoo.faults()) == ["bad"]
    zoo.remove("bad")
    assert zoo.faults() == {}


def test_foreign_models_are_refused(store):
    with pytest.raises(ModelError, match="unknown family 'alien'"):
        zoo.store("a", "alien", tensors(), {})
    with pytest.raises(ModelError, match=r"w has the shape \(3, 5\)"):
        zoo.store("a", "toy", {**tensors(), "w": np.zeros((3, 5), np.float16)}, {})
    with pytest.raises(ModelError, match="too much: extra"):
        zoo.store("a", "toy", {**tensors(), "extra": np.zeros(1, np.float16)}, {})
    with pytest.raises(ModelError, match="not finite"):
        zoo.store("a", "toy", {**tensors(), "w": np.full((2, 5), np.nan, np.float16)}, {})
    with pytest.raises(ModelError, match="float64"):
        zoo.store("a", "toy", {**tensors(), "w": np.zeros((2, 5))}, {})
    with pytest.raises(ModelError, match="more than 6 MB"):
        zoo.store("a", "toy", tensors(columns=2_000_000), {})
    assert list(store.iterdir()) == []


def test_a_card_can_be_amended_but_not_about_its_weights(store):
    before = zoo.store("one", "toy", tensors(), {"lmbda": 7})
    after = zoo.amend(
        "one", {"figures": {"bpp": 0.5}, "name": "two", "family": "vae", "weights_sha256": "0" * 64}
    )
    assert after == before | {"figures": {"bpp": 0.5}} == zoo.card("one") == zoo.load("one").card
    assert sorted(path.name for path in store.iterdir()) == ["one"]
    with pytest.raises(ModelError, match="no model 'two'"):
        zoo.amend("two", {})
    (store / "one" / "weights.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="damaged"):
        zoo.amend("one", {"figures": {}})


def test_nothing_is_replaced_by_accident():
    zoo.store("one", "toy", tensors(0), {})
    with pytest.raises(ModelError, match="already has"):
        zoo.store("one", "toy", tensors(1), {})
    zoo.store("one", "toy", tensors(1), {}, replace=True)
    np.testing.assert_array_equal(zoo.load("one").tensors["w"], tensors(1)["w"])


def test_export_and_import_are_inverse():
    card = zoo.store("one", "toy", tensors(), {"lmbda": 7})
    data = exchange.export("one")
    zoo.remove("one")
    assert exchange.import_file(data) == card
    assert exchange.import_file(data, name="two")["weights_sha256"] == card["weights_sha256"]
    with pytest.raises(ModelError, match="already has"):
        exchange.import_file(data)


def _zip(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_foreign_archives_are_refused(store):
    zoo.store("one", "toy", tensors(), {})
    data = exchange.export("one")
    zoo.remove("one")
    card = {"name": "one", "family": "toy", "weights_sha256": "0" * 64}
    evil = json.dumps({**card, "name": "../../evil"})
    for bad in (
        b"",
        b"PK",
        data[:-30],
        _zip(**{"card.json": "{}"}),
        _zip(**{"card.json": "{}", "weights.safetensors": ""}),
        _zip(**{"card.json": json.dumps(card), "weights.safetensors": "", "run.py": "x"}),
        _zip(**{"card.json": json.dumps(card), "weights.safetensors": b"\0" * 10_000_000}),
        _zip(**{"card.json": evil, "weights.safetensors": ""}),
    ):
        with pytest.raises(ModelError):
            exchange.import_file(bad)
    for at in range(0, len(data), 7):
        damaged = data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]
        try:
            exchange.import_file(damaged, name="x", replace=True)
        except ModelError:
            continue
        np.testing.assert_array_equal(zoo.load("x").tensors["w"], tensors()["w"])
    assert not [path for path in store.parent.iterdir() if path != store]


def _store_slowly(started):
    def proof(model):
        started.set()
        time.sleep(60)
        return {}

    zoo.store("half", "toy", tensors(), {}, proof=proof)


def test_a_writer_killed_midway_leaves_no_model(store):
    zoo.store("good", "toy", tensors(), {})
    context = multiprocessing.get_context("fork")
    started = context.Event()
    writer = context.Process(target=_store_slowly, args=(started,))
    writer.start()
    assert started.wait(20)
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    assert zoo.names() == ["good"] and zoo.faults() == {}
    zoo.store("half", "toy", tensors(), {})
    assert zoo.names() == ["good", "half"]


def test_a_replacement_killed_between_its_renames_is_undone(store):
    zoo.store("one", "toy", tensors(), {})
    (store / "one").rename(store / ".old-one")
    zoo.store("two", "toy", tensors(), {})
    assert zoo.names() == ["one", "two"] and zoo.faults() == {}


def _store_many(seed):
    for _ in range(20):
        zoo.store("shared", "toy", tensors(seed, columns=5 + seed), {"seed": seed}, replace=True)


def test_two_processes_storing_at_once_never_mix(store):
    zoo.store("shared", "toy", tensors(0), {"seed": 0})
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_store_many, args=(seed,)) for seed in (1, 2)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        model = zoo.load("shared")
        np.testing.assert_array_equal(
            model.tensors["w"], tensors(model.card["seed"], 5 + model.card["seed"])["w"]
        )
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert zoo.names() == ["shared"] and [p.name for p in store.iterdir()] == ["shared"]


def test_an_installed_program_keeps_its_own_models_apart(tmp_path, monkeypatch):
    installed, home = tmp_path / "site-packages", tmp_path / "home"
    monkeypatch.setenv("RDX_MODELS", str(installed / "models"))
    shipped = zoo.store("shipped", "toy", tensors(), {})
    monkeypatch.delenv("RDX_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.setattr(places, "_INSTALLED", installed)
    before = {path: path.stat().st_mtime_ns for path in installed.rglob("*")}

    assert zoo.card("shipped") == shipped == zoo.load("shipped").card
    mine = zoo.store("mine", "toy", tensors(1), {})
    assert (home / "rd-explorer" / "models" / "mine").is_dir()
    assert zoo.names() == ["mine", "shipped"] and zoo.faults() == {}
    for card in (mine, shipped):
        assert zoo.find(modelfile.fingerprint(card), "toy") == card["name"]
    assert (
        exchange.import_file(exchange.export("shipped"), "copy")["weights_sha256"]
        == shipped["weights_sha256"]
    )

    for change in (
        lambda: zoo.remove("shipped"),
        lambda: zoo.amend("shipped", {"title": "other"}),
        lambda: zoo.store("shipped", "toy", tensors(2), {}, replace=True),
    ):
        with pytest.raises(ModelError, match="came with the program"):
            change()
    zoo.remove("mine")
    assert zoo.names() == ["copy", "shipped"]
    assert {path: path.stat().st_mtime_ns for path in installed.rglob("*")} == before

    monkeypatch.delenv("RDX_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    assert places.cache() == home / "cache" / "rd-explorer"


def test_a_checkout_has_one_folder_of_models(monkeypatch):
    monkeypatch.delenv("RDX_MODELS")
    assert zoo.root() == ROOT / "models" and places.shipped() is None
    assert not zoo.is_shipped("mnist-500")
    monkeypatch.delenv("RDX_CACHE", raising=False)
    assert places.cache() == ROOT / ".cache"


def test_a_family_says_how_large_its_models_may_be(monkeypatch):
    """A model of 8 MB is refused where the family allows 6 MB, and stored where it allows 12."""
    with pytest.raises(ModelError, match="more than 6 MB"):
        zoo.store("large", "toy", tensors(columns=2_000_000), {})
    toy = families.FAMILIES["toy"]
    larger = families.Family("toy", toy.check, max_weights=12_000_000)
    monkeypatch.setitem(families.FAMILIES, "toy", larger)
    zoo.store("large", "toy", tensors(columns=2_000_000), {})
    assert zoo.load("large").card["weights_bytes"] > 8_000_000
    exported = exchange.export("large")
    zoo.remove("large")
    assert exchange.import_file(exported)["name"] == "large"
    assert families.FAMILIES["bls2017"].max_weights == 12_000_000
