"""The laboratory for notebooks and scripts: what the pages show, as a few verbs in Python.

    from core import codec, curves, read

pictures   read: a file, a web address or a sample ─► Picture
benches    codec("avif"): encode, decode, measure, match a target, curve
curves     curves(picture, codecs): RD curves with their figure, BD-rates and table
svd        svd(picture): ranks, energies and errors of a low-rank approximation
digits     digit_coder(2000): strings, the walk of a digit, flipped bits, draws from the prior
photos     photo_coder(): a learned file of a photograph, and a look inside it
sweeps     open_sweep("kodak"): results over many pictures
gallery    gallery(…): pictures side by side, exact to the pixel

All of it computes in the calling process. `docs/api.md` shows each verb at work.
"""
