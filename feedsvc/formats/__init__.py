"""Formats: one module per wire format, one contract: Window and entries -> bytes.

A renderer is pure: the same values, the same bytes. All it may use of the settings is in the
window's feed, so that the window's digest is the document's version. Renderers are imported
when first used: nobody waits for feedgen who needs no new bytes.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version

from msgspec import Struct

from feedsvc.model import Entry, Window

__all__ = ["FORMATS", "Format", "identify_renderer"]

XML_POLICY = "default-src 'none'; style-src 'self'; sandbox"


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


def _render_page(window: Window, entries: Sequence[Entry]) -> bytes:
    from feedsvc.formats.html import render_page

    return render_page(window, entries)


def _page_policy() -> str:
    from feedsvc.formats.html import policy

    return policy()


FORMATS = {
    known.name: known
    for known in (
        Format(
            "atom",
            "atom.xml",
            "application/atom+xml",
            lambda: XML_POLICY,
            ("feedsvc", "feedgen", "lxml"),
            _render_atom,
        ),
        Format(
            "rss",
            "rss.xml",
            "application/rss+xml",
            lambda: XML_POLICY,
            ("feedsvc", "feedgen", "lxml"),
            _render_rss,
        ),
        Format(
            "page",
            "index.html",
            "text/html",
            _page_policy,
            ("feedsvc", "jinja2", "babel"),
            _render_page,
        ),
    )
}


@cache
def identify_renderer(name: str) -> str:
    """Name what makes a format's bytes, with the versions: other versions, other bytes."""
    libraries = FORMATS[name].libraries
    return " ".join([name, *(f"{library}/{version(library)}" for library in libraries)])
