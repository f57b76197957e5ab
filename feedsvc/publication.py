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

from feedsvc.errors import IndexUnusable, Superseded
from feedsvc.feeds import describe_feed, has_archives, link_main, list_feeds, list_links
from feedsvc.formats import FEED_FORMATS, FORMATS, identify_renderer
from feedsvc.index import MAIN, Index
from feedsvc.media import is_public, open_public
from feedsvc.model import Document, Entry, Feed, Guide, Window
from feedsvc.paths import Place, read_path
from feedsvc.readers.media import tell_type
from feedsvc.settings import Settings
from feedsvc.windows import Windows

__all__ = ["Encoding", "Publication"]

Encoding: TypeAlias = Literal["identity", "gzip"]

MOST_PLANS = 256
"""Documents whose plans are kept: those asked for last."""

BATCH = 1000
"""Names of pages that are read at once."""

ARCHIVE_AGE = 86_400
"""Seconds that an archive is good for: only edits change it."""

MEDIUM_AGE = 31_536_000
"""Seconds that a medium is good for: a year, the most that caches count with."""


class Publication:
    """What is public of a folder. Safe to use from several threads."""

    def __init__(self, settings: Settings, index: Index) -> None:
        self.settings, self.index = settings, index
        self._lock = threading.RLock()
        self._revision = -1
        self._plans: OrderedDict[str, Document] = OrderedDict()
        self._bodies = _Bodies(settings.cache_mb * 1024 * 1024)

    def paths(self) -> Iterator[str]:
        """Yield every public path: what others link to first, the main page last."""
        return (document.path for document in self.documents())

    def documents(self) -> Iterator[Document]:
        """Plan every document, in the order of `paths`."""
        after = ""
        while names := self.index.media_names(after, BATCH):
            for name in names:
                yield from self._plan_found(Place("media", slug=name))
            after = names[-1]
        yield from self._plan_found(Place("css"))
        after = ""
        while slugs := self.index.slugs(after, BATCH):
            for slug in slugs:
                yield from self._plan_found(Place("entry", slug=slug))
            after = slugs[-1]
        for feed in list_feeds(self.settings, self.index):
            if feed.path == MAIN:
                yield from self._plan_found(Place("opml"))
            yield from self._plan_feed(feed)

    def _plan_found(self, place: Place) -> Iterator[Document]:
        window = self._find_window(place)
        if window:
            yield self._plan(place, window)

    def _plan_feed(self, feed: Feed) -> Iterator[Document]:
        """Plan the documents of a feed, its archives first."""
        windows = self._open(feed)
        newest = self._find_newest(windows, feed)
        if has_archives(self.settings, feed) and not newest.complete:
            for name in windows.archives():
                if window := windows.archive(name):
                    yield from self._plan_formats(windows, window)
        yield from self._plan_formats(windows, newest)

    def _plan_formats(self, windows: Windows, window: Window) -> Iterator[Document]:
        for format in FEED_FORMATS:
            place = Place(format, window.feed.path, window.period)
            yield self._plan(place, self._guide(place, windows, window))

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
        return replace(document, modified=self._date(document.path, document.version))

    def plan(self, path: str) -> Document | None:
        """Plan the document at `path` from the index as it is now, None where there is none."""
        place = read_path(path)
        window = self._find_window(place) if place else None
        return self._plan(place, window) if place and window else None

    def _find_window(self, place: Place) -> Window | None:
        feed = describe_feed(self.settings, self.index, place.feed)
        if feed is None:
            return None
        match place.format:
            case "css":
                return Window(feed, ())
            case "media":
                public = is_public(self.settings, self.index, place.slug)
                return Window(feed, ()) if public else None
            case "opml":
                return Window(feed, (), guide=Guide(list_links(self.settings, self.index)))
            case "entry":
                return self._find_entry(feed, place.slug)
        windows = self._open(feed)
        if not place.period:
            return self._guide(place, windows, self._find_newest(windows, feed))
        window = windows.archive(place.period) if has_archives(self.settings, feed) else None
        return self._guide(place, windows, window) if window else None

    def _open(self, feed: Feed) -> Windows:
        return Windows(self.index, feed, self.settings.archive_size)

    def _find_newest(self, windows: Windows, feed: Feed) -> Window:
        archived = has_archives(self.settings, feed)
        return windows.newest(self.settings.entries, archived=archived)

    def _find_entry(self, feed: Feed, slug: str) -> Window | None:
        stamp = self.index.page(slug)
        if stamp is None:
            return None
        if not self.index.memberships(stamp.id):  # the feeds of an unlisted one may not be there
            feed = replace(feed, facets=())
        return Window(feed, (stamp,))

    def _guide(self, place: Place, windows: Windows, window: Window) -> Window:
        """Add to the window of a page where to go from there."""
        if place.format != "page":
            return window
        if place.feed == MAIN and not window.period:
            feeds = list_links(self.settings, self.index)
        else:
            feeds = (link_main(self.settings),)
        has_parts = window.period or window.prev
        return replace(
            window, guide=Guide(feeds, windows.parts(window.period) if has_parts else ())
        )

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
        path = replace(place, period=window.period).path
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
                    body = gzip.compress(self.body(document), 6, mtime=0)
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
            for format in ("css", "opml", *FEED_FORMATS):
                for document in self._plan_found(Place(format)):
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
