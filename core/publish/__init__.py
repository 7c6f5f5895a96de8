"""Figures, tables and references for a paper.

drawing        a Plotly figure ─► a matplotlib figure of a stated width
traces         … and what it holds: lines, marks, areas, bars, boxes, maps
files          a matplotlib figure ─► PDF, PGF or PNG; pgf needs no LaTeX
style          the one style: fonts, lines, colours
tables         a figure's data, or rows ─► CSV, LaTeX (booktabs)
tex            text with the field's symbols ─► LaTeX
bibliography   codecs, measures, data sets ─► BibTeX
"""

from core.publish.bibliography import Sources, bibtex, data_of
from core.publish.files import COLUMN_MM, KINDS, refusal, render, save
from core.publish.tables import rows_of, to_csv, to_latex

__all__ = [
    "COLUMN_MM",
    "KINDS",
    "Sources",
    "bibtex",
    "data_of",
    "refusal",
    "render",
    "rows_of",
    "save",
    "to_csv",
    "to_latex",
]
