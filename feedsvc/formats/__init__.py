"""Formats: one module per wire format, one contract: Window and entries -> bytes.

What holds many entries is made in pieces, a frame and a fragment for each entry, so that an entry
is written once for all documents that hold it.

A renderer is pure: the same values, the same bytes. All it may use of the settings is in the
window's feed, so that the window's digest is the document's version. Renderers are imported
when first used: nobody waits for feedgen who needs no new bytes.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from unicodedata import unidata_version

from msgspec import Struct

from feedsvc.encodings import LIBRARIES
from feedsvc.late import import_late
from feedsvc.model import Entry, Frame, Scope, Window

__all__ = ["FEED_FORMATS", "FORMATS", "Format", "Spliced", "Whole", "identify_renderer"]

FEED_FORMATS = ("atom", "rss", "json", "page")
"""What every window is rendered in: the documents that readers poll, then the page for people."""

_XML_POLICY = "default-src 'none'; style-src 'self'; sandbox"
_PLAIN_POLICY = "default-src 'none'; sandbox"
_FEEDGEN = ("feedsvc", "feedgen", "lxml")
_JINJA = ("feedsvc", "jinja2", "babel")


class Format(Struct, frozen=True):
    """A wire format: its name, the file that holds it, its media type, and how it is made.

    `policy` is its Content-Security-Policy, `libraries` the distributions that its plain bytes
    depend on.
    """

    name: str
    filename: str
    media_type: str
    policy: Callable[[], str]
    libraries: tuple[str, ...]


class Whole(Format, frozen=True):
    """A format whose documents are made at once: `render` takes the window and its entries."""

    render: Callable[[Window, Sequence[Entry]], bytes]


class Spliced(Format, frozen=True):
    """A format whose documents are made of a frame and a fragment for each entry.

    A fragment depends on its entry and the scope alone; where not `by_language`, not on the
    scope's language either.
    """

    frame: Callable[[Window], Frame]
    write: Callable[[Scope, Sequence[Entry]], list[bytes]]
    by_language: bool = True

    def render(self, window: Window, entries: Sequence[Entry]) -> bytes:
        """Render a whole document: what its pieces come to."""
        return self.frame(window).splice(self.write(window.feed.scope, entries))


def _xml_policy() -> str:
    return _XML_POLICY


def _plain_policy() -> str:
    return _PLAIN_POLICY


_page_policy = import_late(f"{__name__}.html", "policy")

FORMATS: dict[str, Whole | Spliced] = {
    known.name: known
    for known in (
        Spliced(
            "atom",
            "atom.xml",
            "application/atom+xml",
            _xml_policy,
            _FEEDGEN,
            import_late(f"{__name__}.atom_rss", "frame_atom"),
            import_late(f"{__name__}.atom_rss", "write_atom"),
        ),
        Spliced(
            "rss",
            "rss.xml",
            "application/rss+xml",
            _xml_policy,
            _FEEDGEN,
            import_late(f"{__name__}.atom_rss", "frame_rss"),
            import_late(f"{__name__}.atom_rss", "write_rss"),
            by_language=False,
        ),
        Spliced(
            "json",
            "feed.json",
            "application/feed+json",
            _plain_policy,
            ("feedsvc", "msgspec"),
            import_late(f"{__name__}.jsonfeed", "frame_json"),
            import_late(f"{__name__}.jsonfeed", "write_json"),
            by_language=False,
        ),
        Spliced(
            "page",
            "index.html",
            "text/html",
            _page_policy,
            _JINJA,
            import_late(f"{__name__}.html", "frame_page"),
            import_late(f"{__name__}.html", "write_page"),
        ),
        # The page of one article.
        Whole(
            "entry",
            "index.html",
            "text/html",
            _page_policy,
            _JINJA,
            import_late(f"{__name__}.html", "render_entry"),
        ),
        Whole(
            "opml",
            "feeds.opml",
            "text/x-opml",
            _xml_policy,
            ("feedsvc", "lxml"),
            import_late(f"{__name__}.opml", "render_opml"),
        ),
        Whole(
            "css",
            "feed.css",
            "text/css",
            _plain_policy,
            ("feedsvc", "babel"),
            import_late(f"{__name__}.css", "render_css"),
        ),
    )
}


@cache
def identify_renderer(name: str) -> str:
    """Name what makes a format's bytes, with the versions: other versions, other bytes.

    What makes packed ones is named whether any are offered or not: to offer others is no change.
    """
    libraries = (*FORMATS[name].libraries, *LIBRARIES)
    unicode = f"unicode/{unidata_version}"  # which makes the paths of labels
    return " ".join([name, *(f"{library}/{version(library)}" for library in libraries), unicode])
