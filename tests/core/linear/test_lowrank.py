"""Low-rank approximation against the tutorial's numbers, Eckart and Young, NumPy and ARPACK."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SettingError
from core.linear import lowrank
from tests.conftest import synthetic


def random(shape, seed=0):
    return np.random.default_rng(seed).uniform(0, 1, shape).astype(np.float32)


# --- the tutorial "Matrix approximation with Core APIs" -----------------------------------------


@pytest.mark.parametrize(
    ("rank", "size", "factor"), [(100, 614_700, 0.195), (50, 307_350, 0.098), (10, 61_470, 0.020)]
)
def test_sizes_of_the_tutorials_picture(rank, size, factor):
    assert 3 * lowrank.elements(1024, 1024, rank) == size
    assert lowrank.compression_factor(1024, 1024, rank) == pytest.approx(factor, abs=5e-4)


def test_rank_for_the_tutorials_factor():
    rank = lowrank.rank_for_factor(1024, 1024, 0.15)
    assert rank == 76
    assert 3 * lowrank.elements(1024, 1024, rank) == 467_172
    assert lowrank.compression_factor(1024, 1024, rank) == pytest.approx(0.149, abs=5e-4)


def test_the_tutorials_matrix():
    assert [lowrank.elements(40, 30, r) for r in (15, 3)] == [1065, 213]
    f = lowrank.decompose(random((40, 30)))
    assert (f.u.shape, f.s.shape, f.v.shape) == ((40, 30), (30,), (30, 30))


def test_energy_looks_at_the_right_place_where_the_tutorial_looks_one_too_far():
    s = np.array([[4.0, 3, 2, 1]])
    props = np.cumsum(s / s.sum())  # the tutorial's own steps …
    r = int(np.argmin(np.abs(props - 0.7))) + 1  # … its rank for an energy of 0.7 …
    assert (r, props[r]) == (2, pytest.approx(0.9))  # … and the energy that it reports for it
    assert lowrank.energy(s)[r - 1] == pytest.approx(0.7)
    assert lowrank.rank_for_energy(s, 0.7) == 2
    assert lowrank.rank_for_energy(s, 0.7001) == 3


# --- the mathematics ----------------------------------------------------------------------------

SHAPES = [(3, 40, 30), (3, 30, 40), (1, 17), (17, 1), (1, 1), (2, 2, 9, 5)]


@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_numpy(shape):
    a = random(shape)
    f = lowrank.decompose(a)
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    assert np.allclose(f.s, s, rtol=1e-4, atol=1e-5)
    for r in {0, 1, f.rank // 2, f.rank}:
        assert np.allclose(
            lowrank.reconstruct(f, r), (u[..., :r] * s[..., None, :r]) @ vt[..., :r, :], atol=1e-4
        )


def test_agrees_with_the_einsum_of_the_tutorial():
    f = lowrank.decompose(random((3, 20, 30)))
    seven = lowrank.reconstruct(f, 7)
    assert np.allclose(
        seven,
        np.einsum("...ms,...s,...ns->...mn", f.u[..., :7], f.s[..., :7], f.v[..., :7]),
        atol=1e-5,
    )
    assert np.allclose(
        lowrank.reconstruct(f, 7, first=3) + lowrank.reconstruct(f, 3), seven, atol=1e-5
    )


def test_truncated_svd_agrees_with_the_full_one():
    a = lowrank.channels(synthetic(90, 120))
    full, part = lowrank.decompose(a), lowrank.decompose_truncated(a, 12)
    assert np.allclose(part.s, full.s[:, :12], rtol=1e-4)
    assert np.allclose(lowrank.reconstruct(part), lowrank.reconstruct(full, 12), atol=1e-3)
    assert np.allclose(lowrank.squared_errors(part), lowrank.squared_errors(full)[:13], rtol=1e-3)


@pytest.mark.parametrize("shape", [(3, 40, 30), (3, 24, 60)])
def test_error_of_every_rank_follows_from_the_singular_values(shape):
    a = random(shape)
    f = lowrank.decompose(a)
    errors = lowrank.squared_errors(f)
    for r in range(f.rank):
        true = ((a.astype(np.float64) - lowrank.reconstruct(f, r)) ** 2).sum()
        assert errors[r] == pytest.approx(true, rel=1e-4)
    assert errors[-1] == 0


def test_clipping_only_helps(small):
    f = lowrank.decompose(lowrank.channels(small))
    predicted = lowrank.mse_by_rank(f)
    for r in (1, 5, 20, 60):
        true = ((small.astype(float) - lowrank.to_image(lowrank.reconstruct(f, r))) ** 2).mean()
        assert true <= predicted[r] + 1 / 12 + 0.1
        assert true >= 0.7 * predicted[r]


@settings(max_examples=60, deadline=None)
@given(m=st.integers(1, 3000), n=st.integers(1, 3000), factor=st.floats(0, 2))
def test_rank_for_factor_is_the_largest_that_fits(m, n, factor):
    r = lowrank.rank_for_factor(m, n, factor)
    assert 0 <= r <= min(m, n)
    assert lowrank.compression_factor(m, n, r) <= factor * (1 + 1e-12)
    assert r == min(m, n) or lowrank.compression_factor(m, n, r + 1) > factor * (1 - 1e-12)


@settings(max_examples=40, deadline=None)
@given(
    m=st.integers(1, 12),
    n=st.integers(1, 12),
    kind=st.sampled_from(["random", "constant", "zero", "rank 1", "grey"]),
    wanted=st.floats(0, 1),
    power=st.sampled_from([1, 2]),
    seed=st.integers(0, 99),
)
def test_odd_matrices(m, n, kind, wanted, power, seed):
    a = random((3, m, n), seed)
    if kind == "constant":
        a[:] = 0.5
    elif kind == "zero":
        a[:] = 0
    elif kind == "rank 1":
        a = a[:, :, :1] * a[:, :1, :]
    elif kind == "grey":
        a[:] = a[:1]
    f = lowrank.decompose(a)
    assert np.allclose(lowrank.reconstruct(f), a, atol=1e-4)
    share = lowrank.energy(f.s, power)
    assert np.all(np.diff(share) >= -1e-12) and share[-1] == pytest.approx(1)
    r = lowrank.rank_for_energy(f.s, wanted, power)
    assert 0 <= r <= min(m, n)
    assert r == 0 or share[r - 1] >= wanted - 1e-9
    assert r <= 1 or share[r - 2] < wanted
    if kind in ("constant", "rank 1"):
        assert lowrank.squared_errors(f)[1] == pytest.approx(0, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 9), width=st.integers(1, 9), seed=st.integers(0, 99))
def test_pictures_come_back_from_their_matrices(height, width, seed):
    image = synthetic(height, width, seed)
    assert np.array_equal(lowrank.to_image(lowrank.channels(image)), image)


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_impossible_wishes_are_refused(wrong):
    with pytest.raises(SettingError):
        lowrank.rank_for_factor(10, 10, wrong)
    with pytest.raises(SettingError):
        lowrank.rank_for_energy(np.ones(4), wrong)


def test_importing_the_module_does_not_import_tensorflow():
    import subprocess
    import sys

    from tests.conftest import ROOT

    code = (
        "import sys, core.linear.lowrank, core.codecs.lowrank.svd, core.codecs.lowrank.klt; "
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_a_layer_shows_zero_as_grey(small):
    f = lowrank.decompose(lowrank.channels(small))
    shown, true = lowrank.layer(f, 3).astype(float), lowrank.reconstruct(f, 4, first=3)
    assert np.abs(shown - 127.5).max() <= 127.5
    assert np.corrcoef(shown.ravel(), np.moveaxis(true, 0, -1).ravel())[0, 1] > 0.999


def test_error_map_and_squared_error(small):
    other = np.clip(small.astype(int) + 3, 0, 250).astype(np.uint8)
    assert lowrank.squared_error(small, other) == pytest.approx(
        ((small.astype(float) - other) ** 2).mean()
    )
    assert lowrank.error_map(small, small).min() == lowrank.error_map(small, small).max() == 128
    assert (lowrank.error_map(small, other, 4)[small < 240] == 140).all()
