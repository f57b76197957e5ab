"""Rendering: a planned document to its bytes.

An entry is written once for each format and kept by what it is made of; a document is a frame
around such fragments. Text is fetched by digest, and only for what has to be written.
"""

import hashlib
import re
from collections.abc import Sequence
from html import escape

import msgspec
from msgspec.structs import replace

from feedsvc.cache import Cache
from feedsvc.errors import Superseded
from feedsvc.formats import FORMATS, Spliced, identify_renderer
from feedsvc.index import Index
from feedsvc.model import Article, Document, Entry, Feed, Stamp
from feedsvc.paths import Place

__all__ = ["Renderer"]

BATCH = 25
"""Entries that are written at once: more take more memory, and no less time."""

MOST_RECENT = 1 << 20
"""Characters of text that are kept for the next format of a window."""

_WITHIN = re.compile('(<a(?: [^>]*)? href=")#')


class Renderer:
    """Makes documents, and keeps their fragments in `cache`. Safe to use from several threads."""

    def __init__(self, index: Index, cache: Cache) -> None:
        self._index, self._cache = index, cache
        # Documents of one window are mostly asked for one after another.
        self._recent: dict[str, Article] = {}

    def render(self, document: Document) -> bytes:
        """Make a document's bytes, which are always the same.

        Raises Superseded where the text it was planned from is gone.
        """
        format, window = FORMATS[document.format], document.window
        if isinstance(format, Spliced):
            fragments = self._find_fragments(document, format)
            return format.frame(window).splice(fragments)
        return format.render(window, self._load(document, window.stamps))

    def _find_fragments(self, document: Document, format: Spliced) -> list[bytes]:
        stamps, scope = document.window.stamps, document.window.feed.scope
        known = scope if format.by_language else replace(scope, language="")
        maker = msgspec.msgpack.encode((identify_renderer(format.name), known))
        keys = [_identify(maker, stamp) for stamp in stamps]
        found: dict[bytes, bytes] = {}
        for key in keys:
            if fragment := self._cache.get(key):
                found[key] = fragment
        missing = [number for number, key in enumerate(keys) if key not in found]
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            entries = self._load(document, [stamps[number] for number in batch])
            for number, fragment in zip(batch, format.write(scope, entries), strict=True):
                found[keys[number]] = fragment
                self._cache.put(keys[number], fragment)
        return [found[key] for key in keys]

    def _load(self, document: Document, stamps: Sequence[Stamp]) -> list[Entry]:
        """Give entries their text."""
        recent = self._recent
        if any(stamp.digest not in recent for stamp in stamps):
            recent = self._index.articles([stamp.digest for stamp in stamps])
            size = sum(len(article.content) for article in recent.values())
            self._recent = recent if size <= MOST_RECENT else {}
        if any(stamp.digest not in recent for stamp in stamps):
            raise Superseded(document.path, "superseded", f"version {document.version}")
        feed = document.window.feed
        return [_make_entry(feed, stamp, recent[stamp.digest]) for stamp in stamps]


def _make_entry(feed: Feed, stamp: Stamp, article: Article) -> Entry:
    url = article.url or feed.address(Place("entry", slug=stamp.slug).path)
    if article.url is None and '="#' in article.content:
        article = replace(article, content=_point_within(article.content, url))
    return Entry(stamp.id, stamp.published, stamp.updated, url, article)


def _point_within(content: str, url: str) -> str:
    """Make the links within an article absolute, now that its page is known.

    Readers show many articles in one page, where `#fn1` would be another's.
    """
    return _WITHIN.sub(lambda link: f"{link[1]}{escape(url)}#", content)


def _identify(maker: bytes, stamp: Stamp) -> bytes:
    """Return the digest of all that goes into a fragment."""
    digest = hashlib.blake2b(maker, digest_size=16)
    digest.update(msgspec.msgpack.encode(stamp))
    return digest.digest()
