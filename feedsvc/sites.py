"""Sites: what tells the folder of a site generator, and where in it the articles are.

The generator's configuration file marks the folder of a site. Its layouts and what it has built
are no articles: where the site has folders of content, only those hold any.
"""

import re
from collections.abc import Callable, Container, Iterator
from posixpath import normpath, splitext

from msgspec import Struct

__all__ = ["MARKS", "Site", "is_page", "survey"]


class Site(Struct, frozen=True):
    """A generator's site: who made it, and what is where in its folder.

    `content` are the paths of the folders that hold its articles, empty where it has none that
    is known; `posts` the names of the folders that do, wherever they are, None where no name
    tells. `own` are folders that hold none, `pages` those in `content` whose pages are no
    articles. Names of folders end in a slash. `bundles` is whether a folder with an index page
    is one article.
    """

    name: str
    content: tuple[str, ...] = ()
    posts: frozenset[str] | None = None
    own: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    bundles: bool = False


class _Generator(Struct, frozen=True):
    """How the site of a generator is known, and laid out where it says nothing else.

    Any of `marks` must be there, and all of `needs`. `key` and `output` are patterns of what in
    the configuration names the folders of content, and the one that is built. Of `content`,
    those that come first are where the articles are, if they are there.
    """

    name: str
    marks: tuple[str, ...]
    needs: tuple[str, ...] = ()
    content: tuple[tuple[str, ...], ...] = ()
    own: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    key: str = ""
    output: str = ""
    posts: bool = False
    bundles: bool = False


_HUGO = _Generator(
    "Hugo",
    ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"),
    content=(("content/",),),
    own=(
        *("archetypes/", "assets/", "data/", "i18n/", "layouts/", "public/", "resources/"),
        *("static/", "themes/"),
    ),
    key="contentdir",
    output="publishdir",
    bundles=True,
)
_GENERATORS = (
    _Generator(
        "Zola",
        ("config.toml", "zola.toml"),
        needs=("content/", "templates/"),
        content=(("content/",),),
        bundles=True,
    ),
    _HUGO,
    _Generator(
        "Hugo",
        ("config.toml", "config.yaml", "config.yml", "config.json"),
        needs=("content/",),
        content=_HUGO.content,
        key=_HUGO.key,
        bundles=True,
    ),
    _Generator(
        "Hugo",
        ("config/",),
        needs=("config/_default/", "content/"),
        content=_HUGO.content,
        bundles=True,
    ),
    _Generator("Jekyll", ("_config.yml", "_config.yaml", "_config.toml"), posts=True),
    _Generator(
        "Eleventy",
        (".eleventy.js", *(f"eleventy.config.{suffix}" for suffix in ("js", "mjs", "cjs", "ts"))),
        own=("_site/", "_includes/", "_layouts/", "_data/", "public/"),
        key="input|setinputdirectory",
        output="output|setoutputdirectory",
    ),
    _Generator(
        "Pelican",
        ("pelicanconf.py",),
        content=(("content/",),),
        own=("output/", "theme/", "themes/", "plugins/", "pages/"),
        pages=("pages/",),
        key="path",
        output="output_path",
    ),
    _Generator(
        "Astro",
        tuple(f"astro.config.{suffix}" for suffix in ("mjs", "js", "ts", "mts", "cjs")),
        content=(("src/content/", "src/data/"), ("src/pages/",)),
        own=("dist/", "public/"),
        output="outdir",
    ),
)

MARKS = frozenset(mark for each in _GENERATORS for mark in each.marks)
"""The names of what may mark the folder of a site: configuration files, and a folder of them."""

_PAGES = frozenset(
    (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mkdown", ".mdx", ".html", ".htm", ".xhtml")
)
_SAYS = (
    r"^(?!\s*(?:#|//)).*?(?<![\w-])(?:{})\b[\"']?\s*[:=(]\s*"
    r"(?:\"([^\"]*)\"|'([^']*)'|([^\s,;)]+))"
)
_COLLECTIONS = re.compile(r"^collections\s*:(.*(?:\n(?:[ \t#-].*)?$)*)", re.M)


def is_page(name: str) -> bool:
    """Whether generators make a page of a file of this name: of others, they take data or text."""
    return splitext(name)[1].lower() in _PAGES


def survey(names: Container[str], read: Callable[[str], str]) -> Site | None:
    """Tell which site's folder holds `names`, None where it is none's.

    Names of folders end in a slash, and those in others are asked for by their path. `read`
    reads the beginning of a configuration file.
    """
    for generator in _GENERATORS:
        mark = next((mark for mark in generator.marks if mark in names), None)
        if mark and all(need in names for need in generator.needs):
            return _describe(generator, names, read(mark))
    return None


def _describe(generator: _Generator, names: Container[str], configuration: str) -> Site:
    said = list(_list_said(generator.key, configuration))
    content = next(
        (
            found
            for ways in (said, *generator.content)
            if (found := tuple(way for way in ways if way in names))
        ),
        (),
    )
    output = _list_said(generator.output, configuration)
    return Site(
        generator.name,
        content,
        frozenset(_list_posts(configuration)) if generator.posts else None,
        frozenset((*generator.own, *output)) if not content else frozenset(),
        frozenset(generator.pages) if content else frozenset(),
        generator.bundles,
    )


def _list_said(key: str, configuration: str) -> Iterator[str]:
    """Yield the folders that a configuration names, be they there or not."""
    if not key:
        return
    for values in re.findall(_SAYS.format(key), configuration, re.M | re.I):
        path = normpath("".join(values).strip() or ".")
        if path != "." and not path.startswith(("/", "../")):
            yield f"{path}/"


def _list_posts(configuration: str) -> Iterator[str]:
    """Yield the folders of articles in a site of Jekyll: of posts, and of each collection.

    That a collection's own settings are taken for names harms nobody.
    """
    yield "_posts/"
    for block in _COLLECTIONS.findall(configuration):
        yield from (f"_{name}/" for name in re.findall(r"[\w-]*\w", block))
