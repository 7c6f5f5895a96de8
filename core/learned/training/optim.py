"""Adam with named state, and the learning-rate schedule."""

from collections.abc import Mapping

import tensorflow as tf

BETA1 = 0.9
BETA2 = 0.99
EPSILON = 1e-8


def schedule(step: int, steps: int, warmup: int, decay: int) -> float:
    """Share of the peak rate at `step` of `steps`.

    It rises linearly over `warmup` steps, stays, and falls linearly over the last `decay`.
    """
    rise = (step + 1) / max(warmup, 1)
    fall = (steps - step) / max(decay, 1)
    return min(1.0, rise) * min(1.0, fall)


class Adam:
    """Adam (Kingma & Ba 2015) for one group of variables.

    `scale` multiplies the common learning rate. `state` holds both moments of each variable by
    name, for checkpoints.
    """

    def __init__(self, variables: dict[str, tf.Variable], scale: float = 1.0) -> None:
        self.variables = variables
        self.scale = scale
        self.state: dict[str, tf.Variable] = {}
        for name, variable in variables.items():
            for moment in "mv":
                zeros = tf.zeros_like(variable)
                self.state[f"adam_{moment}/{name}"] = tf.Variable(zeros)

    def apply(
        self,
        gradients: Mapping[str, tf.Tensor],
        lr: tf.Tensor,
        step: tf.Tensor,
    ) -> None:
        """One update; `step` counts from 0."""
        t = tf.cast(step + 1, tf.float32)
        # Both moments start at zero; the correction of that bias goes into the step size.
        size = self.scale * lr * tf.sqrt(1 - BETA2**t) / (1 - BETA1**t)
        for name, variable in self.variables.items():
            g = gradients[name]
            m = self.state[f"adam_m/{name}"]
            v = self.state[f"adam_v/{name}"]
            m.assign_add((1 - BETA1) * (g - m))
            v.assign_add((1 - BETA2) * (tf.square(g) - v))
            variable.assign_sub(size * m / (tf.sqrt(v) + EPSILON))
