"""Training of the neural entropy model, up to the whole numbers that are stored.

photographs ─ data ─ task (net) ─ run ─ export ─ publish ─▶ the store
"""
