"""The Train & models page: train in the background, watch it, look after the store of models.

start (digit_forms, photo_form) ── launch ──→ a job of its own ──→ jobs
                                                    └──→ store (cards, export, import)
"""
