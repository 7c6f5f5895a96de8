"""The Data sets page: sweeps of many pictures through many codecs, and what averages hide.

start (with uploads) ──→ a sweep in the background ──→ library (stored runs, progress)
                                                          │
choice (runs, codecs, measure) ── gathered (their results now) ── explore ── the page
                                      curves · bd (with pictures) · speed · table · export
published (curves from elsewhere) joins curves, bd and export; report is the HTML file.
"""
