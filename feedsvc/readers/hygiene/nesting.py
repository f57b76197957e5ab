"""Nesting: whether HTML is so deep, or so often open, that a parser would take for ever.

A tree as deep as the text is long costs the square of it; and what is open when a paragraph ends
is opened again in the next one, be it a hundred times. No text that anybody wrote is like that.
"""

import re

from feedsvc.errors import BadValue
from feedsvc.readers.hygiene.allowed import MATH, TAGS

__all__ = ["DEEPEST", "check_nesting"]

DEEPEST = 256
"""Elements in each other; browsers stop at 512."""

FEW = 400
"""Tags that can't do harm, however they lie in each other."""

MANY = 10_000
"""Elements of drawings and formulas that may end as they begin, `<path/>`: elsewhere they don't."""

MOST_REPEATED = 4
"""Times the size of the text, that may be opened again."""

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)([^<>]*)")
_VOID = {
    *("area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param"),
    *("source", "track", "wbr"),
}
# The next of their kind ends them, and the end of what they lie in.
_ENDED = {"dd", "dt", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"}
_FORMATTING = {
    *("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt"),
    *("u",),
}
# No end tag reaches what is open around them.
_BARRIERS = {"applet", "caption", "marquee", "math", "object", "svg", "table", "template"}
_HTML = TAGS - MATH


class _Opened:
    """The elements that are open, from the outermost, and the size of those opened again."""

    def __init__(self) -> None:
        self.elements: list[tuple[str, int]] = []
        self.size = 0

    def open(self, name: str, size: int) -> None:
        if name == "a":  # none lies in another
            self.close(name)
        size = size if name in _FORMATTING else 0
        self.elements.append((name, size))
        self.size += size

    def close(self, name: str) -> None:
        for at in range(len(self.elements) - 1, -1, -1):
            opened, size = self.elements[at]
            if opened == name:
                inner = self.elements[at + 1 :]
                if name not in _FORMATTING:
                    inner = [element for element in inner if element[1]]
                self.elements[at:] = inner
                self.size -= size
                return
            if opened in _BARRIERS:
                return


def check_nesting(html: str) -> None:
    """Check that HTML can be parsed in a time that goes with its size.

    Raises BadValue where it can't.
    """
    if html.count("<") <= FEW:
        return
    opened = _Opened()
    repeated = short = 0
    for slash, written, attributes in _TAG.findall(html):
        name = written.lower()
        if slash:
            opened.close(name)
            continue
        repeated += opened.size
        if repeated > MOST_REPEATED * len(html):
            raise BadValue("nested too deeply", "what is never closed goes on in all that follows")
        if name in _VOID or name in _ENDED:
            continue
        if attributes.endswith("/") and name not in _HTML and short < MANY:
            short += 1
            continue
        opened.open(name, len(written) + len(attributes) + 2)
        if len(opened.elements) > DEEPEST:
            why = f"over {DEEPEST} elements lie in each other, or are never closed"
            raise BadValue("nested too deeply", why)
