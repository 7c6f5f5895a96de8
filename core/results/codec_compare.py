"""Results in the JSON form that webmproject/codec-compare reads: one batch a codec.

A batch has constants (codec, version, time …) and a table of rows, both as arrays with their
descriptions beside them; a list of batches is what the page is pointed at.
"""

import math
from typing import Any

from core.metrics import MEASURES
from core.results import Results
from core.results.curves import figure

LIST_NAME = "batches.json"

_FIELDS = {
    "original_name": "Name of the original picture",
    "setting": "Setting of the encoder",
    "width": "Width in pixels",
    "height": "Height in pixels",
    "encoded_size": "Size of the encoded file in bytes",
    "encoding_duration": "Seconds to encode",
    "decoding_duration": "Seconds to decode",
}
_COLUMNS = {
    "original_name": "image",
    "encoded_size": "bytes",
    "encoding_duration": "encode_s",
    "decoding_duration": "decode_s",
}


def batches(results: Results) -> dict[str, Any]:
    """File name -> what it holds: one batch a codec, and the list of all under LIST_NAME."""
    found = {f"{codec}.json": batch(results, codec) for codec in results.codecs()}
    return found | {LIST_NAME: [[name] for name in found]}


def batch(results: Results, codec: str) -> dict[str, Any]:
    """The rows of one codec. Measures that one of its files lacks are left out."""
    records = [record for record in results.records if record["codec"] == codec]
    measures = {name: MEASURES[name].label for name in MEASURES if _complete(records, name)}
    known = results.header.get("codecs", {}).get(codec, {})
    options = known.get("options", {})
    constants = {
        "codec": ("Name of the codec", codec),
        "version": ("Options and versions", ", ".join(f"{k} {v}" for k, v in options.items())),
        "time": ("When the sweep was made", str(results.header.get("created", ""))),
    }
    rows = []
    for record in records:
        row = [record.get(_COLUMNS.get(field, field)) for field in _FIELDS]
        rows.append([*row, *(figure(record, name) for name in measures)])
    fields = {**_FIELDS, **measures}
    return {
        "constant_descriptions": [{name: text} for name, (text, _) in constants.items()],
        "constant_values": [value for _, value in constants.values()],
        "field_descriptions": [{name: text} for name, text in fields.items()],
        "field_values": rows,
    }


def _complete(records: list[dict[str, Any]], name: str) -> bool:
    """Whether every record has a finite figure of the measure."""
    values = [figure(record, name) for record in records]
    return bool(values) and all(value is not None and math.isfinite(value) for value in values)
