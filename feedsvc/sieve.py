"""The sieve: which files of a folder are no articles whatever their suffix, and by which rule.

What is hidden is left out; then what `exclude` matches; then what a rule names, unless `include`
matches it. A folder that is left out isn't entered, unless `include` leads into it. Each decision
has the name of its rule, and is told.
"""

import re
from collections.abc import Callable, Container, Iterable
from posixpath import splitext
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.globs import Globs, read_glob
from feedsvc.grounds import list_outer
from feedsvc.manifest import MANIFEST
from feedsvc.rules import EXCLUDED, EXPORTED, HIDDEN, INDEX, PARTS, ROBOTS, SITE, TOOLS, VISITORS
from feedsvc.settings import Settings
from feedsvc.sites import is_page, survey

__all__ = ["Area", "Names", "Sieve", "is_index", "list_parts", "make_sieve"]

_OURS = "ours"

_FOLDERS = frozenset(
    (
        *("_drafts/", "_layouts/", "_includes/", "_data/", "_site/", "_sass/", "_plugins/"),
        *("_templates/", "_partials/", "_components/", "_static/", "_assets/", "_build/", "_book/"),
        *("node_modules/", "bower_components/", "__pycache__/", "__MACOSX/"),
    )
)

# In capitals such a word may be followed by others; else it is the whole name but for what comes
# after a dot, as an article may be called `todo-lists.md`.
_ABOUT = (
    *("README", "LICENSE", "LICENCE", "CHANGELOG", "CONTRIBUTING", "TODO"),
    *("CODE_OF_CONDUCT", "CODE-OF-CONDUCT"),
)
_NAMES = {
    INDEX: ("_index.*",),
    VISITORS: ("404.*", "search.html", "search.htm"),
    ROBOTS: (
        *("robots.txt", "humans.txt", "llms.txt", "ads.txt", "app-ads.txt", "security.txt"),
        *("sitemap*.xml", "opensearch.xml", "browserconfig.xml"),
    ),
    TOOLS: (
        *("package.json", "package-lock.json", "composer.json", "manifest.json", "hugo.json"),
        *("tsconfig*.json", "jsconfig.json", "pom.xml", "requirements*.txt"),
    ),
}

_WORD = re.compile(rf"({'|'.join(_ABOUT)})(?![a-z])|(?i:({'|'.join(_ABOUT)})\.)")
_NAMED = re.compile(
    "|".join(f"({'|'.join(read_glob(name).regex for name in names)})" for names in _NAMES.values())
)
_RULES = tuple(_NAMES)
_CURIOUS = {name[:3] for names in _NAMES.values() for name in names} | {"ind"}
_CURIOUS |= {case(word[:3]) for word in _ABOUT for case in (str, str.lower, str.title)}
# A feed that is called so (Hugo) is none.
_INDEX = re.compile(
    r"index(?:\.[a-z]{2}(?:-[A-Za-z]{2,4})?)?\.(?!(?:xml|json|jsonl|ndjson|atom|rss|rdf)$)\w+"
)

_SAVED = (".html", ".htm", ".xhtml")
_PARTS = "_files/"


class Names(Container[str], Iterable[str], Protocol):
    """What is in a folder: the names of folders end in a slash, and those in others are paths."""

    @property
    def marked(self) -> bool:
        """Whether anything is there that may tell what the folder is."""

    def read(self, name: str) -> str:
        """Read the beginning of a file; nothing, where it can't be."""


class Area(Struct, frozen=True):
    """What the sieve knows of a folder that is entered.

    `path` is that of the index, `base` its beginning where that is out of the settings' folder;
    both end in a slash. `top` is whether nothing is above it. `site` names the generator in
    whose site it is; `ways` lead to its content from here, or `posts` are the folders that hold
    it; `own` and `pages` are as in Site. `inside` is whether content is here, `bundles` whether
    an index page makes one article of a folder, as it does here where this is a `bundle`. `part`
    is the rule that leaves out what isn't included.
    """

    path: str = ""
    base: str = ""
    top: bool = False
    site: str = ""
    ways: tuple[str, ...] = ()
    posts: frozenset[str] | None = None
    own: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    inside: bool = False
    bundles: bool = False
    bundle: bool = False
    part: str = ""


def is_index(name: str) -> bool:
    """Whether a file is named as the page of its folder, be that an article or not."""
    return _INDEX.fullmatch(name) is not None


def list_parts(name: str) -> list[str]:
    """List the folders of parts that a browser saves beside a page of this name."""
    stem, suffix = splitext(name)
    return [stem + _PARTS] if suffix.lower() in _SAVED else []


