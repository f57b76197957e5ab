"""Pictures on pages: this site's own are shown; those of others become links to them.

So that who reads a page makes no request to a site that they didn't choose. The policy of the
pages refuses such requests as well; this spares readers the holes that would leave.
"""

from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from feedsvc.clean import clean_line

__all__ = ["is_own", "link_foreign", "name_file", "shows"]


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
    """Return well-formed HTML with links in place of the images of other sites.

    A link says what the image shows, else the name of its file. All else that shows something
    stays as it is written.
    """
    if "<img" not in content.lower():
        return content
    linker = _Linker(root)
    linker.feed(content)
    linker.close()
    return "".join(linker.parts)


class _Linker(HTMLParser):
    """Copies HTML as it is written, but for the images."""

    def __init__(self, root: str) -> None:
        super().__init__(convert_charrefs=False)
        self._root = root
        self._links = 0
        self.sources: set[str] = set()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.parts.append(self._show(dict(attrs)))
            return
        self._links += tag == "a"
        self.parts.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._links -= tag == "a"
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")

    def _show(self, attributes: dict[str, str | None]) -> str:
        source = attributes.get("src") or ""
        self.sources.add(source)
        asks_nobody = is_own(source, self._root) or source.startswith("data:")
        if asks_nobody and "srcset" not in attributes:
            return self.get_starttag_text() or ""
        text = escape(attributes.get("alt") or name_file(source), quote=False)
        if self._links or not source:
            return text  # a link in a link is none
        return f'<a href="{escape(source)}">{text}</a>'
