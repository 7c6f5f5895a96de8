"""The Data sets page: sweeps of many pictures through many codecs, and what averages hide.

start (with pictures) ──→ a sweep in the background ──→ library (stored runs, progress)
                                                          │
choice (runs, codecs, measure) ── gathered (their results now) ── explore ── the page
                                                  sections/ draws the chosen one
"""
