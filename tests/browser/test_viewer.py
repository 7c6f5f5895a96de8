"""The viewer in a real Chromium: what stands on the canvas is what stands in the arrays."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import assert_none

SCRIPT = """
import numpy as np, streamlit as st
from dashboard.ui.viewer import Panel, png_bytes, viewer
st.set_page_config(layout="wide")
if "odd" in st.query_params:
    if case := st.text_input("size and count"):
        index, count = map(int, case.split())
        size = [(1, 1), (1, 700), (700, 1), (28, 28), (4000, 6000)][index]
        image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
        image[:] = image[:1, :1]
        image[-1, -1] = 255 - image[0, 0]
        picture = png_bytes(image)
        viewer([Panel(str(i), f"picture {i}", "", picture) for i in range(count)], key=f"v{case}")
        st.text(f"shown: {case}")
    st.stop()
rng = np.random.default_rng(7)
first = rng.integers(0, 256, (300, 420, 3), dtype=np.uint8)
noise = rng.integers(-9, 10, first.shape)
def begin():
    st.session_state.update(runs=0, turn=st.session_state.turn + 1, brighter=False, away=False)

st.session_state.setdefault("turn", 0)
st.session_state.runs = st.session_state.get("runs", 0) + 1
left, middle, right = st.columns(3)
left.button("again")
left.button("anew", on_click=begin)
shift = 40 if middle.toggle("brighter", key="brighter") else 0
arrays = [first, np.clip(first + noise + shift, 0, 255), 255 - first]
names = ["one", "<b id=bold>two</b>", "three"]
colours = ["#888888", "#d9822b", "#2b8a5c"]
panels = [Panel(f"p{i}", n, f"caption {i}, shift {shift}", png_bytes(a.astype(np.uint8)), c)
          for i, (n, a, c) in enumerate(zip(names, arrays, colours))]
if not right.toggle("away", key="away"):
    key = f"v{st.session_state.turn}"
    state = viewer(panels, key=key, height=480, report="report" in st.query_params)
    st.text(f"run {st.session_state.runs} shift {shift} {state}")
"""


def pictures(shift: int = 0) -> list[np.ndarray]:
    """The arrays of SCRIPT."""
    rng = np.random.default_rng(7)
    first = rng.integers(0, 256, (300, 420, 3), dtype=np.uint8)
    second = np.clip(first + rng.integers(-9, 10, first.shape) + shift, 0, 255).astype(np.uint8)
    return [first, second, 255 - first]


@pytest.fixture
def page(serve, tab):
    """A page with a viewer of its own, that nobody has touched."""
    page, problems = tab
    address = serve(SCRIPT)
    if page.url != f"{address}/":
        page.goto(address)
        ready(page)
    page.mouse.move(1, 1)
    page.locator(".rdx").evaluate("viewer => viewer.classList.add('before')")
    page.get_by_text("anew").click()
    page.locator(".rdx.before").wait_for(state="detached")
    page.get_by_text("run 1").wait_for()
    ready(page)
    yield page
    assert_none(problems)


def ready(page) -> None:
    """Wait for the first drawing and put the keyboard on the pictures."""
    page.locator(".rdx[data-drawn] canvas").first.wait_for()
    page.locator(".rdx .stage").focus()
    settle(page)


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    settle(page)


def settle(page) -> None:
    """Wait until what was asked for is drawn: two frames of the browser."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def canvas(page, tile: int = 0) -> np.ndarray:
    """The canvas of a tile as RGBA (height, width, 4), read back from its backing store."""
    width, height, data = (
        page.locator(".rdx .tile canvas")
        .nth(tile)
        .evaluate("""(c) => {
      const bytes = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
      let text = "";
      for (let i = 0; i < bytes.length; i += 32768)
        text += String.fromCharCode(...bytes.subarray(i, i + 32768));
      return [c.width, c.height, btoa(text)];
    }""")
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)


