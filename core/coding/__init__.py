"""From whole numbers to bytes and back, exactly, on every machine.

    whole numbers ─► coefficients ─► range_coder ─► payload ─► container ─► .rdx
                     (contexts)      (adaptive models)         (header, checksum)

`range_coder` turns symbols into bits under models that adapt (`adaptive_model`); `coefficients`
chooses the model for each coefficient of a transform from its neighbourhood (with `means` for the
coarsest ones, and `magnitude_classes`); `container` wraps the payload into a file that says what it
is and is checked before anything else reads it.
"""
