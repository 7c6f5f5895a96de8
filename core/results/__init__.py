"""What was measured, and what it says.

records     the results file: one record per image × codec × setting; also as CSV
published   curves of the literature in and out
speed       records -> time per megapixel at one quality
curves      records -> RD curves: of one picture, and means; in the form of a measure
analysis    curves -> spread over pictures, BD-rates
comparison  two codecs in depth; codec_compare: records for the package of that name
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
