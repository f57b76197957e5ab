"""Whether a document is valid, by those who know: a schema, feedparser, parsers, the rules."""

from functools import cache

import feedparser
import listparser
from justhtml import JustHTML
from lxml import etree

from tests.conftest import SHARED
from tests.jsonfeed_rules import check_feed

__all__ = ["check_document"]

RNG = SHARED / "schemas" / "atom-rfc4287.rng"


@cache
def schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(RNG))


def check_document(path: str, body: bytes) -> None:
    """Fail where the document at a path isn't valid; the schema only where it is at hand."""
    name = path.rpartition("/")[2]
    if name in ("atom.xml", "rss.xml"):
        parsed = feedparser.parse(body)
        assert not parsed.bozo, (path, parsed.bozo_exception)
        root = etree.fromstring(body, etree.XMLParser(huge_tree=True))
        items = root.findall("{*}entry") if name == "atom.xml" else root.findall("channel/item")
        assert len(parsed.entries) == len(items), path
        if name == "atom.xml" and RNG.exists():
            schema().assertValid(root.getroottree())
        assert all(item.findtext("{*}title") for item in items), path
    elif name == "feed.json":
        assert check_feed(body) == [], path
    elif name == "feeds.opml":
        assert listparser.parse(body).bozo == 0, path
    elif name == "feed.css":
        assert body.decode().count("{") == body.decode().count("}"), path
    else:
        JustHTML(body.decode(), strict=True)
