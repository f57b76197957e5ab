"""The page in a real browser: on a phone, in the dark, by keyboard, to a screen reader."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="chromium isn't installed (Debian's package chromium)"),
    # Playwright's own, when its event loop ends.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, seeds_served: str) -> Iterator[Page]:
    """The page on a phone, with all that the browser complains about."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on(
        "console", lambda message: complaints.append(f"{message.text} {message.location['url']}")
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(seeds_served)
    yield page
    assert [text for text in complaints if "/favicon.ico" not in text] == []
    assert {url for url in requests if not url.endswith("favicon.ico")} == {seeds_served}
    context.close()


def test_page_fits_a_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("article").count() == 9


def test_page_is_readable_in_light_and_dark(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for selector in ("body", "a", "time", ".categories li", "input"):
            assert contrast(page, selector) >= 4.5, f"{selector} in {scheme}"  # WCAG 2.2, 1.4.3


def contrast(page: Page, selector: str) -> float:
    """Measure the contrast of an element's text with what is behind it (WCAG 2.2)."""
    colors = page.evaluate(
        """selector => {
            let element = document.querySelectorAll(selector)
            element = element[element.length - 1]
            const ink = getComputedStyle(element).color
            while (getComputedStyle(element).backgroundColor === 'rgba(0, 0, 0, 0)')
                element = element.parentElement
            return [ink, getComputedStyle(element).backgroundColor].map(
                color => color.match(/\\d+/g).slice(0, 3).map(Number))
        }""",
        selector,
    )

    def luminance(color: list[int]) -> float:
        parts = (part / 255 for part in color)
        linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return sum(
            weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
        )

    darker, lighter = sorted(map(luminance, colors))
    return (lighter + 0.05) / (darker + 0.05)


def test_keyboard_skips_to_the_articles_and_copies_the_address(
    page: Page, seeds_served: str
) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "articles"
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "atom"
    # Tabbing into the field selects the address whole.
    selected = page.evaluate("getSelection().toString()")
    assert selected == f"{seeds_served}atom.xml"


def test_screen_reader_finds_landmarks_names_and_order(page: Page) -> None:
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("contentinfo").count() == 1
    assert page.get_by_role("region", name="Abonneren").count() == 1
    assert page.get_by_role("textbox", name="Atom (aanbevolen)").count() == 1
    assert page.get_by_role("heading", level=1).inner_text() == "Seeds"
    levels = page.eval_on_selector_all("h1,h2,h3", "all => all.map(one => +one.tagName[1])")
    assert levels == [1, 2, 2, *[3] * 9]


def test_each_article_is_in_its_language_and_direction(page: Page) -> None:
    found = page.eval_on_selector_all("article", "all => all.map(one => [one.lang, one.dir])")
    assert ["ar", "rtl"] in found
    assert {language for language, _ in found} == {"", "ar", "de", "el", "en", "es", "fr", "ja"}


def test_browser_discovers_the_feeds_atom_first(page: Page, seeds_served: str) -> None:
    found = page.eval_on_selector_all(
        "head link[rel=alternate]", "all => all.map(one => [one.type, one.href])"
    )
    assert found == [
        ["application/atom+xml", f"{seeds_served}atom.xml"],
        ["application/rss+xml", f"{seeds_served}rss.xml"],
    ]
