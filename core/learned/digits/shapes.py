"""The shapes of the digit models' parameters, and what their tables and cards agree on.

Needs no TensorFlow.
"""

PRECISION = 16  # bits of the range coder's probabilities
METRICS = ("mae", "mse", "ssim")


def coder_shapes(latent_dims: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the transform coder's trained parameters by name; convolution kernels are
    (height, width, side of x, side of y).
    """
    return {
        "analysis/conv1/kernel": (5, 5, 1, 20),
        "analysis/conv1/bias": (20,),
        "analysis/conv2/kernel": (5, 5, 20, 50),
        "analysis/conv2/bias": (50,),
        "analysis/dense1/kernel": (2450, 500),
        "analysis/dense1/bias": (500,),
        "analysis/dense2/kernel": (500, latent_dims),
        "analysis/dense2/bias": (latent_dims,),
        "synthesis/dense1/kernel": (latent_dims, 500),
        "synthesis/dense1/bias": (500,),
        "synthesis/dense2/kernel": (500, 2450),
        "synthesis/dense2/bias": (2450,),
        "synthesis/conv1/kernel": (5, 5, 20, 50),
        "synthesis/conv1/bias": (20,),
        "synthesis/conv2/kernel": (5, 5, 1, 20),
        "synthesis/conv2/bias": (1,),
        "prior/log_scale": (latent_dims,),
    }


def vae_shapes(latent_dims: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the autoencoder's trained parameters by name; transposed kernels are (height,
    width, out, in).
    """
    return {
        "encoder/conv1/kernel": (3, 3, 1, 32),
        "encoder/conv1/bias": (32,),
        "encoder/conv2/kernel": (3, 3, 32, 64),
        "encoder/conv2/bias": (64,),
        "encoder/dense/kernel": (3136, 2 * latent_dims),
        "encoder/dense/bias": (2 * latent_dims,),
        "decoder/dense/kernel": (latent_dims, 1568),
        "decoder/dense/bias": (1568,),
        "decoder/conv1/kernel": (3, 3, 64, 32),
        "decoder/conv1/bias": (64,),
        "decoder/conv2/kernel": (3, 3, 32, 64),
        "decoder/conv2/bias": (32,),
        "decoder/conv3/kernel": (3, 3, 1, 32),
        "decoder/conv3/bias": (1,),
    }
