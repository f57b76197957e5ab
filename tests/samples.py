"""Feeds, entries and windows made for the renderers' tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from feedsvc.formats import FEED_FORMATS, FORMATS
from feedsvc.model import (
    Article,
    Enclosure,
    Entry,
    Feed,
    Guide,
    Link,
    Person,
    Picture,
    Stamp,
    Window,
)

render_atom, render_rss, render_json, render_page = (FORMATS[name].render for name in FEED_FORMATS)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
AWKWARD = ("C++", "A & B", "<x>", 'say "so"', "🍕", "עברית", "a/b", ".NET")
"""Labels that hurt somewhere: in markup, in attributes, in paths."""

FEED = Feed(
    root="https://feeds.example.org/",
    path="",
    title="Street & <square>",
    description='What "we" saw',
    language="en",
    author=Person("The editors", "editors@example.org", "https://example.org/about"),
    timezone="UTC",
    poll_minutes=15,
    content="full",
)
ARTICLE = Article(
    title="A 'title' with \"quotes\" & <signs>",
    content="<p>The text.</p>\n<p>More &amp; more.</p>",
    summary="The text.",
)
PICTURE = Picture("https://example.org/p.jpg", 'A dog & a "cat"', "image/jpeg")
FILES = (
    Enclosure("https://example.org/a.mp3", "audio/mpeg", 1200, "Listen & <learn>"),
    Enclosure("https://example.org/b.mp4", "video/mp4"),
    Enclosure("https://example.org/c.zip", "application/zip", 7, "All files"),
)


def make_entry(number: int = 1, **changes: Any) -> Entry:
    """Make an entry with a page here, an hour older than the one before it."""
    published = NOON - timedelta(hours=number)
    return Entry(
        id=f"tag:feeds.example.org,2024:{number}",
        published=published,
        updated=published + timedelta(minutes=5),
        url=f"https://feeds.example.org/entry/{number}/",
        article=replace(ARTICLE, **changes),
    )


def make_window(*entries: Entry, feed: Feed = FEED, **changes: Any) -> Window:
    """Make the window that holds these entries."""
    stamps = tuple(Stamp(entry.id, "", entry.published, entry.updated) for entry in entries)
    return Window(feed, stamps, **changes)


def make_guide(*labels: str) -> Guide:
    """Make a guide to the main feed, and to a category of each label."""
    links = [
        Link("category", label, f"{FEED.title}: {label}", f"{FEED.root}category/{number}/", "nl")
        for number, label in enumerate(labels)
    ]
    return Guide((Link("", FEED.title, FEED.title, FEED.url, FEED.language), *links))
