"""Origins: where a saved page was saved from, as the program says that saved it.

Browsers, SingleFile, Save Page WE, WebScrapBook and HTTrack each leave a mark of their own.
"""

import re
from itertools import islice

from turbohtml import Comment, Document

from feedsvc.readers.pages.statements import Statement, read_attribute

__all__ = ["find_origin"]

MOST = 200
"""Nodes from the beginning of a page, among which the mark stands."""

_COMMENTS = (
    ("saved from url", re.compile(r"\s*saved from url=\(\d+\)\s*(https?://\S+)", re.I)),
    ("SingleFile", re.compile(r"\s*Page saved with SingleFile\s+url:\s*(https?://\S+)", re.I)),
    ("HTTrack", re.compile(r"\s*Mirrored from (\S+) by HTTrack", re.I)),
)


def find_origin(page: Document) -> Statement | None:
    """Return the address that a page was saved from, None where it says none."""
    for node in islice(page.descendants, MOST):
        if isinstance(node, Comment):
            for name, pattern in _COMMENTS:
                if match := pattern.match(node.data):
                    address = match[1] if "://" in match[1] else f"http://{match[1]}"
                    return Statement(node.source_line or 1, "saved", "address", name, address)
    for element in page.select("html[data-scrapbook-source], meta[name=savepage-url]"):
        name = "data-scrapbook-source" if element.tag == "html" else "content"
        if (address := read_attribute(element, name)).startswith("http"):
            return Statement(element.source_line or 1, "saved", "address", name, address)
    return None
