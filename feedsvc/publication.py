"""The publication: every public path, the document at each, and its bytes.

A document's version is the digest of all that goes into its bytes, so a version's bytes never
change, and nothing kept here is ever invalid. Planning reads no text; only `body` renders. The
bytes of media are kept nowhere: `open` opens their file.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from feedsvc.cache import Cache
from feedsvc.contents import Contents, PrivateContents
from feedsvc.encodings import Encoding, pack
from feedsvc.errors import IndexMissing, IndexUnusable, Superseded
from feedsvc.formats import FEED_FORMATS, FORMATS, identify_renderer
from feedsvc.index import Index
from feedsvc.media import open_public
from feedsvc.model import Document, Window
from feedsvc.paths import Place, read_path
from feedsvc.readers.media import tell_type
from feedsvc.rendering import Renderer
from feedsvc.settings import Settings
from feedsvc.terms import take_terms
from feedsvc.tokens import digest_token

__all__ = ["Publication", "make_document"]

T = TypeVar("T")

MOST_PLANS = 64
"""Documents whose plans are kept: those asked for last."""

ARCHIVE_AGE = 86_400
"""Seconds that an archive is good for: only edits change it."""

MEDIUM_AGE = 31_536_000
"""Seconds that a medium is good for: a year, the most that caches count with."""

STRIPES = 16
"""Documents that may be made at a time, by as many threads; who asks for the same one waits."""


class _Edition:
    """What documents are planned by: a revision of the index, and a value of the settings."""

    def __init__(self, settings: Settings, contents: Contents, revision: int) -> None:
        self.settings, self.contents, self.revision = settings, contents, revision


class Publication:
    """What is public of a folder. Safe to use from several threads.

    Where it is to `follow`, the settings are those that whoever ingests left in the index; those
    given say where things are. With a `token`, it is what is published to whoever has that.
    """

    def __init__(
        self,
        settings: Settings,
        index: Index,
        *,
        follow: bool = False,
        token: str = "",
        cache: Cache | None = None,
    ) -> None:
        self.index = index
        self._given, self._follow, self._token = settings, follow, token
        self._lock = threading.Lock()
        self._edition = self._open(settings, -1)
        self._plans: OrderedDict[str, tuple[int, Document]] = OrderedDict()
        self._shown: OrderedDict[str, Document] = OrderedDict()
        """The documents whose bytes were asked for last: a newer plan may have none yet."""
        self.cache = cache or Cache(settings.cache_mb * 1024 * 1024)
        """Bodies by their tags, and what they are made of."""
        self._renderer = Renderer(index, self.cache)
        self._making = [threading.Lock() for _ in range(STRIPES)]

    @property
    def settings(self) -> Settings:
        """The settings of the last edition that was asked for."""
        return self._edition.settings

    def renew(self) -> Settings:
        """Return the settings by now; while the index can't be asked, those of the last edition."""
        with suppress(IndexMissing, IndexUnusable):
            self._renew()
        return self.settings

    def enter(self, token: str) -> "Publication":
        """Return what is published to whoever has a token."""
        return Publication(
            self._given, self.index, follow=self._follow, token=token, cache=self.cache
        )

    def _open(self, settings: Settings, revision: int) -> _Edition:
        if self._token:
            contents: Contents = PrivateContents(settings, self.index, self._token)
        else:
            contents = Contents(settings, self.index)
        return _Edition(settings, contents, revision)

    @property
    def holds(self) -> bool:
        """Whether there is anything to go on with while the index can't be asked."""
        return bool(self._plans)

    def paths(self) -> Iterator[str]:
        """Yield every public path: what others link to first, the main page last."""
        return (document.path for document in self.documents())

    def documents(self) -> Iterator[Document]:
        """Plan every document, in the order of `paths`; without their dates."""
        edition = self._edition
        return (make_document(edition.settings, *found) for found in edition.contents.list_all())

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
                _keep(self._plans, path, (edition.revision, document))
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
        # A thread that still plans by the one before keeps its plans under that one's revision.
        edition = self._edition = self._open(settings, revision)
        return edition

    def _record(self, document: Document) -> Document:
        """Record a version that whoever ingested doesn't know, as its settings are others.

        Where the index can't be written just now, the document has no date for the moment.
        """
        try:
            self.record([document])
        except IndexUnusable:
            return document
        return self.date(document)

    def record(self, documents: Iterable[Document]) -> None:
        """Record the versions of documents, so that those that are new have a date."""
        now = int(datetime.now(UTC).timestamp())
        with self.index.transaction():
            for document in documents:
                self.index.record(self._address(document), document.version, now)

    def plan(self, path: str) -> Document | None:
        """Plan the document at `path` from the index as it is now, None where there is none."""
        return self._plan_at(self._edition, path)

    def _plan_at(self, edition: _Edition, path: str) -> Document | None:
        place = read_path(path)
        found = edition.contents.find(place) if place else None
        return self.date(make_document(edition.settings, *found)) if found else None

    def date(self, document: Document) -> Document:
        """Tell when a document's version was first seen, if it was recorded last."""
        edition = self.index.edition(self._address(document))
        if edition and edition[0] == document.version:
            return replace(document, modified=edition[1])
        return document

    def _address(self, document: Document) -> str:
        """Return what the index knows a document by; a token is no business of its."""
        if self._token:
            return f"{digest_token(self._token)}{document.path}"
        return document.window.feed.address(document.path)

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
        with self._lock:
            _keep(self._shown, document.path, document)
        return body

    def _make(self, document: Document, encoding: Encoding) -> bytes:
        if encoding == "identity":
            return self.render(document)
        # Few ask for what is packed as it is, and fragments are kept: that isn't.
        body = self.cache.get(document.tag("identity")) or self.render(document)
        return pack(body, encoding, archived=document.window.closed)

    def render(self, document: Document) -> bytes:
        """Return a document's bytes, for who needs them once; raises Superseded as `body`."""
        return self._renderer.render(document)

    def open(self, document: Document) -> FileIO:
        """Open the file of a document that is a medium, for the caller to read and close.

        Raises Superseded where it isn't there any more.
        """
        file = open_public(self._given, self.index, document.path.rpartition("/")[2])
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
                self.index.record(self._address(document), document.version, int(now.timestamp()))


def _keep(plans: OrderedDict[str, T], path: str, plan: T) -> None:
    """Keep a plan, as long as it is one of those that were asked for last."""
    plans[path] = plan
    plans.move_to_end(path)
    if len(plans) > MOST_PLANS:
        plans.popitem(last=False)


def make_document(settings: Settings, place: Place, window: Window) -> Document:
    """Make the document of a place and all that it is made of but the text; not dated yet."""
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
    if settings.media_type == "browser" and media_type.endswith("+xml"):
        media_type = "application/xml"
    return Document(
        path=place.path,
        format=format.name,
        media_type=media_type,
        version=version,
        modified=None,
        max_age=ARCHIVE_AGE if window.closed else settings.poll_minutes * 60,
        window=window,
    )
