"""The entropy coders of the photo coder's latents, ŷ (h, w, C) whole numbers ↔ string.

    static_coder     one stored table per channel
    context_coder    tables picked by the latents that are known: context_model holds the stored
                     numbers, context_walk the order of coding, context_fit fits them
    neural_coder     tables picked by a network in whole numbers (integer_network): neural_layout
                     says what it sees, neural_tensors what is stored of it, neural_tables which
                     tables there are

`prices` is what a coder tells the encoder's search: bits of a latent, and of its neighbours.
"""
