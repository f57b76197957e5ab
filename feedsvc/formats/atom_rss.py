"""Atom (RFC 4287) and RSS 2.0, serialised by feedgen.

The only user of feedgen. Its traps are closed here: no default of its own reaches a document,
and what it writes wrong or not at all, `extensions` writes. Frames and fragments are cut out of
whole documents that feedgen made, so that together they are one again.
"""

import html
import posixpath
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from feedgen.feed import FeedGenerator
from lxml import etree

from feedsvc import __version__
from feedsvc.clean import show_id
from feedsvc.formats.addresses import list_links, locate_facet
from feedsvc.formats.extensions import DC, EntryExtension, FeedExtension
from feedsvc.model import Entry, Feed, Frame, Person, Scope, Window

__all__ = ["frame_atom", "frame_rss", "write_atom", "write_rss"]

RSS_SPECIFICATION = "https://www.rssboard.org/rss-specification"
RSS_PICTURES = ("", ".gif", ".jpeg", ".jpg", ".png")
"""Endings of what RSS takes for a feed's image; an address without one may be any of them."""

# How an entry begins in a serialised document, and what comes after the last. No text can look
# like it: a `<` of text is escaped, and there are neither CDATA sections nor comments.
_ATOM_ENTRY, _ATOM_END = b"\n  <entry", b"</feed>\n"
_RSS_ITEM, _RSS_END = b"\n    <item", b"  </channel>\n</rss>\n"
_LONG_AGO = datetime.fromtimestamp(0, UTC)


def frame_atom(window: Window) -> Frame:
    """Make the frame of an Atom feed document, with its place in the history (RFC 5005)."""
    return _cut_frame(_to_bytes(window.feed, *_begin_atom(window)._create_atom()), _ATOM_END)


def frame_rss(window: Window) -> Frame:
    """Make the frame of an RSS 2.0 document, with the modules that its items use."""
    return _cut_frame(_to_bytes(window.feed, *_begin_rss(window)._create_rss()), _RSS_END)


def write_atom(scope: Scope, entries: Sequence[Entry]) -> list[bytes]:
    """Write each entry as it stands in an Atom feed document."""
    generator = _begin("x", "x")
    generator.id("x")
    generator.updated(_LONG_AGO)
    for entry in entries:
        _add_atom_entry(generator, scope, entry)
    return _cut(_to_bytes(None, *generator._create_atom()), _ATOM_ENTRY, _ATOM_END)


def write_rss(scope: Scope, entries: Sequence[Entry]) -> list[bytes]:
    """Write each entry as it stands in an RSS document."""
    generator = _begin("x", "x")
    _set_channel(generator, "x", "x", _LONG_AGO)
    for entry in entries:
        _add_rss_item(generator, scope, entry)
    return _cut(_to_bytes(None, *generator._create_rss()), _RSS_ITEM, _RSS_END)


def _begin_atom(window: Window) -> Any:
    """Make a generator with all of a document but its entries."""
    feed = window.feed
    generator = _begin_window(window)
    generator.id(feed.url)
    generator.subtitle(feed.description)
    generator.updated(_last_updated(window))
    generator.author(_to_dict(feed.author))
    generator.icon(feed.icon)
    generator.logo(feed.logo)
    for rel, href, media_type in list_links(window, "atom.xml", "application/atom+xml"):
        generator.link(href=href, rel=rel, type=media_type)
    return generator


def _begin_rss(window: Window) -> Any:
    """Make a generator with all of a document but its items."""
    feed = window.feed
    generator = _begin_window(window)
    generator.docs(RSS_SPECIFICATION)
    generator.ttl(feed.poll_minutes)
    generator.image(_choose_picture(feed))
    _set_channel(generator, window.url, feed.description, _last_updated(window))
    generator.feedsvc.links = [
        link
        for link in list_links(window, "rss.xml", "application/rss+xml")
        if link[0] != "alternate"
    ]
    return generator


def _begin_window(window: Window) -> Any:
    """Make a generator with what Atom and RSS share."""
    feed = window.feed
    generator = _begin(feed.title, feed.language)
    generator.feedsvc.history = [
        name for name, holds in (("archive", window.closed), ("complete", window.complete)) if holds
    ]
    generator.generator("feedsvc", version=__version__)
    if feed.rights:
        generator.rights(feed.rights)
    return generator


