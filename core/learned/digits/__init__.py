"""Models of MNIST digits: the tutorial's transform coder (`model`, `train`), a variational autoencoder, and their lab."""
