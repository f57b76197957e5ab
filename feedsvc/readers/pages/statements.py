"""Statements: what a page says of its article in one place: which field, by whom, in which line.

Also how a place in a page is read: an element's attribute, the value that it stands for.
"""

from typing import NamedTuple

from turbohtml import Element

from feedsvc.clean import clean_line

__all__ = ["Statement", "read_attribute", "read_element", "read_label"]

LONGEST = 1000
"""Characters of an element that is one value."""


class Statement(NamedTuple):
    """What a page says: its line, who says it (`Open Graph`), of which field, under which name."""

    line: int
    source: str
    field: str
    name: str
    value: object


def read_attribute(element: Element, name: str) -> str:
    """Return an attribute on one line, "" where there is none."""
    value = element.attr(name)
    return clean_line(" ".join(value) if isinstance(value, list) else value or "")


def read_element(element: Element) -> str:
    """Return what an element stands for: as HTML says (5.2.3 of microdata), then its text."""
    for name in ("content", "datetime", *_VALUES.get(element.tag, ())):
        if value := read_attribute(element, name):
            return value
    if element.tag == "abbr" and (value := read_attribute(element, "title")):
        return value  # the date that is abbreviated
    return read_label(element)


def read_label(element: Element) -> str:
    """Return an element's text on one line."""
    return clean_line(element.text[:LONGEST])


_VALUES = {
    **dict.fromkeys(("a", "area", "link"), ("href",)),
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "video"), ("src",)),
    "data": ("value",),
}
