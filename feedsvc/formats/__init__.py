"""Formats: one module per wire format, one contract: Window and entries -> bytes.

A renderer is pure: the same values, the same bytes. All it may use of the settings is in the
window's feed, so that the window's digest is the document's version. Renderers are imported
when first used: nobody waits for feedgen who needs no new bytes.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from unicodedata import unidata_version

from msgspec import Struct

from feedsvc.model import Entry, Window

__all__ = ["FEED_FORMATS", "FORMATS", "Format", "identify_renderer"]

FEED_FORMATS = ("atom", "rss", "json", "page")
"""What every window is rendered in: the documents that readers poll, then the page for people."""

_XML_POLICY = "default-src 'none'; style-src 'self'; sandbox"
_PLAIN_POLICY = "default-src 'none'; sandbox"
_FEEDGEN = ("feedsvc", "feedgen", "lxml")
_JINJA = ("feedsvc", "jinja2", "babel")


class Format(Struct, frozen=True):
    """A wire format: its name, the file that holds it, its media type, and how it is made.

    `policy` is its Content-Security-Policy, `libraries` the distributions that its bytes
    depend on.
    """

    name: str
    filename: str
    media_type: str
    policy: Callable[[], str]
    libraries: tuple[str, ...]
    render: Callable[[Window, Sequence[Entry]], bytes]


def _render_atom(window: Window, entries: Sequence[Entry]) -> bytes:
    from feedsvc.formats.atom_rss import render_atom

    return render_atom(window, entries)


def _render_rss(window: Window, entries: Sequence[Entry]) -> bytes:
    from feedsvc.formats.atom_rss import render_rss

    return render_rss(window, entries)


def _render_json(window: Window, entries: Sequence[Entry]) -> bytes:
    from feedsvc.formats.jsonfeed import render_json

    return render_json(window, entries)


def _render_page(window: Window, entries: Sequence[Entry]) -> bytes:
    from feedsvc.formats.html import render_page

    return render_page(window, entries)


def _render_entry(window: Window, entries: Sequence[Entry]) -> bytes:
    from feedsvc.formats.html import render_entry

    return render_entry(window, entries)


def _render_opml(window: Window, entries: Sequence[Entry]) -> bytes:
    from feedsvc.formats.opml import render_opml

    return render_opml(window, entries)


def _render_css(window: Window, entries: Sequence[Entry]) -> bytes:
    from feedsvc.formats.css import render_css

    return render_css(window, entries)


def _xml_policy() -> str:
    return _XML_POLICY


def _plain_policy() -> str:
    return _PLAIN_POLICY


def _page_policy() -> str:
    from feedsvc.formats.html import policy

    return policy()


FORMATS = {
    known.name: known
    for known in (
        Format("atom", "atom.xml", "application/atom+xml", _xml_policy, _FEEDGEN, _render_atom),
        Format("rss", "rss.xml", "application/rss+xml", _xml_policy, _FEEDGEN, _render_rss),
        Format(
            "json",
            "feed.json",
            "application/feed+json",
            _plain_policy,
            ("feedsvc", "msgspec"),
            _render_json,
        ),
        Format("page", "index.html", "text/html", _page_policy, _JINJA, _render_page),
        # The page of one article.
        Format("entry", "index.html", "text/html", _page_policy, _JINJA, _render_entry),
        Format("opml", "feeds.opml", "text/x-opml", _xml_policy, ("feedsvc", "lxml"), _render_opml),
        Format("css", "feed.css", "text/css", _plain_policy, ("feedsvc", "babel"), _render_css),
    )
}


@cache
def identify_renderer(name: str) -> str:
    """Name what makes a format's bytes, with the versions: other versions, other bytes."""
    libraries = FORMATS[name].libraries
    unicode = f"unicode/{unidata_version}"  # which makes the paths of labels
    return " ".join([name, *(f"{library}/{version(library)}" for library in libraries), unicode])
