"""Rewriting: the tags of parsed HTML, one by one, to those that an article keeps.

It goes over what a parser wrote: each tag is whole, each value in quotes. Whoever calls makes
sure of the result; here it is decided what stands for what can't be kept.
"""

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

from feedsvc.clean import clean_line
from feedsvc.model import Picture
from feedsvc.readers.hygiene.allowed import ATTRIBUTES, TAGS
from feedsvc.readers.hygiene.embeds import link_frame, name_file
from feedsvc.readers.hygiene.references import References
from feedsvc.readers.hygiene.telling import Teller
from feedsvc.readers.hygiene.trackers import is_icon, is_tracker
from feedsvc.readers.media import tell_type

__all__ = ["Rewriter"]

_FRAME = re.compile(r"<iframe([^>]*)>.*?</iframe>", re.S)
# Those that may change: all with an attribute, and some without.
_TAG = re.compile(
    r"<(?:(/)(a|object|span|video)|([a-z][a-z0-9-]*)( [^>]+)"
    r"|(a|audio|base|embed|iframe|img|input|object|source|span|track|video))>"
)
_ATTRIBUTE = re.compile(r' ([^\s=>"]+)="([^"]*)"')
_FRAGMENT = re.compile(r'<a(?: [^>]*)? href="([^"]*#[^"]*)"')
_HEADERS = re.compile(r'<t[dh](?: [^>]*)? headers="([^"]*)"')
_CELLS = re.compile(r'<t[dh](?: [^>]*)? id="([^"]*)"')
_NAMED = re.compile(r' (?:id|name)="([^"]*)"')
_ALIGN = re.compile(r"text-align\s*:\s*(left|right|center|justify)\b", re.I)

_TAG_OF_LANGUAGE = re.compile("[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_VALUES = {
    "dir": re.compile("ltr|rtl|auto", re.I),
    "hreflang": _TAG_OF_LANGUAGE,
    "lang": _TAG_OF_LANGUAGE,
    "loading": re.compile("lazy|eager", re.I),
    "preload": re.compile("none|metadata", re.I),
    "xmlns": re.compile(re.escape("http://www.w3.org/1998/Math/MathML")),
}
_PIXELS = re.compile(r"\s*([0-9]{1,5})(?:\.[0-9]*)?(?:px)?\s*")
# Of classes, only what a highlighter of code goes by; all others are a stylesheet's.
_CLASS = re.compile(r"(?:language|lang)-[\w+#.-]+|highlight")
# Of ids, those of footnotes and sections; no name that a page's script might know a thing by.
_ID = re.compile(r"(?=\S*[0-9:._-])[^\s\"'<>&#%]{1,100}")
_LAZY = ("data-src", "data-lazy-src", "data-original")


