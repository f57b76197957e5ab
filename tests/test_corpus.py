"""A corpus of many years, languages and awkward labels: all of it served, exported, valid."""

import asyncio
import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import feedparser
import listparser
import pytest
from flask.testing import FlaskClient
from lxml import etree, html
from playwright.async_api import Browser, Route, async_playwright

from feedsvc import create_app
from feedsvc.export import Export, export
from tests.chromium import AXE, CHROMIUM, QUIET
from tests.conftest import Site
from tests.corpus import AUTHORS, LABELS, write_corpus
from tests.validity import check_document

ARTICLES = 2000
ROOT = "https://feeds.example.org/"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(
        tmp_path_factory.mktemp("corpus") / "articles",
        url=ROOT,
        title="Corpus & co",
        timezone="Europe/Amsterdam",
        hubs="https://hub.example.org/",
        icon="icon.png",
        logo="logo.png",
    )
    write_corpus(site.folder, ARTICLES)
    report = site.ingest()
    assert (report.new, report.refused) == (ARTICLES, [])
    yield site
    site.close()


@pytest.fixture(scope="module")
def bodies(corpus: Site) -> dict[str, bytes]:
    """The bytes at every path."""
    publication = corpus.publication
    return {document.path: publication.body(document) for document in publication.documents()}


@pytest.fixture(scope="module")
def client(corpus: Site) -> Iterator[FlaskClient]:
    app = create_app(corpus.settings)
    yield app.test_client()
    app.extensions["feedsvc"].index.close()


def test_corpus_has_documents_of_every_kind(bodies: dict[str, bytes]) -> None:
    kinds = Counter(path.split("/")[1] for path in bodies)
    assert kinds["archive"] > 4 * 12
    assert kinds["entry"] > 90
    assert kinds["category"] > 4 * len({label.casefold() for label in LABELS}) - 8
    assert kinds["author"] > 4 * len(AUTHORS)
    assert kinds["language"] > 4 * 7
    assert kinds["feeds.opml"] == kinds["feed.css"] == 1


def test_every_path_is_served_and_exported_with_the_same_bytes(
    corpus: Site, bodies: dict[str, bytes], client: FlaskClient, tmp_path: Path
) -> None:
    assert export(corpus.publication, tmp_path) == Export(written=1 + 2 * len(bodies))
    for path, body in bodies.items():
        file = tmp_path / (path[1:] + ("index.html" if path.endswith("/") else ""))
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, path
        assert answer.data == Path(f"{file}.gz").read_bytes()
        assert gzip.decompress(answer.data) == file.read_bytes() == body
        assert client.get(path).data == body
    assert export(corpus.publication, tmp_path) == Export(unchanged=1 + 2 * len(bodies))


def test_every_document_is_valid(bodies: dict[str, bytes]) -> None:
    for path, body in bodies.items():
        check_document(path, body)


def test_every_link_to_a_document_leads_to_one(bodies: dict[str, bytes]) -> None:
    """In the pages, the feeds and the list of feeds; nothing else is named under the root."""
    links: set[str] = set()
    for path, body in bodies.items():
        if path.endswith("/"):
            root = html.document_fromstring(body)
            found = root.xpath("//@href | //@src")
            assert isinstance(found, list)
            links |= set(map(str, found))
        elif path.endswith(("xml", "opml")):
            for element in etree.fromstring(body).iter():
                links |= {str(value) for value in element.attrib.values()}
                links.add(str(element.text))
        elif path.endswith("json"):
            feed = json.loads(body)
            links |= {feed["feed_url"], feed["home_page_url"], feed.get("next_url", ROOT)}
    ours = {link.partition("#")[0] for link in links if link.startswith(ROOT)}
    paths = {"/" + unquote(link.removeprefix(ROOT)) for link in ours}
    files = {"/icon.png", "/logo.png", "/pictures/river.png"}  # the author's own, of this host
    assert paths - files - bodies.keys() == set()
    assert len(paths) > 1000


def test_every_feed_leads_back_to_all_of_its_entries(
    corpus: Site, bodies: dict[str, bytes]
) -> None:
    for path in bodies:
        if path.endswith("atom.xml") and "archive" not in path:
            expected = {
                id
                for (id,) in corpus.index.execute(
                    "SELECT a.id FROM membership m JOIN article a ON a.number = m.article"
                    " JOIN feed f ON f.number = m.feed WHERE f.path = :feed",
                    {"feed": path[1:].removesuffix("atom.xml")},
                )
            }
            assert walk_atom(bodies, path) == expected
            assert walk_json(bodies, path.replace("atom.xml", "feed.json")) == expected


