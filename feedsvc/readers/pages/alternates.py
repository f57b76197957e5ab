"""Alternates: the feeds that a page names, for who has its address instead of theirs."""

import re

from feedsvc.clean import join_url
from feedsvc.readers.lines import Notes
from feedsvc.readers.pages.decoding import parse_page
from feedsvc.readers.pages.statements import read_attribute

__all__ = ["is_page", "list_alternates"]

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.I | re.S,
)
_TYPE = re.compile(r"(?:application/(?:atom\+xml|rss\+xml|feed\+json)|text/xml)\b", re.I)


def is_page(data: bytes) -> bool:
    """Whether a document is a page for people, as far as it begins as one."""
    return _PAGE.match(data) is not None


def list_alternates(place: str, data: bytes, charset: str = "") -> list[str]:
    """List the feeds that the page of an address names. Raises ArticleError where it isn't text."""
    page = parse_page(data, Notes(place), charset)
    return [
        join_url(place, read_attribute(link, "href"))
        for link in page.select("link[rel~=alternate][type][href]")
        if _TYPE.match(read_attribute(link, "type"))
    ]
