"""Trained models as data: `modelfile` checks a card and its weights, `zoo` keeps them on the disk.

`provenance` says when and with what they were made.
"""