def walk_atom(bodies: dict[str, bytes], path: str) -> set[str]:
    found: set[str] = set()
    while path:
        feed = feedparser.parse(bodies[path])
        found |= {entry.id for entry in feed.entries}
        links = {link.rel: link.href for link in feed.feed.links}
        path = unquote(urlsplit(links.get("prev-archive", "")).path)
    return found


def walk_json(bodies: dict[str, bytes], path: str) -> set[str]:
    found: set[str] = set()
    while path:
        feed = json.loads(bodies[path])
        found |= {item["id"] for item in feed["items"]}
        path = unquote(urlsplit(feed.get("next_url", "")).path)
    return found


def test_labels_of_every_script_come_out_right_everywhere(
    corpus: Site, bodies: dict[str, bytes]
) -> None:
    outlines = {
        (feed.title, feed.url) for feed in listparser.parse(bodies["/feeds.opml"].decode()).feeds
    }
    page = html.document_fromstring(bodies["/"])
    linked = {("".join(map(str, link.itertext())), link.get("href")) for link in page.iter("a")}
    for kind, labels in (("category", LABELS), ("author", AUTHORS)):
        for label in labels:
            facet = label_of(corpus, kind, label)
            path = f"/{facet}atom.xml"
            feed = feedparser.parse(bodies[path])
            title = feed.feed.title
            assert title.startswith("Corpus & co: ")
            name = title.removeprefix("Corpus & co: ")
            assert name.casefold() == label.casefold() or name in LABELS
            assert (title, feed.feed.links[0].href) in outlines
            assert (name, feed.feed.link) in linked
            if kind == "category":
                terms = {tag.term: tag.scheme for entry in feed.entries for tag in entry.tags}
                assert terms[label] == feed.feed.link
            else:
                assert {entry.author for entry in feed.entries} == {label}


def label_of(corpus: Site, kind: str, label: str) -> str:
    rows = corpus.index.execute(
        "SELECT path FROM feed f JOIN label l ON l.feed = f.number"
        " WHERE label = :label AND path LIKE :kind",
        {"label": label, "kind": f"{kind}/%"},
    )
    return str(rows[0][0])


def test_each_language_has_its_page_in_its_own_direction(bodies: dict[str, bytes]) -> None:
    for language, direction in (("ar", "rtl"), ("he", "rtl"), ("el", "ltr"), ("nl", "ltr")):
        page = html.document_fromstring(bodies[f"/language/{language}/"])
        assert (page.get("lang"), page.get("dir")) == (language, direction)
        assert (
            etree.fromstring(bodies[f"/language/{language}/atom.xml"]).get(
                "{http://www.w3.org/XML/1998/namespace}lang"
            )
            == language
        )


# By axe-core, in a browser


@pytest.mark.skipif(not CHROMIUM, reason="chromium isn't installed (Debian's package chromium)")
@pytest.mark.skipif(not AXE.exists(), reason="axe-core isn't installed (npm's package axe-core)")
def test_every_page_is_accessible(bodies: dict[str, bytes]) -> None:
    pages = [(path, body) for path, body in bodies.items() if path.endswith("/")]
    faults = asyncio.run(check_pages(pages))
    assert faults == []


async def check_pages(pages: list[tuple[str, bytes]]) -> list[str]:
    """Ask axe of each page, as many at once as there are processors; a few in the dark too."""
    faults: list[str] = []
    left = [(path, body, "light") for path, body in pages]
    left += [(path, body, "dark") for path, body in pages[:: len(pages) // 20]]
    async with async_playwright() as playwright:
        # A browser each: pages of one browser may share a process.
        browsers = [
            await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for _ in range(os.cpu_count() or 1)
        ]
        await asyncio.gather(*(check_some(browser, left, faults) for browser in browsers))
        await asyncio.gather(*(browser.close() for browser in browsers))
    return faults


async def check_some(
    browser: Browser, left: list[tuple[str, bytes, Any]], faults: list[str]
) -> None:
    page = await browser.new_page(viewport={"width": 360, "height": 740}, bypass_csp=True)
    axe = AXE.read_text()

    async def refuse(route: Route) -> None:
        if not route.request.url.startswith(ROOT):
            faults.append(f"asks for {route.request.url}")
        await route.abort()

    await page.route("**/*", refuse)
    while left:
        path, body, scheme = left.pop()
        await page.emulate_media(color_scheme=scheme)
        await page.set_content(body.decode(), wait_until="domcontentloaded")
        await page.evaluate(axe)
        found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults += [
            f"{path} ({scheme}): {fault['id']}: {fault['nodes'][0]['html']}"
            for fault in found["violations"]
        ]
