"""Runs the ffmpeg that the package imageio-ffmpeg carries (or IMAGEIO_FFMPEG_EXE names).

Two parts of the laboratory need it: VMAF and XPSNR among the measures, VVC among the codecs. It
runs as a process of its own, in an empty folder that holds its files and goes away with it.
"""

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from core.errors import ProgramError

QUIET = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-threads", "1")
SECONDS = 120.0  # far more than a picture takes, on a busy machine too: it only ends what hangs
SECONDS_PER_MEGAPIXEL = 120.0


@cache
def program() -> str:
    """The path of ffmpeg. Raises ProgramError, with what to do, where there is none."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return get_ffmpeg_exe()
    except (ImportError, RuntimeError) as error:
        raise ProgramError(
            "ffmpeg is not here: install the package imageio-ffmpeg, which carries it, or name one "
            "in IMAGEIO_FFMPEG_EXE."
        ) from error


def missing() -> str:
    """Empty when ffmpeg can be run; otherwise the sentence that says why not, and what to do."""
    try:
        program()
    except ProgramError as error:
        return str(error)
    return ""


@cache
def version() -> str:
    """As ffmpeg names itself, "n9.0.2-17-g2a571b6068"; "missing" where there is none."""
    if missing():
        return "missing"
    told = subprocess.run(
        [program(), "-version"], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    words = told.stdout.split()
    return words[2] if len(words) > 2 else "unknown"


def run(
    arguments: Sequence[str],
    inputs: dict[str, bytes],
    outputs: Sequence[str],
    pixels: int,
) -> dict[str, bytes]:
    """Files that ffmpeg writes: name -> bytes, for each of `outputs`.

    `arguments` name the files of `inputs` and `outputs` without a folder. `pixels` of the picture
    set the time that it may take. Raises ProgramError when ffmpeg fails, hangs, or leaves an output
    unwritten.
    """
    limit = SECONDS + SECONDS_PER_MEGAPIXEL * pixels / 1e6
    with TemporaryDirectory(prefix="rdx-ffmpeg-") as folder:
        here = Path(folder)
        for name, data in inputs.items():
            (here / name).write_bytes(data)
        try:
            done = subprocess.run(
                [program(), *QUIET, *arguments],
                cwd=here,
                capture_output=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ProgramError(
                f"ffmpeg did not answer within {limit:.0f} seconds and was ended; try again, or "
                "with a smaller picture."
            ) from error
        except OSError as error:
            raise ProgramError(f"ffmpeg cannot be run: {error.strerror}.") from error
        if done.returncode != 0:
            raise ProgramError(f"ffmpeg failed: {_last_line(done.stderr, done.returncode)}")
        unwritten = [name for name in outputs if not (here / name).is_file()]
        if unwritten:
            raise ProgramError(f"ffmpeg wrote no {', '.join(unwritten)}.")
        return {name: (here / name).read_bytes() for name in outputs}


def raw_input(name: str, image: np.ndarray) -> list[str]:
    """The arguments that read `name` as the raw pixels of `image`, uint8 (H, W, 3)."""
    height, width = image.shape[:2]
    layout = ["-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{width}x{height}"]
    return [*layout, "-i", name]


def _last_line(stderr: bytes, code: int) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else f"it ended with code {code} and said nothing."
