"""The overlapped patch transform and a picture's own basis: inverse, exactness, worth."""

import numpy as np
import pytest

from core.linear import basis, patches
from tests.conftest import synthetic


@pytest.mark.parametrize("patch", [8, 16])
@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (17, 23), (64, 48)])
def test_backward_undoes_forward(patch, shape):
    planes = np.moveaxis(synthetic(*shape), -1, 0) - 128.0
    c = patches.forward(planes, patch)
    assert c.shape == (3, patch**2, *patches.grid(*shape, patch))
    back = (
        patches.backward(np.round(c * patches.PIXEL), patch)[:, : shape[0], : shape[1]]
        / patches.PIXEL
    )
    assert np.abs(back - planes).max() < 0.2


def test_a_flat_picture_is_its_mean():
    c = patches.forward(np.full((1, 40, 40), 50.0), 8)
    assert np.allclose(c[0, 0], 50 * 8, atol=0.1) and np.allclose(c[0, 1:], 0, atol=0.1)


def test_overlap_leaves_no_seam():
    """One coefficient alone fades out across the patch border instead of ending there."""
    c = np.zeros((1, 64, 3, 3))
    c[0, 0, 1, 1] = 64 * 800
    row = patches.backward(c, 8)[0, 12] / 64
    assert np.abs(row[:8]).max() > 1  # it reaches into the neighbour
    assert (
        np.abs(np.diff(row)).max() < 0.5 * row.max()
    )  # a block ends with one step of the whole height
    plain = np.zeros(24)
    plain[8:16] = 100
    assert np.abs(np.diff(row)).max() < 0.5 * np.abs(np.diff(plain)).max()


@pytest.mark.parametrize("patch", [8, 16])
def test_backward_is_exact_in_whole_numbers(patch):
    """Python's unbounded integers give the same pixels as float64: the order of sums is free."""
    c = (
        np.random.default_rng(0)
        .integers(-patches.LIMIT, patches.LIMIT, (1, patch**2, 2, 2))
        .astype(float)
    )
    matrix, post = (
        m.astype(int).astype(object) for m in (patches._dct(patch), patches._unlap(patch))
    )
    one, half = patches.MATRIX, patch // 2

    def div(numbers):
        return np.vectorize(lambda n: (n + one // 2) // one, otypes=[object])(numbers)

    cut = div(matrix.T.dot(c.astype(int).astype(object).reshape(patch**2, -1)))
    plane = cut.reshape(patch, patch, 2, 2).transpose(2, 0, 3, 1).reshape(2 * patch, 2 * patch)
    for _ in range(2):  # columns' borders, then rows'
        plane = plane.T
        plane = np.concatenate(
            [plane[:half] * one, post.dot(plane[half:-half]), plane[-half:] * one]
        )
        plane = div(plane)
    assert np.array_equal(patches.backward(c, patch)[0], plane.astype(float))


def test_rounding_of_the_matrices_is_beyond_doubt():
    """No entry lies so close to a half that another machine's cosine could round it otherwise."""
    from scipy.fft import dct

    for patch in (8, 16):
        one = dct(np.eye(patch), axis=0, norm="ortho")
        entries = np.kron(one, one) * patches.MATRIX
        assert np.abs(entries - np.floor(entries) - 0.5).min() > 1e-6


def test_the_klt_is_the_svd_of_the_patches():
    x = np.random.default_rng(3).normal(0, [[9], [5], [3], [1]], (4, 500))
    x = np.linalg.qr(np.random.default_rng(4).normal(size=(4, 4)))[0] @ x
    own = basis.klt(x)
    u = np.linalg.svd(x, full_matrices=False)[0]
    assert np.allclose(
        np.abs(own @ u).max(axis=1), 1, atol=1e-6
    )  # the same vectors, in another order
    assert np.allclose(own @ own.T, np.eye(4), atol=1e-9)
    assert np.allclose(np.corrcoef(own @ x), np.eye(4), atol=0.15)


def test_an_own_basis_finds_the_directions_of_a_picture():
    rng = np.random.default_rng(5)
    turn = np.linalg.qr(rng.normal(size=(15, 15)))[0]
    sparse = rng.laplace(0, 6, (15, 4000)) * (rng.uniform(size=(15, 4000)) < 0.15)
    x = np.zeros((64, 4000))
    x[1:16] = turn @ sparse
    own = basis.own_basis(x)
    assert len(own) >= 15
    y = np.linalg.inv(own[:15, :15].T / basis.UNIT) @ x[1:16]
    assert (np.abs(y) > 1).mean() < 0.5 * (np.abs(x[1:16]) > 1).mean()


def test_small_pictures_have_no_basis_of_their_own():
    assert len(basis.own_basis(np.ones((64, basis.FEW - 1)))) == 0
