"""Lazy pictures: those that a page's scripts would have shown, to those that it shows.

A picture that a file is there for stays; a placeholder is replaced by what it holds the place of.
"""

import re

from turbohtml import Document, Element

from feedsvc.readers.lines import Notes
from feedsvc.readers.media import tell_type
from feedsvc.readers.pages.statements import read_attribute

__all__ = ["restore"]

_SOURCES = (
    *("data-src", "data-lazy-src", "data-original", "data-original-src", "data-orig-file"),
    *("data-full-src", "data-hi-res-src", "data-actualsrc", "data-lazyload", "data-echo"),
    *("data-url", "data-image", "data-img-src", "data-srclow", "data-large-file"),
)
_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set")
_PLACEHOLDER = re.compile(
    r"data:image/(?:gif|svg\+xml|png;base64,.{0,200}$)|(?:.*[/_-])?"
    r"(?:placeholder|blank|spacer|transparent|pixel|lazy|loading|grey|gray|1x1|empty)"
    r"[\w.-]*\.(?:gif|png|svg|jpg)(?:\?.*)?$|about:blank",
    re.I | re.S,
)
_AMP = {"amp-img": "img", "amp-anim": "img", "amp-video": "video", "amp-audio": "audio"}


def restore(page: Document, notes: Notes) -> None:
    """Restore the pictures of a page, in place."""
    for name, tag in _AMP.items():
        for element in page.select(name):
            element.tag = tag
    for fallback in page.select("noscript"):
        _unpack(fallback)
    for element in page.select("img, source, video, iframe"):
        source = _pick(element, _SOURCES) if _is_missing(element) else ""
        candidates = "" if read_attribute(element, "srcset") else _pick(element, _SETS)
        if source:
            element.attrs["src"] = source
            notes.tell(element.source_line or 1, "text", "picture restored", source)
        if candidates:
            element.attrs["srcset"] = candidates
        for name in list(element.attrs):
            if name.startswith("data-"):
                del element.attrs[name]


def _unpack(fallback: Element) -> None:
    """Put what a page shows without scripts in place of what scripts would have loaded."""
    shown = fallback.select_one("img, iframe, video, picture")
    if shown is None:
        fallback.decompose()
        return
    for lazy in (fallback.previous_sibling, fallback.next_sibling):
        if isinstance(lazy, Element):
            inner = lazy if lazy.tag == "img" else lazy.select_one("img")
            if inner is not None and _is_missing(inner) and not lazy.text.strip():
                lazy.decompose()
                break
    fallback.unwrap()


def _is_missing(element: Element) -> bool:
    source = read_attribute(element, "src")
    return not source or _PLACEHOLDER.match(source) is not None


def _pick(element: Element, names: tuple[str, ...]) -> str:
    """Return the first that there is of some attributes, else one that is a picture's address."""
    for name in names:
        if value := read_attribute(element, name):
            return value
    for name in element.attrs if names is _SOURCES else ():
        value = read_attribute(element, name) if name.startswith("data-") else ""
        if " " not in value and tell_type(value).startswith("image/"):
            return value
    return ""