class Sieve:
    """The rules of a publication, and how much each has left out: `counts`, by its name.

    `folders` are those that hold the articles, none where it is the one of the settings;
    `listen` is told each path that is left out, and the rule.
    """

    def __init__(
        self,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        folders: tuple[str, ...] = (),
        listen: Callable[[str, str], None] = lambda path, rule: None,
    ) -> None:
        self._include, self._exclude = Globs(include), Globs(exclude)
        self.listen = listen
        self.folders = folders or (".",)
        self.outer = list_outer(self.folders)
        self.counts: dict[str, int] = {}
        self.surveyed: dict[str, Area] = {}
        """What is known of areas, by their paths."""

    def leave(self, path: str, rule: str) -> None:
        """Count and tell that a path is left out."""
        if rule != _OURS:
            self.counts[rule] = self.counts.get(rule, 0) + 1
            self.listen(path, rule)

    def begin(self, folder: str) -> Area:
        """Return the area of one of the folders."""
        path = "" if folder == "." else f"{folder}/"
        return Area(path, path if folder in self.outer else "", top=True)

    def begin_at(self, path: str) -> Area | None:
        """Return the area of the folder that a path is in, None where none has it."""
        for name in (*self.outer, *self.folders):
            if name == "." or f"{path}/".startswith(f"{name}/"):
                return self.begin(name)
        return None

    def survey(self, area: Area, names: Names) -> Area:
        """Look at what is in an area that is entered."""
        marked = names.marked
        if marked and MANIFEST in names and not area.top:
            return replace(area, part=EXPORTED)
        if area.inside and area.bundles:
            page = any(is_index(name) and is_page(name) for name in names)
            return replace(area, bundle=page and not area.top)
        site = None if area.site or area.part or not marked else survey(names, names.read)
        if site is None:
            return area
        return replace(
            area,
            site=site.name,
            ways=site.content,
            posts=site.posts,
            own=site.own,
            pages=site.pages,
            inside=not site.content and site.posts is None,
            bundles=site.bundles,
        )

    def enter(self, area: Area, name: str, names: Names) -> Area:
        """Return the area of a folder in another, that isn't left out."""
        path = area.path + name
        rule = self._include and (area.part or self._rule(area, name, names))
        if rule:
            wholly = self._include.matches(path[len(area.base) :])
            return Area(path, area.base, part="" if wholly else rule)
        if not area.site:
            return Area(path, area.base)
        below = replace(area, path=path, top=False, own=frozenset(), bundle=False)
        if area.ways:
            ways = tuple(way.removeprefix(name) for way in area.ways if way.startswith(name))
            if "" not in ways:
                return replace(below, ways=ways)
            return replace(below, top=True, ways=(), own=area.pages, inside=True)
        if area.posts is not None and not area.inside:
            return replace(below, own=area.own, inside=name in area.posts)
        return below

    def sift(
        self,
        area: Area,
        names: Names,
        known: Callable[[str], bool],
        holds: Callable[[str], bool],
        sure: Callable[[str], bool] | None = None,
    ) -> dict[str, str]:
        """Return what is left out of an area, each with its rule.

        `known` is whether a reader is there for a file, `sure` whether what it reads is an article
        then, `holds` whether there is one in a folder.
        """
        all = not self.is_plain(area)
        asked = [n for n in names if all or n[:3] in _CURIOUS or n[-1] == "/" or n[0] == "."]
        left = {name: rule for name in asked if (rule := self.judge(area, name, names, known))}
        pages = [name for name in asked if name not in left and is_index(name) and known(name)]
        if pages and not area.bundle and _holds_other(names, {*left, *pages}, sure or known, holds):
            path = area.path[len(area.base) :]
            left |= {name: INDEX for name in pages if not self._include.matches(path + name)}
        return left

    def is_plain(self, area: Area) -> bool:
        """Whether all that `is_usual` is no more than its suffix there."""
        return not (area.site or area.part or self._include or self._exclude)

    def is_usual(self, name: str) -> bool:
        """Whether no rule is about files of this name."""
        return name[:3] not in _CURIOUS and name[0] != "."

    def judge(self, area: Area, name: str, names: Names, known: Callable[[str], bool]) -> str:
        """Return the rule that leaves out a file or a folder, "" where none does.

        But for index pages, of which only `sift` can tell.
        """
        folder = name[-1] == "/"
        if name[0] == ".":
            return _OURS if name == ".feedsvc/" else HIDDEN
        path = area.path[len(area.base) :] + name
        if self._exclude and self._exclude.matches(path):
            return EXCLUDED
        if not folder and not known(name):
            return ""
        rule = area.part or self._rule(area, name, names)
        if rule and self._include:
            included = self._include.matches(path) or (folder and self._include.leads(path))
            return "" if included else rule
        return rule

    def _rule(self, area: Area, name: str, names: Names) -> str:
        if name[-1] == "/":
            return _judge_folder(area, name, names)
        if area.site and not (area.inside and is_page(name)):
            return area.site + SITE
        if area.bundle:
            return "" if is_index(name) else area.site + SITE
        return INDEX if area.top and is_index(name) else _judge_name(name)


def make_sieve(
    settings: Settings, listen: Callable[[str, str], None] = lambda path, rule: None
) -> Sieve:
    """Make the sieve of a publication, for one look at its folders."""
    return Sieve(settings.include, settings.exclude, settings.folders, listen)


def _judge_folder(area: Area, name: str, names: Names) -> str:
    ours = area.posts is not None and name in area.posts
    if name in _FOLDERS and not ours:
        return name
    if area.site:
        if area.ways:
            foreign = not any(way.startswith(name) for way in area.ways)
        else:
            lost = area.posts is not None and not area.inside and name[0] == "_" and not ours
            foreign = lost or area.bundle or name in area.own
        if foreign:
            return area.site + SITE
    stem = name.removesuffix(_PARTS)
    saved = stem != name and any(f"{stem}{suffix}" in names for suffix in _SAVED)
    return PARTS if saved else ""


def _judge_name(name: str) -> str:
    if match := _WORD.match(name):
        word = (match[1] or match[2]).upper().replace("-", "_")
        return "LICENSE" if word == "LICENCE" else word
    match = _NAMED.fullmatch(name)
    return _RULES[(match.lastindex or 0) - 1] if match else ""


def _holds_other(
    names: Names, others: Container[str], known: Callable[[str], bool], holds: Callable[[str], bool]
) -> bool:
    """Whether an article is in a folder but for some, or in a folder of it."""
    rest = [name for name in names if name not in others]
    files = any(known(name) for name in rest if name[-1] != "/")
    return files or any(holds(name) for name in rest if name[-1] == "/")
