"""Building blocks that the learned coders share.

    pixels ─ transforms ─ latents y ─ round ─ ŷ ─ range coder ─ bytes
                 │             │                      │
    kernels as  spectral     priors, P(y) ─────── tables, whole numbers

`transforms`: convolutions and divisive normalisation. `spectral`: the Fourier basis in which
their kernels are trained. `priors`: the learned distribution of each latent channel. `tables`: the
integer tables that a range coder needs, made from the priors once.
"""
