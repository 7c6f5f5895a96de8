"""The real Fourier basis in which convolution kernels are stored.

A kernel of k × k taps is kept as its k² spectrum coefficients and multiplied by a constant
orthonormal matrix when it is used. Neighbouring taps of a good image filter are strongly
correlated; their spectrum coefficients are not, so that an optimiser with one step size for each
coefficient (Adam) converges about twice as fast (Ballé et al. 2017, supplement 6.2).
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf


@lru_cache(maxsize=8)
def real_dft(k: int) -> np.ndarray:
    """Orthonormal real DFT matrix of k × k taps, (k², k²) float32; row = frequency, column = tap in
    raster order.

    A complex frequency and its mirror give one cosine and one sine row, scaled by √2.
    """
    n = k * k
    impulses = np.eye(n).reshape(n, k, k)
    # Row: a tap; column: what it contributes to each frequency.
    dft = np.fft.fft2(impulses, norm="ortho").reshape(n, n)
    rows: list[np.ndarray] = []
    seen: set[int] = set()
    for i in range(n):
        if i in seen:
            continue
        u, v = divmod(i, k)
        mirror = (-u % k) * k + (-v % k)
        seen |= {i, mirror}
        wave = dft[:, i]
        if i == mirror:
            # A frequency that mirrors itself is real (the mean, say).
            rows.append(wave.real)
        else:
            rows.append(wave.real * 2**0.5)
            rows.append(wave.imag * 2**0.5)
    matrix = np.array(rows, np.float32)
    # All callers share it.
    matrix.setflags(write=False)
    return matrix


def to_spectrum(kernel: np.ndarray) -> np.ndarray:
    """Spectrum (k², a, b) of a kernel (k, k, a, b)."""
    k, _, a, b = kernel.shape
    taps = kernel.reshape(k * k, a, b)
    spectrum = np.tensordot(real_dft(k), taps, 1)
    return spectrum.astype(np.float32)


def to_kernel(spectrum: "tf.Tensor", k: int) -> "tf.Tensor":
    """Kernel tensor (k, k, a, b) of a spectrum tensor (k², a, b): the inverse of `to_spectrum`,
    differentiable.
    """
    import tensorflow as tf

    _, a, b = spectrum.shape
    flat = tf.reshape(spectrum, (k * k, a * b))
    # The inverse of an orthonormal matrix is its transpose.
    taps = tf.matmul(real_dft(k), flat, transpose_a=True)
    return tf.reshape(taps, (k, k, a, b))
