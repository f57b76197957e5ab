"""The contents: every place that there is, and the window of entries at each.

Everything comes from one look at the index at a time, which others may change meanwhile: what has
gone since is left out. Reads no text.
"""

import heapq
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import TypeAlias

from msgspec.structs import replace

from feedsvc.feeds import describe_feed, has_archives, link_main, list_feeds, list_links
from feedsvc.formats import FEED_FORMATS
from feedsvc.index import MAIN, Index
from feedsvc.media import is_public
from feedsvc.model import Feed, Guide, Window
from feedsvc.paths import Place
from feedsvc.settings import Settings
from feedsvc.timeline import Read
from feedsvc.windows import Windows

__all__ = ["Contents", "Found", "PrivateContents"]

BATCH = 1000
"""Names of pages and media that are read at once."""

Found: TypeAlias = tuple[Place, Window]
"""A place that is there, and all that its document is made of but the text."""


class Contents:
    """What there is to publish of an index."""

    def __init__(self, settings: Settings, index: Index) -> None:
        self._settings, self._index = settings, index

    def list_all(self) -> Iterator[Found]:
        """Yield every place.

        What others link to comes before them: media and pages, then the archives, the newest
        windows of facets, and the main page last. Archives are in the order of their entries,
        whichever feed's they are, so that those that share entries lie together.
        """
        after = ""
        while names := self._index.media_names(after, BATCH):
            yield from self._list_found(Place("media", slug=name) for name in names)
            after = names[-1]
        yield from self._list_found([Place("css")])
        after = ""
        while slugs := self._index.slugs(after, BATCH):
            yield from self._list_found(Place("entry", slug=slug) for slug in slugs)
            after = slugs[-1]
        feeds = list(list_feeds(self._settings, self._index))
        archives = heapq.merge(*map(self._list_archives, feeds), key=itemgetter(0))
        for _, windows, name in archives:
            window = windows.archive(name)
            if window and window.stamps:
                yield from self._list_formats(windows, window)
        for feed in feeds:
            if feed.path == MAIN:
                yield from self._list_found([Place("opml")])
            windows = self._open(feed)
            newest = self._find_newest(windows, feed)
            if newest.stamps or feed.path == MAIN:
                yield from self._list_formats(windows, newest)

    def _list_found(self, places: Iterable[Place]) -> Iterator[Found]:
        for place in places:
            if found := self.find(place):
                yield found

    def _list_archives(self, feed: Feed) -> Iterator[tuple[int, Windows, str]]:
        """Yield the archives of a feed: when their entries begin, and where to find them."""
        if not has_archives(self._settings, feed):
            return
        size = self._settings.archive_size
        windows = Windows(self._index, feed, size, Read(self._index, feed.path))
        if not self._find_newest(windows, feed).complete:
            yield from ((begin, windows, name) for begin, name in windows.archives())

    def _list_formats(self, windows: Windows, window: Window) -> Iterator[Found]:
        for format in FEED_FORMATS:
            yield self._guide(Place(format, window.feed.path), windows, window)

    def find(self, place: Place) -> Found | None:
        """Return what is at a place, and its own place: an archive's period may be another.

        None where nothing is there.
        """
        feed = describe_feed(self._settings, self._index, place.feed)
        if feed is None:
            return None
        match place.format:
            case "css":
                return place, Window(feed, ())
            case "media":
                public = is_public(self._settings, self._index, place.slug)
                return (place, Window(feed, ())) if public else None
            case "opml":
                links = list_links(self._settings, self._index)
                return place, Window(feed, (), guide=Guide(links))
            case "entry":
                return self._find_entry(feed, place)
        windows = self._open(feed)
        if not place.period:
            return self._guide(place, windows, self._find_newest(windows, feed))
        window = windows.archive(place.period) if has_archives(self._settings, feed) else None
        return self._guide(place, windows, window) if window else None

    def _open(self, feed: Feed) -> Windows:
        return Windows(self._index, feed, self._settings.archive_size)

    def _find_newest(self, windows: Windows, feed: Feed) -> Window:
        archived = has_archives(self._settings, feed)
        return windows.newest(self._settings.entries, archived=archived)

    def _find_entry(self, feed: Feed, place: Place) -> Found | None:
        stamp = self._index.page(place.slug)
        if stamp is None:
            return None
        if not self._index.memberships(stamp.id):  # the feeds of an unlisted one may not be there
            feed = replace(feed, facets=())
        return place, Window(feed, (stamp,))

    def _guide(self, place: Place, windows: Windows, window: Window) -> Found:
        """Give a window its own place, and that of a page where to go from there."""
        place = replace(place, period=window.period)
        if place.format != "page":
            return place, window
        if place.feed == MAIN and not window.period:
            feeds = list_links(self._settings, self._index)
        else:
            feeds = (link_main(self._settings),)
        has_parts = window.period or window.prev
        periods = windows.parts(window.period) if has_parts else ()
        return place, replace(window, guide=Guide(feeds, periods))


class PrivateContents(Contents):
    """What there is for whoever has a token: all addresses in feeds begin with theirs.

    No list of feeds has it, nor does any page: those have relative addresses.
    """

    def __init__(self, settings: Settings, index: Index, token: str) -> None:
        super().__init__(replace(settings, url=f"{settings.url}{token}/"), index)

    def find(self, place: Place) -> Found | None:
        """Return what is at a place, as `Contents` does."""
        if place.format == "opml":
            return None
        if place.format not in ("page", "entry"):
            return super().find(place)
        up = "../" * (place.path.count("/") - 1) or "./"
        return Contents(replace(self._settings, url=up), self._index).find(place)
