"""The publication: every public path, the document at each, and its bytes.

A document's version is the digest of all that goes into its bytes, so a version's bytes never
change, and nothing kept here is ever invalid. Planning reads no text; only `body` renders. The
bytes of media are kept nowhere: `open` opens their file.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from io import FileIO
from typing import Literal, TypeAlias
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from feedsvc.cache import Cache
from feedsvc.contents import Contents
from feedsvc.errors import IndexUnusable, Superseded
from feedsvc.formats import FEED_FORMATS, FORMATS, identify_renderer
from feedsvc.index import Index
from feedsvc.media import open_public
from feedsvc.model import Document, Window
from feedsvc.paths import Place, read_path
from feedsvc.readers.media import tell_type
from feedsvc.rendering import Renderer, pack
from feedsvc.settings import Settings

__all__ = ["Encoding", "Publication"]

Encoding: TypeAlias = Literal["identity", "gzip"]

MOST_PLANS = 64
"""Documents whose plans are kept: those asked for last."""

ARCHIVE_AGE = 86_400
"""Seconds that an archive is good for: only edits change it."""

MEDIUM_AGE = 31_536_000
"""Seconds that a medium is good for: a year, the most that caches count with."""

STRIPES = 16
"""Documents that may be made at a time, by as many threads; who asks for the same one waits."""


class Publication:
    """What is public of a folder. Safe to use from several threads.

    `cache` keeps bodies by their tags, and what they are made of.
    """

    def __init__(self, settings: Settings, index: Index) -> None:
        self.settings, self.index = settings, index
        self.cache = Cache(settings.cache_mb * 1024 * 1024)
        self._renderer = Renderer(settings.url, index, self.cache)
        self._contents = Contents(settings, index)
        self._lock = threading.Lock()
        self._making = [threading.Lock() for _ in range(STRIPES)]
        self._revision = -1
        self._plans: OrderedDict[str, Document] = OrderedDict()

    def paths(self) -> Iterator[str]:
        """Yield every public path: what others link to first, the main page last."""
        return (document.path for document in self.documents())

    def documents(self) -> Iterator[Document]:
        """Plan every document, in the order of `paths`; without their dates."""
        return (self._describe(*found) for found in self._contents.list_all())

    def document(self, path: str) -> Document | None:
        """Plan the document at `path`, None where there is none; record a version that is new.

        Raises IndexMissing before the first ingest, and the index's other errors.
        """
        if read_path(path) is None:
            return None
        revision = self.index.revision()
        with self._lock:
            if revision != self._revision:
                self._plans, self._revision = OrderedDict(), revision
            known = self._plans.get(path)
            if known:
                self._plans.move_to_end(path)
                return known
        document = self.plan(path)
        if document and document.modified is None:
            document = self._record(document)
        if document and document.modified:
            with self._lock:
                if revision == self._revision:
                    self._plans[path] = document
                    if len(self._plans) > MOST_PLANS:
                        self._plans.popitem(last=False)
        return document

    def _record(self, document: Document) -> Document:
        """Record a version that whoever ingested doesn't know, as its settings are others.

        Where the index can't be written just now, the document has no date for the moment.
        """
        now = int(datetime.now(UTC).timestamp())
        try:
            with self.index.transaction():
                self.index.record(self.address(document.path), document.version, now)
        except IndexUnusable:
            return document
        return self._date(document)

    def plan(self, path: str) -> Document | None:
        """Plan the document at `path` from the index as it is now, None where there is none."""
        place = read_path(path)
        found = self._contents.find(place) if place else None
        return self._date(self._describe(*found)) if found else None

    def _describe(self, place: Place, window: Window) -> Document:
        """Describe a document that isn't dated yet."""
        if place.format == "media":
            return Document(
                path=place.path,
                format=place.format,
                media_type=tell_type(place.slug),
                version=place.slug.partition(".")[0],
                modified=None,
                max_age=MEDIUM_AGE,
                window=window,
            )
        format = FORMATS[place.format]
        inputs = msgspec.msgpack.encode((place.path, identify_renderer(format.name), window))
        version = hashlib.blake2b(inputs, digest_size=16).hexdigest()
        media_type = format.media_type
        if self.settings.media_type == "browser" and media_type.endswith("+xml"):
            media_type = "application/xml"
        return Document(
            path=place.path,
            format=format.name,
            media_type=media_type,
            version=version,
            modified=None,
            max_age=ARCHIVE_AGE if window.closed else self.settings.poll_minutes * 60,
            window=window,
        )

    def _date(self, document: Document) -> Document:
        """Tell when a document's version was first seen, if it was recorded last."""
        edition = self.index.edition(self.address(document.path))
        if edition and edition[0] == document.version:
            return replace(document, modified=edition[1])
        return document

    def address(self, path: str) -> str:
        """Return the absolute URL of a path."""
        return self.settings.url + quote(path.removeprefix("/"))

    def body(self, document: Document, encoding: Encoding = "identity") -> bytes:
        """Return a document's bytes, made once per version and encoding.

        Raises Superseded where the text it was planned from is gone.
        """
        tag = document.tag(encoding)
        body = self.cache.get(tag)
        if body is None:
            with self._making[hash(tag) % STRIPES]:
                body = self.cache.get(tag)
                if body is None:
                    body = self._make(document, encoding)
                    self.cache.put(tag, body)
        return body

    def _make(self, document: Document, encoding: Encoding) -> bytes:
        if encoding == "identity":
            return self.render(document)
        # Few ask for what is packed as it is, and fragments are kept: that isn't.
        body = self.cache.get(document.tag("identity")) or self.render(document)
        return pack(document, body)

    def render(self, document: Document) -> bytes:
        """Return a document's bytes, for who needs them once; raises Superseded as `body`."""
        return self._renderer.render(document)

    def open(self, document: Document) -> FileIO:
        """Open the file of a document that is a medium, for the caller to read and close.

        Raises Superseded where it isn't there any more.
        """
        file = open_public(self.settings, self.index, document.path.rpartition("/")[2])
        if file is None:
            raise Superseded(document.path, "superseded", "no file has these bytes any more")
        return file

    def settle(self, now: datetime) -> None:
        """Record the version of each main document, so that all processes tell one Last-Modified.

        To be called after each ingest; renders nothing. Those of the others are recorded when
        they are first asked for.
        """
        with self.index.transaction():
            paths = (Place(format).path for format in ("css", "opml", *FEED_FORMATS))
            for document in filter(None, map(self.plan, paths)):
                address = self.address(document.path)
                self.index.record(address, document.version, int(now.timestamp()))