def expected(
    image: np.ndarray, shape: tuple[int, ...], scale: int, move: tuple[int, int] = (0, 0)
) -> np.ndarray:
    """An image centred on an empty canvas at a whole magnification, the view moved over it by
    (right, down) pixels.
    """
    big = np.kron(
        np.dstack([image, np.full(image.shape[:2], 255, np.uint8)]),
        np.ones((scale, scale, 1), np.uint8),
    )
    out = np.zeros((*shape[:2], 4), np.uint8)
    left, top = (
        half_up((have - want) / 2) - by
        for have, want, by in zip(shape[1::-1], big.shape[1::-1], move, strict=True)
    )
    y, x = max(top, 0), max(left, 0)
    part = big[y - top : shape[0] - top, x - left : shape[1] - left]
    out[y : y + part.shape[0], x : x + part.shape[1]] = part
    return out


def half_up(value: float) -> int:
    """JavaScript's Math.round."""
    return int(np.floor(value + 0.5))


def near(move: float) -> range:
    """Whole device pixels that a movement may be rounded to."""
    return range(int(move) - 1, int(move) + 2)


def zoom(page) -> str:
    return page.locator(".rdx .zoom output").inner_text()


def legends(page) -> list[str]:
    return page.locator(".rdx .legend b").all_inner_texts()


@pytest.mark.parametrize("scale", [1, 3])
def test_every_pixel_on_the_canvas_is_the_pictures(page, scale):
    press(page, "z", *["+"] * (scale - 1))
    assert zoom(page).endswith(f"{scale}×")
    shown = canvas(page)
    middle = half_up(shown.shape[1] / 2)
    one, two, _ = (expected(image, shown.shape, scale) for image in pictures())
    assert np.array_equal(shown[:, :middle], one[:, :middle])
    assert np.array_equal(shown[:, middle:], two[:, middle:])


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_every_pixel_on_the_screen_is_the_canvas(serve, open_page, ratio):
    """One canvas pixel is one device pixel, also where a CSS pixel is one and a half."""
    page = open_page(serve(SCRIPT), ratio=ratio)
    ready(page)
    page.locator(".rdx [data-part=interval]").evaluate(
        "e => { e.value = 0; e.dispatchEvent(new Event('change')); }"
    )
    press(page, "f", "z")
    page.mouse.move(5, 5)
    shown = canvas(page)
    assert np.array_equal(shown, expected(pictures()[0], shown.shape, 1))
    box = page.locator(".rdx .tile canvas").evaluate(
        "c => { const b = c.getBoundingClientRect(); return [b.x, b.y]; }"
    )
    x, y = (half_up(value * ratio) for value in box)
    screen = np.asarray(Image.open(io.BytesIO(page.screenshot(scale="device"))).convert("RGB"))
    screen = screen[y : y + shown.shape[0], x : x + shown.shape[1]]
    opaque = shown[..., 3] == 255
    opaque[-2 * int(np.ceil(ratio)) :] = False  # rounded corners of the stage
    assert opaque.sum() > 100_000
    assert np.array_equal(screen[opaque], shown[..., :3][opaque])


@pytest.mark.parametrize("kind", ["absolute", "signed"])
@pytest.mark.parametrize("scale", [1, 2])
def test_difference_is_numpys(page, kind, scale):
    press(page, "d", *(["d"] if kind == "signed" else []), "z", *["+"] * (scale - 1))
    one, two, _ = (image.astype(int) for image in pictures())
    for gain in (8, 16):
        wanted = np.clip(
            gain * np.abs(two - one) if kind == "absolute" else 128 + gain * (two - one), 0, 255
        )
        shown = canvas(page)
        assert np.array_equal(shown, expected(wanted.astype(np.uint8), shown.shape, scale))
        assert f"× {gain}" in legends(page)[0]
        press(page, "]")


