"""Shielding: character references taken out of HTML's way while it is parsed, and put back.

The parser looks at all that follows once more for each `&amp;` of a long text. Where there are
many, a character that no text has stands for each meanwhile: it means nothing to a parser either.
"""

import re
from collections.abc import Callable
from html import unescape

from feedsvc.clean import clean_text

__all__ = ["MANY", "parse_shielded"]

MANY = 2000
"""References that are worth it."""

# Noncharacters, which `clean_text` removes.
_SHIELDS = dict(zip("&<>\"'\xa0", "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5", strict=True))
_WRITTEN = {
    _SHIELDS[unescape(written)]: written
    for written in ("&amp;", "&lt;", "&gt;", "&quot;", "'", "&nbsp;")
}
_REFERENCE = re.compile("&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});|[a-zA-Z][a-zA-Z0-9]{1,31};)?")
_TEXT = re.compile("(?:^|>)[^<]*\ufdd3[^<]*")


def parse_shielded(parse: Callable[[str], str], html: str) -> str:
    """Parse HTML and write it again by `parse`, in a time that goes with its size.

    Where there are many references, those that aren't closed by a semicolon are text.
    """
    if html.count("&") <= MANY:
        return parse(html)
    for shield, written in _WRITTEN.items():
        html = html.replace(written, shield) if written[0] == "&" else html
    html = parse(_REFERENCE.sub(_shield, html))
    html = _TEXT.sub(lambda text: text[0].replace("\ufdd3", '"'), html)
    for shield, written in _WRITTEN.items():
        html = html.replace(shield, written)
    return html


def _shield(reference: re.Match[str]) -> str:
    character = unescape(reference[0])
    if character in _SHIELDS:
        return _SHIELDS[character]
    if character == reference[0]:
        return f"{_SHIELDS['&']}{character[1:]}"
    return clean_text(character)
