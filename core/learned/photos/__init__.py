"""The photo coder of Ballé, Laparra, Simoncelli (2017), and the entropy coders of its latents.

    training    photographs ─ start ─ task ─ run ─ publish (context_fit) ─▶ the store

    coding      picture ─ coder ─▶ ŷ ─ context_coder | static_coder | neural_coder ─▶ string
                          search ◀─ prices ─┘

    questions   lab: filters, normalisations, noise against rounding

`model` holds the transforms that all of them share, `family` the model's card. The context coder's
stored numbers are in `context_model`, its order of coding in `context_walk`.
"""
