"""The photo coder: its start in closed form, its gradients, a short training, its stored form."""

import json

import numpy as np
import pytest
import tensorflow as tf

from core.datasets.photos import Photos, load_photos
from core.errors import ModelError, SettingError
from core.learned.ops.tables import PRECISION, build_tables, frequencies, sound_tables, split_tables
from core.learned.photos import start as klt_start
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.entropy import context_model
from core.learned.photos.entropy.context_fit import fit_context_model
from core.learned.photos.entropy.static_coder import StaticCoder
from core.learned.photos.model import (
    PhotoConfig,
    PhotoTransforms,
    check,
    parameter_shapes,
    quantised,
    rate_distortion,
)
from core.learned.photos.publish import evaluate, store_run
from core.learned.photos.run import (
    LMBDAS,
    Options,
    Start,
    describe_data,
    train_photos,
    warm_weights,
)
from core.learned.photos.task import PhotoTask
from core.learned.training.loop import train
from core.learned.training.task import Plan
from core.store import zoo
from tests.conftest import synthetic

TINY = PhotoConfig((0.003, 0.03), filters=24, latents=32)


def start(config: PhotoConfig = TINY, seed: int = 0) -> dict[str, np.ndarray]:
    picture = synthetic(128, 128)[..., : config.colours]
    return klt_start.start_parameters(config, np.stack([picture, picture[::-1]]), seed)


def model(config: PhotoConfig = TINY) -> PhotoTransforms:
    return PhotoTransforms(
        config, {name: tf.constant(value) for name, value in start(config).items()}
    )


@pytest.fixture(scope="session")
def cached(photos, tmp_path_factory):
    """Some forty of the real photographs."""
    every = load_photos(photos, tmp_path_factory.mktemp("cache"))
    return Photos(every.names[:40], every.sizes[:40], every.pixels)


@pytest.mark.slow
@pytest.mark.parametrize("activation, filters", [("gdn", 192), ("relu", 384)])
def test_the_linear_start_loses_nothing_when_no_channel_is_dropped(
    monkeypatch, activation, filters
):
    """With as many channels as pixel values the cascade is an orthonormal transform.

    The synthesis undoes the analysis.
    """
    monkeypatch.setattr(klt_start, "ROOT_GAMMA", 0.0)
    config = PhotoConfig((0.01,), filters=filters, latents=768, activation=activation)
    parameters = start(config)
    parameters |= {
        name: np.zeros_like(parameters[name]) for name in ("log_gain", "log_inverse_gain")
    }
    full, level = PhotoTransforms(config, parameters), tf.constant([0])
    x = synthetic(64, 96, seed=5)[None]
    y = full.analysis(x, level)
    assert y.shape == (1, 4, 6, 768)
    np.testing.assert_allclose(full.synthesis(y, level), x, atol=0.05)
    energy = np.sum((x / 255.0 - 0.5) ** 2) * config.input_scale**2
    assert np.isclose(np.sum(y.numpy() ** 2), energy, rtol=1e-3)


def test_gains_start_at_reverse_water_filling():
    """More λ: more channels alive, finer steps.

    At high rate Δ² = 18 / (λ ln 2) grey levels² (dR/dΔ = −λ dD/dΔ).
    """
    config = PhotoConfig((0.001, 0.1, 10.0), latents=32)
    gains = np.exp(klt_start._gains_and_priors(config, np.full(32, 400.0), 0)["log_gain"])
    step = 255 / config.input_scale / gains[2]
    np.testing.assert_allclose(step**2, 18 / (10 * np.log(2)), rtol=0.01)
    assert np.all(np.diff(gains, axis=0) > 0)


