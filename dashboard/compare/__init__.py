"""The parts of the Compare page.

controls ──→ choice (in a link, too) ──→ results (of each codec) ──→ view: viewer and table
                                            │
                                            └──→ curves with bd_table, files with the report

`first` measures what the page opens with, `ahead` what may be asked for next.
"""
