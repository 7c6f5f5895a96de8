"""Figures of the Digits page: what is drawn is what the cards say."""

import numpy as np
import pytest

from core.figures import digits as charts
from core.figures.tradeoff import tradeoff_chart


def card(lmbda: float, rate: float, mae: float) -> dict:
    return {
        "name": f"mnist-{lmbda:g}",
        "lmbda": lmbda,
        "figures": {"rate": rate, "mae": mae, "loss": rate + lmbda * mae},
    }


CARDS = [card(100, 5, 0.10), card(1000, 40, 0.045), card(500, 20, 0.05), card(2000, 41, 0.044)]


def trace(fig, name):
    return next(t for t in fig.data if t.name == name)


def test_the_tradeoff_shows_models_hull_tangent_and_the_tutorial():
    fig = tradeoff_chart(CARDS, CARDS[2], None, {"PNG": [(1500.0, 0.0, "lossless")]}, log_x=False)
    assert list(trace(fig, "stored models").x) == [5, 20, 40, 41]
    assert list(trace(fig, "hull").x) == [
        5,
        20,
        41,
    ]  # 40 bits at 0.045 lie above the line from 20 to 41
    tangent = trace(fig, "R + 500 · D = 45.0")
    np.testing.assert_allclose(np.array(tangent.x) + 500 * np.array(tangent.y), 45, rtol=1e-9)
    assert [
        tuple(p)
        for p in zip(
            trace(fig, "the tutorial's own").x, trace(fig, "the tutorial's own").y, strict=True
        )
    ] == [(40.2, 0.0360), (15.3, 0.0596), (8.4, 0.0767)]
    assert trace(fig, "PNG").x == (1500.0,) and all(
        axis.title.text for axis in (fig.layout.xaxis, fig.layout.yaxis)
    )
    assert not [t for t in fig.data if t.name == "with searched rounding"]


def test_latents_show_y_noise_and_rounding_in_order():
    y = np.array([0.2, -1.7, 3.4])
    fig = charts.latent_chart(y, y + 0.3, [2, 0])
    assert list(trace(fig, "y").y) == [3.4, 0.2] and list(trace(fig, "y").x) == ["2", "0"]
    assert list(trace(fig, "ŷ = round(y) (coding)").y) == [3, 0]


def test_priors_mark_the_probability_of_the_rounded_value():
    fig = charts.prior_chart(np.array([1.0, 0.25]), [1], np.array([9.0, 0.3]))
    marker = fig.data[1]
    assert marker.x == (0.0,) and marker.y[0] == pytest.approx(
        np.tanh(1.0)
    )  # tanh(1 / 4s) at s = 1/4


def test_lengths_are_drawn_in_bits():
    fig = charts.length_chart({"bits": [10.5, 17.0], "bytes": [2, 3]})
    assert list(fig.data[1].y) == [16, 24]


def test_dead_dimensions_come_last_and_grey():
    fig = charts.dimension_chart([0.0, 2.0, 1.0], [1, 2])
    assert list(fig.data[0].x) == ["1", "2", "0"]
    assert (
        len(set(fig.data[0].marker.color[:2])) == 1
        and fig.data[0].marker.color[2] != fig.data[0].marker.color[0]
    )
