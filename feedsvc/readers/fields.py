"""Fields: what an article says of itself by name, `author: Jan Jansen`, to typed values.

Whichever source format they stand in. A value that can't be used refuses the article, with its
line: an article that says `draft: yep` isn't published by mistake.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from feedsvc.clean import clean_line, clean_url
from feedsvc.converters import convert_email, convert_language, convert_text, show
from feedsvc.dates import read_date
from feedsvc.errors import ArticleError, BadValue, MediumRefused
from feedsvc.model import Enclosure, Finding, Person, Picture, Selection
from feedsvc.readers.lines import Line, Notes
from feedsvc.readers.media import Find, find_nothing, is_beside, tell_type
from feedsvc.settings import Settings

__all__ = ["NAMES", "Field", "Fields", "find_field", "read_fields"]


class Field(NamedTuple):
    """A field as it is written: its line (from 1), its name (one of NAMES), its value."""

    line: int
    name: str
    text: str


class Fields(Struct, frozen=True):
    """What an article's fields say; where they say nothing, what no field says either."""

    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    id: str | None = None
    image: Picture | None = None
    language: str | None = None
    summary: str = ""
    updated: datetime | None = None
    selection: Selection = Selection()
    findings: tuple[Finding, ...] = ()
    rules: tuple[Finding, ...] = ()


LONGEST = 500
"""Characters of a name, a label or an id."""


def find_field(line: Line) -> Field | None:
    """Return the field that a line `name: value` is, in any case; None where it is none."""
    match = _FIELD.match(line[1])
    return Field(line[0], match[1].lower(), line[1][match.end() :]) if match else None


def read_fields(
    path: str,
    given: Iterable[Field],
    settings: Settings,
    published: datetime | None = None,
    find: Find = find_nothing,
) -> Fields:
    """Read the fields of the article in `path`, which is dated `published`.

    What `find` refuses is left out, with a finding.
    Raises ArticleError with the line and the field that can't be used, or is given twice.
    """
    notes = Notes(path)
    once: dict[str, Any] = {}
    lines: dict[str, int] = {}
    many: dict[str, dict[str, Any]] = {"author": {}, "category": {}, "enclosure": {}}
    for line, name, written in given:
        try:
            text = convert_text(written)
            value = _convert(name, text, settings, find)
        except MediumRefused as fault:
            notes.find(line, name, fault.what, fault.why)
            value = [] if name in many else None
        except BadValue as fault:
            raise ArticleError(path, line, name, fault.what, fault.why) from fault
        if name in lines:
            raise ArticleError(path, line, name, "given twice", f"first in line {lines[name]}")
        if name in many:
            again = _add(value, many[name])
            notes.tell(line, name, text, f"again: {', '.join(again)}" if again else "")
        else:
            notes.tell(line, name, text)
            once[name], lines[name] = value, line
    for name in ("expires", "updated"):
        if published and name in once and once[name] < published:
            why = f"{once[name].isoformat()} is before {published.isoformat()}"
            notes.find(lines[name], name, "before the publication", why)
    marks = {name: once.pop(name) for name in ("draft", "unlisted", "expires") if name in once}
    return Fields(
        authors=tuple(many["author"].values()),
        categories=tuple(many["category"].values()),
        enclosures=tuple(many["enclosure"].values()),
        selection=Selection(**marks),
        findings=tuple(notes.findings),
        rules=tuple(notes.rules),
        **once,
    )


def _add(items: list[tuple[str, Any]], known: dict[str, Any]) -> list[str]:
    """Add what isn't known yet, each under its key; return the keys of the rest."""
    again = []
    for key, item in items:
        if key in known:
            again.append(key)
        known.setdefault(key, item)
    return again


def _convert(name: str, text: str, settings: Settings, find: Find) -> Any:
    if name in _MOMENTS:
        zone = ZoneInfo(settings.timezone)
        return read_date(text, zone=zone, default_time=settings.default_time)
    if name in _FILES:
        return _FILES[name](text, find)
    return _CONVERTERS[name](text)


# What each value must be. Of a field that may be repeated: what it is, after what tells it apart.


