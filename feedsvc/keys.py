"""Keys: which settings there are, and what the value of each must be.

Variables and options arrive as text, the file's values typed.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from feedsvc.converters import (
    convert_address,
    convert_base,
    convert_choice,
    convert_database,
    convert_email,
    convert_flag,
    convert_folder,
    convert_glob,
    convert_language,
    convert_list,
    convert_number,
    convert_pattern,
    convert_permalink,
    convert_reference,
    convert_subset,
    convert_table,
    convert_text,
    convert_time,
    convert_zone,
    show,
)
from feedsvc.encodings import ENCODINGS
from feedsvc.errors import BadValue
from feedsvc.facets import KINDS, locate
from feedsvc.tokens import convert_access

__all__ = ["Override", "convert_overrides", "convert_setting", "note_fault", "quote"]


class Override(Struct, frozen=True, kw_only=True):
    """What a facet's feed says instead of what is made from its label. `image` is absolute."""

    title: str | None = None
    description: str | None = None
    image: str | None = None


@contextmanager
def note_fault(faults: list[str], place: str) -> Iterator[None]:
    """Add the fault of a value to the others, and go on."""
    try:
        yield
    except BadValue as fault:
        faults.append(f"{place}: {fault}")


def convert_setting(key: str, value: Any) -> Any:
    """Convert the value of a setting. Raises BadValue, also where there is none of this key."""
    return _convert(key, value, _CONVERTERS)


def _convert(key: str, value: Any, converters: Mapping[str, Callable[[Any], Any]]) -> Any:
    if key not in converters:
        known = KINDS if isinstance(value, dict) else converters
        near = difflib.get_close_matches(key, known, 1, 0.5)
        raise BadValue("unknown setting", f"did you mean {_spell(near[0])!r}?" if near else "")
    return converters[key](value)


def convert_overrides(kind: str, tables: Any, file: str, faults: list[str]) -> dict[str, Override]:
    """Convert a kind's tables, {label: {key: value}}, to overrides by path.

    Faults of what is in them are added to `faults`. Raises BadValue where they are no table.
    """
    overrides: dict[str, Override] = {}
    labels: dict[str, str] = {}
    for label, values in convert_table(tables).items():
        place = f"{file}: {kind}.{quote(label, always=True)}"
        override = _convert_override(values, place, faults)
        with note_fault(faults, place):
            name = convert_language(label) if kind == "language" else convert_text(label)
            path = locate(kind, name)
            if path in overrides:
                raise BadValue("its feed has a table already", show(labels[path]))
            overrides[path], labels[path] = override, label
    return overrides


def _convert_override(values: Any, place: str, faults: list[str]) -> Override:
    converted: dict[str, str] = {}
    with note_fault(faults, place):
        for key, value in convert_table(values).items():
            with note_fault(faults, f"{place}.{quote(key)}"):
                converted[key] = _convert(key, value, _OVERRIDE)
    return Override(**converted)


def quote(key: str, *, always: bool = False) -> str:
    """Write a key for a message, on one line; in quotes always, or where it needs them."""
    plain = key.isprintable()
    return json.dumps(key, ensure_ascii=not plain) if always or not plain else key


def _spell(key: str) -> str:
    """Write a key as it stands in the file."""
    return re.sub(r"^author_", "author.", key)


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "url": convert_base,
    "title": convert_text,
    "description": convert_text,
    "language": convert_language,
    "site_url": convert_base,
    "permalink": convert_permalink,
    "author_name": convert_text,
    "author_email": convert_email,
    "author_url": convert_address,
    "rights": convert_text,
    "timezone": convert_zone,
    "default_time": convert_time,
    "entries": convert_number(1, 10_000),
    "content": convert_choice("full", "summary"),
    "poll_minutes": convert_number(1, 525_600),
    "polls_per_hour": convert_number(0, 1_000_000),
    "media_type": convert_choice("specific", "browser"),
    "encodings": convert_subset(*ENCODINGS),
    "headers_file": convert_flag,
    "hubs": convert_list(convert_address, r"[\s,]+"),
    "database": convert_database,
    "folders": convert_list(convert_folder, r"\n"),
    "include": convert_list(convert_glob, r"\n"),
    "exclude": convert_list(convert_glob, r"\n"),
    "boilerplate": convert_list(convert_pattern, r"\n"),
    "labels": convert_choice("prompt", "always", "never"),
    "max_article_bytes": convert_number(1, 1 << 30),
    "max_media_bytes": convert_number(1, 1 << 40),
    "cache_mb": convert_number(1, 1 << 20),
    "rescan_minutes": convert_number(0, 525_600),
    "stale_minutes": convert_number(0, 525_600),
    "facets": convert_subset(*KINDS),
    "min_entries": convert_number(1, 1_000_000),
    "archives": convert_choice("main", "all", "none"),
    "archive_size": convert_number(2, 10_000),
    "access": convert_access,
    "metrics": convert_flag,
    "icon": convert_reference,
    "logo": convert_reference,
}
_OVERRIDE: dict[str, Callable[[Any], Any]] = {
    "title": convert_text,
    "description": convert_text,
    "image": convert_reference,
}
