"""Links: references in an article's HTML that are a generator's own, to those that all can follow.

Pelican's `{static}a.png`, Zola's `@/a.md`, a path to another article's file. Where a permalink
tells the address of a file by its path, that is the address; else only the link's text is kept.
"""

import re
from collections import Counter
from collections.abc import Callable
from html import escape, unescape
from posixpath import dirname, normpath, splitext
from urllib.parse import unquote

from feedsvc.clean import clean_line, clean_url
from feedsvc.converters import show
from feedsvc.errors import BadValue
from feedsvc.patterns import part_pattern
from feedsvc.readers.fields.filenames import read_name
from feedsvc.readers.fields.permalinks import Page, expand
from feedsvc.readers.fields.values import join_site, read_moment
from feedsvc.readers.lines import Notes
from feedsvc.settings import Settings

__all__ = ["resolve_links"]

MOST_TOLD = 50
"""References of a kind that are told one by one."""

_SOURCES = r"\.(?:md|markdown|mdown|mkd|mdx)"
_OWN = re.compile(
    rf"""["'](?:\{{[a-z]+\}}|%7B[a-z]+%7D|\|[a-z]+\||@/|[^"'\s:]*{_SOURCES}(?=["'#?]))""", re.I
)
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_ATTRIBUTE = re.compile(r"""(\s(?:href|src|poster)\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.I)
_MARK = re.compile(r"(?:\{([a-z]+)\}|%7B([a-z]+)%7D|\|([a-z]+)\||@(?=/))(.*)", re.I | re.S)
_ARTICLE = re.compile(rf"(?![^/?#]*:|//)([^?#]*{_SOURCES})([?#].*)?", re.I | re.S)
_FILES = ("static", "attach", "filename")
# What only the other article tells for sure.
_UNSURE = frozenset(
    ("categories", "slugified_categories", "slugorfilename", "slugorcontentbasename")
)
_UNSURE_ELSEWHERE = _UNSURE | {"title", "slug"}


def resolve_links(html: str, settings: Settings, notes: Notes, where: Callable[[str], int]) -> str:
    """Resolve the references in the HTML of an article; `where` tells the line of each."""
    if not _OWN.search(html):
        return html
    links = _Links(settings, notes, where)
    resolved = _TAG.sub(lambda tag: _ATTRIBUTE.sub(links.rewrite, tag[0]), html)
    for said, count in links.said.items():
        if count > MOST_TOLD:
            said(1, "link", f"{count - MOST_TOLD} more", "like these")
    return resolved


class _Links:
    """The references of one article."""

    def __init__(self, settings: Settings, notes: Notes, where: Callable[[str], int]) -> None:
        self.settings, self.notes, self.where = settings, notes, where
        self.said: Counter[Callable[[int, str, str, str], None]] = Counter()
        folder, content, _ = f"/{notes.path}".rpartition("/content/")
        self.root = f"{folder}{content}" if content else "/"
        """The folder that a slash begins with, to a generator."""

    def say(
        self, to: Callable[[int, str, str, str], None], written: str, what: str, why: str
    ) -> None:
        """Say what became of a reference, with its line; of many, not of each."""
        self.said[to] += 1
        if self.said[to] <= MOST_TOLD:
            to(self.where(written), "link", what, why)

    def rewrite(self, attribute: re.Match[str]) -> str:
        """Rewrite an attribute; without the reference where that leads nowhere."""
        written = unescape(attribute[2] if attribute[2] is not None else attribute[3])
        resolved = self.resolve(written)
        if resolved == written:
            return attribute[0]
        return f'{attribute[1]}"{escape(resolved)}"' if resolved else ""

    def resolve(self, written: str) -> str:
        """Return what a reference is to all, "" where nobody can tell."""
        path = written
        if mark := _MARK.fullmatch(written):
            kind = (mark[1] or mark[2] or mark[3] or "").lower()
            path = mark[4]
            if kind == "index":
                self.say(self.notes.tell, written, "the site", show(written))
                return self.settings.site_url or "/"
            if kind and kind not in _FILES:
                self.say(self.notes.find, written, "left out", _tell(written))
                return ""
            if not kind or (kind == "filename" and not splitext(path.partition("#")[0])[1]):
                path = _complete(path)
        if match := _ARTICLE.fullmatch(path):
            return self.find_article(written, match[1], match[2] or "")
        if path is written:
            return written
        self.say(self.notes.tell, written, path, "a file in the folder")
        return f"{self.root}{path[1:]}" if path[:1] == "/" else path

    def find_article(self, written: str, path: str, rest: str) -> str:
        """Return the address of another article, by its file, as far as that tells it."""
        path = unquote(path)
        base = self.root if path[:1] == "/" else f"/{dirname(self.notes.path)}"
        target = normpath(f"{base}/{path}").lstrip("/")
        url = self.locate(target)
        if not url:
            self.say(self.notes.find, written, "left out", _tell(written))
            return ""
        self.say(self.notes.tell, written, url, f"by the permalink of {clean_line(target)}")
        return f"{url}{rest}"

    def locate(self, target: str) -> str:
        """Return the address that the site's permalinks give a file, "" where it isn't sure."""
        folder, _, file = target.rpartition("/")
        if splitext(file)[0] == "_index":  # a section's page, to Zola and Hugo
            folder = f"/{folder}/".removeprefix(self.root).rstrip("/")
            return clean_url(join_site(f"{folder}/", self.settings) or "")
        name = read_name(target)
        parts = {part.name for part in part_pattern(self.settings.permalink)}
        if not self.settings.permalink or parts & (_UNSURE if name.jekylls else _UNSURE_ELSEWHERE):
            return ""
        published = read_moment(name.day, self.settings) if name.day else None
        page = Page(name, name.title, "", published, name.categories)
        try:
            path = expand(self.settings.permalink, page, self.settings)
            return clean_url(join_site(path, self.settings) or "")
        except BadValue:
            return ""


def _complete(path: str) -> str:
    """Complete the path of an article that is named without a suffix."""
    path, mark, rest = path.partition("#")
    return f"{path}{'' if _ARTICLE.fullmatch(path) else '.md'}{mark}{rest}"


def _tell(written: str) -> str:
    return f"{show(written)} is an article, and no permalink tells its address; its text is kept"
