"""Nothing of an article's HTML runs, asks or changes anything, in a real browser."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import unescape
from random import Random
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from playwright.sync_api import Browser, BrowserContext, Error, Frame, Page, Route, sync_playwright

from feedsvc import create_app
from feedsvc.readers.hygiene import sanitize
from feedsvc.readers.lines import Notes
from feedsvc.readers.media import find_nothing
from tests.chromium import CHROMIUM, QUIET
from tests.conftest import Site
from tests.xss import VECTORS, Vector, mutate

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="chromium isn't installed (Debian's package chromium)"),
    # Playwright's own, when its event loop ends.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

BASE = "https://blog.example.org/post/"
READER = "https://reader.example/"
AT_ONCE = 48
PATIENCE = 300  # milliseconds in which a page does what it does by itself

BARE = "<!DOCTYPE html><title>Reader</title><p id=mark>mark</p><div id=place>"
NOTHING = f"{BARE}</div>"

# What readers without scruples do; and once more with what it became.
INSERT = """html => {
    for (let times = 0; times < 3; times++) { place.innerHTML = html; html = place.innerHTML }
}"""

# What shows in a page that something in it reached beyond its own place; and then what a person
# does sooner or later, but for following links to other sites.
STIR = """within => {
    const mark = document.getElementById('mark'), style = mark && getComputedStyle(mark)
    const state = [
        document.querySelectorAll('base').length, document.title, document.forms.length,
        'clobbered' in window, 'clobbered' in document, style && style.color + style.position,
        getComputedStyle(document.body).display,
        [...document.querySelectorAll('#place *')].some(one =>
            ['absolute', 'fixed'].includes(getComputedStyle(one).position) && !one.closest('math')),
        document.querySelectorAll('#place :is(input,textarea,button,select,object,embed,iframe)')
            .length,
    ]
    addEventListener('click', event => {
        const link = event.target.closest('a[href^=http]')
        if (link && !link.closest('svg')) event.preventDefault()
    }, true)
    for (const one of document.querySelectorAll(within)) {
        for (const attribute of one.attributes)
            if (attribute.name.startsWith('on'))
                one.dispatchEvent(new Event(attribute.name.slice(2), {bubbles: true}))
        one.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))
        if (one.focus) one.focus()
        if (one.click && !one.matches('html,head,body')) one.click()
        if (one.matches('form')) one.requestSubmit()
    }
    return state
}"""


class Reader:
    """A page with a frame for each document; it remembers what they run and ask for."""

    def __init__(self, context: BrowserContext) -> None:
        self._served: dict[str, tuple[str, str]] = {}
        self._hits: list[Frame] = []
        self._asked: list[tuple[Frame, str]] = []
        context.expose_binding("hit", lambda source, *_: self._hits.append(source["frame"]))
        context.route("**/*", self._answer)
        self._page: Page = context.new_page()
        self.complaints: list[str] = []
        self._page.on("console", lambda message: self.complaints.append(message.text))

    def _answer(self, route: Route) -> None:
        request = route.request
        if request.url in self._served:
            body, policy = self._served[request.url]
            headers = {"Content-Type": "text/html; charset=utf-8"}
            if policy:
                headers["Content-Security-Policy"] = policy
            route.fulfill(body=body, headers=headers)
            return
        self._asked.append((request.frame, request.url))
        is_script = request.url.endswith(".js")
        route.fulfill(
            body="hit()" if is_script else "",
            content_type="text/javascript" if is_script else "text/html",
        )

    def open(self, documents: Sequence[str], policy: str = "") -> list[Frame]:
        frames = "".join(f"<iframe src={READER}{at}></iframe>" for at in range(len(documents)))
        self._served = {f"{READER}{at}": (body, policy) for at, body in enumerate(documents)}
        self._served[READER] = (f"<!DOCTYPE html>{frames}", "")
        self._page.goto(READER, wait_until="commit")
        self._page.wait_for_function(f"frames.length == {len(documents)}")
        self.wait()
        return self._page.main_frame.child_frames[: len(documents)]

    def wait(self) -> None:
        self._page.wait_for_timeout(PATIENCE)

    def runs(self, frame: Frame) -> bool:
        return any(_is_in(hit, frame) for hit in self._hits)

    def asks(self, frame: Frame) -> list[str]:
        return [url for asking, url in self._asked if _is_in(asking, frame)]


def _is_in(frame: Frame | None, outer: Frame) -> bool:
    while frame and frame is not outer:
        frame = frame.parent_frame
    return frame is outer


class Published(NamedTuple):
    """What became of a vector: the `content:encoded` of its item, and its page as it is served."""

    vector: Vector
    content: str
    page: str
    policy: str


@pytest.fixture
def published(make_site: Callable[..., Site]) -> list[Published]:
    """Publish an article of each vector, by the real app."""
    site = make_site(url="https://feeds.example.org/", entries=len(VECTORS))
    records = [
        {"title": f"Vector {n}", "date": "2024-05-01", "html": f"<p>before</p>{vector.html}"}
        for n, vector in enumerate(VECTORS)
    ]
    file = site.write("vectors.jsonl")
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    site.ingest()
    app = create_app(site.settings)
    client = app.test_client()
    feed = etree.fromstring(client.get("/rss.xml").data)
    items = {item.findtext("title"): item for item in feed.iter("item")}
    found = []
    for n, vector in enumerate(VECTORS):
        item = items[f"Vector {n}"]
        content = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or ""
        page = client.get(urlsplit(item.findtext("link")).path)
        policy = page.headers["Content-Security-Policy"]
        found.append(Published(vector, content, page.text, policy))
    app.extensions["feedsvc"].index.close()
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def read(browser: Browser) -> Iterator[Reader]:
    context = browser.new_context()
    yield Reader(context)
    context.close()


def clean(html: str) -> str:
    return sanitize(html, BASE, find_nothing, Notes("a.html"), lambda reference: 1).content


def parts() -> Iterator[list[Vector]]:
    for at in range(0, len(VECTORS), AT_ONCE):
        yield list(VECTORS[at : at + AT_ONCE])


def stir(frame: Frame, within: str = "*") -> object:
    """Return what shows in a document, then do to it what a person might."""
    try:
        state: object = frame.evaluate(STIR, within)
    except Error:
        return "gone"
    return state


def judge(reader: Reader, frames: list[Frame]) -> list[str]:
    """Tell what each document did; the first is the one that can't do anything."""
    first, *states = [stir(frame) for frame in frames]
    reader.wait()
    found = []
    for frame, state in zip(frames[1:], states, strict=True):
        did = "changes" if state != first else ""
        did = "asks" if reader.asks(frame) else did
        found.append("runs" if reader.runs(frame) else did)
    return found


