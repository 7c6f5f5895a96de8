"""When, where and with what a training session ran: for run records and model cards."""

import os
import platform
import shlex
import sys
import time
from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path

VERSIONS = ("tensorflow", "tensorflow-compression", "numpy")


def provenance(omitted: Collection[str] = ()) -> dict:
    """Command, date, hardware and versions of this process, for a record or a card.

    Of absolute paths only the last part is kept; the words in `omitted` are left out.
    """
    arguments = [Path(a).name if a.startswith("/") else a for a in sys.argv[1:] if a not in omitted]
    return {
        "command": shlex.join(["python", "-m", "core", *arguments]),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "hardware": f"{platform.machine()}, {len(os.sched_getaffinity(0))} CPU cores",
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in VERSIONS},
    }
