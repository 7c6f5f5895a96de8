"""The same class in real browsers: what a person sees, from the key to the pixels.

Each opens Compare on a sample, or brings a picture of one's own, waits for pictures and table, then
for the slider of the budget, and moves it by a stop every 1 to 4 seconds. With `photos` it is the
level's slider on Photos. A move is over when the captions below the pictures are new (moved by more
than a stop, they could be those of a stop in between), or where both stops have the same files,
when the table tells how far these are from the new budget.
"""

import asyncio
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PIL import Image

if TYPE_CHECKING:
    from playwright.async_api import Browser

from tests.browser.conftest import CHROMIUM, FLAGS, note

SAMPLES = ("astronaut", "chelsea", "coffee", "rocket", "immunohistochemistry", "camera")
LIMIT_S = 60.0
POLL_S = 0.02
UNDER_WAY = "computing"
# Playwright's own waiting for an element looks twice a second in the end.
PICTURES = """() =>
    [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
        .some((host) => host.shadowRoot?.querySelector(".rdx[data-drawn]"))"""
TABLE = "() => document.querySelector('.codecs') !== null"
# The texts of the pictures' captions and of the table; and when they are those of the move's end.
# Told by the browser itself: one that is asked all the time has less time for its page.
SHOWN = """() => {
    const hosts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
    const tiles = hosts.map((host) => host.shadowRoot?.querySelector(".rdx .tiles")).find(Boolean);
    return [tiles?.textContent ?? "", document.querySelector(".codecs")?.textContent ?? ""];
}"""
MOVED = """([before, underWay, milliseconds]) => new Promise((tell) => {
    const shown = SHOWN;
    const watch = new MutationObserver(look);
    const everything = { childList: true, subtree: true, characterData: true };
    const follow = () => {
        watch.observe(document.body, everything);
        for (const host of document.querySelectorAll("[data-testid=stBidiComponentIsolated]"))
            if (host.shadowRoot) watch.observe(host.shadowRoot, everything);
    };
    const end = (is) => { watch.disconnect(); clearTimeout(late); tell(is); };
    const late = setTimeout(() => end(false), milliseconds);
    function look() {
        const [tiles, table] = shown();
        if (tiles && tiles !== before[0]) return end(true);
        if (table && table !== before[1] && !table.includes(underWay)) return end(true);
        follow();
    }
    look();
})""".replace("SHOWN", SHOWN)
SLIDERS = {
    "compare": ".st-key-cmp_bpp input[type=range]",
    "photos": "[data-testid=stSlider] input[type=range]",
}


class Seen(Protocol):
    """Where times and errors go: seconds to the first table and to the slider, of each move."""

    first: list[float]
    inputs: list[float]
    moves: list[float]
    moved: list[float]
    errors: list[str]


async def visits(
    address: str, count: int, seconds: float, page: str, picture: Path | None, seen: Seen
) -> None:
    """So many browsers, which arrive one a second and stay until `seconds` are over."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        end = time.monotonic() + seconds
        people = [_visit(browser, address, i, end, page, picture, seen) for i in range(count)]
        await asyncio.gather(*people)
        await browser.close()


async def _visit(
    browser: "Browser",
    address: str,
    number: int,
    end: float,
    kind: str,
    picture: Path | None,
    seen: Seen,
) -> None:
    from playwright.async_api import TimeoutError as Late

    await asyncio.sleep(number)
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(1000 * LIMIT_S)
    page.on("pageerror", lambda error: seen.errors.append(f"browser {number}: {error}"))
    page.on("console", lambda message: note(message, seen.errors))
    path = "" if kind == "compare" else kind
    source = "upload" if picture else f"sample:{SAMPLES[number % len(SAMPLES)]}"
    begin = time.monotonic()
    slider, rng = page.locator(SLIDERS[kind]).first, random.Random(number)
    try:
        await page.goto(f"http://{address}/{path}?src={source}")
        if picture:
            await page.locator(".st-key-upload input[type=file]").set_input_files(picture)
            # The uploader names the file at once; its size tells that the page has it.
            width, height = Image.open(picture).size
            about = page.locator("[data-testid=stSidebar]").get_by_text(f"{width} × {height} px")
            await about.wait_for()
        for there in (PICTURES, TABLE):
            await page.wait_for_function(there, polling=1000 * POLL_S)
        seen.first.append(time.monotonic() - begin)
        await slider.wait_for(state="attached")
        seen.inputs.append(time.monotonic() - begin)
    except Late:
        seen.errors.append(f"browser {number}: part of the page was missing for {LIMIT_S:g} s")
        await context.close()
        return
    while time.monotonic() < end:
        await asyncio.sleep(rng.uniform(1, 4))
        before = await page.evaluate(SHOWN)
        stands = await slider.input_value()
        key = rng.choice(("ArrowLeft", "ArrowRight"))
        start = time.monotonic()
        await slider.press(key)
        if await slider.input_value() == stands:
            continue  # at its end: nothing moved
        if not await page.evaluate(MOVED, [before, UNDER_WAY, 1000 * LIMIT_S]):
            seen.errors.append(f"browser {number}: nothing new {LIMIT_S:g} s after a move")
        seen.moves.append(time.monotonic() - start)
        seen.moved.append((start - begin) / 60)
    await context.close()