def test_every_parameter_has_a_gradient_that_agrees_with_finite_differences():
    variables = {name: tf.Variable(value) for name, value in start().items()}
    trained, x = PhotoTransforms(TINY, variables), synthetic(64, 64, 3)[None].repeat(2, 0)

    def loss():
        bpp, mse = rate_distortion(trained, x, tf.constant([0, 1]), tf.constant([1, 2]))
        return tf.reduce_sum(bpp + tf.constant(TINY.lmbda) * mse)

    with tf.GradientTape() as tape:
        value = loss()
    rng = np.random.default_rng(0)
    for name, gradient in zip(
        variables, tape.gradient(value, list(variables.values())), strict=True
    ):
        gradient = tf.convert_to_tensor(gradient).numpy()
        assert np.all(np.isfinite(gradient)) and np.abs(gradient).max() > 0, name
        direction = (
            gradient / np.linalg.norm(gradient)
            + 0.1 * rng.normal(size=gradient.shape) / gradient.size**0.5
        )
        size = min(1e-3, 0.002 * float(value) / float(np.sum(gradient * direction)))
        saved = variables[name].numpy()
        ends = []
        for sign in (1, -1):
            variables[name].assign((saved + sign * size * direction).astype(np.float32))
            ends.append(float(loss()))
        variables[name].assign(saved)
        slope = (ends[0] - ends[1]) / (2 * size)
        assert slope == pytest.approx(
            float(np.sum(gradient * direction)), rel=0.05, abs=2e-3 * float(value)
        ), name


@pytest.mark.parametrize(
    "changes", [{"activation": "relu"}, {"colours": 1}, {"metric": "ms-ssim"}, {"lmbda": (0.01,)}]
)
def test_variants_have_their_shapes_and_finite_figures(changes):
    config = PhotoConfig(**({"lmbda": (0.003, 0.03), "filters": 24, "latents": 32} | changes))
    assert {name: value.shape for name, value in start(config).items()} == parameter_shapes(config)
    x = synthetic(96, 112)[None, ..., : config.colours]
    bpp, distortion = rate_distortion(model(config), x, tf.constant([0]), tf.constant([0, 0]))
    rate, x_hat = quantised(model(config), x, tf.constant([config.levels - 1]))
    assert np.isfinite(bpp[0]) and distortion[0] > 0 and rate[0] > 0 and x_hat.shape == x.shape
    assert np.array_equal(x_hat, np.clip(np.round(x_hat), 0, 255))
    assert PhotoConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_hard_steps_decode_rounded_latents_and_keep_the_noisy_rate():
    variables = {name: tf.Variable(value) for name, value in start().items()}
    trained, x, level, seed = (
        PhotoTransforms(TINY, variables),
        synthetic(64, 64, 3)[None],
        tf.constant([1]),
        tf.constant([1, 2]),
    )
    soft, _ = rate_distortion(trained, x, level, seed)
    with tf.GradientTape() as tape:
        bpp, mse = rate_distortion(trained, x, level, seed, hard=True)
    wanted = tf.reduce_mean(
        (trained.synthesis(tf.round(trained.analysis(x, level)), level) - x.astype(np.float32)) ** 2
    )
    assert float(bpp[0]) == float(soft[0]) and float(mse[0]) == pytest.approx(
        float(wanted), rel=1e-5
    )
    assert (
        np.abs(tape.gradient(mse, variables["analysis/0/spectrum"]).numpy()).max() > 0
    )  # straight through the rounding


def test_sixty_steps_on_photographs_lower_the_loss(cached, tmp_path):
    """At each level, on held-out photographs with rounded latents."""
    task = PhotoTask(TINY, cached, patch=64, batch=8, first_hard=50)
    before = task.validate()
    train(
        task,
        Plan(steps=60, lr=1e-3, warmup=10, decay=20, average=0.9, validate_every=1000),
        tmp_path,
    )
    after = [json.loads(line) for line in (tmp_path / "progress.jsonl").read_text().splitlines()][
        -2
    ]
    assert after["event"] == "validation" and after["loss"] < 0.98 * before["loss"]
    assert after["bpp"][0] < after["bpp"][1] and after["psnr"][0] < after["psnr"][1]


