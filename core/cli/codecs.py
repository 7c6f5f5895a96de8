"""`python -m core codecs`: what there is, and its settings."""

import json
import sys
from dataclasses import asdict
from typing import Any

from core.cli.output import Json
from core.codecs.base import Setting
from core.codecs.registry import CODECS, PROBLEMS

_AIMS = {"psnr": "PSNR", "eye": "the eye", "none": "nothing in particular"}


def codecs(as_json: Json = False) -> None:
    """List all codecs with their setting, range and fixed options."""
    for problem in PROBLEMS:
        print(f"not usable: {problem}", file=sys.stderr)
    if as_json:
        table = {
            name: asdict(c.info) | {"setting": _facts(c.setting)} for name, c in CODECS.items()
        }
        print(json.dumps(table, ensure_ascii=False))
        return
    for name, c in CODECS.items():
        s = c.setting
        unit = f" {s.unit}" if s.unit else ""
        print(
            f"{name:<9} {c.info.title:<12} {s.name} {s.low:g} to {s.high:g}{unit}, "
            f"default {s.default:g}; {s.better} is better"
        )
        facts = [f"tuned for {_AIMS[c.info.tuned_for]}"]
        facts += [f"{k} {v}" for k, v in c.info.options.items()]
        print(f"{'':<9} {', '.join(facts)}")


def _facts(setting: Setting) -> dict[str, Any]:
    """All of a setting but the function that tells its levels."""
    return {name: value for name, value in asdict(setting).items() if name != "level"}
