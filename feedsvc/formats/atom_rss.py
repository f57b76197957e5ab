"""Atom (RFC 4287) and RSS 2.0, serialised by feedgen.

The only user of feedgen. Its traps are closed here: no default of its own reaches a document,
and what it writes wrong or not at all, `extensions` writes.
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
from feedsvc.formats.addresses import list_links, locate_facet
from feedsvc.formats.extensions import DC, EntryExtension, FeedExtension
from feedsvc.model import Entry, Feed, Person, Window

__all__ = ["render_atom", "render_rss"]

RSS_SPECIFICATION = "https://www.rssboard.org/rss-specification"
RSS_PICTURES = ("", ".gif", ".jpeg", ".jpg", ".png")
"""Endings of what RSS takes for a feed's image; an address without one may be any of them."""


def render_atom(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render an Atom feed document (RFC 4287), with its place in the history (RFC 5005)."""
    feed = window.feed
    generator = _begin(window)
    generator.id(feed.url)
    generator.subtitle(feed.description)
    generator.updated(_last_updated(window))
    generator.author(_to_dict(feed.author))
    generator.icon(feed.icon)
    generator.logo(feed.logo)
    for rel, href, media_type in list_links(window, "atom.xml", "application/atom+xml"):
        generator.link(href=href, rel=rel, type=media_type)
    for entry in entries:
        _add_atom_entry(generator, feed, entry)
    return _to_bytes(feed, *generator._create_atom())


def render_rss(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render an RSS 2.0 document, with the atom, content, dc, media and history modules."""
    feed = window.feed
    generator = _begin(window)
    generator.description(feed.description)
    generator.docs(RSS_SPECIFICATION)
    generator.ttl(feed.poll_minutes)
    generator.image(_choose_picture(feed))
    # The last link that feedgen knows becomes the channel's.
    generator.link(href=window.url, rel="alternate")
    # feedgen sets the process's locale to write this date, and the time now where there is none:
    # the extension writes it.
    generator._FeedGenerator__rss_lastBuildDate = None
    generator.feedsvc.built = _last_updated(window)
    generator.feedsvc.links = [
        link
        for link in list_links(window, "rss.xml", "application/rss+xml")
        if link[0] != "alternate"
    ]
    generator.feedsvc.namespaces = {"dc": DC, **FeedExtension.namespaces}
    for entry in entries:
        _add_rss_item(generator, feed, entry)
    return _to_bytes(feed, *generator._create_rss())


def _begin(window: Window) -> Any:
    """Make a generator with what Atom and RSS share."""
    feed = window.feed
    generator = FeedGenerator()
    generator.register_extension("feedsvc", FeedExtension, EntryExtension)
    generator.feedsvc.window = window
    generator.title(feed.title)
    generator.language(feed.language)
    generator.generator("feedsvc", version=__version__)
    if feed.rights:
        generator.rights(feed.rights)
    return generator


def _add_atom_entry(generator: Any, feed: Feed, entry: Entry) -> None:
    article, content = entry.article, _choose_content(feed, entry)
    added = _begin_entry(generator, feed, entry)
    if article.language and article.language != feed.language:
        added.feedsvc.language = article.language
    added.id(entry.id)
    added.published(entry.published)
    added.updated(entry.updated)
    # A third of readers take no author from the feed: each entry has one.
    added.author([_to_dict(person) for person in article.authors or (feed.author,)])
    if content:
        added.content(content, type="html")
    # An entry without content is advised to have a summary (RFC 4287, section 4.1.1.1).
    if article.summary or not content:
        added.summary(article.summary or article.title)


def _add_rss_item(generator: Any, feed: Feed, entry: Entry) -> None:
    article, content = entry.article, _choose_content(feed, entry)
    added = _begin_entry(generator, feed, entry)
    added.feedsvc.authors = article.authors or (feed.author,)
    added.guid(entry.id, permalink=entry.id == entry.url)
    for file in article.enclosures[:1]:
        added.enclosure(file.url, str(file.length), file.type)
    if article.summary:
        # Readers take the description as HTML.
        added.description(html.escape(article.summary, quote=False))
    if content:
        added.content(content, type="html")


def _begin_entry(generator: Any, feed: Feed, entry: Entry) -> Any:
    """Add an entry with what Atom and RSS share."""
    article = entry.article
    added = generator.add_entry(order="append")
    added.feedsvc.entry = entry
    added.feedsvc.summary_and_content = bool(article.summary and _choose_content(feed, entry))
    added.title(article.title)
    added.link(href=entry.url, rel="alternate")
    added.category(
        [
            {"term": label, "label": label, "scheme": locate_facet(feed, "category", label)}
            for label in article.categories
        ]
    )
    return added


def _choose_content(feed: Feed, entry: Entry) -> str:
    return entry.article.content if feed.content == "full" else ""


def _choose_picture(feed: Feed) -> str | None:
    """Choose the channel's image, which RSS wants in GIF, JPEG or PNG."""
    for url in (feed.logo, feed.icon):
        if url and posixpath.splitext(urlsplit(url).path)[1].lower() in RSS_PICTURES:
            return url
    return None


def _last_updated(window: Window) -> datetime:
    """When the newest entry was updated; a feed without entries has an old date, and no clock."""
    return max((stamp.updated for stamp in window.stamps), default=datetime.fromtimestamp(0, UTC))


def _to_dict(person: Person) -> dict[str, str]:
    fields = {"name": person.name, "email": person.email, "uri": person.url}
    return {name: value for name, value in fields.items() if value}


def _to_bytes(feed: Feed, root: Any, document: Any) -> bytes:
    """Serialise a document, with the stylesheet that makes it readable in a browser."""
    style = f'type="text/css" href={quoteattr(feed.root + "feed.css")}'
    root.addprevious(etree.PI("xml-stylesheet", style))
    serialised: bytes = etree.tostring(
        document, encoding="UTF-8", xml_declaration=True, pretty_print=True
    )
    return serialised
