"""Values: what a field's value stands for, typed by YAML, TOML or JSON, or written as text.

Each reader takes any value, however deep, and returns what it stands for or raises BadValue.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from html import unescape
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from feedsvc.clean import clean_line, clean_url, is_iri, join_url
from feedsvc.converters import convert_language, convert_text, show
from feedsvc.dates import read_local
from feedsvc.errors import BadValue, NoValue
from feedsvc.readers.fields.names import fold_name
from feedsvc.settings import Settings

__all__ = [
    "LONGEST",
    "describe",
    "flatten",
    "is_empty",
    "join_site",
    "part",
    "pick",
    "read_flag",
    "read_id",
    "read_iri",
    "read_labels",
    "read_language",
    "read_line",
    "read_moment",
    "write",
]

LONGEST = 500
"""Characters of a name, a label or an id."""

LONGEST_SHOWN = 200
"""Characters of a list that a rule repeats."""

DEEPEST = 20
"""Lists and tables in each other; no generator's are deeper."""

# What programs write where they have no date, or where they look it up elsewhere (Eleventy).
_NO_DATE = re.compile(r"(?:0000-00-00|0001-01-01).*|(?:git )?(?:last modified|created)", re.I)
_COUNTED = re.compile(r"[0-9]{10}(?:[0-9]{3})?(?:\.[0-9]+)?")
_COMPACT = re.compile(r"([0-9]{8})T?([0-9]{6}|[0-9]{4})")
_UNDERSCORED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})_([0-9:]{4,8})")  # Pelican
_JAVASCRIPT = re.compile(r"(\w+ \w+ [0-9]{2} [0-9]{4} [0-9:]{8}) GMT([+-][0-9]{4})(?: \(.*\))?")
_UUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.I)
_FLAGS = {
    **dict.fromkeys(("yes", "true", "1", "on"), True),
    **dict.fromkeys(("no", "false", "0", "off"), False),
}


