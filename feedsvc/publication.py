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
from feedsvc.errors import IndexMissing, IndexUnusable, Superseded
from feedsvc.formats import FEED_FORMATS, FORMATS, identify_renderer
from feedsvc.index import Index
from feedsvc.media import open_public
from feedsvc.model import Document, Entry, Window
from feedsvc.paths import Place, read_path
from feedsvc.readers.media import tell_type
from feedsvc.settings import Settings
from feedsvc.terms import take_terms

__all__ = ["Encoding", "Publication", "locate"]

Encoding: TypeAlias = Literal["identity", "gzip"]

MOST_PLANS = 256
"""Documents whose plans are kept: those asked for last."""

ARCHIVE_AGE = 86_400
"""Seconds that an archive is good for: only edits change it."""

MEDIUM_AGE = 31_536_000
"""Seconds that a medium is good for: a year, the most that caches count with."""


GZIP_LEVEL = 5
"""A little larger than at 6, in less than half the time: the first to ask waits for it."""


class _Edition:
    """What documents are planned by: a revision of the index, and a value of the settings."""

    def __init__(self, settings: Settings, index: Index, revision: int) -> None:
        self.settings, self.revision = settings, revision
        self.contents = Contents(settings, index)


class Publication:
    """What is public of a folder. Safe to use from several threads.

    Where it is to `follow`, the settings are those that whoever ingests left in the index; those
    given say where things are.
    """

    def __init__(self, settings: Settings, index: Index, *, follow: bool = False) -> None:
        self.index = index
        self._given, self._follow = settings, follow
        self._lock = threading.RLock()
        self._edition = _Edition(settings, index, -1)
        self._plans: OrderedDict[str, tuple[int, Document]] = OrderedDict()
        self._shown: OrderedDict[str, Document] = OrderedDict()
        """The documents whose bytes were asked for last: a newer plan may have none yet."""
        self._bodies = _Bodies(settings.cache_mb * 1024 * 1024)

    @property
    def settings(self) -> Settings:
        """The settings of the last edition that was asked for."""
        return self._edition.settings

    @property
    def holds(self) -> bool:
        """Whether there is anything to go on with while the index can't be asked."""
        return bool(self._plans)

    def paths(self) -> Iterator[str]:
        """Yield every public path: what others link to first, the main page last."""
        return (document.path for document in self.documents())

    def documents(self) -> Iterator[Document]:
        """Plan every document, in the order of `paths`."""
        edition = self._edition
        found = edition.contents.list_all()
        return (self._plan(edition.settings, place, window) for place, window in found)

    def document(self, path: str) -> Document | None:
        """Plan the document at `path`, None where there is none; record a version that is new.

        While the index can't be asked, one that was planned before holds. Raises IndexMissing
        before the first ingest, and the index's other errors.
        """
        if read_path(path) is None:
            return None
        try:
            return self._find(path)
        except (IndexMissing, IndexUnusable):
            with self._lock:
                if held := self._shown.get(path) or self._plans.get(path, (0, None))[1]:
                    return held
            raise

    def _find(self, path: str) -> Document | None:
        edition = self._renew()
        with self._lock:
            planned, known = self._plans.get(path, (-1, None))
            if planned == edition.revision:
                self._plans.move_to_end(path)
                return known
        document = self._plan_at(edition, path)
        if document and document.modified is None:
            document = self._record(document)
        with self._lock:
            self._plans.pop(path, None)
            if document is None:
                self._shown.pop(path, None)
            elif document.modified:
                self._plans[path] = edition.revision, document
                if len(self._plans) > MOST_PLANS:
                    self._plans.popitem(last=False)
        return document

    def _renew(self) -> _Edition:
        """Return the edition of the index's revision, a new one where that has changed."""
        revision = self.index.revision()
        edition = self._edition
        if revision == edition.revision:
            return edition
        settings = self._given
        if self._follow:
            settings = take_terms(settings, self.index.settings())
        # A thread that still plans by the one before keeps its plans there.
        edition = self._edition = _Edition(settings, self.index, revision)
        return edition

    def _record(self, document: Document) -> Document:
        """Record a version that whoever ingested doesn't know, as its settings are others.

        Where the index can't be written just now, the document has no date for the moment.
        """
        now = int(datetime.now(UTC).timestamp())
        address = locate(document.window, document.path)
        try:
            with self.index.transaction():
                self.index.record(address, document.version, now)
        except IndexUnusable:
            return document
        modified = self._date(document.window, document.path, document.version)
        return replace(document, modified=modified)

    def plan(self, path: str) -> Document | None:
        """Plan the document at `path` from the index as it is now, None where there is none."""
        return self._plan_at(self._edition, path)

    def _plan_at(self, edition: _Edition, path: str) -> Document | None:
        place = read_path(path)
        found = edition.contents.find(place) if place else None
        return self._plan(edition.settings, *found) if found else None

    def _plan(self, settings: Settings, place: Place, window: Window) -> Document:
        if place.format == "media":
            version = place.slug.partition(".")[0]
            return Document(
                path=place.path,
                format=place.format,
                media_type=tell_type(place.slug),
                version=version,
                modified=self._date(window, place.path, version),
                max_age=MEDIUM_AGE,
                window=window,
            )
        format = FORMATS[place.format]
        inputs = msgspec.msgpack.encode((place.path, identify_renderer(format.name), window))
        version = hashlib.blake2b(inputs, digest_size=16).hexdigest()
        media_type = format.media_type
        if settings.media_type == "browser" and media_type.endswith("+xml"):
            media_type = "application/xml"
        return Document(
            path=place.path,
            format=format.name,
            media_type=media_type,
            version=version,
            modified=self._date(window, place.path, version),
            max_age=ARCHIVE_AGE if window.closed else settings.poll_minutes * 60,
            window=window,
        )

    def _date(self, window: Window, path: str, version: str) -> datetime | None:
        """Return when a version was first seen, None where another was recorded last, or none."""
        edition = self.index.edition(locate(window, path))
        return edition[1] if edition and edition[0] == version else None

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
            self._shown[document.path] = document
            self._shown.move_to_end(document.path)
            if len(self._shown) > MOST_PLANS:
                self._shown.popitem(last=False)
            return body

    def open(self, document: Document) -> FileIO:
        """Open the file of a document that is a medium, for the caller to read and close.

        Raises Superseded where it isn't there any more.
        """
        file = open_public(self._given, self.index, document.path.rpartition("/")[2])
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
            page = Place("entry", slug=stamp.slug).path
            url = article.url or locate(document.window, page)
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
                address = locate(document.window, document.path)
                self.index.record(address, document.version, int(now.timestamp()))


def locate(window: Window, path: str) -> str:
    """Return the absolute URL of a path, by the settings that the window was planned with."""
    return window.feed.root + quote(path.removeprefix("/"))


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
