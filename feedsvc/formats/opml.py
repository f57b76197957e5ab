"""OPML 2.0 (http://opml.org/spec2.opml): the list of all feeds, for import into a reader.

A flat sequence of outlines, as the specification advises; each leads to a feed in Atom.
"""

from collections.abc import Sequence

from lxml import etree

from feedsvc.model import Entry, Window

__all__ = ["render_opml"]

SPECIFICATION = "http://opml.org/spec2.opml"


def render_opml(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render the list of the feeds in a window's guide; the entries are of no account."""
    feed = window.feed
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    for name, text in (
        ("title", feed.title),
        ("ownerName", feed.author.name),
        ("ownerEmail", feed.author.email),
        ("ownerId", feed.author.url),
        ("docs", SPECIFICATION),
    ):
        if text:
            etree.SubElement(head, name).text = text
    body = etree.SubElement(root, "body")
    for link in window.guide.feeds:
        outline = etree.SubElement(body, "outline", type="rss", text=link.title, title=link.title)
        outline.set("xmlUrl", f"{link.url}atom.xml")
        outline.set("htmlUrl", link.url)
        outline.set("language", link.language)
    serialised: bytes = etree.tostring(
        root, encoding="UTF-8", xml_declaration=True, pretty_print=True
    )
    return serialised
