"""The photo coder of Ballé, Laparra, Simoncelli (2017).

    training    photographs ─▶ a model in the store
                neural: the same for the neural entropy model

    coding      picture ─ coder ─▶ ŷ ─ entropy: context | static | neural ─▶ string
                          search ◀─ prices ─┘

    questions   lab: filters, normalisations, noise against rounding; complexity: what it costs

`model` holds the transforms that all of them share, `card` what its card says.
"""