def test_vectors_are_many_and_each_is_told_once() -> None:
    assert len(VECTORS) >= 250
    assert len({vector.html for vector in VECTORS}) == len(VECTORS)
    assert sum(vector.does == "runs" for vector in VECTORS) >= 100


def test_each_vector_does_raw_what_it_is_said_to_do(browser: Browser) -> None:
    """Else the tests below would show nothing."""
    wrong = []
    for vectors in parts():
        with read(browser) as reader:
            frames = reader.open([NOTHING, *(f"{BARE}{one.html}\n<p>end</p>" for one in vectors)])
            found = judge(reader, frames)
        late = [one for one, does in zip(vectors, found, strict=True) if does != one.does]
        with read(browser) as reader:
            frames = reader.open([NOTHING] * (len(late) + 1))
            for frame, one in zip(frames[1:], late, strict=True):
                frame.evaluate(INSERT, one.html)
            reader.wait()
            found = judge(reader, frames)
        wrong += [(one, does) for one, does in zip(late, found, strict=True) if does != one.does]
    assert len(wrong) <= len(VECTORS) // 20, wrong  # browsers change, and may be slow


def test_nothing_runs_asks_or_changes_anything(
    browser: Browser, published: list[Published]
) -> None:
    """Neither `content:encoded` in a page that has no policy, nor the page of the entry."""
    for at in range(0, len(published), AT_ONCE):
        some = published[at : at + AT_ONCE]
        with read(browser) as reader:
            frames = reader.open([NOTHING] * (len(some) + 1))
            for frame, one in zip(frames[1:], some, strict=True):
                frame.evaluate(INSERT, one.content)
            reader.wait()
            found = zip(some, judge(reader, frames), strict=True)
            assert [(one.vector, one.content, did) for one, did in found if did] == []
        with read(browser) as reader:
            (policy,) = {one.policy for one in some}
            frames = reader.open([one.page for one in some], policy)
            for frame in frames:
                stir(frame, ".whole *")
            reader.wait()
            for frame, one in zip(frames, some, strict=True):
                assert not reader.runs(frame), one
                assert reader.asks(frame) == [], one
            assert reader.complaints == []  # nothing even tried


CROWD = """htmls => {
    place.textContent = ''
    for (const html of htmls) {
        const one = place.appendChild(document.createElement('div'))
        for (let times = 0, text = html; times < 3; times++) {
            one.innerHTML = text
            text = one.innerHTML
        }
    }
}"""
SHOWN = re.compile(r'(?:src|poster)="([^"]*)"')
MUTANTS = 40  # in a page at once


def test_mutants_of_vectors_do_harm_raw(browser: Browser) -> None:
    """Else the test below would show nothing."""
    random = Random(5)
    with read(browser) as reader:
        frames = reader.open([NOTHING] * (MUTANTS + 1))
        for frame in frames[1:]:
            frame.evaluate(INSERT, mutate(random))
        reader.wait()
        assert judge(reader, frames).count("runs") >= MUTANTS / 4


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Reader]:
    with read(browser) as reader:
        yield reader


# A smaller one would be found slowly, as each is looked at for half a second.
@settings(max_examples=max(10, settings().max_examples // 10), phases=[Phase.generate])
@given(random=st.randoms(use_true_random=False))
def test_fuzz_no_mutant_of_a_vector_does_anything(reader: Reader, random: Random) -> None:
    """Nor asks for more than the pictures, the sound and the films that it shows."""
    mutants = [mutate(random) for _ in range(MUTANTS)]
    htmls = [clean(mutant) for mutant in mutants]
    frames = reader.open([NOTHING, NOTHING])
    frames[1].evaluate(CROWD, htmls)
    reader.wait()
    shown = {unescape(url) for html in htmls for url in SHOWN.findall(html)}
    assert set(reader.asks(frames[1])) <= shown, mutants
    assert stir(frames[1]) == stir(frames[0]), mutants
    reader.wait()
    assert not reader.runs(frames[1]), mutants