def describe(value: object) -> str:
    """Write a value for who asks to explain."""
    if isinstance(value, str):
        return clean_line(value)
    try:
        items = islice(flatten(value), LONGEST_SHOWN)
        text = ", ".join(clean_line(write(item)) for item in items)
    except BadValue:
        return show(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def is_empty(value: object) -> bool:
    """Whether a value says nothing, nor anything in it: as if the field weren't there."""
    if isinstance(value, (list, tuple)):
        try:
            return all(is_empty(item) for item in flatten(value))
        except BadValue:
            return False
    if isinstance(value, str):
        return not clean_line(value)
    return value is None or value == {}


def write(value: object) -> str:
    """Write a single value as text, as it is written in YAML. Raises BadValue for any other."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, float, date, time)):
        return str(value)
    if isinstance(value, int):
        return show(value)  # one of 4,300 digits can't be written at all
    raise BadValue("not text", show(value))


def pick(table: Mapping[Any, object], *names: str) -> object:
    """Return the first value of a table that says something, under any of the names."""
    folded = {fold_name(key): value for key, value in table.items() if isinstance(key, str)}
    return next((folded[name] for name in names if not is_empty(folded.get(name))), None)


def flatten(value: object) -> Iterator[object]:
    """Yield what isn't a list, in order, of a value and of the lists in it."""
    stack = [iter([value])]
    while stack:
        if (item := next(stack[-1], stack)) is stack:
            stack.pop()
        elif not isinstance(item, (list, tuple)):
            yield item
        elif len(stack) > DEEPEST:
            raise BadValue("too deep", f"lists in over {DEEPEST} others")
        else:
            stack.append(iter(item))


def part(text: str, separator: str) -> list[str]:
    """Part text; raise NoValue where nothing is left, BadValue where that couldn't be sorted."""
    parts = [piece for piece in map(clean_line, text.split(separator)) if piece]
    if not parts:
        raise NoValue("empty")
    if any(len(piece) > LONGEST for piece in parts):
        raise BadValue("too long", f"{show(text)} has over {LONGEST} characters")
    return parts


def join_site(reference: str, settings: Settings) -> str | None:
    """Join the path of a page to the address of the site; None where nobody said what it is."""
    if not settings.site_url:
        return None
    # A first segment with a colon isn't a scheme.
    return clean_url(join_url(settings.site_url, f"./{reference.lstrip('/')}"))


def read_line(value: object) -> str:
    """Read a line of text; of a table what is shown of it, as WordPress gives it, in HTML."""
    if isinstance(value, Mapping):
        shown = pick(value, "rendered")
        if isinstance(shown, str):
            return convert_text(unescape(re.sub("<[^<>]*>", "", shown)))
        value = pick(value, "raw", "text", "value")
    return convert_text(write(value))


def read_labels(value: object, plural: bool, spaced: bool = False) -> list[str]:
    """Read labels: of a list each element; text is one, or with a `plural` name several.

    Those are parted by semicolons, else by commas, as Pelican parts them; or where they are
    `spaced` and have neither, by spaces.
    """
    if isinstance(value, str):
        if not plural:
            return part(value, "\n")
        separator = next((mark for mark in ";," if mark in value), " " if spaced else "\n")
        return part(value, separator)
    labels = []
    for item in flatten(value):
        if isinstance(item, Mapping):
            item = pick(item, "name", "title", "label", "term", "slug")
        if not is_empty(item):
            labels.append(clean_line(write(item)))
    return part("\n".join(labels), "\n")


def read_moment(value: object, settings: Settings, gmt: bool = False) -> datetime:
    """Read a moment, in the zone that it is written in.

    Of a table, its date. A number is a day, 20240501, or what computers count since 1970. Raises
    NoValue for what programs write where they have none.
    """
    if isinstance(value, Mapping):
        value = pick(value, "date", "datetime", "value")
    elif isinstance(value, list) and len(items := list(islice(flatten(value), 2))) == 1:
        (value,) = items  # [[2024-05-01]] is a link in notes, and lists in YAML
    text = value.isoformat() if isinstance(value, date) else write(value).strip()
    if _NO_DATE.fullmatch(text):
        raise NoValue("no date", show(text))
    if _COUNTED.fullmatch(text):
        text = datetime.fromtimestamp(int(text[:10]), UTC).isoformat()
    elif match := _COMPACT.fullmatch(text) or _UNDERSCORED.fullmatch(text):
        text = f"{match[1]}T{match[2]}"
    elif match := _JAVASCRIPT.fullmatch(text):
        text = f"{match[1]} {match[2]}"
    elif isinstance(value, (bool, int, float)) and not re.fullmatch("[0-9]{8}", text):
        raise BadValue("not a date", f"{show(value)}; write year-month-day")
    zone = UTC if gmt else ZoneInfo(settings.timezone)
    return read_local(text, zone=zone, default_time=settings.default_time)


def read_flag(value: object) -> bool:
    """Read yes or no."""
    word = write(value).strip().lower()
    if word not in _FLAGS:
        raise BadValue("not yes or no", show(value))
    return _FLAGS[word]


def read_id(value: object) -> str:
    """Read an id, an IRI; a UUID is made one (RFC 9562, section 4)."""
    match = _UUID.fullmatch(text := read_line(value))
    return f"urn:uuid:{match[1].lower()}" if match else read_iri(text)


def read_iri(value: object) -> str:
    """Read an IRI that an index can sort."""
    text = convert_text(value)
    if len(text) > LONGEST:
        raise BadValue("too long", f"{show(text)} has over {LONGEST} characters")
    if not is_iri(text):
        raise BadValue("not an IRI", f"{show(text)}; write for example 'tag:example.org,2024:a'")
    return text


def read_language(value: object) -> str:
    """Read a language's tag, or a locale as systems write it: `nl_BE.UTF-8`."""
    text = read_line(next(flatten(value), None))
    return convert_language(re.sub(r"\.[Uu][Tt][Ff]-?8$", "", text).replace("_", "-"))
