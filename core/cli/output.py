"""How commands print: one JSON object on stdout with --json, aligned lines otherwise."""

import json
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def show(result: dict, as_json: bool) -> None:
    """Prints `result` as strict JSON, or as one `name  value` line an entry."""
    if as_json:
        print(json.dumps(result, allow_nan=False, ensure_ascii=False))
        return
    width = max(map(len, result), default=0)
    for name, value in result.items():
        if value is not None:
            print(f"{name:<{width}}  {f'{value:.6g}' if isinstance(value, float) else value}")
