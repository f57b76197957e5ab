"""The publication: every public path, the document at each, and its bytes.

A document's version is the digest of all that goes into its bytes, so a version's bytes never
change, and nothing kept here is ever invalid. Planning reads no text; only `body` renders. The
bytes of media are kept nowhere: `open` opens their file.
"""

import gzip
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

from feedsvc.contents import Contents
from feedsvc.errors import IndexUnusable, Superseded
from feedsvc.formats import FEED_FORMATS, FORMATS, identify_renderer
from feedsvc.index import Index
from feedsvc.media import open_public
from feedsvc.model import Document, Entry, Window
from feedsvc.paths import Place, read_path
from feedsvc.readers.media import tell_type
from feedsvc.settings import Settings

__all__ = ["Encoding", "Publication"]

Encoding: TypeAlias = Literal["identity", "gzip"]

MOST_PLANS = 256
"""Documents whose plans are kept: those asked for last."""

ARCHIVE_AGE = 86_400
"""Seconds that an archive is good for: only edits change it."""

MEDIUM_AGE = 31_536_000
"""Seconds that a medium is good for: a year, the most that caches count with."""


GZIP_LEVEL = 5
"""A little larger than at 6, in less than half the time: the first to ask waits for it."""


class Publication:
    """What is public of a folder. Safe to use from several threads."""

    def __init__(self, settings: Settings, index: Index) -> None:
        self.settings, self.index = settings, index
        self._contents = Contents(settings, index)
        self._lock = threading.RLock()
        self._plans: OrderedDict[str, tuple[int, Document]] = OrderedDict()
        self._bodies = _Bodies(settings.cache_mb * 1024 * 1024)

    def paths(self) -> Iterator[str]:
        """Yield every public path: what others link to first, the main page last."""
        return (document.path for document in self.documents())

    def documents(self) -> Iterator[Document]:
        """Plan every document, in the order of `paths`."""
        return (self._plan(place, window) for place, window in self._contents.list_all())

    def document(self, path: str) -> Document | None:
        """Plan the document at `path`, None where there is none; record a version that is new.

        While the index can't be used, one that was planned before holds. Raises IndexMissing
        before the first ingest, and the index's other errors.
        """
        if read_path(path) is None:
            return None
        try:
            return self._find(path)
        except IndexUnusable:
            if held := self._plans.get(path):
                return held[1]
            raise

    def _find(self, path: str) -> Document | None:
        revision = self.index.revision()
        with self._lock:
            planned, known = self._plans.get(path, (-1, None))
            if planned == revision:
                self._plans.move_to_end(path)
                return known
        document = self.plan(path)
        if document and document.modified is None:
            document = self._record(document)
        with self._lock:
            self._plans.pop(path, None)
            if document and document.modified:
                self._plans[path] = revision, document
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
        return replace(document, modified=self._date(document.path, document.version))

    def plan(self, path: str) -> Document | None:
        """Plan the document at `path` from the index as it is now, None where there is none."""
        place = read_path(path)
        found = self._contents.find(place) if place else None
        return self._plan(*found) if found else None

    def _plan(self, place: Place, window: Window) -> Document:
        if place.format == "media":
            version = place.slug.partition(".")[0]
            return Document(
                path=place.path,
                format=place.format,
                media_type=tell_type(place.slug),
                version=version,
                modified=self._date(place.path, version),
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
            modified=self._date(place.path, version),
            max_age=ARCHIVE_AGE if window.closed else self.settings.poll_minutes * 60,
            window=window,
        )

    def _date(self, path: str, version: str) -> datetime | None:
        """Return when a version was first seen, None where another was recorded last, or none."""
        edition = self.index.edition(self.address(path))
        return edition[1] if edition and edition[0] == version else None

    def address(self, path: str) -> str:
        """Return the absolute URL of a path."""
        return self.settings.url + quote(path.removeprefix("/"))

    def body(self, document: Document, encoding: Encoding = "identity") -> bytes:
        """Return a document's bytes, made once per version and encoding.

        Raises Superseded where the text it was planned from is gone.
        """
        with self._lock:
            body = self._bodies.get((document.version, encoding))
            if body is None:
                if encoding == "gzip":
                    body = gzip.compress(self.body(document), GZIP_LEVEL, mtime=0)
                else:
                    body = self._render(document)
                self._bodies.put((document.version, encoding), body)
            return body

    def open(self, document: Document) -> FileIO:
        """Open the file of a document that is a medium, for the caller to read and close.

        Raises Superseded where it isn't there any more.
        """
        file = open_public(self.settings, self.index, document.path.rpartition("/")[2])
        if file is None:
            raise Superseded(document.path, "superseded", "no file has these bytes any more")
        return file

    def _render(self, document: Document) -> bytes:
        stamps = document.window.stamps
        articles = self.index.articles([stamp.digest for stamp in stamps])
        if any(stamp.digest not in articles for stamp in stamps):
            raise Superseded(document.path, "superseded", f"version {document.version}")
        entries = []
        for stamp in stamps:
            article = articles[stamp.digest]
            url = article.url or self.address(Place("entry", slug=stamp.slug).path)
            entries.append(Entry(stamp.id, stamp.published, stamp.updated, url, article))
        return FORMATS[document.format].render(document.window, entries)

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


class _Bodies:
    """Bytes by version and encoding, the most recently used within a budget."""

    def __init__(self, budget: int) -> None:
        self._budget, self._size = budget, 0
        self._bodies: OrderedDict[tuple[str, Encoding], bytes] = OrderedDict()

    def get(self, key: tuple[str, Encoding]) -> bytes | None:
        body = self._bodies.get(key)
        if body is not None:
            self._bodies.move_to_end(key)
        return body

    def put(self, key: tuple[str, Encoding], body: bytes) -> None:
        self._bodies[key] = body
        self._size += len(body)
        while self._size > self._budget and len(self._bodies) > 1:
            _, dropped = self._bodies.popitem(last=False)
            self._size -= len(dropped)
