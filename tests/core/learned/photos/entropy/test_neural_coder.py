"""The neural entropy coder: exact for any latents, as long as it says, near the network in floating
point that it comes from.
"""

import numpy as np
import pytest
import tensorflow as tf

from core.errors import BitstreamError
from core.learned.photos.entropy import neural_gradient, neural_layout
from core.learned.photos.entropy.neural_coder import NeuralCoder
from core.learned.photos.entropy.neural_gradient import BackwardPass
from core.learned.photos.entropy.neural_layout import CHANNELS, FAR_CHANNELS, GROUPS, NEAR, visits
from core.learned.photos.entropy.neural_tables import FRACTIONS, OCTAVES, PER_OCTAVE
from core.learned.photos.entropy.neural_tensors import MATRIX_SHAPES, neural_shapes, sound_neural
from core.learned.photos.neural.export import quantise
from core.learned.photos.neural.net import Network, start_parameters
from core.learned.photos.neural.task import COUNTS, LAYER, NeuralTask, Sites, spreads

LEVELS = 2


def latents(height: int, width: int, seed: int, level: int = 1) -> np.ndarray:
    """(height, width, CHANNELS) int32: a smooth first channel, the others ever smaller."""
    rng = np.random.default_rng(seed)
    grid = rng.normal(size=(height // 4 + 2, width // 4 + 2, 1))
    field = np.kron(grid, np.ones((4, 4, 1)))[2 : 2 + height, 2 : 2 + width]
    scales = (1 + level) * 4.0 / (1 + np.arange(CHANNELS))
    y = rng.normal(size=(height, width, CHANNELS)) * np.exp(field) * scales
    y[..., 0] += 40 * field[..., 0]
    return np.round(y).astype(np.int32)


@pytest.fixture(scope="module")
def sites():
    pictures = [latents(24, 32, seed, seed % LEVELS) for seed in range(4)]
    return Sites.of(pictures, [seed % LEVELS for seed in range(4)])


@pytest.fixture(scope="module")
def weights(sites):
    """Untrained, but so that every layer has a part in the result."""
    rng = np.random.default_rng(1)
    out = start_parameters(spreads(sites, LEVELS), 0)
    for name, value in out.items():
        if "bias" in name:
            value += rng.normal(0, 0.3, value.shape).astype(np.float32)
    for name in ("out", "out_from_near"):
        out[name] *= 5
    return out


@pytest.fixture(scope="module")
def tensors(weights, sites):
    order = np.random.default_rng(2).permutation(CHANNELS)
    return quantise(weights, order, spreads(sites, LEVELS), sites)


@pytest.fixture(scope="module")
def coder(tensors):
    return NeuralCoder(tensors, 1)


SIZES = [(1, 1), (1, 9), (7, 1), (2, 3), (9, 13)]


@pytest.mark.parametrize("height, width", SIZES)
def test_latents_come_back_and_the_string_is_as_long_as_the_bits_say(coder, height, width):
    y_hat = latents(height, width, 5)
    string = coder.encode(y_hat)
    assert np.array_equal(coder.decode(string, height, width), y_hat)
    assert 8 * len(string) == pytest.approx(coder.bits(y_hat).sum(), rel=0.01, abs=32)


def test_any_values_come_back_and_unused_channels_are_nearly_free(coder):
    rng = np.random.default_rng(3)
    y_hat = rng.integers(-9000, 9000, (3, 4, CHANNELS)).astype(np.int32)
    y_hat[..., ::2] = 0
    string = coder.encode(y_hat)
    assert np.array_equal(coder.decode(string, 3, 4), y_hat)
    nothing = np.zeros((40, 40, CHANNELS), np.int32)
    assert np.array_equal(coder.decode(coder.encode(nothing), 40, 40), nothing)
    assert len(coder.encode(nothing)) < 300


def test_whole_numbers_are_those_of_the_network_in_floating_point(weights, tensors, sites):
    """Means and scales, computed by TensorFlow with all channels known at once, of a picture that
    it has not seen.
    """
    y = latents(24, 32, 9)
    sigma = spreads(sites, LEVELS)
    held = Sites.of([y], [1])
    rows = np.argsort(LAYER[held.visit], kind="stable")
    batch = {name: tf.constant(value) for name, value in held.batch(rows).items()}
    counts = np.bincount(LAYER[held.visit], minlength=len(COUNTS))
    network = Network({k: tf.constant(v) for k, v in weights.items()}, sigma)
    wanted = [np.empty((len(rows), CHANNELS), np.float32) for _ in range(2)]
    for array, part in zip(wanted, network.distributions(**batch, counts=counts), strict=True):
        array[rows] = part.numpy()
    values = np.concatenate([y.reshape(-1, CHANNELS), np.zeros((1, CHANNELS), np.int32)])
    coder = NeuralCoder(tensors, 1)
    for site in coder._sites(np.ones(CHANNELS, bool), 24, 32, values):
        at = site.rows[:, None], site.channels
        index, fraction = np.divmod(site.tables, FRACTIONS)
        mean = site.base + fraction / FRACTIONS - 0.5
        error = np.abs(mean - wanted[0][at]) / sigma[1, site.channels]
        assert np.mean(error < 0.1 + 0.5 / FRACTIONS / sigma[1, site.channels]) > 0.95
        scale = np.clip(wanted[1][at], *OCTAVES)
        assert np.mean(np.abs(OCTAVES[0] + index / PER_OCTAVE - scale) < 0.3) > 0.95


def test_no_latent_depends_on_later_ones(weights, sites):
    """In floating point: what comes later, in visits or groups, moves no distribution."""
    y = latents(9, 9, 4)
    network = Network({k: tf.constant(v) for k, v in weights.items()}, spreads(sites, LEVELS))
    last = list(visits(9, 9))[-1]
    changed = y.copy()
    changed.reshape(-1, CHANNELS)[last.rows[0], 20:] += 7

    def distributions(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        held = Sites.of([picture], [1])
        rows = np.argsort(LAYER[held.visit], kind="stable")
        batch = {name: tf.constant(value) for name, value in held.batch(rows).items()}
        counts = np.bincount(LAYER[held.visit], minlength=len(COUNTS))
        found = network.distributions(**batch, counts=tf.constant(counts))
        out = [np.empty((len(rows), CHANNELS), np.float32) for _ in found]
        for array, part in zip(out, found, strict=True):
            array[rows] = part.numpy()
        return out[0], out[1]

    for before, after in zip(distributions(y), distributions(changed), strict=True):
        other = before != after
        assert not np.delete(other, last.rows[0], 0).any()
        assert not other[last.rows[0], :32].any() and other[last.rows[0], 128:].any()


def test_prices_of_other_values_are_those_of_the_coder(coder):
    """Of the last channels at the last visit, on which nothing else depends: the price is the
    change of the whole.
    """
    y_hat = latents(4, 4, 6)
    costs = np.full((3, *y_hat.shape), np.nan)
    for y, x, channels, *found in coder.around(y_hat):
        for cost, part in zip(costs, found, strict=True):
            cost[y, x, channels] = part
    live = y_hat.any((0, 1))
    whole = coder.bits(y_hat)
    assert np.allclose(costs[1][1:, :, live], whole[1:, :, live], atol=1e-4)
    channel = next(c for c in coder._order[::-1] if live[c] and (y_hat[..., c] != 0).sum() > 1)
    last = list(visits(4, 4))[-1].rows[-1]
    y, x = divmod(int(last), 4)
    for step, cost in ((-1, costs[0]), (1, costs[2])):
        other = y_hat.copy()
        other[y, x, channel] += step
        change = coder.bits(other).sum(dtype=float) - whole.sum(dtype=float)
        assert change == pytest.approx(cost[y, x, channel] - costs[1][y, x, channel], abs=0.02)


@pytest.mark.slow
def test_the_pass_back_is_the_gradient_of_the_pass_forward(coder, monkeypatch):
    """Where nothing is rounded, a weighted sum of all that the network says is linear in a latent
    but for a few kinks: single latents moved by one, both ways.
    """
    network = coder._network
    monkeypatch.setattr(network, "squashed", lambda channels, values: 0.01 * values)
    monkeypatch.setattr(
        network,
        "activated",
        lambda layer, sums, units=None: np.clip(sums * network.step[layer], 0, 255),
    )
    rng = np.random.default_rng(0)
    grid, channels = (12, 10), np.arange(CHANNELS)
    weights = rng.normal(size=(3, np.prod(grid), CHANNELS)) * 2.0**-12
    values = np.concatenate([latents(*grid, 11).reshape(-1, CHANNELS), np.zeros((1, CHANNELS))])

    def told(values: np.ndarray, back: bool = False) -> tuple[float, np.ndarray]:
        passes, total = BackwardPass(network, values), 0.0
        for part in passes.parts(*grid):
            of_part = weights[:, part.rows]
            found = (*part.outputs(channels), part.predicted)
            total += sum(float((w * x).sum()) for w, x in zip(of_part, found, strict=True))
            if back:
                passes.back(part, channels, *of_part)
        return total, passes.gradient()

    _, gradient = told(values, back=True)
    expected, seen = [], []
    for _ in range(25):
        at = rng.integers(len(values) - 1), rng.integers(40)
        ends = []
        for step in (-100, 100):
            other = values.copy()
            other[at] += step
            ends.append(told(other)[0])
        expected.append(gradient[at])
        seen.append((ends[1] - ends[0]) / 200)
    assert np.corrcoef(expected, seen)[0, 1] > 0.99
    assert np.polyfit(expected, seen, 1)[0] == pytest.approx(1, abs=0.03)


def test_the_context_gradient_depends_on_no_order_of_addition_or_part(coder, monkeypatch):
    """Float64 holds its sums exactly: with more digits, and other parts, it is the same."""
    y_hat = latents(9, 13, 8)
    gradient = coder.context_gradient(y_hat)
    assert np.abs(gradient).max() > 1
    last = np.unravel_index(list(visits(9, 13))[-1].rows[-1], (9, 13))
    assert not gradient[last][coder._order[-GROUPS[-1] :]].any()  # context for nothing
    monkeypatch.setattr(neural_layout, "POSITIONS", 7)
    monkeypatch.setattr(neural_gradient, "FLOAT", np.longdouble)
    assert np.array_equal(coder.context_gradient(y_hat), gradient)


def test_the_bytes_depend_on_no_order_of_addition(tensors):
    """Float32 sums of these whole numbers are exact: permuting the inputs of every product changes
    nothing.
    """
    y_hat = latents(9, 13, 8)
    plain = NeuralCoder(tensors, 0)
    exact = NeuralCoder(tensors, 0)
    network = exact._network
    network.matrix = {name: value.astype(np.float64) for name, value in network.matrix.items()}
    assert plain.encode(y_hat) == exact.encode(y_hat)


@pytest.mark.slow
def test_damaged_strings_decode_to_other_latents_or_are_refused(coder):
    y_hat = latents(4, 5, 7)
    string = coder.encode(y_hat)
    for cut in range(0, len(string) - 4, 7):
        try:
            assert coder.decode(string[:cut], 4, 5).shape == y_hat.shape
        except BitstreamError:
            continue
    rng = np.random.default_rng(0)
    for _ in range(20):
        noise = rng.integers(0, 256, 200).astype(np.uint8).tobytes()
        try:
            coder.decode(noise, 4, 5)
        except BitstreamError:
            continue


def test_tensors_have_their_shapes_and_unsound_ones_are_noticed(tensors):
    assert {name: value.shape for name, value in tensors.items() if name != "neural/cdf"} == {
        name: shape for name, shape in neural_shapes(LEVELS).items() if name != "neural/cdf"
    }
    assert sound_neural(tensors)
    changes = {
        "neural/second": np.full(MATRIX_SHAPES["second"], 127, np.int8),  # sums beyond 2²⁴
        "neural/own_bias_level": tensors["neural/own_bias_level"] + (1 << 24),
        "neural/own_shift": tensors["neural/own_shift"] + 30,
        "neural/order": np.zeros(CHANNELS, np.int32),
        "neural/sigma": tensors["neural/sigma"] * 0,
        "neural/predict_near": tensors["neural/predict_near"] + 2000,
        "neural/used": tensors["neural/used"] * 0,
        "neural/cdf": tensors["neural/cdf"][:-1],
        "neural/near": tensors["neural/near"].astype(np.int32),
    }
    for name, value in changes.items():
        assert not sound_neural(tensors | {name: value}), name


@pytest.mark.slow
def test_training_lowers_the_bits(sites):
    """A few steps of plain gradient descent on one batch, the gradient through the
    whole network.
    """
    task = NeuralTask(sites, sites, spreads(sites, LEVELS))
    batch = {name: tf.constant(value) for name, value in task.batch(0).items()}
    assert batch["near"].shape == (NEAR, sum(COUNTS), CHANNELS)
    assert batch["far"].shape[2] == FAR_CHANNELS
    variables = list(task.variables.values())
    losses = []
    for _ in range(4):
        with tf.GradientTape() as tape:
            loss, _ = task.loss(batch, tf.constant([0, 0]))
        losses.append(float(loss))
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.05 * tf.convert_to_tensor(gradient))
    assert losses[-1] < losses[0]
    assert np.array_equal(task.batch(3)["y"], task.batch(3)["y"])
    assert set(task.validate()) == {"loss", "bits"}
