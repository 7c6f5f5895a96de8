"""The Digits page: a learned transform coder of handwritten digits, one file per section.

models (which model, which digit)
   │
answers (what the model makes of it, computed in the background)
   │
compress · walk · yours (with canvas) · tradeoff · latent · generate ── the page
"""
