"""Addresses that a document points to: its relations, and the feeds of its labels.

Each is absolute, and made of the window or the scope alone.
"""

from functools import lru_cache
from urllib.parse import quote

from feedsvc.facets import locate
from feedsvc.model import Feed, Scope, Window

__all__ = ["list_links", "locate_facet"]


def locate_facet(feed: Feed | Scope, kind: str, label: str) -> str | None:
    """Return the address of a label's feed, which ends in a slash; None where its kind has none."""
    return _locate_label(feed.root, kind, label) if kind in feed.facets else None


def list_links(window: Window, filename: str, media_type: str) -> list[tuple[str, str, str]]:
    """List a document's relations: rel, address and media type, which a hub hasn't (empty).

    The documents of one format lead to each other: an archive to the newest one (`current`),
    and all of them along the archives (RFC 5005, section 4).
    """
    links = [
        ("self", f"{window.url}{filename}", media_type),
        ("alternate", window.url, "text/html"),
    ]
    if window.period:
        links.append(("current", f"{window.feed.url}{filename}", media_type))
    if window.prev:
        links.append(("prev-archive", f"{window.locate(window.prev)}{filename}", media_type))
    if window.period and window.next:
        links.append(("next-archive", f"{window.locate(window.next)}{filename}", media_type))
    return links + [("hub", hub, "") for hub in window.feed.hubs]


@lru_cache(maxsize=4096)
def _locate_label(root: str, kind: str, label: str) -> str:
    return root + quote(locate(kind, label))
