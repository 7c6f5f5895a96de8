"""Codecs: a picture ─► `encode` ─► a real file ─► `decode` ─► a picture.

`base` says what a codec is. `classical` holds the standard formats; `svd` and `klt` (with `colour`)
our own linear ones; `mnist` and `bls2017` the learned ones, `photo_models` the latter with any
stored model, `stored` what they know of the model store. `external` makes codecs of command lines
and installed packages. `registry` lists them all, by name; `sniff` says which one reads a file.
"""
