"""The Compare page as a person in a browser uses it: waits, uploads, downloads."""

WAIT = 180_000
SETTLED = """() => {
    const files = [...document.querySelectorAll("[class*=st-key-dl_png_]")];
    const stale = (file) => file.closest("[data-stale=true]") !== null;
    const there = files.length > 0 && !files.some(stale);
    // Streamlit fetches the code of some inputs when they are first drawn; a grey box stands there.
    const awaited = document.querySelector("[data-testid=stSkeleton]") !== null;
    return there && !awaited && !document.body.textContent.includes("Searching the settings");
}"""


def wait_for_results(page) -> None:
    """Waits until all results are drawn by the run that is under way, and have been for
    a second.
    """
    quiet = 0
    for _ in range(WAIT // 250):
        quiet = quiet + 1 if page.evaluate(SETTLED) else 0
        if quiet == 4:
            return
        page.wait_for_timeout(250)
    raise TimeoutError("the results did not come")


def choose_upload(page) -> None:
    """Opens the sidebar's uploader; the page has another button "Upload" further down, which may be
    drawn first.
    """
    page.locator(".st-key-picture_kind").get_by_text("Upload", exact=True).click()


def wait_for_picture(page, size: str) -> None:
    """Waits until the sidebar tells of a picture of `size`: the name of an upload is there before
    the upload itself.
    """
    page.locator("[data-testid=stSidebar]").get_by_text(size).wait_for(timeout=WAIT)


def viewer_text(page) -> str:
    """Labels and captions of the viewer's pictures."""
    page.locator(".st-key-compare_viewer .rdx[data-drawn]").wait_for(timeout=WAIT)
    return page.locator(".st-key-compare_viewer .rdx .tiles").inner_text()


def keep_first_codecs(page, wanted: list[str]) -> None:
    """Takes the last chosen codecs away with the keyboard until only `wanted` are left, and stay so
    for a second.
    """
    tags, rest = page.locator(".st-key-cmp_codecs [data-baseweb=tag]"), 0
    for _ in range(WAIT // 250):
        rest = rest + 1 if tags.count() == len(wanted) else 0
        if rest == 4:
            break
        if tags.count() > len(wanted):
            page.locator(".st-key-cmp_codecs input").press("Backspace")
        page.wait_for_timeout(250)
    assert tags.all_inner_texts() == wanted


def wait_for_curves(page) -> None:
    page.locator(".st-key-dl_report button:not([disabled])").wait_for(timeout=WAIT)


def downloaded(page, key: str) -> bytes:
    with page.expect_download(timeout=WAIT) as waiting:
        page.locator(f".st-key-{key} button").click()
    return waiting.value.path().read_bytes()
