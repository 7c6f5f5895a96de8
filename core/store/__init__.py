"""Trained models as data: a JSON card and safetensors weights in a folder of their own.

    tensors + facts ─ zoo.store ─ family.check ─ proof ─ models/<name>/ ─ zoo.load ─ StoredModel
                                                              │
                                              exchange: one zip file, to and fro

`zoo` keeps the models, in the folders that `places` names and with the locks and renames of `disk`.
`modelfile` checks a card and its weights; `families` holds what the model families register.
`provenance` says when and with what a model was made.
"""
