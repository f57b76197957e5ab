"""Keys: what tells a record from the others of its file, and whether it is like an article.

That is its id, else its URL, else its slug, else its title and date: so it stays the same one
wherever in the file it stands, and whatever else changes in it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from feedsvc.readers.fields.names import Known, find_name, fold_name
from feedsvc.readers.fields.values import is_empty, pick

__all__ = ["BODIES", "make_key", "resembles", "unwrap"]

BODIES = {
    **dict.fromkeys(("html", "contenthtml", "bodyhtml", "contentencoded"), "HTML"),
    **dict.fromkeys(("markdown", "contentmarkdown", "bodymarkdown", "md"), "Markdown"),
    **dict.fromkeys(("content", "body", "postcontent"), ""),
    **dict.fromkeys(("text", "contenttext", "bodytext", "plaintext", "articlebody"), "text"),
}
"""What the text of a record is called, and what it is then; the first that decides first."""

LONGEST = 200
"""Characters of a text that tell it from others."""


def make_key(
    members: Iterable[tuple[str, Any]], read: Callable[[Any], object] = lambda value: value
) -> str:
    """Make the key of a record from its members, "" where they don't tell.

    No more of their values is `read` than is needed.
    """
    telling: dict[str, list[tuple[int, Any]]] = {}
    for name, value in members:
        field, rank = _rank(name)
        if field:
            telling.setdefault(field, []).append((rank, value))

    def say(field: str) -> str:
        by_rank = sorted(telling.get(field, ()), key=itemgetter(0))
        values = (read(value) for _, value in by_rank)
        return next((_write(value) for value in values if not is_empty(value)), "")

    for field in ("id", "address", "slug"):
        if said := say(field):
            return f"{field} {said}"
    title = (say("title") or say("body"))[:LONGEST]
    return f"title {title}\0{say('published')}" if title else ""


@lru_cache(maxsize=1024)
def _rank(name: str) -> tuple[str, int]:
    """Return what a member tells of a record, and its place among those that tell it."""
    if (folded := fold_name(name)) in BODIES:
        return "body", list(BODIES).index(folded)
    known = find_name(name)
    return (known.field, known.rank) if known and known.field in _TELLING else ("", 0)


def unwrap(value: object) -> object:
    """Return what MongoDB writes in a table of its own: `{"$date": …}`."""
    while isinstance(value, Mapping) and len(value) == 1:
        ((name, inner),) = value.items()
        if not str(name).startswith("$"):
            break
        value = inner
    return value


def _write(value: object) -> str:
    value = unwrap(value)
    if isinstance(value, Mapping) and isinstance(shown := pick(value, "rendered"), str):
        value = shown
    if isinstance(value, str):
        return " ".join(value.split())
    return json.dumps(value, sort_keys=True)


def resembles(names: Iterable[str], *, alone: bool = False) -> bool:
    """Whether what has members of these names is like an article.

    It has a title and a date, or a text and one of these, or a URL; not the title, where it is
    `alone` in its file: a site's own words have titles and texts too.
    """
    folded = {fold_name(name) for name in names}
    fields = {known.field for name in folded if (known := _find_telling(name))}
    if {"title", "published"} <= fields:
        return True
    return not folded.isdisjoint(BODIES) and bool(fields - ({"title"} if alone else set()))


def _find_telling(name: str) -> Known | None:
    known = find_name(name)
    return known if known and known.field in _FIRM and not known.loose else None


_TELLING = ("id", "address", "slug", "title", "published")
_FIRM = ("title", "published", "address")