def test_reduced_difference_is_averaged_after_it_is_taken(serve, open_page):
    """In a view too small for the pictures the errors of all pixels still count."""
    page = open_page(serve(SCRIPT), width=420)
    ready(page)
    press(page, "d", "0")
    assert zoom(page).startswith("fit") and zoom(page).endswith("%")
    one, two, _ = (image.astype(int) for image in pictures())
    wanted = np.clip(8 * np.abs(two - one), 0, 255)
    shown = canvas(page)
    rows, columns = (np.flatnonzero(shown[..., 3].any(axis)) for axis in (1, 0))
    height, width = len(rows), len(columns)
    bins = [np.floor(np.arange(n) * m / n).astype(int) for n, m in ((300, height), (420, width))]
    sums = np.zeros((height, width, 3))
    np.add.at(sums, (bins[0][:, None], bins[1][None, :]), wanted)
    counts = np.bincount(bins[0])[:, None, None] * np.bincount(bins[1])[None, :, None]
    part = shown[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert width < 420 and (part[..., 3] == 255).all()
    assert np.abs(part[..., :3] - sums / counts).max() <= 0.51


def test_keys_zoom_and_pan_all_tiles_alike(page):
    press(page, "g", "z", *["+"] * 4)
    assert zoom(page) == "5×"
    shape = canvas(page).shape
    stride = max(shape[1] / 16, 5)
    press(page, "ArrowRight", "ArrowRight")
    for tile, image in enumerate(pictures()):
        shown = canvas(page, tile)
        assert any(
            np.array_equal(shown, expected(image, shown.shape, 5, (move, 0)))
            for move in near(2 * stride)
        )
    press(page, "-")
    assert zoom(page) == "4×"
    press(page, "0")
    assert zoom(page).startswith("fit")
    press(page, *["+"] * 40)
    assert zoom(page) == "32×"


def test_wheel_zooms_about_the_cursor_and_the_readout_tells_both_pixels(page):
    box = page.locator(".rdx .tile canvas").bounding_box()
    at = box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"]
    page.mouse.move(*at)
    before = page.locator(".rdx .readout").inner_text()
    x, y = map(int, re.search(r"x (\d+)\s+y (\d+)", before).groups())
    one, two, _ = (image[y, x] for image in pictures())
    for pixel in (one, two):
        assert " ".join(map(str, pixel)) in before
    for _ in range(4):
        page.mouse.wheel(0, -120)
        settle(page)
    assert zoom(page) == "5×"
    page.mouse.move(at[0], at[1] + 0.4)
    assert re.search(rf"x {x}\s+y {y}\b", page.locator(".rdx .readout").inner_text())
    page.mouse.click(*at)
    page.mouse.move(5, 5)
    assert re.search(rf"pinned x {x}\s+y {y}\b", page.locator(".rdx .readout").inner_text())


def test_dragging_pans_and_the_divider_divides(page):
    press(page, "z", "+", "+", "+")
    box = page.locator(".rdx .tile canvas").bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 230, steps=4)
    page.mouse.up()
    grip = page.locator(".rdx .grip").bounding_box()
    page.mouse.move(grip["x"] + 15, grip["y"] + 15)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, grip["y"] + 15, steps=4)
    page.mouse.up()
    settle(page)
    shown = canvas(page)
    one, two, _ = (expected(image, shown.shape, 4, (40, -30)) for image in pictures())
    assert np.array_equal(shown[:, :300], one[:, :300])
    assert np.array_equal(shown[:, 300:], two[:, 300:])


def test_a_rerun_keeps_the_view_and_fetches_only_new_pictures(page):
    press(page, "Shift+Digit3", "x", "z", "+", "+", "ArrowDown")  # A three, B one, 3×
    fetched = []
    page.on(
        "request", lambda request: fetched.append(request.url) if "/media/" in request.url else None
    )
    before = canvas(page)
    page.get_by_text("again").click()
    page.get_by_text("run 2").wait_for()
    settle(page)
    assert np.array_equal(canvas(page), before) and not fetched
    assert (legends(page), zoom(page)) == (["three", "one"], "3×")
    page.locator(".rdx [data-part=b]").select_option("p1")
    settle(page)
    old = canvas(page)
    page.get_by_text("brighter").click()
    page.locator(".rdx .caption", has_text="caption 1, shift 40").wait_for()
    settle(page)
    new = canvas(page)
    assert len(fetched) == 1 and zoom(page) == "3×"
    middle = half_up(new.shape[1] / 2)
    assert np.array_equal(new[:, :middle], old[:, :middle]) and not np.array_equal(new, old)
    brighter = [
        expected(pictures(40)[1], new.shape, 3, (0, move)) for move in near(new.shape[0] / 16)
    ]
    assert any(np.array_equal(new[:, middle:], image[:, middle:]) for image in brighter)
    page.get_by_text("away").click()
    page.locator(".rdx").wait_for(state="detached")
    page.get_by_text("away").click()
    ready(page)
    assert np.array_equal(canvas(page), new) and len(fetched) == 1