def _read_authors(text: str) -> list[tuple[str, Person]]:
    people = [_read_person(part) for part in _part(text, ";")]
    return [(person.name.casefold(), person) for person in people]


def _read_person(text: str) -> Person:
    """Read `Name`, `Name <email>`, `Name (https://url)`, or both, in either order."""
    name, email, url = text, None, None
    if match := _URL.search(name):
        url = clean_url(match[1])
        name = name[: match.start()] + name[match.end() :]
    if match := _EMAIL.search(name):
        email = convert_email(match[1])
        name = name[: match.start()]
    if not (name := clean_line(name)):
        raise BadValue("no name", show(text))
    return Person(name, email, url)


def _read_categories(text: str) -> list[tuple[str, str]]:
    return [(label.casefold(), label) for label in _part(text, ",")]


def _read_enclosure(text: str, find: Find) -> list[tuple[str, Enclosure]]:
    """Read an address, and what may follow: its length in bytes, its media type.

    Or a file beside the article, which tells both.
    """
    address, *rest = text.split()
    if is_beside(address):
        if rest:
            why = f"{show(rest[0])}; the length and the type are read from the file"
            raise BadValue("more than a file", why)
        file = find(address)
        return [(file.url, file)]
    url = clean_url(address)
    length, type = 0, ""
    for word in rest:
        if not length and _LENGTH.fullmatch(word):
            length = int(word)
        elif not type and _TYPE.fullmatch(word):
            type = word.lower()
        else:
            raise BadValue("not a length or a media type", show(word))
    if not (type := type or tell_type(url)):
        raise BadValue("no media type", f"{show(url)} tells none; write for example 'audio/mpeg'")
    return [(url, Enclosure(url, type, length))]


def _read_flag(text: str) -> bool:
    word = text.lower()
    if word not in _FLAGS:
        raise BadValue("not yes or no", show(text))
    return _FLAGS[word]


def _read_id(text: str) -> str:
    if len(text) > LONGEST:
        raise BadValue("too long", f"{show(text)} has over {LONGEST} characters")
    if not _IRI.fullmatch(text):
        raise BadValue("not an IRI", f"{show(text)}; write for example 'tag:example.org,2024:a'")
    return text


def _read_image(text: str, find: Find) -> Picture:
    """Read an address, or a file beside the article, and the alternative text that may follow."""
    address, *rest = text.split(maxsplit=1)
    beside = is_beside(address)
    type = tell_type(address if beside else clean_url(address))
    if type and not type.startswith("image/"):
        raise BadValue("not an image", f"{show(address)} is {type}")
    url = find(address).url if beside else clean_url(address)
    return Picture(url, clean_line("".join(rest)), type)


def _part(text: str, separator: str) -> list[str]:
    parts = [part for part in map(clean_line, text.split(separator)) if part]
    if not parts:
        raise BadValue("empty")
    if any(len(part) > LONGEST for part in parts):
        raise BadValue("too long", f"{show(text)} has over {LONGEST} characters")
    return parts


_URL = re.compile(r"(?:^|\s)\((https?://\S+)\)(?=\s|$)")
_EMAIL = re.compile(r"<([^<>]*)>$")
_LENGTH = re.compile(r"[0-9]{1,15}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.I | re.A)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")  # RFC 3987, loosely
_FLAGS = {
    **dict.fromkeys(("yes", "true", "1", "on"), True),
    **dict.fromkeys(("no", "false", "0", "off"), False),
}
_MOMENTS = ("expires", "updated")
_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "author": _read_authors,
    "category": _read_categories,
    "draft": _read_flag,
    "id": _read_id,
    "language": convert_language,
    "summary": convert_text,
    "unlisted": _read_flag,
}
_FILES: dict[str, Callable[[str, Find], Any]] = {
    "enclosure": _read_enclosure,
    "image": _read_image,
}

NAMES = frozenset((*_CONVERTERS, *_FILES, *_MOMENTS))
"""The fields that there are."""

# `image://a` is no field, but an address. Without re.A, `ſummary` would be one.
_FIELD = re.compile(rf"({'|'.join(sorted(NAMES))})[ \t\xa0\u202f]*[:：](?!//)", re.I | re.A)
