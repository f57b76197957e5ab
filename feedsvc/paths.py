"""Paths: what is asked for at a public path, and the path of what is published.

A path is as people read it, not percent-encoded; pages end in a slash.
"""

import re

from msgspec import Struct

from feedsvc.facets import KINDS
from feedsvc.formats import FEED_FORMATS, FORMATS

__all__ = ["Place", "read_path"]

_FILES = {"" if name == "page" else FORMATS[name].filename: name for name in FEED_FORMATS}
_MEDIUM = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{2,5}")
_SINGLE = {FORMATS[name].filename: name for name in ("opml", "css")}


class Place(Struct, frozen=True):
    """What a path stands for: a format, of a feed, of one of its archives, or of one entry.

    The `slug` of a medium is its name.
    """

    format: str
    feed: str = ""
    period: str = ""
    slug: str = ""

    @property
    def path(self) -> str:
        """The public path, from the slash that begins it."""
        if self.format == "entry":
            return f"/entry/{self.slug}/"
        if self.format == "media":
            return f"/media/{self.slug}"
        archive = f"archive/{self.period}/" if self.period else ""
        filename = "" if self.format == "page" else FORMATS[self.format].filename
        return f"/{self.feed}{archive}{filename}"


def read_path(path: str) -> Place | None:
    """Return what a path stands for, be it there or not; None where it can't be anything."""
    *folders, filename = path.split("/")
    if folders[:1] != [""]:
        return None
    match folders[1:]:
        case []:
            feed, rest = "", list[str]()
        case ["entry", slug]:
            return Place("entry", slug=slug) if filename in ("", "index.html") else None
        case ["media"]:
            return Place("media", slug=filename) if _MEDIUM.fullmatch(filename) else None
        case [kind, slug, *rest] if kind in KINDS:
            feed = f"{kind}/{slug}/"
        case rest:
            feed = ""
    if not feed and not rest and filename in _SINGLE:
        return Place(_SINGLE[filename])
    # As a static host has it.
    format = _FILES.get("" if filename == "index.html" else filename)
    match rest:
        case []:
            period = ""
        case ["archive", period] if period:
            pass
        case _:
            return None
    return Place(format, feed, period) if format else None
