"""Addresses: where an article says that it stands: a URL, a path on the site, or a pattern.

A path that nobody can complete still tells the article's name, and its date.
"""

import re
from typing import NamedTuple

from feedsvc.clean import clean_url
from feedsvc.converters import show
from feedsvc.errors import NoValue
from feedsvc.readers.fields.values import join_site, read_line
from feedsvc.settings import Settings

__all__ = ["Address", "read_address", "read_slug"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_TEMPLATE = re.compile(r"\{[{%]|<%|\$\{")
_PLACEHOLDER = re.compile(r"(?:^|[/_.-]):[a-z]")
_SOURCE = re.compile(r"\.(?:md|mdx|markdown|mkd|txt|rst|adoc|org)", re.I)


class Address(NamedTuple):
    """The URL of an article, or a pattern of it, or its path on a site that isn't known.

    Or the path of its `source` where it was.
    """

    url: str | None = None
    pattern: str = ""
    path: str = ""
    source: str = ""


def read_address(value: object, settings: Settings, is_path: bool = False) -> Address:
    """Read an address. A relative one is a path on the site, which isn't known to all.

    Where it `is_path`, as Zola writes one, it may also be that of a source file. Raises NoValue
    where only another program can tell.
    """
    text = _read_text(value)
    if text.startswith("//"):
        return Address(clean_url(f"https:{text}"))
    if _SCHEME.match(text):
        return Address(clean_url(text))
    if _PLACEHOLDER.search(text):
        return Address(pattern=text)
    *_, last = text.split("/")
    dot = last.rfind(".")
    if is_path and dot >= 0 and _SOURCE.fullmatch(last[dot:]):
        return Address(source=text)
    path = text.removesuffix(last) if last in ("index.html", "index.htm") else text
    if is_path and text[0] != "/" and last and dot < 0:
        path += "/"
    url = join_site(path, settings)
    return Address(url) if url else Address(path=path)


def read_slug(value: object) -> str:
    """Read the name of an article's page, which may be a path. Raises NoValue likewise."""
    return _read_text(value)


def _read_text(value: object) -> str:
    text = read_line(value)
    if _TEMPLATE.search(text):
        raise NoValue("a template", f"{show(text)} is for another program")
    return text
