"""Dense layers over named parameters, which the models of digits share."""

from collections.abc import Mapping

import tensorflow as tf


class Dense:
    """A model whose `parameters` hold `NAME/kernel` and `NAME/bias` of each of its layers."""

    parameters: Mapping[str, tf.Tensor | tf.Variable]

    def _pair(self, name: str) -> tuple[tf.Tensor, tf.Tensor]:
        return self.parameters[f"{name}/kernel"], self.parameters[f"{name}/bias"]

    def _dense(self, name: str, x: tf.Tensor) -> tf.Tensor:
        kernel, bias = self._pair(name)
        return tf.matmul(x, kernel) + bias
