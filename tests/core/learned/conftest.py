"""For trainings of a few steps."""

from collections.abc import Iterator

import pytest
import tensorflow as tf


@pytest.fixture
def eagerly() -> Iterator[None]:
    """Runs TensorFlow's functions as they stand: compiling one takes longer than a few steps."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
