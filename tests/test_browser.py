"""The pages in a real browser: on a phone, in the dark, by keyboard, to a screen reader."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from justhtml import JustHTML
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import AXE, CHROMIUM, QUIET
from tests.conftest import serve
from tests.corpus import write_corpus

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


@pytest.fixture(scope="module")
def archive_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve years of articles, some of which have pages of their own."""
    folder = tmp_path_factory.mktemp("archive")
    write_corpus(folder, 400)
    settings = 'title = "The archive"\nlanguage = "en"\nauthor = "The editors"\n'
    (folder / "feedsvc.toml").write_text(settings)
    with serve(folder, folder / "index.sqlite") as address:
        yield address


RICH = """<p>An <abbr title="x">abbreviation</abbr>, <mark>marked</mark>, <del>gone</del>,
<kbd>Ctrl</kbd>, <code>code</code>, a note<sup><a href="#fn1" id="fnref1">1</a></sup>.</p>
<h2>Part</h2><h3>Of it</h3><p lang="ar" dir="rtl">مرحبا</p>
<table><caption>Figures</caption><thead><tr><th scope="col">Name</th><th scope="col">{long}</th>
</tr></thead><tbody><tr><th scope="row">One</th><td style="text-align: right">{long}</td></tr>
</tbody></table>
<pre><code class="language-python">{long} {long} {long}</code></pre>
<ul><li>one<ul><li>inner</li></ul></li><li><input type="checkbox" checked> done</li></ul>
<dl><dt>Term</dt><dd>Meaning</dd></dl><blockquote cite="https://e.org/"><p>Quote</p></blockquote>
<details><summary>More</summary><p>x</p></details>
<math display="block"><mfrac><mi>a</mi><msqrt><mi>{long}</mi></msqrt></mfrac></math>
<figure><img src="a.png" alt="A dot" width="600"><figcaption>A dot</figcaption></figure>
<picture><source srcset="https://cdn.example/b.avif"><img src="a.png"></picture>
<img src="https://cdn.example/b.png" srcset="https://cdn.example/b2.png 2x" alt="Theirs">
<video src="a.mp4" poster="https://cdn.example/p.jpg"></video>
<video src="https://cdn.example/b.mp4"></video><audio><source src="a.mp3"></audio>
<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="A film"></iframe>
<ol><li id="fn1">The note. <a href="#fnref1">↩</a></li></ol>""".format(long="long" * 12)
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


@pytest.fixture
def rich_served(tmp_path: Path) -> Iterator[str]:
    """Serve an article of all that HTML has, with files beside it."""
    folder = tmp_path / "rich"
    folder.mkdir()
    (folder / "feedsvc.toml").write_text('title = "Rich"\nlanguage = "en"\n')
    (folder / "a.jsonl").write_text(json.dumps({"title": "A", "date": "2024-05-01", "html": RICH}))
    for name in ("a.png", "a.mp4", "a.mp3"):
        (folder / name).write_bytes(DOT)
    with serve(folder, folder / "index.sqlite") as address:
        yield address


@pytest.fixture
def page(browser: Browser, seeds_served: str) -> Iterator[Page]:
    yield from open_page(browser, seeds_served)


@pytest.fixture
def archive_page(browser: Browser, archive_served: str) -> Iterator[Page]:
    yield from open_page(browser, archive_served)


