"""Trained models as data: `modelfile` checks a card and its weights, `zoo` keeps them on the disk,
in the folders that `places` names.

`families` holds what the model families register. `provenance` says when and with what they were made.
"""