def test_state_is_reported_at_rest_and_only_on_demand(serve, open_page, page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    ready(page)
    sent.clear()
    press(page, "g", "+", "+")
    page.wait_for_timeout(1500)
    assert not sent
    page.get_by_text("again").click()
    page.get_by_text("run 2").wait_for()
    assert sent
    told = open_page(serve(SCRIPT) + "?report=1")
    ready(told)
    press(told, "d", "z", "+")
    told.get_by_text(
        "mode='difference', left='p0', right='p1', reference='p0', zoom=2.0"
    ).wait_for()
    assert told.get_by_text("run 2").count() == 1


def test_differences_and_the_held_key_keep_to_the_reference(page):
    press(page, "x", "Shift+Digit3", "z")  # A two, B three; the reference stays one
    page.keyboard.down(" ")
    settle(page)
    shown = canvas(page)
    assert legends(page) == ["one"] and np.array_equal(
        shown, expected(pictures()[0], shown.shape, 1)
    )
    page.keyboard.up(" ")
    press(page, "d")
    assert legends(page) == ["|three − one| × 8"]
    press(page, "a")
    assert legends(page) == ["|<b id=bold>two</b> − one| × 8", "|three − one| × 8"]
    press(page, "a", "3")  # three becomes the reference, one the other
    assert legends(page) == ["|one − three| × 8"]
    press(page, "s")
    assert legends(page) == ["<b id=bold>two</b>", "one"]


def test_labels_are_text(page):
    assert legends(page) == ["one", "<b id=bold>two</b>"]
    assert page.locator("#bold").count() == 0


def test_flicker_alternates_and_space_holds(page):
    press(page, "f")
    page.wait_for_function(
        "() => { const l = document.querySelector('[data-testid=stBidiComponentIsolated]')"
        ".shadowRoot.querySelector('.legend b').textContent;"
        " window.seen = (window.seen ?? new Set()).add(l);"
        " return window.seen.size === 2; }"
    )
    page.locator(".rdx [data-part=interval]").select_option("0")
    page.locator(".rdx .stage").focus()
    press(page, "z")
    one, two, _ = pictures()
    shown = canvas(page)
    assert np.array_equal(shown, expected(one, shown.shape, 1))
    page.keyboard.down(" ")
    settle(page)
    assert np.array_equal(canvas(page), expected(two, shown.shape, 1))
    page.keyboard.up(" ")
    settle(page)
    assert np.array_equal(canvas(page), shown)


def test_phone_fits_pinches_and_holds(serve, open_page):
    page = open_page(serve(SCRIPT), width=400, height=860, ratio=2, touch=True)
    ready(page)
    for mode in ("Grid", "Flicker", "Difference", "Slider"):
        page.locator(".rdx").get_by_role("button", name=mode, exact=True).tap()
        wide = page.locator(".rdx").evaluate("""
            r => [...r.querySelectorAll('.bar *, .stage, .foot *')]
            .filter(e => e.offsetParent
              && e.getBoundingClientRect().right > r.getBoundingClientRect().right + 1)
            .map(e => e.outerHTML.slice(0, 80))""")
        assert wide == [], mode
    box = page.locator(".rdx .tile canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 40
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        touch.send(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(points)],
            },
        )

    fingers("touchStart", (x + 20, y), (x + 60, y))
    for spread in range(60, 200, 10):
        fingers("touchMove", (x + 20 - spread / 2, y), (x + 20 + spread, y))
    fingers("touchEnd")
    settle(page)
    assert re.fullmatch(r"\d+×", zoom(page)) and int(zoom(page)[:-1]) >= 4
    page.locator(".rdx [data-part=fit]").tap()
    assert legends(page) == ["one", "<b id=bold>two</b>"]
    fingers("touchStart", (x + 70, y))
    page.wait_for_timeout(600)
    assert legends(page) == ["one"]
    fingers("touchEnd")
    page.locator(".rdx .legend").nth(1).wait_for()
    page.touchscreen.tap(x + 70, y)
    assert "pinned" in page.locator(".rdx .readout").inner_text()


