"""Titles: which heading of a page is its title, and what of a title is the site's name."""

import re
from collections.abc import Iterable, Iterator

from turbohtml import Document, Element

from feedsvc.clean import clean_line
from feedsvc.readers.pages.statements import Statement, read_label

__all__ = ["list_titles", "strip_site"]

_BETWEEN = re.compile(r"\s+[|–—·•»«›‹/:-]{1,2}\s+|\s*[|»«]\s*|:\s+|\s+::\s+")
_BEHIND = re.compile(rf"(?:{_BETWEEN.pattern})$")
_BANNER = 'header header, nav, footer, aside, [role="banner"], #header, .site-title, .site-header'


def list_titles(page: Document) -> Iterator[Statement]:
    """Yield the heading that is the page's title, then what its `<title>` says."""
    element = page.select_one("head > title") or page.select_one("title")
    whole = clean_line(element.text) if element is not None else ""
    parts = {part.casefold() for part in (*_BETWEEN.split(whole), whole)}
    headings = [
        (_read_heading(heading), heading)
        for heading in page.select("h1, h2, h3")
        if not heading.closest(_BANNER)
    ]
    in_title = [one for one in headings if one[0] and _is_of(one[0], whole, parts)]
    only = [one for one in headings if one[0] and one[1].tag == "h1"]
    if found := max(in_title, key=_rate, default=None) or (only[0] if len(only) == 1 else None):
        text, heading = found
        yield Statement(heading.source_line or 1, "heading", "title", heading.tag, text)
    if element is not None and whole:
        yield Statement(element.source_line or 1, "title", "title", "title", whole)


def _rate(heading: tuple[str, Element]) -> tuple[bool, int]:
    """Rate what is a part of the title: the site's name may be one too."""
    text, element = heading
    return bool(element.closest("article, main, [role=main]")), len(text)


def _read_heading(heading: Element) -> str:
    """Return a heading's text, but for a button in it, and the sign that links to it."""
    text = read_label(heading)
    for part in heading.select("a, button"):
        sign = read_label(part)
        if part.tag == "button" or len(sign) == 1:
            text = clean_line(text.removesuffix(sign))
    return text


def _is_of(heading: str, whole: str, parts: set[str]) -> bool:
    """Whether a heading is a part of the title, between what parts a site's name from it."""
    text = heading.casefold()
    return text in parts or (whole.casefold().startswith(text) and _parts_at(whole, len(text)))


def _parts_at(whole: str, at: int) -> bool:
    return _BETWEEN.match(whole, at) is not None


def strip_site(title: str, sites: Iterable[str]) -> str:
    """Take the name of the site off either end of a title."""
    for site in sites:
        size = len(site)
        if title[-size:].casefold() == site.casefold():
            head = _BEHIND.sub("", title[:-size])
            if head and head != title[:-size]:
                return head
        if title[:size].casefold() == site.casefold() and (match := _BETWEEN.match(title, size)):
            return title[match.end() :] or title
    return title
