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
    filename = "" if filename == "index.html" else filename  # as a static host has it
    format = _FILES.get(filename)
    match folders:
        case [""] if filename in _SINGLE:
            return Place(_SINGLE[filename])
        case ["", "entry", slug] if not filename:
            return Place("entry", slug=slug)
        case ["", "media"] if _MEDIUM.fullmatch(filename):
            return Place("media", slug=filename)
        case _ if format is None:
            return None
        case [""]:
            return Place(format)
        case ["", "archive", period] if period:
            return Place(format, period=period)
        case ["", kind, slug] if kind in KINDS:
            return Place(format, f"{kind}/{slug}/")
        case ["", kind, slug, "archive", period] if kind in KINDS and period:
            return Place(format, f"{kind}/{slug}/", period)
    return None
