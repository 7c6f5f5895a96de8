"""The SVD page: the tutorial "Matrix approximation with Core APIs" on the person's own picture.

answers (decompositions and pictures, kept by content)
   │
controls (rank, factor, energy, byte budget: one number) ── sections ── the page
                                                            playground (a small matrix)
"""