def open_page(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page on a phone; whatever it complains about or asks others for is a fault."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on(
        "console", lambda message: complaints.append(f"{message.text} {message.location['url']}")
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    yield page
    assert complaints == []
    assert [url for url in requests if not url.startswith((address, "data:"))] == []
    context.close()


def test_page_asks_for_nothing_but_itself(browser: Browser, seeds_served: str) -> None:
    requests: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.goto(seeds_served)
    page.wait_for_load_state("networkidle")
    assert {url for url in requests if not url.startswith("data:")} == {seeds_served}
    page.close()


def test_page_fits_a_phone(page: Page, seeds_served: str) -> None:
    assert page.locator("article").count() == 9
    for path in ("", "category/buitenland/", "language/ar/"):
        page.goto(seeds_served + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_pages_of_every_kind_are_accessible_in_light_and_dark(
    browser: Browser, archive_served: str
) -> None:
    """By axe-core, contrast included (WCAG 2.2 AA)."""
    if not AXE.exists():
        pytest.skip("axe-core isn't installed (npm's package axe-core)")
    context = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{archive_served}archive/2012/")
    entry = page.locator("article h3 a[href*='/entry/']").first.get_attribute("href") or ""
    paths = ("", "category/c/", "language/ar/", "archive/2014/")
    for path in (*(archive_served + path for path in paths), entry):
        page.goto(path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run()")
            assert [fault["id"] for fault in found["violations"]] == [], (path, scheme)
    context.close()


def test_page_of_all_that_html_has_fits_a_phone_and_asks_no_other_site(
    browser: Browser, rich_served: str
) -> None:
    for page in open_page(browser, rich_served):
        page.locator("article h3 a").click()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        shown = page.locator(".text img").all()
        assert [one.evaluate("one => one.naturalWidth") for one in shown] == [1, 1]
        names = page.locator(".text > a, .text p > a").all_inner_texts()
        assert names == ["Theirs", "b.mp4", "A film"]
        assert page.locator(".text :is(video, audio)").count() == 2
        assert page.locator(".files a").all_inner_texts() == ["a.mp4", "a.mp3"]
        page.locator("#fnref1").click()
        assert page.url.endswith("/#fn1")
        assert page.evaluate("document.querySelector(':target').id") == "fn1"
        for element in ("pre", "table"):  # what is too wide is scrolled, by keyboard too
            page.locator(f".text {element}").focus()
            assert page.evaluate("document.activeElement.localName") == element


def test_page_of_all_that_html_has_is_accessible(browser: Browser, rich_served: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core isn't installed (npm's package axe-core)")
    context = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    page = context.new_page()
    page.goto(rich_served)
    page.locator("article h3 a").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE.read_text())
        assert [fault["id"] for fault in page.evaluate("axe.run()")["violations"]] == [], scheme
    JustHTML(page.request.get(page.url).text(), strict=True)
    context.close()


def test_page_is_readable_in_light_and_dark(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for selector in ("body", "article a", "time", ".labels li > *", ".field code"):
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
    assert page.evaluate("document.activeElement.id") == "content"
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "atom"
    # Tabbing into the field selects the address whole.
    selected = page.evaluate("getSelection().toString()")
    assert selected == f"{seeds_served}atom.xml"


def test_one_click_selects_an_address_whole(page: Page, seeds_served: str) -> None:
    for number, name in enumerate(("atom.xml", "rss.xml", "feed.json")):
        page.locator(".field").nth(number).click(force=True)
        assert page.evaluate("getSelection().toString()").strip() == seeds_served + name


def test_screen_reader_finds_landmarks_names_and_order(page: Page) -> None:
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("contentinfo").count() == 1
    assert page.get_by_role("region", name="Abonneren").count() == 1
    assert page.get_by_role("textbox", name="Atom (aanbevolen)").count() == 1
    assert page.get_by_role("heading", level=1).inner_text() == "Seeds"
    for name in ("Categorieën", "Talen"):
        assert page.get_by_role("navigation", name=name).count() == 1
    levels = page.eval_on_selector_all("h1,h2,h3", "all => all.map(one => +one.tagName[1])")
    assert levels[:12] == [1, 2, 2, *[3] * 9]
    assert set(levels[12:]) == {2}


def test_each_article_is_in_its_language_and_direction(page: Page) -> None:
    found = page.eval_on_selector_all(
        "article > .body", "all => all.map(one => [one.lang, one.dir])"
    )
    assert ["ar", "rtl"] in found
    assert {language for language, _ in found} == {"", "ar", "de", "el", "en", "es", "fr", "ja"}


def test_browser_discovers_the_feeds_atom_first(page: Page, seeds_served: str) -> None:
    found = page.eval_on_selector_all(
        "head link[rel=alternate]", "all => all.map(one => [one.type, one.href, one.title])"
    )
    assert [[kind, address] for kind, address, _ in found[:3]] == [
        ["application/atom+xml", f"{seeds_served}atom.xml"],
        ["application/rss+xml", f"{seeds_served}rss.xml"],
        ["application/feed+json", f"{seeds_served}feed.json"],
    ]
    assert len({title for _, _, title in found}) == len(found)


def test_person_finds_the_feed_follows_a_category_goes_back_and_reads(
    archive_page: Page, archive_served: str
) -> None:
    page = archive_page
    assert page.get_by_role("heading", level=1).inner_text() == "The archive"
    atom = page.get_by_role("textbox", name="Atom (recommended)").input_value()
    assert atom == f"{archive_served}atom.xml"
    assert page.request.get(atom).headers["content-type"].startswith("application/atom+xml")

    page.get_by_role("navigation", name="Categories").locator("summary").click()
    page.get_by_role("navigation", name="Categories").get_by_text("C++", exact=True).click()
    assert page.url == f"{archive_served}category/c-plus-plus/"
    assert page.get_by_role("heading", level=1).inner_text() == "The archive: C++"
    for article in page.locator("article").all():
        assert "C++" in article.locator(".labels").inner_text()
    own = page.get_by_role("textbox", name="Atom (recommended)").input_value()
    assert own == f"{archive_served}category/c-plus-plus/atom.xml"

    page.get_by_role("link", name="The archive", exact=True).click()
    assert page.url == archive_served
    newest = page.locator("article h3 a").all_inner_texts()
    page.locator(".browse a[rel=prev]").click()
    assert "/archive/" in page.url
    older = page.locator("article h3 a").all_inner_texts()
    assert set(older) - set(newest)
    years = 1
    while page.locator(".browse a[rel=prev]").count():
        page.locator(".browse a[rel=prev]").click()
        years += 1
    assert years > 10
    page.locator(".browse a[rel=next]").click()
    page.locator(".trail a").first.click()
    assert page.url == archive_served

    page.goto(f"{archive_served}archive/2012/")
    page.locator("article h3 a[href*='/entry/']").first.click()
    assert "/entry/" in page.url
    title = page.get_by_role("heading", level=1).inner_text()
    assert title
    assert page.locator("article .text p").count() >= 1
    page.get_by_role("link", name="The archive", exact=True).click()
    assert page.url == archive_served
