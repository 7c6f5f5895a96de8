"""Building blocks that the learned coders share: transforms, their spectral basis, priors, and integer tables."""
