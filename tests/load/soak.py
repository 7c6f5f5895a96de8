"""A soak: people click, choose and upload at random moments while curves are measured.

After each burst the app must say what they chose: in the page's address, which the server writes
from its own state; in the caption of the picture; and in the sentence about a dropped file that is
no bitstream. What is not said within a while was lost, or undone by something else.
"""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from core.codecs.registry import CODECS
from core.metrics import FORMS
from dashboard.compare.choice import AXES, MODES
from dashboard.compare.controls import BPPS, stop_of
from tests.load.app import own_picture
from tests.load.person import BYTES, Person, person

LIMIT_S = 120.0
CURVES_S = 10.0  # how long a person may wait for curves to be measured
TITLES = {name: CODECS[name].info.title for name in ("jpeg", "jpeg444", "jpeg2000", "webp", "avif")}
SHOWN = ("src", "c", "m", "b", "q", "y", "x", "hull")  # what is chosen here of a page's address
FILE = "A file of any codec here: .rdx, .jpg, .jp2, .webp, .avif, .jxl"
STOPS = [i for i, bpp in enumerate(BPPS) if 0.2 <= bpp <= 2.0]  # of the slider
NO_JPEG = b"\xff\xd8\xff" + bytes(100)


@dataclass
class Soaked:
    """What was done, how much of it while curves were measured, and what did not come of it."""

    actions: Counter[str] = field(default_factory=Counter)
    measuring: int = 0
    runs: int = 0
    faults: list[str] = field(default_factory=list)


