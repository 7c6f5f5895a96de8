"""A class at the app: `python -m tests.load [--people 20] [--seconds 600] [--address HOST:PORT]`.

People arrive one a second, on different samples and with pictures of their own, wait for their
first table, and from then on change the byte budget every 1 to 4 seconds. Without an address the
app is started here, with a cache of its own that is filled as `make run` fills it (`--empty`: not
at all). With `--visited` somebody has looked at it before, with a picture of their own: all
libraries are loaded. Printed are the times to the first table and from a change to its table,
errors, and the memory of all processes of the app, minute by minute.

With `--soak 500` people click, choose and upload so many times at random moments, and each must
find what they chose (`soak.py`). `--busy 2` keeps two cores busy meanwhile.

With `--browsers 6` so many real browsers come instead (`browsers.py`), to a server that has been
visited once, on samples or on `--picture FILE`; `--page photos` has them move the level on Photos.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from skimage import data

from tests.load import browsers, soak
from tests.load.app import busy, own_picture, start_app
from tests.load.person import Person, person

SAMPLES = ("astronaut", "chelsea", "coffee", "rocket", "immunohistochemistry", "camera", "logo")
BPPS = [float(f"{10 ** (e / 20):.3g}") for e in range(-16, 7)]  # 0.158 … 2 bpp: stops of the slider
CODECS = 4
LIMIT_S = 180.0
STARTING_S = 10.0  # in which the workers start, after the first visit
STAYING_S = 30.0  # in which all measures are taken, once the curves are there
OWN = 99  # the number of the picture of one who has been there before


@dataclass
class Seen:
    """What the people saw: seconds to the first table, seconds of each change, errors."""

    first: list[float] = field(default_factory=list)
    inputs: list[float] = field(default_factory=list)  # seconds to the slider, in a browser
    moves: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)  # when each change was made, in minutes
    errors: list[str] = field(default_factory=list)


async def visit(address: str, number: int, end: float, seen: Seen) -> None:
    """One person's visit."""
    begin = time.monotonic()
    rng = random.Random(number)
    await asyncio.sleep(number)
    async with person(address) as one:
        arrived = time.monotonic()
        pixels = await arrive(one, number)
        if not await one.until(CODECS, LIMIT_S):
            seen.errors.append(f"person {number}: no first table within {LIMIT_S:g} s")
        seen.first.append(time.monotonic() - arrived)
        stop = len(BPPS) // 2
        while time.monotonic() < end and not one.closed:
            await asyncio.sleep(rng.uniform(1, 4))
            step = rng.choice((-2, -1, 1, 2))
            stop = min(max(stop + step, 0), len(BPPS) - 1)
            start = time.monotonic()
            one.set_budget(max(1, round(BPPS[stop] * pixels / 8)) + rng.choice((0, 0, 0, number)))
            if not await one.until(CODECS, LIMIT_S):
                seen.errors.append(f"person {number}: no table within {LIMIT_S:g} s of a change")
            seen.moves.append(time.monotonic() - start)
            seen.moved.append((start - begin) / 60)
        if one.closed:
            seen.errors.append(f"person {number}: the connection was closed")
        seen.errors += [f"person {number}: {error}" for error in one.errors]


async def open_once(address: str) -> None:
    """The first visit of a server: it imports what it needs, and starts its workers."""
    async with person(address) as one:
        one.open("")
        await one.until(CODECS, LIMIT_S)
        await asyncio.sleep(STARTING_S)


async def look_once(address: str) -> None:
    """A first visit with a picture that nothing is known of: curves and all measures are taken."""
    async with person(address) as one:
        await arrive(one, OWN)
        await one.until_so(lambda: one.measured, LIMIT_S)
        await asyncio.sleep(STAYING_S)


