"""Saved web pages: what a page says of its article to fields, the article's own HTML to content.

The HTML is the page's, as it stands there: what isn't the article is taken out, nothing is made
anew. References are against the page's own address; files that a browser saved beside are found.
"""

import re
from collections.abc import Callable
from html import escape

from turbohtml import Document, Element

from feedsvc.clean import clean_url, join_url
from feedsvc.errors import ArticleError, BadValue
from feedsvc.model import Reading
from feedsvc.readers.assembly import assemble
from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown import read_markdown
from feedsvc.readers.media import Find, find_nothing
from feedsvc.readers.pages.codes import settle
from feedsvc.readers.pages.decoding import parse_page
from feedsvc.readers.pages.extraction import find_article
from feedsvc.readers.pages.lazy import restore
from feedsvc.readers.pages.linked import read_linked
from feedsvc.readers.pages.metadata import read_metadata
from feedsvc.readers.pages.origins import find_origin
from feedsvc.readers.pages.screening import screen
from feedsvc.readers.pages.statements import Statement, read_attribute
from feedsvc.settings import Settings

__all__ = ["read_html", "read_page"]

_REFERRING = ("src", "href", "poster", "srcset", "cite", "data")
_FENCED = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:---|\+\+\+|;;;)(?:\w+)?[ \t]*\r?\n")
_ROOTED = re.compile(r"(^|,\s*)(/(?!/)[^\s,]*)")
# What may stand around paragraphs; the article's own element says no more than its content.
_BOXES = frozenset(
    ("article", "body", "center", "div", "font", "form", "header", "main", "section", "span", "td")
)


def read_html(path: str, data: bytes, settings: Settings, find: Find = find_nothing) -> Reading:
    """Read a saved page, or HTML below front matter: that is all an article's.

    Raises ArticleError where there is no article in it.
    """
    if _FENCED.match(data):
        return read_markdown(path, data, settings, find)
    notes = Notes(path)
    page = parse_page(data, notes)
    return read_page(page, settings, find, notes, find_origin(page))


def read_page(
    page: Document,
    settings: Settings,
    find: Find,
    notes: Notes,
    origin: Statement | None,
    title: str = "",
) -> Reading:
    """Read a parsed page, which was saved from `origin`. `title` stands in where it has none."""
    linked = read_linked(page, notes)
    screen(page, linked, notes.path)
    said = read_metadata(page, linked, origin, settings, notes)
    saved = str(origin.value) if origin else said.url
    base, is_said = _find_base(page, saved)
    restore(page, notes)
    settle(page)
    article = find_article(page, said.titles, said.people, notes)
    if not (article.text.strip() or article.select_one(_SHOWN)):
        why = "the page has no text of an article; what scripts would load isn't saved with it"
        raise ArticleError(notes.path, 1, "text", "missing", why)
    lines = _find_lines(article, base)
    return assemble(
        notes.path,
        said.fields,
        (f'<base href="{escape(base)}">' if is_said else "") + _write(article),
        settings,
        find,
        notes,
        where=lines,
        title=title,
        base=base,
        lenient=True,
    )


_SHOWN = "img, picture, video, audio, iframe, embed, object, math"


def _find_base(page: Document, saved: str) -> tuple[str, bool]:
    """Return what references are against, and whether the page says so for all of them.

    It is "" where nobody says where the page stood. A browser that saves files beside a page
    takes its `<base>` out.
    """
    element = page.select_one("base[href]")
    written = read_attribute(element, "href") if element is not None else ""
    try:
        return (clean_url(join_url(saved, written)), True) if written else (saved, False)
    except BadValue:
        return saved, False


def _find_lines(article: Element, base: str) -> Callable[[str], int]:
    """Return what tells the line of a reference; make those that a slash begins absolute.

    A page from elsewhere means the top of its own site by a slash, never that of the folder.
    """
    first = article.source_line or 1
    lines: dict[str, int] = {}
    for element in article.select(", ".join(f"[{name}]" for name in _REFERRING)):
        for name in _REFERRING:
            written = read_attribute(element, name)
            if base and (written[:1] == "/" or name == "srcset"):
                written = _ROOTED.sub(lambda match: match[1] + join_url(base, match[2]), written)
                element.attrs[name] = written
            for reference in (written, *(written.split() if name == "srcset" else ())):
                lines.setdefault(reference, element.source_line or first)
    return lambda reference: lines.get(reference, first)


def _write(article: Element) -> str:
    """Write the article, with the direction of its text where that isn't the usual one."""
    content = article.inner_html if article.tag in _BOXES else article.serialize()
    turned = article.closest("[dir]")
    if turned is not None and read_attribute(turned, "dir").lower() == "rtl":
        return f'<div dir="rtl">{content}</div>'
    return content
