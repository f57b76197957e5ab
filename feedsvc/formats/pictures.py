"""Pictures, sound and films on pages: this site's own are shown; those of others are links.

So that who reads a page makes no request to a site that they didn't choose. The policy of the
pages refuses such requests as well; this spares readers the holes that would leave.
"""

import re
from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from feedsvc.clean import clean_line

__all__ = ["is_own", "link_foreign", "name_file", "shows"]

_SHOWING = re.compile("<(?:audio|img|picture|source|track|video)", re.I)
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s[^,]*)?")


def is_own(url: str, root: str) -> bool:
    """Return whether an address is of the same origin as the feeds' root (RFC 6454)."""
    return urlsplit(url)[:2] == urlsplit(root)[:2]


def name_file(url: str) -> str:
    """Return what a person calls the file at an address: its name, else the host's."""
    parts = urlsplit(url)
    return clean_line(unquote(parts.path.rstrip("/").rpartition("/")[2])) or parts.netloc


def shows(content: str, url: str) -> bool:
    """Return whether HTML has an image of this address."""
    finder = _Linker("")
    finder.feed(content)
    return url in finder.sources


def link_foreign(content: str, root: str) -> str:
    """Return well-formed HTML with links in place of what is shown or played of other sites.

    A link says what is shown, else the name of its file. All else stays as it is written.
    """
    if not _SHOWING.search(content):
        return content
    linker = _Linker(root)
    linker.feed(content)
    linker.close()
    return "".join(linker.parts)


class _Player:
    """An audio, video or picture element that isn't written yet, as its sources decide."""

    def __init__(self, tag: str, start: str, outer: list[str]) -> None:
        self.tag, self.start, self.outer = tag, start, outer
        self.is_own = False
        self.link = ""


class _Linker(HTMLParser):
    """Copies HTML as it is written, but for what it shows."""

    def __init__(self, root: str) -> None:
        super().__init__(convert_charrefs=False)
        self._root = root
        self._links = 0
        self._players: list[_Player] = []
        self.sources: set[str] = set()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.parts.append(self._show(given))
        elif tag in ("audio", "picture", "video"):
            self._open(tag, given)
        elif tag in ("source", "track"):
            self._add(tag, given)
        else:
            self._links += tag == "a"
            self.parts.append(self._written())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("audio", "picture", "video") and self._players:
            self._close()
            return
        self._links -= tag == "a"
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")

    def close(self) -> None:
        super().close()
        while self._players:
            self._close()

    def _written(self) -> str:
        return self.get_starttag_text() or ""

    def _asks_nobody(self, url: str) -> bool:
        return is_own(url, self._root) or url.startswith("data:")

    def _reduce(self, tag: str, given: dict[str, str], names: Iterable[str]) -> str:
        """Write a start tag without those of some attributes that another site is asked for."""
        lost = {
            name
            for name in names
            if name in given and not all(map(self._asks_nobody, _list_urls(name, given[name])))
        }
        if not lost:
            return self._written()
        kept = (f' {name}="{escape(value)}"' for name, value in given.items() if name not in lost)
        return f"<{tag}{''.join(kept)}>"

    def _show(self, given: dict[str, str]) -> str:
        source = given.get("src", "")
        self.sources.add(source)
        if self._asks_nobody(source):
            if self._players:
                self._players[-1].is_own = True
            return self._reduce("img", given, ("srcset",))
        link = self._link(source, given.get("alt", ""))
        if self._players:
            self._players[-1].link = link
        return link

    def _link(self, url: str, text: str = "") -> str:
        text = escape(text or name_file(url), quote=False)
        if self._links or not url:
            return text  # a link in a link is none
        return f'<a href="{escape(url)}">{text}</a>'

    def _open(self, tag: str, given: dict[str, str]) -> None:
        start = self._reduce(tag, given, ("src", "poster"))
        self._players.append(_Player(tag, start, self.parts))
        self.parts = []
        if "src" in given:
            self._offer(given["src"])

    def _add(self, tag: str, given: dict[str, str]) -> None:
        start = self._reduce(tag, given, ("src", "srcset"))
        if start == self._written():
            self.parts.append(start)
        if tag == "source" and "src" in given and self._players:
            self._offer(given["src"])

    def _offer(self, url: str) -> None:
        """Take note of what an element may play."""
        player = self._players[-1]
        player.is_own = player.is_own or self._asks_nobody(url)
        player.link = player.link or self._link(url)

    def _close(self) -> None:
        player, inner = self._players.pop(), self.parts
        self.parts = player.outer
        if player.is_own:
            self.parts += [player.start, *inner, f"</{player.tag}>"]
        else:
            self.parts.append(player.link)


def _list_urls(name: str, value: str) -> list[str]:
    return _CANDIDATE.findall(value) if name == "srcset" else [value]
