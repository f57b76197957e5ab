"""The pages for people: a feed's newest entries, an archive of it, and one article's own page.

Self-contained documents: no script, no request to another site, their style allowed by digest.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct

from feedsvc.formats.addresses import locate_facet
from feedsvc.formats.phrases import Phrases, choose_phrases
from feedsvc.formats.pictures import is_own, link_foreign, name_file, shows
from feedsvc.languages import direct, find_spoken, show_date, show_period, show_size
from feedsvc.model import Entry, Frame, Link, Scope, Window

__all__ = ["frame_page", "policy", "render_entry", "write_page"]

TEMPLATES = Path(__file__).parent / "templates"

CUT = "\0"
"""Where a page is cut: no text has this character, as no document could."""

OFFERED = (
    ("atom", "Atom", "atom.xml", "application/atom+xml"),
    ("rss", "RSS", "rss.xml", "application/rss+xml"),
    ("json", "JSON Feed", "feed.json", "application/feed+json"),
)
"""The formats that people can subscribe to, the best first: name, title, file and media type."""

MOST_OFFERED = 10
"""Feeds of labels that a page's head tells programs of: they ask people to choose."""

MOST_LISTED = 30
"""Labels of a kind that are shown at once."""

_WIDE = re.compile("<(pre|table)(?=[ >])")


class Offer(Struct, frozen=True):
    """A feed in one format, as a page offers it."""

    id: str
    format: str
    title: str
    media_type: str
    url: str


class Group(Struct, frozen=True):
    """The feeds of one kind, and the heading that they are listed under."""

    kind: str
    heading: str
    links: tuple[Link, ...]


def frame_page(window: Window) -> Frame:
    """Make the frame of the page of a feed's newest entries, or of an archive."""
    feed, period = window.feed, window.period
    phrases = choose_phrases(feed.language)
    pictures = (url for url in (feed.logo, feed.icon) if url and is_own(url, feed.root))
    page = _render(
        "page.html",
        window,
        phrases,
        cut=CUT if window.stamps else "",
        description=feed.description,
        canonical=window.url,
        older=window.locate(window.prev) if window.prev else None,
        newer=window.locate(window.next) if period else None,
        ancestors=[period[:end] for end in (4, 7, 10, 13) if end < len(period)],
        main=_find_main(window),
        groups=list(_group_links(window, phrases)),
        logo=next(pictures, None),
        most_listed=MOST_LISTED,
    )
    head, _, tail = page.partition(CUT)
    return Frame(head.encode(), tail.encode())


def write_page(scope: Scope, entries: Sequence[Entry]) -> list[bytes]:
    """Write each entry as it stands on a feed's page."""
    template = _templates().get_template("articles.html")
    phrases = choose_phrases(scope.language)
    articles = template.render(feed=scope, phrases=phrases, entries=entries, cut=CUT)
    return [article.encode() for article in articles.split(CUT)[:-1]]


def render_entry(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render the page of one article, the only one of the window: its whole text."""
    feed, (entry,) = window.feed, entries
    image = entry.article.image
    return _render(
        "entry.html",
        window,
        choose_phrases(feed.language),
        entry=entry,
        content=_let_scroll(link_foreign(entry.article.content, feed.root)),
        picture=image if image and not shows(entry.article.content, image.url) else None,
        description=entry.article.summary,
        canonical=entry.url,
        older=None,
        newer=None,
    ).encode()


def _let_scroll(content: str) -> str:
    """Let what may be wider than a page be scrolled by who has no pointer (WCAG 2.2, 2.1.1)."""
    return _WIDE.sub('<\\1 tabindex="0"', content)


def _render(name: str, window: Window, phrases: Phrases, **values: Any) -> str:
    feed = window.feed
    template = _templates().get_template(name)
    return template.render(
        window=window,
        feed=feed,
        phrases=phrases,
        style=_style(),
        offers=list(_offer(feed.title, feed.url)),
        alternates=list(_list_alternates(window)),
        icon=feed.icon if feed.icon and is_own(feed.icon, feed.root) else _icon(),
        **values,
    )


def _offer(title: str, url: str) -> Iterator[Offer]:
    for id, name, filename, media_type in OFFERED:
        yield Offer(id, name, f"{title} ({name})", media_type, url + filename)


def _list_alternates(window: Window) -> Iterator[Offer]:
    """Yield what a page's head tells programs of: its own feed, then the best of each other."""
    feed, links = window.feed, window.guide.feeds
    yield from _offer(feed.title, feed.url)
    if len(links) <= MOST_OFFERED + 1:
        for link in links:
            if link.url != feed.url:
                yield next(_offer(link.title, link.url))


def _find_main(window: Window) -> Link | None:
    return next((link for link in window.guide.feeds if not link.kind), None)


def _group_links(window: Window, phrases: Phrases) -> Iterator[Group]:
    headings = {
        "category": phrases.categories,
        "author": phrases.authors,
        "language": phrases.languages,
    }
    for kind, links in groupby(window.guide.feeds, lambda link: link.kind):
        if kind:
            yield Group(kind, headings[kind], tuple(links))


@cache
def policy() -> str:
    """Return the Content-Security-Policy: the page's own style, and this site's own pictures."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; "
        "img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'"
    )


@cache
def _style() -> str:
    return f"\n{(TEMPLATES / 'page.css').read_text(encoding='utf-8')}"


@cache
def _icon() -> str:
    """Return an icon that asks for nothing; without any, browsers ask for /favicon.ico."""
    icon = (TEMPLATES / "icon.svg").read_text(encoding="utf-8").strip()
    return f"data:image/svg+xml,{quote(icon, safe='/:=')}"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        direct=direct,
        find_spoken=find_spoken,
        is_own=is_own,
        locate_facet=locate_facet,
        name_file=name_file,
        show_date=show_date,
        show_period=show_period,
        show_size=show_size,
    )
    return environment