class Player:
    """One person who acts at random, and knows what the page must say."""

    def __init__(self, one: Person, number: int, size: tuple[int, int], soaked: Soaked) -> None:
        self._one, self._number, self._size, self._soaked = one, number, size, soaked
        self._rng = random.Random(number)
        self._brought = 0
        self._link: dict[str, str] = {}  # what the address must say
        self._words: dict[str, str] = {}  # what the page must say
        self._bytes = ""

    async def arrive(self) -> None:
        """Opens the page and brings a first picture."""
        self._one.open("src=upload")
        await self._one.until_there("Your picture", LIMIT_S)
        await self._picture()
        if not await self._one.until_so(self._says, LIMIT_S):
            self._soaked.faults.append(f"person {self._number}: no picture within {LIMIT_S:g} s")
        await self._one.until(1, LIMIT_S)  # the address is written before the first result
        self._take_over()

    async def burst(self, most: int) -> int:
        """A few actions, at most `most`, and a look at what came of them; how many they were.

        Every other burst begins once curves are measured, if they are before long.
        """
        if self._rng.random() < 0.5:
            await self._one.until_so(self._has_curves, CURVES_S)
            await asyncio.sleep(self._rng.uniform(0, 1))
        self._check("before a burst", self._links())
        kinds: list[str] = []
        for _ in range(min(most, self._rng.randint(1, 5))):
            kind = self._rng.choice(self._possible())
            self._soaked.measuring += self._one.measuring
            await getattr(self, f"_{kind}")()
            self._soaked.actions[kind] += 1
            kinds.append(kind)
            await asyncio.sleep(self._rng.uniform(0.15, 0.8))
            if kind == "mode":  # takes inputs away and brings others
                break
        self._check(", ".join(kinds), await self._one.until_so(self._holds, LIMIT_S))
        return len(kinds)

    async def end(self) -> None:
        """Waits until all results are there: everything that was chosen still holds."""
        codecs = self._link["c"].count(",") + 1
        self._check("all results", await self._one.until(codecs, LIMIT_S) and self._holds())
        self._soaked.runs += self._one.runs
        errors = [f"person {self._number}: {error}" for error in self._one.errors]
        self._soaked.faults += errors + ["the connection was closed"] * self._one.closed

    # What the page must say

    def _links(self) -> bool:
        return {key: self._one.link.get(key) for key in SHOWN} == {
            key: self._link.get(key) for key in SHOWN
        }

    def _has_curves(self) -> bool:
        return self._one.measuring or self._one.measured

    def _says(self) -> bool:
        told = self._one.told
        return all(any(words in text for text in told) for words in self._words.values())

    def _holds(self) -> bool:
        return self._links() and self._says()

    def _check(self, what: str, good: bool) -> None:
        if good:
            return
        wanted = {key: value for key, value in self._link.items() if key in SHOWN}
        fault = f"after {what}: wanted {wanted} {list(self._words.values())}, "
        fault += f"the page says {self._one.link} {self._one.told[:8]}"
        self._soaked.faults.append(f"person {self._number}, {fault}")
        print(self._soaked.faults[-1], flush=True)
        self._take_over()

    def _take_over(self) -> None:
        """From here on, what the page says now must hold."""
        self._link = dict(self._one.link)
        self._bytes = self._link.get("b", self._bytes)

    # Actions

    def _possible(self) -> list[str]:
        kinds = ["codecs", "axis", "log", "hull", "mode", "picture", "file"]
        return kinds + ["budget", "slide"] * 3 * self._one.sees(BYTES)

    async def _budget(self) -> None:
        height, width = self._size
        self._bytes = str(round(self._rng.uniform(0.2, 2.0) * height * width / 8))
        self._one.set_budget(int(self._bytes))
        self._link["b"] = self._bytes

    async def _slide(self) -> None:
        """Moves the slider to a stop at which it does not stand, whatever it has heard."""
        pixels = self._size[0] * self._size[1]
        near = BPPS.index(stop_of(int(self._bytes), pixels))
        bpp = BPPS[self._rng.choice([i for i in STOPS if abs(i - near) > 1])]
        if self._one.holds("Budget") == [label := f"{bpp:g} bpp"]:
            return await self._budget()
        self._bytes = str(round(bpp * pixels / 8))
        self._one.choose("Budget", [label])
        self._link["b"] = self._bytes

    async def _codecs(self) -> None:
        names = self._rng.sample(list(TITLES), self._rng.randint(2, 4))
        self._one.choose("Codecs", [TITLES[name] for name in names])
        self._link["c"] = ",".join(names)

    async def _axis(self) -> None:
        self._link["y"] = self._rng.choice(("psnr", "mse", "ssim"))
        self._one.choose("Quality axis", AXES[self._link["y"]])

    async def _log(self) -> None:
        self._flip("Log rate", "x", "log")

    async def _hull(self) -> None:
        self._flip("Hull", "hull", "1")

    def _flip(self, label: str, key: str, on: str) -> None:
        self._one.choose(label, key not in self._link)
        if self._link.pop(key, None) is None:
            self._link[key] = on

    async def _mode(self) -> None:
        if self._link["m"] == "size":
            self._link |= {"m": "quality", "q": f"psnr:{FORMS['psnr'].target[2]:g}"}
            self._link.pop("b")
        else:
            self._link |= {"m": "size", "b": self._bytes}
            self._link.pop("q")
        self._one.choose("Compare at", MODES[self._link["m"]])

    async def _picture(self) -> None:
        self._brought += 1
        name = f"own-{self._number:03d}-{self._brought:03d}"
        picture = own_picture(100 * self._number + self._brought, *self._size)
        await self._one.upload(f"{name}.png", picture)
        self._words["picture"] = f"**{name}"

    async def _file(self) -> None:
        self._brought += 1
        name = f"broken-{self._number:03d}-{self._brought:03d}.jpg"
        await self._one.upload(name, NO_JPEG, FILE)
        self._words["file"] = f"**{name}** was not decoded"


async def play(address: str, number: int, actions: int, size: tuple[int, int], to: Soaked) -> None:
    """One person's visit, of so many actions."""
    async with person(address) as one:
        player = Player(one, number, size, to)
        await player.arrive()
        while actions and not one.closed:
            actions -= await player.burst(actions)
        await player.end()


async def soak(
    address: str, actions: int, people: int, size: tuple[int, int] = (380, 480)
) -> Soaked:
    """So many actions of so many people with pictures of this height and width."""
    soaked = Soaked()
    shares = [actions // people + (number < actions % people) for number in range(people)]
    visits = [play(address, number, share, size, soaked) for number, share in enumerate(shares)]
    await asyncio.gather(*visits)
    return soaked


def tell(soaked: Soaked, start: float) -> None:
    """Prints what was done since `start`, on the monotonic clock."""
    total = sum(soaked.actions.values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in soaked.actions.most_common())
    print(f"{total} actions in {time.monotonic() - start:.0f} s and {soaked.runs} runs: {kinds}")
    print(f"{soaked.measuring} of them while curves were measured")