def test_everything_has_a_name_and_the_divider_obeys_the_keyboard(page):
    press(page, "d")
    nameless = page.locator(".rdx").evaluate("""
        r => [...r.querySelectorAll('button, select, input, [tabindex]')]
        .filter(e => !(e.ariaLabel || e.getAttribute('aria-label') || e.textContent.trim()))
        .map(e => e.outerHTML)""")
    assert nameless == []
    press(page, "s")
    divider = page.get_by_role("slider", name="Divider between A and B")
    divider.focus()
    press(page, "Shift+ArrowRight", "ArrowRight")
    assert divider.get_attribute("aria-valuenow") == "61"


@pytest.mark.parametrize(
    ("size", "count", "text"),
    [(0, 2, "fit 32×"), (1, 1, "fit 1×"), (2, 5, "fit"), (3, 2, "fit 16×"), (4, 2, "fit 1")],
)
def test_any_size_and_number_of_pictures(serve, tab, size, count, text):
    page, problems = tab
    address = f"{serve(SCRIPT)}/?odd=1"
    if page.url != address:
        page.goto(address)
    case = page.get_by_label("size and count")
    case.fill(f"{size} {count}")
    case.press("Enter")
    page.get_by_text(f"shown: {size} {count}").wait_for()
    ready(page)
    assert zoom(page).startswith(text)
    assert page.locator(".rdx [data-mode=slider]").is_visible() == (count > 1)
    for key in "gfd+z-0 ":
        press(page, key)
    press(page, "z", "Shift+ArrowRight", "Shift+ArrowDown")
    assert page.locator(".rdx .notice").is_hidden()
    assert canvas(page)[..., 3].any()
    assert_none(problems)


OVERTAKEN = """async ({ script, html, picture }) => {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const { default: show } = await import(url);
  const place = document.body.appendChild(document.createElement("div"));
  place.className = "overtaken";
  place.innerHTML = html;
  const call = (turn) => show({ parentElement: place, setStateValue() {}, data: [{
    key: "overtaken", height: 300, report: false, turn,
    ask: { mode: "slider", left: null, right: null, reference: null, zoom: null, x: null, y: null },
    panels: [{ ...picture, key: "a", label: "One", caption: `turn${turn}`, colour: "#888888" }],
  }] });
  for (const turn of [5, 4, 7]) {
    call(turn);
    if (turn === 7) continue;
    await new Promise((done) => setTimeout(done, 500));
    if (!place.innerText.includes("turn5")) return `after ${turn}: ${place.innerText}`;
  }
  return "";
}"""


def test_a_call_that_was_overtaken_by_a_newer_one_changes_nothing(serve, open_page):
    from dashboard.ui.viewer import component, png_bytes

    png = png_bytes(pictures()[0])
    picture = {
        "digest": "overtaken",
        "url": "data:image/png;base64," + base64.b64encode(png).decode(),
        "width": 420,
        "height": 300,
    }
    script = component._text(*component._SCRIPTS)
    html = component._text("viewer.html")
    asked = {"script": script, "html": html, "picture": picture}
    page = open_page(serve(SCRIPT))
    ready(page)
    assert page.evaluate(OVERTAKEN, asked) == ""
    page.locator(".overtaken").get_by_text("turn7").wait_for(timeout=10_000)
