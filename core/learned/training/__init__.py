"""The training loop of every model family (`loop`), and Adam with its schedule (`optim`)."""
