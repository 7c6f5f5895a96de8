"""Adam with named state, and the learning-rate schedule."""

import tensorflow as tf

BETA1, BETA2, EPSILON = 0.9, 0.99, 1e-8


def schedule(step: int, steps: int, warmup: int, decay: int) -> float:
    """Share of the peak rate at `step` of `steps`: linear rise over `warmup`, level, linear fall over the last `decay`."""
    rise = min(1.0, (step + 1) / max(warmup, 1))
    fall = min(1.0, (steps - step) / max(decay, 1))
    return rise * fall


class Adam:
    """Adam (Kingma & Ba 2015) for one group of variables; `scale` multiplies the common learning rate."""

    def __init__(self, variables: dict[str, tf.Variable], scale: float = 1.0):
        self.variables, self.scale = variables, scale
        self.state = {
            f"adam_{s}/{n}": tf.Variable(tf.zeros_like(v))
            for n, v in variables.items()
            for s in "mv"
        }

    def apply(self, gradients: dict[str, tf.Tensor], lr: tf.Tensor, step: tf.Tensor) -> None:
        """One update; `step` counts from 0."""
        t = tf.cast(step + 1, tf.float32)
        size = self.scale * lr * tf.sqrt(1 - BETA2**t) / (1 - BETA1**t)
        for name, variable in self.variables.items():
            g, m, v = gradients[name], self.state[f"adam_m/{name}"], self.state[f"adam_v/{name}"]
            m.assign_add((1 - BETA1) * (g - m))
            v.assign_add((1 - BETA2) * (tf.square(g) - v))
            variable.assign_sub(size * m / (tf.sqrt(v) + EPSILON))
