"""The stylesheet of feeds: what it says, and what a browser makes of Atom and RSS with it."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, sync_playwright

from feedsvc.formats import FORMATS
from feedsvc.formats.css import render_css
from feedsvc.formats.phrases import choose_phrases, list_languages
from feedsvc.model import Article, Enclosure, Entry, Feed, Person, Picture, Window
from tests.chromium import CHROMIUM, QUIET
from tests.samples import render_atom, render_rss

FEED = Feed(
    root="http://127.0.0.1/",
    path="",
    title="Seeds & more",
    description="Nine articles",
    language="nl",
    author=Person("The editors"),
    timezone="UTC",
    poll_minutes=15,
    content="full",
    rights="© The editors",
    hubs=("https://hub.example.org/",),
    icon="http://127.0.0.1/icon.png",
    facets=("category",),
)
MOMENT = datetime(2024, 5, 30, 14, tzinfo=UTC)
ENTRY = Entry(
    "tag:1",
    MOMENT,
    MOMENT,
    "https://example.org/a",
    Article(
        title="A < B",
        summary="In short.",
        content="<p>All of it.</p>",
        categories=("C++", "علوم"),
        image=Picture("https://cdn.example.com/tower.png", "A tower"),
        enclosures=(Enclosure("https://cdn.example.com/talk.mp3", "audio/mpeg", 9, "A talk"),),
        language="en",
    ),
)
RENDERERS = {"atom": render_atom, "rss": render_rss}

# All text that is to be seen, in the order of the document; what CSS adds stands in brackets.
SEE = """() => {
    const seen = []
    const walk = element => {
        const style = getComputedStyle(element)
        if (style.display === 'none') return
        const before = getComputedStyle(element, '::before').content
        if (before !== 'none') seen.push(`[${before}]`)
        for (const node of element.childNodes) {
            if (node.nodeType === Node.ELEMENT_NODE) walk(node)
            else if (node.nodeType === Node.TEXT_NODE && node.data.trim())
                seen.push(node.data.trim())
        }
    }
    walk(document.documentElement)
    return seen
}"""

browsing = pytest.mark.skipif(
    not CHROMIUM, reason="chromium isn't installed (Debian's package chromium)"
)
# Playwright's own, when its event loop ends.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_words_are_those_of_the_feeds_language() -> None:
    for language in list_languages():
        style = render_css(Window(replace(FEED, language=language), ()), ()).decode()
        phrases = choose_phrases(language)
        assert f'--about: "{phrases.about}";\n  --website: "{phrases.website}";' in style
        direction = "rtl" if language in ("ar", "he") else "ltr"
        assert f"  direction: {direction};\n}}\n" in style


def test_stylesheet_asks_for_nothing() -> None:
    style = render_css(Window(FEED, ()), ()).decode()
    assert style.startswith('@charset "utf-8";\n')
    assert not re.search(r"url\(|@import|image-set|src\(", style)


class Handler(BaseHTTPRequestHandler):
    """Answers as the server does with the setting `media_type = "browser"`."""

    files: dict[str, tuple[str, str, bytes]]

    def do_GET(self) -> None:
        media_type, policy, body = self.files[self.path]
        self.send_response(200)
        self.send_header("Content-Type", f"{media_type}; charset=utf-8")
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


Show = Callable[..., Page]


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Show a feed's document in the browser: `show("atom", language="ar")`."""
    files: dict[str, tuple[str, str, bytes]] = {}
    handler = type("Answering", (Handler,), {"files": files})
    context = browser.new_context(viewport={"width": 390, "height": 844})
    complaints: list[str] = []
    requests: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}/"

        def show(name: str, **fields: str) -> Page:
            window = Window(replace(FEED, root=root, **fields), ())
            body = RENDERERS[name](window, [ENTRY])
            files[f"/{name}.xml"] = ("application/xml", FORMATS[name].policy(), body)
            files["/feed.css"] = ("text/css", FORMATS["css"].policy(), render_css(window, ()))
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("request", lambda request: requests.append(request.url))
            page.goto(f"{root}{name}.xml")
            return page

        yield show
        server.shutdown()
    context.close()
    assert complaints == []
    assert all(re.fullmatch(rf"{root}(atom\.xml|rss\.xml|feed\.css)", url) for url in requests)


@browsing
@pytest.mark.parametrize("name", RENDERERS)
def test_browser_shows_title_explanation_and_entries_and_no_machinery(
    show: Show, name: str
) -> None:
    page = show(name)
    seen = page.evaluate(SEE)
    about = f'["{choose_phrases("nl").about}"]'
    assert seen[0] == about
    assert {"Seeds & more", "Nine articles", "© The editors", "A < B", "In short."} <= set(seen)
    rest = " ".join(seen)
    for machinery in ("tag:1", "feedsvc", "icon", "hub", "<p>", "tower", "talk", "specification"):
        assert machinery not in rest, machinery
    assert rest.count("Website:") == 1


@browsing
@pytest.mark.parametrize("name", RENDERERS)
def test_browser_shows_the_parts_in_the_order_of_reading(show: Show, name: str) -> None:
    page = show(name)
    tops = page.evaluate(
        """() => {
            const feed = document.querySelector('feed, channel')
            const entry = feed.querySelector('entry, item')
            const find = (parent, names) => [...parent.children].find(
                child => names.includes(child.localName) && !child.getAttribute('rel'))
            return [find(feed, ['title']), find(feed, ['subtitle', 'description']),
                entry, find(entry, ['title']), find(entry, ['summary', 'description']),
                find(entry, ['category']), find(feed, ['rights', 'copyright'])
            ].map(element => element.getBoundingClientRect().top)
        }"""
    )
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@browsing
@pytest.mark.parametrize(("name", "day"), [("atom", "2024-05-30"), ("rss", "Thu, 30 May 2024")])
def test_browser_shows_the_day_of_an_entry(show: Show, name: str, day: str) -> None:
    shown, whole = show(name).evaluate(
        """length => {
            const date = document.querySelector('published, pubDate')
            const range = document.createRange()
            range.setStart(date.firstChild, 0)
            range.setEnd(date.firstChild, length)
            return [date.clientWidth, range.getBoundingClientRect().width]
        }""",
        len(day),
    )
    assert abs(shown - whole) < 2


@browsing
@pytest.mark.parametrize("name", RENDERERS)
def test_browser_shows_each_text_in_its_own_direction(show: Show, name: str) -> None:
    page = show(name, language="ar", title="بذور")
    direction, bidi = page.evaluate(
        """() => [getComputedStyle(document.documentElement).direction,
            getComputedStyle(document.querySelector('entry > title, item > title')).unicodeBidi]"""
    )
    assert (direction, bidi) == ("rtl", "plaintext")
    assert page.evaluate(SEE)[0] == f'["{choose_phrases("ar").about}"]'


@browsing
def test_browser_shows_the_feed_in_the_dark(show: Show) -> None:
    page = show("atom")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found.append(page.evaluate(background))
    assert found == ["rgb(253, 252, 250)", "rgb(24, 23, 21)"]
