"""Foreign programs: without a shell, in a folder, within limits, ended with all they started."""

import contextlib
import os
import resource
import signal
import subprocess
import tempfile
from pathlib import Path

_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT")


class CommandError(Exception):
    """Why a command gave no result."""


def version_of(command: list[str]) -> str:
    """The first line that `command` prints, or why there is none."""
    with tempfile.TemporaryDirectory(prefix="rdx-codec-") as folder:
        try:
            said = execute(command, folder, 10, 1_000_000)
        except CommandError as error:
            return f"unknown: {error}"[:120]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[0][:120] if lines else "unknown"


def execute(command: list[str], folder: str, timeout: float, limit: int) -> str:
    """Runs `command` in `folder` and returns what it printed.

    Raises CommandError; leaves no process behind.
    """
    said = Path(folder, "said.txt")
    environment = {k: os.environ[k] for k in _ENVIRONMENT if k in os.environ} | {
        "HOME": folder,
        "TMPDIR": folder,
    }
    try:
        with open(said, "wb") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise CommandError(
            f"{command[0]} cannot be started ({error.strerror}); is it installed?"
        ) from error
    with contextlib.suppress(ProcessLookupError):  # it may be done already
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise CommandError(f"{command[0]} took more than {timeout:g} s and was stopped") from None
    finally:
        _stop_group(process)
    text = said.read_bytes()[-4000:].decode(errors="replace")
    if code:
        last = text.strip().splitlines()[-1][:200] if text.strip() else "it said nothing"
        full = code == -signal.SIGXFSZ or any(
            p.stat().st_size >= limit for p in Path(folder).iterdir() if p.is_file()
        )
        why = f"wrote more than {limit:,} bytes" if full else f"ended with {code}: {last}"
        raise CommandError(f"{command[0]} {why}")
    return text


def _stop_group(process: subprocess.Popen) -> None:
    """Ends `process` and whatever it started: its whole session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