def test_a_cut_run_ends_with_the_weights_of_an_unbroken_one(cached, tmp_path):
    class Cut(PhotoTask):
        def batch(self, step):
            if step == 7:
                raise KeyboardInterrupt
            return super().batch(step)

    plan = Plan(steps=12, lr=1e-3, warmup=3, decay=5, checkpoint_s=0, validate_every=1000)
    whole = train(PhotoTask(TINY, cached, patch=64, batch=4), plan, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(Cut(TINY, cached, patch=64, batch=4), plan, tmp_path / "cut")
    resumed = train(PhotoTask(TINY, cached, patch=64, batch=4), plan, tmp_path / "cut", resume=True)
    for name, value in whole.averaged.items():
        assert np.array_equal(value, resumed.averaged[name]), name


def test_levels_of_a_batch_cover_the_range_evenly(cached):
    task = PhotoTask(PhotoConfig(LMBDAS, 24, 32), cached, patch=32, batch=8)
    drawn = np.array([task.batch(step)["levels"] for step in range(300)])
    assert all(len(set(levels)) == 8 for levels in drawn)
    counts = np.bincount(drawn.ravel(), minlength=12)
    assert len(counts) == 12 and counts.min() > 150 and counts.max() < 250


def options(photos, run, **changes) -> Options:
    usual = {
        "data": photos,
        "run": run,
        "steps": 3,
        "decay": 1,
        "lr": 1e-3,
        "lmbda": None,
        "filters": 24,
        "latents": 32,
        "activation": "gdn",
        "metric": "mse",
        "gray": False,
        "patch": 64,
        "batch": 2,
        "seed": 1,
    }
    return Options(**(usual | changes))


@pytest.mark.slow
def test_from_run_to_stored_model(photos, kodak, tmp_path, monkeypatch):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("core.learned.photos.run.LMBDAS", lmbdas := (0.002, 0.01, 0.1))
    assert train_photos(options(photos, tmp_path / "run")).event == "done"
    pictures = tmp_path / "two"
    pictures.mkdir()
    for path in kodak[:2]:
        (pictures / path.name).symlink_to(path)
    card = store_run(tmp_path / "run", "tiny", photos, pictures, ["a note"])
    assert (
        card["steps"] == 3
        and card["tried"] == ["a note"]
        and card["proof"]["same_bytes_and_pixels_after_reload"]
    )
    assert card["data"]["pictures"] == 340 and sum(card["data"]["licences"].values()) == 340
    assert len(card["validation"]) == 1 and "train" not in card["figures"]
    stored = zoo.load("tiny", "bls2017")
    rows = evaluate(
        PhotoCoder(PhotoConfig.from_json(stored.card["config"]), stored.tensors), pictures
    )
    assert rows == card["figures"]["levels"] and len(rows) == 3
    plain = evaluate(
        PhotoCoder(PhotoConfig.from_json(stored.card["config"]), stored.tensors),
        pictures,
        search=False,
    )
    for searched, rounded, lmbda in zip(rows, plain, lmbdas, strict=True):
        assert searched["bpp"] + lmbda * searched["mse"] < rounded["bpp"] + lmbda * rounded["mse"]
    assert rows[0]["bpp"] < rows[-1]["bpp"] and rows[0]["psnr"] < rows[-1]["psnr"]
    with pytest.raises(ModelError, match="already"):
        store_run(tmp_path / "run", "tiny", photos, None)

    wanted = PhotoConfig((0.01,), 24, 40)
    fixed = warm_weights(Start.of_run(tmp_path / "run"), wanted, start(wanted))
    assert {k: v.shape for k, v in fixed.items()} == parameter_shapes(wanted)
    np.testing.assert_allclose(
        fixed["log_gain"][0, :32], stored.tensors["log_gain"][lmbdas.index(0.01)], rtol=1e-3
    )
    assert np.array_equal(fixed["log_gain"][0, 32:], start(wanted)["log_gain"][0, 32:])
    with pytest.raises(ModelError, match="transforms"):
        warm_weights(
            Start.of_model("tiny"),
            PhotoConfig((0.01,), 24, 24),
            start(PhotoConfig((0.01,), 24, 24)),
        )

    again = train_photos(
        options(photos, tmp_path / "more", steps=2, lr=1e-9), start=Start.of_model("tiny")
    )
    for key, value in stored.tensors.items():
        if key in again.averaged:
            np.testing.assert_allclose(again.averaged[key], value, atol=1e-6, err_msg=key)
    more = store_run(tmp_path / "more", "tiny-more", photos, None)
    assert more["steps"] == 5 and [line["step"] for line in more["validation"]] == [3, 5]
    assert len(more["sessions"]) == 2 and more["training_seconds"] >= card["training_seconds"]


def test_data_without_a_manifest(tmp_path):
    assert describe_data(tmp_path) == {"folder": tmp_path.name}


@pytest.mark.parametrize(
    "changes, word",
    [
        ({"activation": "elu"}, "gdn or relu"),
        ({"metric": "mae"}, "mse or ms-ssim"),
        ({"patch": 100}, "multiple of 16"),
        ({"metric": "ms-ssim"}, "at least 96"),
        ({"hard": 1.5}, "from 0 to 1"),
    ],
)
def test_wrong_options_are_refused(tmp_path, changes, word):
    with pytest.raises(SettingError, match=word):
        options(tmp_path, tmp_path, **changes).config()


def test_tables_cost_what_the_prior_says():
    prior = {name[6:]: value for name, value in start().items() if name.startswith("prior/")}
    tables = build_tables(prior)
    cdf, offset = tables["tables/cdf"], tables["tables/offset"]
    assert sound_tables(cdf, offset) and offset.shape == (2, 32)
    level, rng = 1, np.random.default_rng(0)
    y, real = np.zeros((1, 16, 16, 32), np.float32), 0.0
    for channel, table in enumerate(split_tables(cdf)[32 * level :]):
        count = np.diff(table[1:])[:-1]  # without the escape
        symbols = rng.choice(len(count), (16, 16), p=count / count.sum())
        y[0, ..., channel] = symbols + offset[level, channel]
        real += np.sum(PRECISION - np.log2(count[symbols]))
    assert real == pytest.approx(float(model().bits(y, tf.constant([level]))[0]), rel=0.002)


def test_strings_decode_exactly_and_are_as_long_as_estimated():
    """Also with numbers far outside the tables, which the coder escapes."""
    prior = {name[6:]: value for name, value in start().items() if name.startswith("prior/")}
    tables, x = build_tables(prior), synthetic(256, 256)[None]
    for level in (0, 1):
        coder = StaticCoder(tables["tables/cdf"], tables["tables/offset"], level)
        y_hat = np.round(model().analysis(x, tf.constant([level])))
        string = coder.encode(y_hat[0])
        assert np.array_equal(coder.decode(string, 16, 16), y_hat[0])
        estimate = float(model().bits(tf.constant(y_hat), tf.constant([level]))[0]) / 8
        assert estimate - 1 < len(string) < 1.015 * estimate + 4
        y_hat[0, 3, 4, 5], y_hat[0, 0, 0, 31] = 5000, -70000
        assert np.array_equal(coder.decode(coder.encode(y_hat[0]), 16, 16), y_hat[0])


@pytest.mark.parametrize("seed", range(5))
def test_frequencies(seed):
    rng = np.random.default_rng(seed)
    mass = rng.exponential(size=int(rng.integers(2, 800))) ** 4
    counts = frequencies(mass)
    assert counts.sum() == 2**PRECISION and counts.min() >= 1
    big = mass / mass.sum() > 0.01
    np.testing.assert_allclose(counts[big] / 2**PRECISION, mass[big] / mass.sum(), rtol=0.05)


def test_check_refuses_what_is_no_model():
    tensors = start() | build_tables(
        {k[6:]: v for k, v in start().items() if k.startswith("prior/")}
    )
    rng = np.random.default_rng(0)
    tensors |= fit_context_model(
        [[rng.integers(-3, 4, (20, 20, 32), np.int32)] for _ in TINY.lmbda]
    )
    card = {"name": "m", "family": "bls2017", "config": TINY.to_json()}
    check(card, tensors)
    broken = tensors["tables/cdf"].copy()
    broken[3] = 0
    cases = [
        ({"config": {}}, {}),
        ({"config": {"lmbda": 3}}, {}),
        ({}, {"log_gain": tensors["log_gain"][:, :5]}),
        ({}, {"tables/cdf": broken}),
        ({}, {"tables/cdf": tensors["tables/cdf"][1:]}),
        *(
            ({}, {f"context/{name}": np.full_like(tensors[f"context/{name}"], -(10**6))})
            for name in context_model.NAMES
        ),
    ]
    for other_card, other_tensors in cases:
        with pytest.raises(ModelError):
            check(card | other_card, tensors | other_tensors)
