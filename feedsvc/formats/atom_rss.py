"""Atom (RFC 4287) and RSS 2.0, serialised by feedgen.

The only user of feedgen. Its traps are closed here: no default of its own reaches a document,
and what it writes wrong or not at all, the two extensions below write.
"""

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any

from feedgen.feed import FeedGenerator
from lxml import etree

from feedsvc import __version__
from feedsvc.model import Entry, Feed, Person, Window

__all__ = ["render_atom", "render_rss"]

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RSS_SPECIFICATION = "https://www.rssboard.org/rss-specification"


def render_atom(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render an Atom feed document (RFC 4287)."""
    feed = window.feed
    generator = _begin(feed)
    generator.id(feed.url)
    generator.subtitle(feed.description)
    generator.updated(_last_updated(window))
    generator.author(_to_dict(feed.author))
    for hub in feed.hubs:
        generator.link(href=hub, rel="hub")
    generator.link(href=f"{feed.url}atom.xml", rel="self", type="application/atom+xml")
    generator.link(href=feed.url, rel="alternate", type="text/html")
    for entry in entries:
        _add_atom_entry(generator, feed, entry)
    _, document = generator._create_atom()
    return _to_bytes(document)


def render_rss(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render an RSS 2.0 document, with the atom, content and dc modules."""
    feed = window.feed
    generator = _begin(feed)
    generator.description(feed.description)
    generator.docs(RSS_SPECIFICATION)
    generator.ttl(feed.poll_minutes)
    generator.link(href=feed.url, rel="alternate")
    # feedgen sets the process's locale to write this date, and the time now where there is none:
    # the extension writes it.
    generator._FeedGenerator__rss_lastBuildDate = None
    generator.feedsvc.built = _last_updated(window)
    generator.feedsvc.namespaces = {"dc": DC}
    for entry in entries:
        _add_rss_item(generator, entry)
    _, document = generator._create_rss()
    return _to_bytes(document)


def _begin(feed: Feed) -> Any:
    """Make a generator with what Atom and RSS share."""
    generator = FeedGenerator()
    generator.register_extension("feedsvc", _FeedExtension, _EntryExtension)
    generator.feedsvc.feed = feed
    generator.title(feed.title)
    generator.language(feed.language)
    generator.generator("feedsvc", version=__version__)
    if feed.rights:
        generator.rights(feed.rights)
    return generator


def _add_atom_entry(generator: Any, feed: Feed, entry: Entry) -> None:
    article = entry.article
    added = generator.add_entry(order="append")
    added.feedsvc.entry = entry
    if article.language and article.language != feed.language:
        added.feedsvc.language = article.language
    added.id(entry.id)
    added.title(article.title)
    added.published(entry.published)
    added.updated(entry.updated)
    # A third of readers take no author from the feed: each entry has one.
    added.author([_to_dict(person) for person in article.authors or (feed.author,)])
    added.category([{"term": label, "label": label} for label in article.categories])
    if article.url:
        added.link(href=article.url, rel="alternate", type="text/html")
    if article.summary:
        added.summary(article.summary)
    if article.content and (feed.content == "full" or not article.url):
        added.content(article.content, type="html")


def _add_rss_item(generator: Any, entry: Entry) -> None:
    article, feed = entry.article, generator.feedsvc.feed
    added = generator.add_entry(order="append")
    added.feedsvc.entry = entry
    added.feedsvc.authors = article.authors or (feed.author,)
    added.title(article.title)
    added.guid(entry.id, permalink=entry.id == article.url)
    added.category([{"term": label, "label": label} for label in article.categories])
    if article.url:
        added.link(href=article.url, rel="alternate")
    if article.summary:
        # Readers take the description as HTML.
        added.description(html.escape(article.summary, quote=False))
    if article.content and feed.content == "full":
        added.content(article.content, type="html")


class _FeedExtension:
    """What feedgen leaves out of a feed. Made by feedgen without arguments, filled in after."""

    feed: Feed
    built: datetime
    namespaces: Mapping[str, str] = MappingProxyType({})

    def extend_ns(self) -> Mapping[str, str]:
        return self.namespaces

    def extend_atom(self, root: Any) -> Any:
        return root

    def extend_rss(self, root: Any) -> Any:
        channel = root[0]
        etree.SubElement(channel, "lastBuildDate").text = format_datetime(self.built)
        links = [("self", f"{self.feed.url}rss.xml", "application/rss+xml")]
        links += [("hub", hub, "") for hub in self.feed.hubs]
        for rel, href, media_type in links:
            link = etree.SubElement(channel, f"{{{ATOM}}}link", href=href, rel=rel)
            if media_type:
                link.set("type", media_type)
        return root


class _EntryExtension:
    """What feedgen leaves out of an entry, or writes wrong."""

    entry: Entry
    language: str | None = None
    authors: tuple[Person, ...] = ()

    def extend_atom(self, element: Any) -> Any:
        if self.language:
            element.set(LANG, self.language)
        # feedgen loses the rel and type of an entry's links.
        for link in element.findall("link"):
            link.set("rel", "alternate")
            link.set("type", "text/html")
        return element

    def extend_rss(self, element: Any) -> Any:
        etree.SubElement(element, "pubDate").text = format_datetime(self.entry.published)
        for person in self.authors:
            # RSS's own author must be an e-mail address.
            etree.SubElement(element, f"{{{DC}}}creator").text = person.name
        return element


def _last_updated(window: Window) -> datetime:
    """When the newest entry was updated; a feed without entries has an old date, and no clock."""
    return max((stamp.updated for stamp in window.stamps), default=datetime.fromtimestamp(0, UTC))


def _to_dict(person: Person) -> dict[str, str]:
    fields = {"name": person.name, "email": person.email, "uri": person.url}
    return {name: value for name, value in fields.items() if value}


def _to_bytes(document: Any) -> bytes:
    serialised: bytes = etree.tostring(
        document, encoding="UTF-8", xml_declaration=True, pretty_print=True
    )
    return serialised