async def arrive(one: Person, number: int) -> int:
    """Opens a sample, or uploads a picture of one's own; the picture's pixels."""
    if number % 2 == 0:
        name = SAMPLES[number // 2 % len(SAMPLES)]
        one.open(f"src=sample:{name}")
        height, width = getattr(data, name)().shape[:2]
        return height * width
    one.open("src=upload")
    await one.until_there("Your picture", LIMIT_S)
    name = f"own-{number:02d}"
    await one.upload(f"{name}.png", own_picture(number))
    await one.until_so(lambda: any(name in text for text in one.told), LIMIT_S)
    return 340 * 500


def memory(process: psutil.Process) -> int:
    """Bytes of memory that a process takes: what it shares with others counts in proportion, where
    the system tells.
    """
    try:
        full = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0
    return getattr(full, "pss", full.rss)


async def watch(process: psutil.Process, end: float) -> None:
    """Prints the memory of all processes, minute by minute."""
    minute = 0
    while time.monotonic() < end:
        sizes = list(map(memory, [process, *process.children(recursive=True)]))
        print(
            f"minute {minute}: {sum(sizes) / 1e9:.2f} GB in {len(sizes)} processes, "
            f"the app's {sizes[0] / 1e6:.0f} MB",
            flush=True,
        )
        minute += 1
        await asyncio.sleep(min(60, max(0.1, end - time.monotonic())))


def tell(name: str, seconds: list[float]) -> None:
    """Prints median and 95th percentile."""
    if seconds:
        p95 = float(np.percentile(seconds, 95))
        median = statistics.median(seconds)
        print(f"{name}: median {median:.2f} s, p95 {p95:.2f} s, worst {max(seconds):.2f} s")
        print(f"    {len(seconds)} in all")


def tell_by_minute(seen: Seen) -> None:
    """Prints the 95th percentile of the changes of each two minutes."""
    for minute in range(0, int(max(seen.moved, default=0)) + 1, 2):
        now = [s for s, at in zip(seen.moves, seen.moved, strict=True) if at // 2 == minute // 2]
        if now:
            p95 = float(np.percentile(now, 95))
            print(f"    minutes {minute} and {minute + 1}: p95 {p95:.2f} s of {len(now)}")


async def load(address: str, people: int, seconds: float, process: int | None) -> Seen:
    """The whole class."""
    seen = Seen()
    end = time.monotonic() + seconds
    visits = [visit(address, number, end, seen) for number in range(people)]
    if process is not None:
        visits.append(watch(psutil.Process(process), end))
    await asyncio.gather(*visits)
    return seen


def main() -> int:
    """Runs the class or the soak and prints what it saw; 1 if there were errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--soak", type=int, metavar="ACTIONS")
    parser.add_argument("--busy", type=int, default=0, metavar="CORES")
    parser.add_argument("--browsers", type=int)
    parser.add_argument("--page", choices=list(browsers.SLIDERS), default="compare")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--address")
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--visited", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app, address = None, options.address
        if address is None:
            app, address = start_app(folder, filled=not options.empty)
        try:
            with busy(options.busy):
                pid = app.pid if app else None
                errors = _run(address, options, pid)
        finally:
            if app is not None:
                app.terminate()
                app.wait(20)
        log = Path(folder, "log.txt")
        logged = log.read_text() if log.exists() else ""
    errors += [line for line in logged.splitlines() if "Error" in line]
    print(f"errors: {len(errors)}")
    for error in errors[:20]:
        print(f"    {error}")
    return 1 if errors else 0


def _run(address: str, options: argparse.Namespace, pid: int | None) -> list[str]:
    """Runs what was asked for; its errors."""
    if options.soak:
        start = time.monotonic()
        soaked = asyncio.run(soak.soak(address, options.soak, options.people or 4))
        soak.tell(soaked, start)
        return soaked.faults
    if options.browsers:
        seen = Seen()
        asyncio.run(open_once(address))
        people = browsers.visits(
            address, options.browsers, options.seconds, options.page, options.picture, seen
        )
        asyncio.run(people)
        tell("first table", seen.first)
        tell("the slider", seen.inputs)
        tell("a move of the slider", seen.moves)
        tell_by_minute(seen)
        return seen.errors
    if options.visited:
        asyncio.run(look_once(address))
    seen = asyncio.run(load(address, options.people or 20, options.seconds, pid))
    tell("first table", seen.first)
    tell("a change of the budget", seen.moves)
    tell_by_minute(seen)
    return seen.errors


if __name__ == "__main__":
    sys.exit(main())
