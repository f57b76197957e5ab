"""The old feed: its entries, from a file or an address, in all documents that it is parted into.

Archived and paged feeds (RFC 5005) and `next_url` of JSON Feed are followed from what came by HTTP.
What a file names is told, and not fetched.
"""

import re
from collections.abc import Callable, Iterator

from feedsvc.errors import FeedsvcError, FetchError
from feedsvc.fetching import MOST, Fetched, fetch
from feedsvc.readers.pages.alternates import is_page, list_alternates
from feedsvc.readers.records.traces import OldDocument, Trace, read_traces
from feedsvc.settings import Settings

__all__ = ["read_old_feed"]

MOST_DOCUMENTS = 1000
"""What is parted into more has no end."""

_ADDRESS = re.compile("https?://", re.I)


def read_old_feed(place: str, settings: Settings, warn: Callable[[str], None]) -> Iterator[Trace]:
    """Yield the entries of the feed in a file or at an address, its first document's first.

    Warns of what can't be read of it. Raises FeedsvcError where that is no feed.
    """
    queue, asked, known = [place], {place}, set[str]()
    while queue:
        place = queue.pop(0)
        try:
            document = _read(place, settings)
        except FeedsvcError as fault:
            if not known:
                raise
            warn(str(fault))
            continue
        for refused in document.faults:
            warn(str(refused))
        yield from document.traces
        new = {trace.id for trace in document.traces} - known
        known |= new
        older = [url for url in document.older if new and url not in asked]
        if older and not _ADDRESS.match(place):
            warn(f"{place}: older entries are at {older[0]}: adopt that too")
        elif older and len(asked) == MOST_DOCUMENTS:
            warn(f"{place}: not followed any further: {MOST_DOCUMENTS} documents")
        else:
            queue += older
            asked.update(older)


def _read(place: str, settings: Settings) -> OldDocument:
    """Read a document of a feed. Raises FeedsvcError."""
    found = fetch(place) if _ADDRESS.match(place) else _open(place)
    if is_page(found.data):
        feeds = list_alternates(found.url, found.data, found.charset)
        why = f"its feeds are {', '.join(feeds)}" if feeds else "it names no feed"
        raise FetchError(place, "a page, not a feed", why)
    return read_traces(found.url, found.data, settings, found.charset)


def _open(place: str) -> Fetched:
    try:
        with open(place, "rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise FetchError(place, "can't be read", error.strerror or "") from error
    if len(data) > MOST:
        raise FetchError(place, "too large", f"over {MOST} bytes")
    return Fetched(place, data)
