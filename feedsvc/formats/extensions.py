"""What feedgen leaves out of Atom and RSS, or writes wrong: its two extensions.

feedgen makes them without arguments; their attributes are set before it asks for anything.
Children of Atom elements have bare names, as feedgen writes them; all others a namespace.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any

from lxml import etree

from feedsvc.model import Enclosure, Entry, Person

__all__ = ["EntryExtension", "FeedExtension"]

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
HISTORY = "http://purl.org/syndication/history/1.0"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MEDIA = "http://search.yahoo.com/mrss/"
MEDIUMS = ("image", "audio", "video")
"""Media types' first halves that Media RSS has a word for, which is the same."""


class FeedExtension:
    """What is missing of a feed.

    `built` is RSS's date; `links` are rel, address, media type; `history` names the elements
    that say what kind of document it is (RFC 5005, sections 2 and 4).
    """

    history: Iterable[str] = ()
    links: Iterable[tuple[str, str, str]] = ()
    built: datetime
    namespaces: Mapping[str, str] = MappingProxyType({"fh": HISTORY, "media": MEDIA})

    def extend_ns(self) -> Mapping[str, str]:
        return self.namespaces

    def extend_atom(self, root: Any) -> Any:
        self._mark_history(root)
        return root

    def extend_rss(self, root: Any) -> Any:
        channel = root[0]
        etree.SubElement(channel, "lastBuildDate").text = format_datetime(self.built)
        for rel, href, media_type in self.links:
            link = etree.SubElement(channel, f"{{{ATOM}}}link", href=href, rel=rel)
            if media_type:
                link.set("type", media_type)
        self._mark_history(channel)
        return root

    def _mark_history(self, parent: Any) -> None:
        for name in self.history:
            etree.SubElement(parent, f"{{{HISTORY}}}{name}")


class EntryExtension:
    """What is missing of an entry. `language` is for Atom, `authors` for RSS.

    `summary_and_content` is whether the entry has both.
    """

    entry: Entry
    summary_and_content: bool = False
    language: str | None = None
    authors: tuple[Person, ...] = ()

    def extend_atom(self, element: Any) -> Any:
        if self.language:
            element.set(LANG, self.language)
        # feedgen loses the rel and type of an entry's links.
        alternate = element.find("link")
        alternate.set("rel", "alternate")
        alternate.set("type", "text/html")
        for file in self.entry.article.enclosures:
            link = etree.SubElement(element, "link", rel="enclosure", href=file.url, type=file.type)
            if file.length:
                link.set("length", str(file.length))
            if file.title:
                link.set("title", file.title)
        self._add_picture(element)
        return element

    def extend_rss(self, element: Any) -> Any:
        etree.SubElement(element, "pubDate").text = format_datetime(self.entry.published)
        for person in self.authors:
            # RSS's own author must be an e-mail address.
            etree.SubElement(element, f"{{{DC}}}creator").text = person.name
        self._add_picture(element)
        # RSS has one enclosure, which feedgen writes.
        for file in self.entry.article.enclosures[1:]:
            _add_file(element, file)
        return element

    def _add_picture(self, element: Any) -> None:
        picture = self.entry.article.image
        if not picture:
            return
        etree.SubElement(element, f"{{{MEDIA}}}thumbnail", url=picture.url)
        content = etree.SubElement(element, f"{{{MEDIA}}}content", url=picture.url, medium="image")
        if picture.type:
            content.set("type", picture.type)
        # feedparser takes it for the entry's own text where that has only one of the two.
        if picture.alt and self.summary_and_content:
            _add_text(content, "description", picture.alt)


def _add_file(element: Any, file: Enclosure) -> None:
    content = etree.SubElement(element, f"{{{MEDIA}}}content", url=file.url, type=file.type)
    medium = file.type.partition("/")[0]
    if medium in MEDIUMS:
        content.set("medium", medium)
    if file.length:
        content.set("fileSize", str(file.length))
    if file.title:
        _add_text(content, "title", file.title)


def _add_text(content: Any, name: str, text: str) -> None:
    etree.SubElement(content, f"{{{MEDIA}}}{name}", type="plain").text = text
