"""What was measured, and what it says.

records     the results file: one record per image × codec × setting; also as CSV
published   curves of the literature in and out
speed       records -> time per megapixel at one quality
analysis    records -> mean curves, spread over pictures, BD-rates; all in the form of a measure
"""

from core.results.records import (
    Record,
    Results,
    columns,
    has,
    header,
    parse,
    processor,
    read,
    to_csv,
    write,
)

__all__ = [
    "Record",
    "Results",
    "columns",
    "has",
    "header",
    "parse",
    "processor",
    "read",
    "to_csv",
    "write",
]
