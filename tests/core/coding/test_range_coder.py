"""The range coding of our own codecs: what goes in comes out, at the size that theory allows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.coding.adaptive_model import AdaptiveModel, escape_model
from core.coding.coefficients import code_plane, optimise, rebuild
from core.coding.magnitude_classes import SYMBOLS
from core.coding.range_coder import Decoder, Encoder, Trial
from core.errors import BitstreamError


def pass_through(coder, batches):
    """Code batches of (contexts, signed values); with values None they are read."""
    model, escape = AdaptiveModel.geometric(np.array([20, 300, 4000]), 12), escape_model()
    out = []
    for contexts, values in batches:
        sizes = coder.magnitudes(
            model, escape, contexts, None if values is None else np.abs(values)
        )
        out.append(coder.signed(sizes, values))
    return out, model


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(-4, 4) | st.integers(-500_000, 500_000)),
            max_size=30,
        )
    )
)
def test_numbers_come_back(batches):
    batches = [
        (np.array([c for c, _ in b], np.int64), np.array([v for _, v in b], np.int64))
        for b in batches
    ]
    coder = Encoder()
    _, written = pass_through(coder, batches)
    values, read = pass_through(Decoder(coder.data()), [(c, None) for c, _ in batches])
    assert all(np.array_equal(a, v) for a, (_, v) in zip(values, batches, strict=True))
    assert np.array_equal(written.counts, read.counts)
    values, tried = pass_through(Trial(), batches)
    assert all(np.array_equal(a, v) for a, (_, v) in zip(values, batches, strict=True))
    assert np.array_equal(written.counts, tried.counts)


def test_tables_are_whole_numbers_of_a_fixed_sum():
    model = AdaptiveModel.geometric(np.array([1, 50, 700, 90_000]), SYMBOLS)
    model.update(np.full(100_000, 3), np.full(100_000, 2))
    table = model.table()
    assert table.dtype == np.float32 and table.min() >= 1
    assert np.array_equal(table, np.round(table)) and np.all(table.sum(axis=1) == 1 << 16)


def test_adaptive_size_is_near_the_entropy():
    values = np.random.default_rng(1).geometric(0.45, 40_000) - 1
    shares = np.bincount(values) / len(values)
    entropy = -(shares * np.log2(np.where(shares > 0, shares, 1))).sum() * len(values) / 8
    coder, model, escape = Encoder(), AdaptiveModel.flat(1, 30), escape_model()
    for part in np.split(values, 200):
        coder.magnitudes(model, escape, np.zeros(len(part), np.int64), part)
    assert entropy <= len(coder.data()) <= 1.01 * entropy + 20


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(data):
    contexts = np.arange(300) % 3
    try:
        values, _ = pass_through(Decoder(data), [(contexts, None)] * 3)
    except BitstreamError:
        return
    assert all(len(v) == 300 and np.abs(v).max() < 1 << 21 for v in values)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
    used=st.integers(0, 64),
    size=st.sampled_from([0.3, 2, 50]),
    scaled=st.booleans(),
    seed=st.integers(0, 99),
)
def test_planes_of_coefficients_come_back(rows, columns, used, size, scaled, seed):
    q = np.round(np.random.default_rng(seed).laplace(0, size, (used, rows, columns))).astype(
        np.int64
    )
    scale = np.full((rows, columns), 300) if scaled else None
    coder = Encoder()
    code_plane(coder, (rows, columns), 8, used, q, scale)
    again = code_plane(Decoder(coder.data()), (rows, columns), 8, used, None, scale)[0]
    assert np.array_equal(again, q)


def test_neighbourhoods_pay():
    """Coefficients whose size follows their place cost less than their entropy without contexts."""
    rng = np.random.default_rng(0)
    activity = np.exp(2.5 * np.sin(np.arange(40) / 6)[:, None] * np.cos(np.arange(40) / 5))
    q = np.round(rng.laplace(0, 1, (40, 40, 40)) * activity).astype(np.int64)
    q[0] = 0
    coder = Encoder()
    code_plane(coder, (40, 40), 8, 40, q)
    shares = np.unique(q[1:], return_counts=True)[1] / q[1:].size
    assert len(coder.data()) * 8 < -0.9 * (shares * np.log2(shares)).sum() * q[1:].size


def test_optimised_quantisation_trades_distortion_for_rate():
    x = np.random.default_rng(2).laplace(0, 0.7, (64, 30, 30))
    q = np.round(x).astype(np.int64)
    before, after = Encoder(), Encoder()
    contexts, model = code_plane(before, (30, 30), 8, len(q), q)[1:]
    best, shifts = optimise(q, contexts, model, x)
    code_plane(after, (30, 30), 8, len(best), best)
    assert len(after.data()) < len(before.data())

    def cost(q, shifts, coder):
        y = np.zeros_like(x)
        y[: len(q)] = rebuild(q, shifts, 64) / 64
        return ((x - y) ** 2).sum() + 0.12 * 8 * len(coder.data())

    assert cost(best, shifts, after) < cost(q, np.array([8, 8]), before)
    assert np.array_equal(best[0], q[0])


def test_reconstruction_points_are_whole_numbers():
    q = np.array([-3, -1, 0, 1, 2]).reshape(1, 1, 5).repeat(2, axis=0)
    y = rebuild(q, np.array([8 + 8, 8 + 4]), 64)  # 8/32 and 4/32 of a step below
    assert y[1].ravel().tolist() == [-184, -48, 0, 48, 120]
    assert y[0].ravel().tolist() == [-192, -64, 0, 64, 128]


def test_damaged_words_raise_the_right_error():
    for seed in range(20):
        words = np.random.default_rng(seed).bytes(64)
        try:
            Decoder(words).uniform(np.full(50, 3))
        except BitstreamError as error:
            assert "payload" in str(error)
    with pytest.raises(BitstreamError):
        Decoder(b"\xff" * 40).uniform(np.full(50, 3))