def _begin(title: str, language: str) -> Any:
    """Make a generator whose root declares what entries need, in whatever document they are."""
    generator = FeedGenerator()
    generator.register_extension("feedsvc", FeedExtension, EntryExtension)
    generator.title(title)
    generator.language(language)
    return generator


def _set_channel(generator: Any, url: str, description: str, built: datetime) -> None:
    """Set what RSS asks of every channel, and the namespaces of its items."""
    generator.description(description)
    # The last link that feedgen knows becomes the channel's.
    generator.link(href=url, rel="alternate")
    # feedgen sets the process's locale to write this date, and the time now where there is none:
    # the extension writes it.
    generator._FeedGenerator__rss_lastBuildDate = None
    generator.feedsvc.built = built
    generator.feedsvc.namespaces = {"dc": DC, **FeedExtension.namespaces}


def _add_atom_entry(generator: Any, scope: Scope, entry: Entry) -> None:
    article, content = entry.article, _choose_content(scope, entry)
    added = _begin_entry(generator, scope, entry)
    if article.language and article.language != scope.language:
        added.feedsvc.language = article.language
    added.id(entry.id)
    added.published(entry.published)
    added.updated(entry.updated)
    # A third of readers take no author from the feed: each entry has one.
    added.author([_to_dict(person) for person in article.authors or (scope.author,)])
    if content:
        added.content(content, type="html")
    # An entry without content is advised to have a summary (RFC 4287, section 4.1.1.1).
    if article.summary or not content:
        added.summary(article.summary or article.title)


def _add_rss_item(generator: Any, scope: Scope, entry: Entry) -> None:
    article, content = entry.article, _choose_content(scope, entry)
    added = _begin_entry(generator, scope, entry)
    added.feedsvc.authors = article.authors or (scope.author,)
    guid = show_id(entry.id)
    added.guid(guid, permalink=guid == entry.url)
    for file in article.enclosures[:1]:
        added.enclosure(file.url, str(file.length), file.type)
    if article.summary:
        # Readers take the description as HTML.
        added.description(html.escape(article.summary, quote=False))
    if content:
        added.content(content, type="html")


def _begin_entry(generator: Any, scope: Scope, entry: Entry) -> Any:
    """Add an entry with what Atom and RSS share."""
    article = entry.article
    added = generator.add_entry(order="append")
    added.feedsvc.entry = entry
    added.feedsvc.summary_and_content = bool(article.summary and _choose_content(scope, entry))
    added.title(article.title)
    added.link(href=entry.url, rel="alternate")
    added.category(
        [
            {"term": label, "label": label, "scheme": locate_facet(scope, "category", label)}
            for label in article.categories
        ]
    )
    return added


def _choose_content(scope: Scope, entry: Entry) -> str:
    return entry.article.content if scope.content == "full" else ""


def _choose_picture(feed: Feed) -> str | None:
    """Choose the channel's image, which RSS wants in GIF, JPEG or PNG."""
    for url in (feed.logo, feed.icon):
        if url and posixpath.splitext(urlsplit(url).path)[1].lower() in RSS_PICTURES:
            return url
    return None


def _last_updated(window: Window) -> datetime:
    """When the newest entry was updated; a feed without entries has an old date, and no clock."""
    return max((stamp.updated for stamp in window.stamps), default=_LONG_AGO)


def _to_dict(person: Person) -> dict[str, str]:
    fields = {"name": person.name, "email": person.email, "uri": person.url}
    return {name: value for name, value in fields.items() if value}


def _to_bytes(feed: Feed | None, root: Any, document: Any) -> bytes:
    """Serialise a document, with the stylesheet that makes it readable in a browser."""
    if feed:
        style = f'type="text/css" href={quoteattr(feed.root + "feed.css")}'
        root.addprevious(etree.PI("xml-stylesheet", style))
    serialised: bytes = etree.tostring(
        document, encoding="UTF-8", xml_declaration=True, pretty_print=True
    )
    return serialised


def _cut_frame(document: bytes, end: bytes) -> Frame:
    head = document.removesuffix(end)
    assert head != document
    return Frame(head, end)


def _cut(document: bytes, begin: bytes, end: bytes) -> list[bytes]:
    """Cut the fragments out of a document: whole lines, in order."""
    _, *parts = document.removesuffix(end).split(begin)
    start = begin[1:]
    return [b"%b%b" % (start, part if part.endswith(b"\n") else part + b"\n") for part in parts]
