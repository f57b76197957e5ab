"""Filenames: what a file's path says of the article in it: its title, its date, its language.

As generators read them: `2018/07/27/slug.md`, `2018-07-27-slug/index.nl.md`.
"""

import re
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from feedsvc.clean import clean_line
from feedsvc.dates import FIRST_YEAR, LAST_YEAR

__all__ = ["FileName", "find_day", "find_language", "read_name"]

BUNDLES = ("index", "_index", "readme")
"""Names of a file whose folder names the article."""

_LANGUAGE = re.compile(r"\.([a-z]{2}(?:-[A-Z]{2}|-[A-Z][a-z]{3})?)\.\w+$")
# ISO 639-1, each code followed by a space.
_LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu "
    "cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi "
    "ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks "
    "ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl "
    "nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
    "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve "
    "vi vo wa wo xh yi yo za zh zu "
)
# Of sources, and of formats that generators read.
_SUFFIXES = re.compile(
    r"(?:\.(?:m?html?|xht|xhtml|mht|md|mdx|mkd|markdown|mdown|txt|json|xml|atom|rss|rdf))+$", re.I
)
_DAY = re.compile(
    r"(?:^|/)(?:(\d{4})[-/_.](\d{1,2})[-/_.](\d{1,2})|((?:19|20)\d\d)(\d\d)(\d\d))(?!\d)", re.A
)
# The day, and a time that may follow.
_DATED = re.compile(
    r"(?:\d{4}[-_.]\d{1,2}[-_.]\d{1,2}|(?:19|20)\d{6})(?:[T-]\d{4}(?:\d\d)?)?(?:$|[-_. ]+)", re.A
)


class FileName(NamedTuple):
    """What a path says.

    `title` is to be read, `stem` the name without its date, `whole` with it; that of the folder
    where the article is its `index`, a `bundle`. `jekylls` is whether it is named as Jekyll names
    articles, `posted` whether one of its posts must be. The `folders` are those within the site's
    content, the `sections` those that no date is, the `categories` those above Jekyll's posts.
    """

    title: str
    stem: str
    whole: str
    day: date | None
    bundle: bool
    jekylls: bool
    posted: bool
    folders: tuple[str, ...]
    sections: tuple[str, ...]
    categories: tuple[str, ...]


def find_language(path: str) -> str | None:
    """Return the language that a file's name ends in, before its suffix."""
    match = _LANGUAGE.search(path)
    return match[1] if match and f"{match[1][:2]} " in _LANGUAGES else None


def find_day(path: str) -> date | None:
    """Return the last day that a path names: `2018/07/27/slug`, `2018-07-27-slug`."""
    days = [[int(part) for part in match.groups() if part] for match in _DAY.finditer(path)]
    for day in reversed(days):
        # The first and the last year may be others in another zone.
        if FIRST_YEAR < day[0] < LAST_YEAR:
            with suppress(ValueError):
                return date(*day)
    return None


@lru_cache(maxsize=16)
def read_name(path: str) -> FileName:
    """Read the path of a file."""
    *folders, name = path.split("/")
    if language := find_language(path):
        head, _, suffix = name.rpartition(f".{language}.")
        name = f"{head}.{suffix}"
    name = _SUFFIXES.sub("", name)
    bundle = bool(folders) and name.lower() in BUNDLES
    whole = folders.pop() if bundle else name
    stem = whole[match.end() :] if (match := _DATED.match(whole)) else whole
    title = clean_line(re.sub(r"[-_\s]+", " ", stem or whole))
    # Hugo has all below `content`, Jekyll posts in folders of this name, below their categories.
    top = folders.index("content") + 1 if "content" in folders else 0
    dated, special = stem != whole, any(folder[:1] == "_" for folder in folders)
    posted = dated and not top and "_posts" in folders
    above = folders[: folders.index("_posts")] if posted else []
    inner = [folder for folder in folders[top:] if folder[:1] != "_"]
    return FileName(
        title=title[:1].upper() + title[1:],
        stem=stem or whole,
        whole=whole,
        day=find_day(path),
        bundle=bundle,
        jekylls=not top and (dated or special),
        posted=posted,
        folders=tuple(inner),
        sections=tuple(folder for folder in inner if not folder.isdecimal()),
        categories=tuple(folder for folder in above if folder not in ("source", "src", "docs")),
    )