class Rewriter:
    """Rewrites the content of one article. `image` is the first picture that stands for it."""

    def __init__(self, references: References, teller: Teller) -> None:
        self._references, self._teller = references, teller
        # Whether each open one was kept: what a parser wrote is balanced.
        self._kept: dict[str, list[bool]] = {"a": [], "span": [], "video": []}
        self._aims: set[str] = set()
        self._cells: set[str] = set()
        self._lazy = ""
        self.image: Picture | None = None

    def rewrite(self, html: str) -> str:
        """Rewrite what a parser wrote."""
        if "<iframe" in html:
            html = _FRAME.sub(lambda frame: f"<iframe{frame[1]}>", html)
        self._aims = self._list_aims(html) if ' id="' in html or ' name="' in html else set()
        return _TAG.sub(self._rewrite, html)

    def _list_aims(self, html: str) -> set[str]:
        """Return the ids that something in the article points to."""
        links = (self._references.link(unescape(url)) for url in _FRAGMENT.findall(html))
        aims = {unquote(link.partition("#")[2]) for link in links}
        times = Counter(_NAMED.findall(html))
        cells = _CELLS.findall(html)
        self._cells = {id for id in cells if times[id] == 1 and _ID.fullmatch(id)}
        headers = {id for ids in _HEADERS.findall(html) for id in unescape(ids).split()}
        return aims | (headers & self._cells)

    def _rewrite(self, tag: re.Match[str]) -> str:
        if tag[1]:
            return tag[0] if tag[2] in TAGS and self._kept[tag[2]].pop() else ""
        name = tag[3] or tag[5]
        given = _read(tag[4] or "")
        if make := _MAKERS.get(name):
            return make(self, name, given)
        if match := _ALIGN.search(given.get("style", "")):
            given.setdefault("align", match[1].lower())
        return _write(name, self._reduce(name, given))

    def _reduce(self, name: str, given: dict[str, str]) -> dict[str, str]:
        """Return the attributes that an element keeps."""
        kept = {}
        for attribute, value in given.items():
            if attribute not in ATTRIBUTES["*"] and attribute not in ATTRIBUTES.get(name, ()):
                continue
            if change := _CHANGES.get(attribute):
                if not (value := change(self, value)):
                    continue
            elif attribute in _VALUES:
                if not _VALUES[attribute].fullmatch(value):
                    continue
            elif attribute in ("width", "height") and name in ("img", "source", "video"):
                if not (match := _PIXELS.fullmatch(value)):
                    continue
                value = match[1]
            kept[attribute] = value
        return kept

    # What becomes of a value.

    def _keep_classes(self, value: str) -> str:
        return " ".join(word for word in value.split() if _CLASS.fullmatch(word))

    def _keep_id(self, value: str) -> str:
        if value not in self._aims or not _ID.fullmatch(value):
            return ""
        self._aims.remove(value)  # the first has it
        return value

    def _keep_headers(self, value: str) -> str:
        return " ".join(word for word in value.split() if word in self._cells)

    def _link(self, value: str) -> str:
        return self._references.link(value)

    def _cite(self, value: str) -> str:
        return self._references.link(value) if value.strip()[:1] not in ("", "#") else ""

    def _show(self, value: str) -> str:
        return self._references.show(value)

    def _show_set(self, value: str) -> str:
        return self._references.show_set(value)

    # What becomes of an element.

    def _keep_anchor(self, name: str, given: dict[str, str]) -> str:
        """Keep a link, or what a link leads to."""
        if anchor := given.pop("name", ""):
            given.setdefault("id", anchor)
        kept = self._reduce(name, given)
        self._kept[name].append(bool(kept))
        return _write(name, kept) if kept else ""

    def _keep_span(self, name: str, given: dict[str, str]) -> str:
        """Keep a span, unless nothing is left of what it said."""
        kept = self._reduce(name, given)
        self._kept[name].append(bool(kept or not given))
        return _write(name, kept) if self._kept[name][-1] else ""

    def _keep_picture(self, name: str, given: dict[str, str]) -> str:
        lazy = next((given[source] for source in _LAZY if given.get(source)), "")
        if lazy:
            given["src"] = lazy
        if "data-srcset" in given:
            given["srcset"] = given["data-srcset"]
        if self._is_tracker(given):
            return ""
        kept = self._reduce(name, given)
        if "src" not in kept:
            if "srcset" not in kept:
                return _escape(clean_line(kept.get("alt", "")))
            kept["src"] = kept["srcset"].split()[0].rstrip(",")
        kept.setdefault("alt", "")
        if "srcset" not in kept:
            kept.pop("sizes", None)
        if self._is_tracker(kept):
            return ""
        source, self._lazy, before = kept["src"], lazy and kept["src"], self._lazy
        if source == before:  # again, for who has no scripts
            return ""
        if self.image is None and source[:5] != "data:" and not is_icon(kept):
            self.image = Picture(source, clean_line(kept["alt"]), tell_type(source))
        return _write(name, kept)

    def _is_tracker(self, attributes: dict[str, str]) -> bool:
        source = attributes.get("src", "")
        if why := is_tracker(attributes):
            self._references.leave(source)
            self._teller.tell(source, "tracker left out", why)
        return bool(why)

    def _keep_film(self, name: str, given: dict[str, str]) -> str:
        self._kept[name].append(not self._is_tracker(given))
        return self._keep_player(name, given) if self._kept[name][-1] else ""

    def _keep_player(self, name: str, given: dict[str, str]) -> str:
        return _write(name, {**self._reduce(name, given), "controls": ""})

    def _keep_source(self, name: str, given: dict[str, str]) -> str:
        if not all(self._kept["video"]):
            return ""
        kept = self._reduce(name, given)
        return _write(name, kept) if "src" in kept or "srcset" in kept else ""

    def _make_box(self, name: str, given: dict[str, str]) -> str:
        if given.get("type", "").lower() != "checkbox":
            return ""
        return "☑" if "checked" in given else "☐"

    def _make_link(self, name: str, given: dict[str, str]) -> str:
        written = given.get("src") or given.get("data-src") or given.get("data", "")
        if self._is_tracker(given) or not (url := self._references.show(written)):
            return ""
        link = link_frame(url, given.get("title", "") or name_file(written))
        if link is None:
            why = f"{url} is of no site whose frames become links"
            self._teller.find(written, "frame left out", why)
            return ""
        self._teller.tell(written, "frame made a link", link.url)
        text = _escape(link.text)
        return text if any(self._kept["a"]) else f'<a href="{_escape(link.url)}">{text}</a>'

    def _leave_out(self, name: str, given: dict[str, str]) -> str:
        return ""


_CHANGES: dict[str, Callable[[Rewriter, str], str]] = {
    "cite": Rewriter._cite,
    "class": Rewriter._keep_classes,
    "headers": Rewriter._keep_headers,
    "href": Rewriter._link,
    "id": Rewriter._keep_id,
    "poster": Rewriter._show,
    "src": Rewriter._show,
    "srcset": Rewriter._show_set,
}
_MAKERS: dict[str, Callable[[Rewriter, str, dict[str, str]], str]] = {
    "a": Rewriter._keep_anchor,
    "audio": Rewriter._keep_player,
    "base": Rewriter._leave_out,
    "embed": Rewriter._make_link,
    "iframe": Rewriter._make_link,
    "img": Rewriter._keep_picture,
    "input": Rewriter._make_box,
    "object": Rewriter._make_link,
    "source": Rewriter._keep_source,
    "span": Rewriter._keep_span,
    "track": Rewriter._keep_source,
    "video": Rewriter._keep_film,
}


def _read(written: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(written)}


def _write(name: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {name}="{_escape(value)}"' for name, value in attributes.items())
    return f"<{name}{written}>"


def _escape(text: str) -> str:
    """Escape as the HTML standard writes a value (section 13.3)."""
    text = text.replace("&", "&amp;").replace("\xa0", "&nbsp;").replace('"', "&quot;")
    return text.replace("<", "&lt;").replace(">", "&gt;")
