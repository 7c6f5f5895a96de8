"""Figures of the Train & models page: what is drawn is what the jobs have reported."""

from core.figures.training import curve_names, training_chart


def test_training_curves_are_those_reported():
    events = [
        {"event": "start", "step": 0, "lr": 1},
        {"event": "progress", "step": 20, "steps": 60, "loss": 9.0, "lr": 0.1},
        {"event": "progress", "step": 40, "steps": 60, "loss": 8.0, "rate": 3.0, "lr": 0.1},
        {"event": "validation", "step": 40, "loss": 7.5},
        {"event": "done", "step": 60},
    ]
    assert curve_names(events) == ["loss", "rate"]
    fig = training_chart(events, "loss")
    assert [(t.name, list(t.x), list(t.y)) for t in fig.data] == [
        ("training batch", [20, 40], [9, 8]),
        ("validation", [40], [7.5]),
    ]
