"""The network's rate: the integral of a logistic density, as scipy has it."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from core.learned.ops.tables import PRECISION, sound_tables, split_tables
from core.learned.photos.entropy.neural_tables import (
    FRACTIONS,
    OCTAVES,
    PER_OCTAVE,
    SCALES,
    build,
    reach_of,
)
from core.learned.photos.neural.net import logistic_bits


@pytest.mark.parametrize("scale", [0.05, 0.3, 1.0, 7.0])
def test_bits_are_those_of_the_logistic_distribution(scale):
    y, mean = np.arange(-4, 5), 0.3
    law = stats.logistic(mean, scale)
    # on the side of the mean where the difference of two small tails keeps its digits
    share = np.where(
        y < mean, law.cdf(y + 0.5) - law.cdf(y - 0.5), law.sf(y - 0.5) - law.sf(y + 0.5)
    )
    found = logistic_bits(
        tf.constant(y), tf.constant(mean, tf.float32), tf.constant(np.log2(scale), tf.float32)
    )
    assert np.allclose(found, -np.log2(share), rtol=1e-4, atol=1e-5)


def test_tables_hold_the_logistic_distribution_around_every_fraction():
    cdf = build()
    assert sound_tables(cdf, np.zeros(SCALES * FRACTIONS, np.int32))
    tables = split_tables(cdf)
    for number in (0, 12, 20, SCALES - 1):
        for fraction in (0, 5, FRACTIONS - 1):
            table = tables[number * FRACTIONS + fraction]
            reach = reach_of(number)
            law = stats.logistic(
                fraction / FRACTIONS - 0.5, 2.0 ** (OCTAVES[0] + number / PER_OCTAVE)
            )
            edges = np.arange(-reach, reach + 2) - 0.5
            found = np.diff(table[1:])[:-1] / 2**PRECISION
            assert np.abs(found - np.diff(law.cdf(edges))).max() < 2e-3
