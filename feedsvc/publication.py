"""The publication: every public path, the document at each, and its bytes.

A document's version is the digest of all that goes into its bytes, so a version's bytes never
change, and nothing kept here is ever invalid. Planning reads no text; only `body` renders.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from feedsvc import feeds
from feedsvc.errors import IndexUnusable, Superseded
from feedsvc.formats import FORMATS, identify_renderer
from feedsvc.index import Index
from feedsvc.model import Document, Entry, Window
from feedsvc.settings import Settings

__all__ = ["Encoding", "Publication"]

Encoding: TypeAlias = Literal["identity", "gzip"]


class Publication:
    """What is public of a folder. Safe to use from several threads."""

    def __init__(self, settings: Settings, index: Index) -> None:
        self.settings, self.index = settings, index
        self._formats = {
            "/" if known.name == "page" else f"/{known.filename}": known
            for known in FORMATS.values()
        }
        self._lock = threading.RLock()
        self._revision = -1
        self._documents: dict[str, Document] = {}
        self._bodies = _Bodies(settings.cache_mb * 1024 * 1024)

    def paths(self) -> tuple[str, ...]:
        """Every public path: the documents first, the pages that link to them last."""
        return tuple(sorted(self._formats, reverse=True))

    def document(self, path: str) -> Document | None:
        """Plan the document at `path`, None where there is none.

        Raises IndexMissing before the first ingest, and the index's other errors.
        """
        if path.endswith("/index.html"):  # as a static host has it
            path = path.removesuffix("index.html")
        if path not in self._formats:
            return None
        revision = self.index.revision()
        with self._lock:
            if revision != self._revision:
                self._documents, self._revision = {}, revision
            known = self._documents.get(path)
        if known:
            return known
        document = self._plan(path, feeds.newest(self.index, self.settings))
        if document.modified is None:
            document = self._record(document)
        if document.modified:
            with self._lock:
                if revision == self._revision:
                    self._documents[path] = document
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

    def documents(self) -> list[Document]:
        """Plan every document, in the order of `paths`, from one look at the index."""
        window = feeds.newest(self.index, self.settings)
        return [self._plan(path, window) for path in self.paths()]

    def _plan(self, path: str, window: Window) -> Document:
        format = self._formats[path]
        inputs = msgspec.msgpack.encode((path, identify_renderer(format.name), window))
        version = hashlib.blake2b(inputs, digest_size=16).hexdigest()
        media_type = format.media_type
        if self.settings.media_type == "browser" and media_type.endswith("+xml"):
            media_type = "application/xml"
        return Document(
            path=path,
            format=format.name,
            media_type=media_type,
            version=version,
            modified=self._date(path, version),
            max_age=self.settings.poll_minutes * 60,
            window=window,
        )

    def _date(self, path: str, version: str) -> datetime | None:
        """Return when a version was first seen, None where another was recorded last, or none."""
        edition = self.index.edition(self.address(path))
        return edition[1] if edition and edition[0] == version else None

    def address(self, path: str) -> str:
        """Return the absolute URL of a path."""
        return self.settings.url + path.removeprefix("/")

    def body(self, document: Document, encoding: Encoding = "identity") -> bytes:
        """Return a document's bytes, made once per version and encoding.

        Raises Superseded where the text it was planned from is gone.
        """
        with self._lock:
            body = self._bodies.get((document.version, encoding))
            if body is None:
                if encoding == "gzip":
                    body = gzip.compress(self.body(document), 6, mtime=0)
                else:
                    body = self._render(document)
                self._bodies.put((document.version, encoding), body)
            return body

    def _render(self, document: Document) -> bytes:
        stamps = document.window.stamps
        articles = self.index.articles([stamp.digest for stamp in stamps])
        if any(stamp.digest not in articles for stamp in stamps):
            raise Superseded(document.path, "superseded", f"version {document.version}")
        entries = [
            Entry(stamp.id, stamp.published, stamp.updated, articles[stamp.digest].url or '', articles[stamp.digest])
            for stamp in stamps
        ]
        return FORMATS[document.format].render(document.window, entries)

    def settle(self, now: datetime) -> None:
        """Record the version of each document, so that all processes tell one Last-Modified.

        To be called after each ingest; renders nothing.
        """
        with self.index.transaction():
            for document in self.documents():
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
