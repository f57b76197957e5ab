"""Frames and fragments: spliced, they are the document that its library makes at once."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from feedsvc.formats import FEED_FORMATS, FORMATS, Spliced, atom_rss, jsonfeed
from feedsvc.model import Article, Enclosure, Entry, Feed, Person, Picture, Window
from tests.samples import FEED, make_entry, make_window

# What looks like markup, and like where documents are cut.
ODD = (
    "\n  <entry>\n",
    "\n    <item>",
    "</feed>\n",
    "</entry>\n  <entry xml:lang='x'>",
    "  </channel>\n</rss>\n",
    "<![CDATA[\n  <entry>]]>",
    "]]>",
    "<!--\n    <item>-->",
    "<?pi?>",
    "&amp;lt;",
    '\n    },\n    {\n      "id": ',
    '"items": [',
    "{{ cut }}{% endfor %}",
    "\r\n",
    "\t",
    "\u0085\u2028",
    "𝄞 é \U0010fffd",
    "]\n}\n",
)
LETTERS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1)
TEXT = st.lists(st.sampled_from(ODD) | LETTERS, min_size=1, max_size=4).map("".join)
TITLE = TEXT.filter(str.strip)
LANGUAGES = st.sampled_from(("en", "nl", "ar", "zh-Hant", "xx"))
ADDRESSES = st.sampled_from(
    ("https://e.org/", "https://e.org/?a&b='1'", "https://feeds.example.org/p%20.jpg")
)
MAYBE = st.none() | ADDRESSES
TYPES = st.sampled_from(("audio/mpeg", "image/png", "application/zip"))
MOMENTS = st.integers(0, 2**31).map(lambda moment: datetime.fromtimestamp(moment, UTC))
PERSONS = st.builds(Person, TITLE, st.none() | st.just("a@example.org"), MAYBE)
ARTICLES = st.builds(
    Article,
    title=TITLE,
    content=st.just("") | TEXT,
    summary=st.just("") | TEXT,
    authors=st.lists(PERSONS, max_size=2).map(tuple),
    categories=st.lists(TITLE, max_size=3).map(tuple),
    language=st.none() | LANGUAGES,
    image=st.none() | st.builds(Picture, ADDRESSES, st.just("") | TEXT, st.just("") | TYPES),
    enclosures=st.lists(
        st.builds(Enclosure, ADDRESSES, TYPES, st.integers(0, 9), st.just("") | TEXT), max_size=3
    ).map(tuple),
)
ENTRIES = st.lists(st.builds(Entry, ADDRESSES, MOMENTS, MOMENTS, ADDRESSES, ARTICLES), max_size=4)
FEEDS = st.builds(
    Feed,
    root=st.sampled_from(("https://feeds.example.org/", "https://e.org/a&b/")),
    path=st.sampled_from(("", "category/é/", "language/nl/")),
    title=TITLE,
    description=TITLE,
    language=LANGUAGES,
    author=PERSONS,
    timezone=st.sampled_from(("UTC", "Asia/Tokyo")),
    poll_minutes=st.just(15),
    content=st.sampled_from(("full", "summary")),
    rights=st.none() | TITLE,
    hubs=st.lists(ADDRESSES, max_size=2).map(tuple),
    icon=MAYBE,
    logo=MAYBE,
    facets=st.lists(st.sampled_from(("category", "author", "language")), unique=True).map(tuple),
)
PLACES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    (
        {},
        {"prev": "2023"},
        {"complete": True},
        {"period": "2023", "prev": "2022-12", "next": "2024", "closed": True},
        {"period": "2024-05-01T1200"},
    )
)


def splice(name: str, window: Window, entries: list[Entry]) -> bytes:
    """Make a document of a frame, and of fragments that were each made alone."""
    format = FORMATS[name]
    assert isinstance(format, Spliced)
    scope = window.feed.scope
    if not format.by_language:
        scope = replace(scope, language="tlh")
    fragments = [fragment for one in entries for fragment in format.write(scope, [one])]
    assert fragments == format.write(scope, entries)
    assert len(fragments) == len(entries)
    return format.frame(window).splice(fragments)


def make_at_once(name: str, window: Window, entries: list[Entry]) -> bytes:
    """Let the library that serialises a format make the whole document of the same values."""
    feed = window.feed
    if name == "atom":
        generator = atom_rss._begin_atom(window)
        for entry in entries:
            atom_rss._add_atom_entry(generator, feed.scope, entry)
        return atom_rss._to_bytes(feed, *generator._create_atom())
    if name == "rss":
        generator = atom_rss._begin_rss(window)
        for entry in entries:
            atom_rss._add_rss_item(generator, feed.scope, entry)
        return atom_rss._to_bytes(feed, *generator._create_rss())
    top = json.loads(jsonfeed.frame_json(replace(window, stamps=())).splice(()))
    top["items"] = [jsonfeed._to_item(feed.scope, entry) for entry in entries]
    return msgspec.json.format(msgspec.json.encode(top), indent=2) + b"\n"


@pytest.mark.parametrize("name", ["atom", "rss", "json"])
@given(feed=FEEDS, entries=ENTRIES, place=PLACES)
def test_spliced_document_is_the_one_made_at_once(
    name: str, feed: Feed, entries: list[Entry], place: dict[str, Any]
) -> None:
    window = make_window(*entries, feed=feed, **place)
    spliced, whole = splice(name, window, entries), make_at_once(name, window, entries)
    if name != "json":
        trees = [etree.fromstring(document) for document in (spliced, whole)]
        assert etree.tostring(trees[0], method="c14n") == etree.tostring(trees[1], method="c14n")
    assert spliced == whole


@given(feed=FEEDS, entries=ENTRIES, place=PLACES)
def test_page_shows_each_entry_as_it_is_written_alone(
    feed: Feed, entries: list[Entry], place: dict[str, Any]
) -> None:
    page = splice("page", make_window(*entries, feed=feed, **place), entries)
    assert page.count(b"<article>") == len(entries)
    assert b"\0" not in page
    assert page.endswith(b"</html>\n")


@pytest.mark.parametrize("name", FEED_FORMATS)
def test_fragment_is_the_same_in_every_feed_of_a_site(name: str) -> None:
    """The main feed, a facet's and an archive differ in frames alone."""
    facet = replace(FEED, path="category/c/", title="C", description="D", logo="https://e.org/l")
    entries = [make_entry(number, categories=("C",)) for number in range(3)]
    main = FORMATS[name].render(make_window(*entries), entries)
    other = FORMATS[name].render(make_window(*entries, feed=facet, period="2024"), entries)
    format = FORMATS[name]
    assert isinstance(format, Spliced)
    assert main != other
    for fragment in format.write(FEED.scope, entries):
        assert fragment in main
        assert fragment in other
