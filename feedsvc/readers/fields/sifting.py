"""Sifting: which fields of an article say something, and of what.

Names are looked up, tables of unknown fields are looked into, what says nothing is told and left
out, and what says whether an article is published is brought to `draft` and `unlisted`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from feedsvc.clean import clean_line
from feedsvc.converters import show
from feedsvc.errors import BadValue
from feedsvc.readers.fields.claims import Claim
from feedsvc.readers.fields.names import CONTAINERS, Known, find_name, fold_name
from feedsvc.readers.fields.values import is_empty, read_flag
from feedsvc.readers.lines import Notes

__all__ = ["Field", "sift"]

LONGEST = 50
"""Characters of a name that a message repeats."""

DEEPEST = 4
"""Tables in each other that are looked into."""

# What becomes of an article of a status or a visibility, as Pelican, Ghost and WordPress name it.
_STATUSES = {
    **dict.fromkeys(
        ("draft", "autodraft", "pending", "private", "trash", "trashed", "unpublished"), "draft"
    ),
    **dict.fromkeys(("skip", "inherit", "members", "paid", "tiers", "password"), "draft"),
    **dict.fromkeys(("hidden", "unlisted"), "unlisted"),
}
# Names of the date that may have yes or no.
_FLAGS = frozenset(("published", "publish", "ispublished"))
# Names that are a field's only where the generator knows them.
_OUTER = frozenset(("path", "name", "label", "alt"))
_IGNORED = {
    "elsewhere": "it names other addresses of the article",
    "keywords": "they are for search engines: tags are categories",
}


class Field(NamedTuple):
    """A field as it is written: its line (from 1), its name, its value.

    That is typed as YAML, TOML or JSON give it, or text.
    """

    line: int
    name: str
    value: object


def sift(given: Iterable[Field], notes: Notes) -> Iterator[Claim]:
    """Yield what fields say, in their order; tell which aren't used."""
    for line, name, value in given:
        yield from _list(line, name, _show_name(name), value, False, notes)


def _list(
    line: int, name: str, shown: str, value: object, nested: bool, notes: Notes
) -> Iterator[Claim]:
    folded = fold_name(name)
    known = find_name(name)
    if isinstance(value, Mapping) and folded in (*CONTAINERS, "taxonomies"):
        if shown.count(".") > DEEPEST:
            notes.tell(line, shown, "not used", f"in over {DEEPEST} tables")
            return
        for key, inner in value.items():
            if isinstance(key, str):
                below = f"{shown}.{_show_name(key)}"
                inside = nested or folded != "taxonomies"
                yield from _list(line, key, below, inner, inside, notes)
    elif known is None or (nested and folded in _OUTER):
        notes.tell(line, shown, "not used", "no field that is known")
    elif known.field in _IGNORED:
        notes.tell(line, shown, "not used", _IGNORED[known.field])
    elif is_empty(value):
        notes.tell(line, shown, "not used", "empty")
    else:
        yield from _judge(Claim(line, shown, known, value, nested), notes)


def _judge(claim: Claim, notes: Notes) -> Iterator[Claim]:
    """Bring all that says whether an article is published to `draft` and `unlisted`."""
    is_flag = fold_name(claim.name.rpartition(".")[2]) in _FLAGS
    if is_flag and (flag := _find_flag(claim.value)) is not None:
        if flag:
            notes.tell(claim.line, claim.name, "not used", "it says so, but not when")
        else:
            yield _turn(claim, "draft")
    elif claim.known.field == "locked":
        yield _turn(claim, "draft")
    elif claim.known.field == "status":
        word = fold_name(claim.value) if isinstance(claim.value, str) else ""
        if word in _STATUSES:
            yield _turn(claim, _STATUSES[word])
        else:
            notes.tell(claim.line, claim.name, "not used", f"{show(claim.value)} hides nothing")
    else:
        yield claim


def _turn(claim: Claim, field: str) -> Claim:
    return claim._replace(known=Known(field, claim.known.rank), value=True)


def _find_flag(value: object) -> bool | None:
    try:
        return read_flag(value)
    except BadValue:
        return None


def _show_name(name: str) -> str:
    """Write a name for a message, on one line."""
    name = clean_line(name)
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
