"""Training of the photo coder, up to the stored model.

    photographs ─ klt_start │ warm_start ─ task (loss) ─ run (record) ─ publish ─▶ the store

The same for its neural entropy model: `core.learned.photos.neural`.
"""
