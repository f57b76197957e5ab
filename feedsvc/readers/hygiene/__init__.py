"""Hygiene: the HTML of an article, as its source has it, to HTML that can do no harm anywhere.

What is kept is on a list; every address is absolute. The result is what a parser makes of it and
writes again: it means the same to whoever reads it, however often.
"""

import re
from collections.abc import Callable
from functools import cache
from html import unescape
from typing import Any, NamedTuple

from feedsvc.clean import clean_markup, clean_text
from feedsvc.errors import ArticleError, BadValue
from feedsvc.model import Enclosure, Picture
from feedsvc.readers.hygiene.allowed import ATTRIBUTES, EMPTIED, MATH, SEEN, SEEN_ATTRIBUTES, TAGS
from feedsvc.readers.hygiene.losses import tell_losses
from feedsvc.readers.hygiene.nesting import check_nesting
from feedsvc.readers.hygiene.references import References
from feedsvc.readers.hygiene.rewriting import Rewriter
from feedsvc.readers.hygiene.shielding import parse_shielded
from feedsvc.readers.hygiene.strays import drop_strays
from feedsvc.readers.hygiene.telling import Teller
from feedsvc.readers.lines import Notes
from feedsvc.readers.media import Find

__all__ = ["Clean", "sanitize"]

ROUNDS = 10
"""Times that what was made is made anew, where a parser would make something else of it."""

SCHEMES = {"data", "http", "https", "mailto", "tel"}
"""What addresses may begin with; `data` only those of pictures."""

_SEEN_SCHEMES = SCHEMES | {"about", "blob", "cid", "file", "ftp", "javascript", "vbscript"}

_BASE = re.compile('<base(?: [^>]*)? href="([^"]*)"')
_PRE = re.compile("(<pre(?: [^>]*)?>)\n")
_TAG = re.compile("<(/?)([a-z][a-z0-9-]*)[^>]*>")
_SLASHED = "\u0338"
"""A stroke through what stands before it: it would make another character of a tag's end."""

_ASIDE = {
    *("audio", "details", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "nav", "pre", "table"),
    *("video",),
}
"""What isn't told in a summary."""

_WITHIN = MATH | {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "br", "cite", "code", "data", "del", "dfn", "em"),
    *("i", "img", "ins", "kbd", "mark", "picture", "q", "rp", "rt", "rtc", "ruby", "s", "samp"),
    *("small", "source", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
    *("wbr",),
}
"""What stands within a line."""

# The mark of a note, and what is said where there is no player.
_UNTOLD = re.compile(
    r'<sup(?: [^>]*)?><a(?: [^>]*)? href="[^"]*#[^"]*"[^>]*>[^<]*</a></sup>'
    r"|<(audio|video)[ >].*?</\1>",
    re.S,
)


class Clean(NamedTuple):
    """An article's content, safe; and what it says of itself.

    `summary` is the plain text of the first paragraph, `image` the first picture, `enclosures`
    the sound and films beside the article that the content plays or links to, in order.
    """

    content: str
    summary: str
    image: Picture | None
    enclosures: tuple[Enclosure, ...]


def sanitize(
    html: str,
    base: str,
    find: Find,
    notes: Notes,
    where: Callable[[str], int],
    *,
    is_placed: bool = True,
) -> Clean:
    """Sanitise the HTML of an article and make each address in it absolute against `base`.

    `find` finds the files beside the article; `where` tells the line of a reference. Where the
    article isn't `is_placed`, as its page is known only later, links within it stay as they are:
    `#fn1`, until it is rendered.
    Raises ArticleError where it is so deep, or so contradictory, that it can't be parsed.
    """
    html = clean_text(html)
    try:
        check_nesting(html)
    except BadValue as fault:
        raise ArticleError(notes.path, where("<"), "text", fault.what, fault.why) from fault
    parse, check = _cleaners()
    seen = parse_shielded(parse, drop_strays(html))
    teller = Teller(notes, where)
    stated = _BASE.search(seen)
    references = References(
        base, unescape(stated[1]) if stated else "", find, teller, is_placed=is_placed
    )
    for _ in range(ROUNDS):
        rewriter = Rewriter(references, teller)
        content = _tidy(rewriter.rewrite(seen)).strip()
        seen = parse_shielded(check, content)
        if _tidy(seen) == content:
            break
    else:
        raise ArticleError(notes.path, 1, "text", "can't be read", "its HTML has no one meaning")
    tell_losses(html, references, teller)
    teller.close()
    return Clean(content, summarize(content), rewriter.image, tuple(references.played.values()))


def summarize(content: str) -> str:
    """Return the plain text of the first paragraph that has any, on one line.

    Where there is none: of the first text that isn't a heading and the like.
    """
    aside = start = opened = 0
    first = ""
    for tag in _TAG.finditer(content):
        slash, name = tag.groups()
        if name in _WITHIN:
            continue
        if name == "p" and slash and not aside:
            if line := _flatten(content[opened : tag.start()]):
                return line
        elif not aside:
            first = first or _flatten(content[start : tag.start()])
        start = tag.end()
        if name == "p" and not slash:
            opened = start
        if name in _ASIDE:
            aside += -1 if slash else 1
    return first or _flatten(content[start:])


def _flatten(html: str) -> str:
    return clean_markup(_UNTOLD.sub("", html).replace("<br>", " "))


def _tidy(html: str) -> str:
    """Clean the texts and the values. Of a `pre`, a parser takes the first line end off."""
    if "<pre" in html:
        html = _PRE.sub("\\1\n\n", html)
    if _SLASHED in html or clean_text(html) != html:
        parts = re.split("(<[^>]*>)", html)
        html = "".join(clean_text(part).lstrip(_SLASHED) for part in parts)
    return html


@cache
def _cleaners() -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Return what parses a source, and what makes sure of what is made of it."""
    from nh3 import Cleaner

    common: dict[str, Any] = {"clean_content_tags": set(EMPTIED), "link_rel": None}
    parser = Cleaner(
        tags=set(SEEN), attributes=SEEN_ATTRIBUTES, url_schemes=_SEEN_SCHEMES, **common
    )
    checker = Cleaner(tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=SCHEMES, **common)
    return parser.clean, checker.clean
