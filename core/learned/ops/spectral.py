"""The real Fourier basis in which convolution kernels are stored.

A kernel of k × k taps is kept as its k² spectrum coefficients and multiplied by a constant orthonormal matrix when it is
used. Neighbouring taps of a good image filter are strongly correlated; their spectrum coefficients are not, so that an
optimiser with one step size per coefficient (Adam) converges about twice as fast (Ballé et al. 2017, supplement 6.2).
"""

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=8)
def real_dft(k: int) -> np.ndarray:
    """Orthonormal real DFT matrix of k × k taps, (k², k²) float32; row = frequency, column = tap in raster order.

    A complex frequency and its mirror give one cosine and one sine row, scaled by √2.
    """
    n = k * k
    dft = np.fft.fft2(np.eye(n).reshape(n, k, k), norm="ortho").reshape(
        n, n
    )  # column i: frequency i of each tap
    rows, seen = [], set()
    for i in range(n):
        u, v = divmod(i, k)
        mirror = (-u % k) * k + (-v % k)
        if i in seen:
            continue
        seen |= {i, mirror}
        rows += (
            [dft[:, i].real] if i == mirror else [dft[:, i].real * 2**0.5, dft[:, i].imag * 2**0.5]
        )
    matrix = np.array(rows, np.float32)
    matrix.setflags(write=False)
    return matrix


def to_spectrum(kernel: np.ndarray) -> np.ndarray:
    """Spectrum (k², a, b) of a kernel (k, k, a, b)."""
    k, _, a, b = kernel.shape
    return np.tensordot(real_dft(k), kernel.reshape(k * k, a, b), 1).astype(np.float32)


def to_kernel(spectrum, k: int):
    """Kernel tensor (k, k, a, b) of a spectrum tensor (k², a, b): the inverse of `to_spectrum`, differentiable."""
    import tensorflow as tf

    _, a, b = spectrum.shape
    taps = tf.matmul(real_dft(k), tf.reshape(spectrum, (k * k, a * b)), transpose_a=True)
    return tf.reshape(taps, (k, k, a, b))
