"""Settings: `feedsvc.toml`, then `FEEDSVC_*`, then options, to one frozen value.

Every fault is found and reported at once; an unknown key is a fault. The only room that reads
the environment.
"""

import difflib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import time
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.clean import clean_line
from feedsvc.converters import (
    convert_address,
    convert_base,
    convert_choice,
    convert_database,
    convert_email,
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
from feedsvc.errors import BadValue, FolderError, SettingsError
from feedsvc.facets import KINDS, locate
from feedsvc.grounds import check_apart, list_outer
from feedsvc.model import Person
from feedsvc.sources import part_tables, read_environ, read_file

__all__ = ["CONFIG", "DEFAULT_URL", "Override", "Settings", "load_settings", "locate_file"]

CONFIG = "feedsvc.toml"
DEFAULT_URL = "http://127.0.0.1:8000/"


class Override(Struct, frozen=True, kw_only=True):
    """What a facet's feed says instead of what is made from its label. `image` is absolute."""

    title: str | None = None
    description: str | None = None
    image: str | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """How a folder is published. The README's table says what each does.

    `site_url` is empty where nobody said what the address of the site is. `overrides` are by the
    path of the facet, as `facets.locate` gives it.
    """

    folder: str
    url: str
    title: str
    description: str
    database: str
    author: Person
    folders: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    language: str = "en"
    site_url: str = ""
    permalink: str = ""
    rights: str | None = None
    timezone: str = "UTC"
    default_time: time = time(12)
    entries: int = 50
    content: Literal["full", "summary"] = "full"
    poll_minutes: int = 15
    media_type: Literal["specific", "browser"] = "specific"
    hubs: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    labels: Literal["prompt", "always", "never"] = "prompt"
    max_article_bytes: int = 4 * 1024 * 1024
    max_media_bytes: int = 512 * 1024 * 1024
    cache_mb: int = 3
    rescan_minutes: int = 10
    facets: tuple[str, ...] = KINDS
    min_entries: int = 1
    archives: Literal["main", "all", "none"] = "all"
    archive_size: int = 100
    icon: str | None = None
    logo: str | None = None
    overrides: dict[str, Override] = {}

    @property
    def outer(self) -> tuple[str, ...]:
        """Those of `folders` that are out of `folder`: what is in them may be opened too."""
        return list_outer(self.folders)


def load_settings(
    folder: str | Path,
    *,
    config: str | Path | None = None,
    environ: Mapping[str, str] | None = None,
    **options: Any,
) -> Settings:
    """Read the settings of `folder`.

    `config` names another file than the folder's `feedsvc.toml`; `environ` stands in for the
    process's own; `options` override both, None where not given.
    Raises FolderError where there is no such folder, SettingsError with every fault.
    """
    root = Path(folder).resolve()
    if not root.is_dir():
        raise FolderError(str(folder), "not a folder of articles")
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    path, named = _locate_file(root, config, environ)
    in_file, tables = part_tables(read_file(path, named, faults), KINDS)
    given = {
        key.replace(".", "_"): (f"{path.name}: {_quote(key)}", in_file[key]) for key in in_file
    }
    given |= read_environ(environ)
    given |= {key: (f"--{key}", value) for key, value in options.items() if value is not None}

    values: dict[str, Any] = {}
    for key, (place, value) in given.items():
        with _noting(faults, place):
            values[key] = _convert(key, value, _CONVERTERS)
    values["overrides"] = {}
    for kind, table in tables.items():
        with _noting(faults, f"{path.name}: {kind}"):
            values["overrides"] |= _convert_tables(kind, convert_table(table), path.name, faults)
    if "permalink" in values and not values.keys() & {"site_url", "url"}:
        faults.append(f"{given['permalink'][0]}: of no site: set site_url too")
    if "folders" in values:
        with _noting(faults, given["folders"][0]):
            check_apart(str(root), values["folders"])
    if faults:
        raise SettingsError(faults)
    return _complete(root, values)


def locate_file(folder: str | Path, config: str | Path | None = None) -> Path:
    """Return the file that `load_settings` reads, whether it is there or not."""
    return _locate_file(Path(folder).resolve(), config, os.environ)[0]


def _locate_file(
    root: Path, config: str | Path | None, environ: Mapping[str, str]
) -> tuple[Path, bool]:
    """Return the settings' file, and whether somebody named it."""
    named = config or environ.get("FEEDSVC_CONFIG")
    return (Path(named), True) if named else (root / CONFIG, False)


@contextmanager
def _noting(faults: list[str], place: str) -> Iterator[None]:
    """Add the fault of a value to the others, and go on."""
    try:
        yield
    except BadValue as fault:
        faults.append(f"{place}: {fault}")


def _complete(root: Path, values: dict[str, Any]) -> Settings:
    """Fill in what is made from other settings, or from the folder's name."""
    name = clean_line(re.sub(r"[-_\s]+", " ", os.fsencode(root.name).decode(errors="ignore")))
    title = values.setdefault("title", name[:1].upper() + name[1:] or "Articles")
    values.setdefault("description", f"The newest articles of {title}")
    values.setdefault("site_url", values.get("url", ""))
    url = values.setdefault("url", DEFAULT_URL)
    database = values.get("database", ".feedsvc/index.sqlite")
    values["database"] = database if "://" in database else str(root / database)
    author = {key: values.pop(f"author_{key}", None) for key in ("name", "email", "url")}
    values["author"] = Person(author["name"] or title, author["email"], author["url"])
    values |= {key: urljoin(url, values[key]) for key in ("icon", "logo") if key in values}
    values["overrides"] = {
        path: replace(override, image=override.image and urljoin(url, override.image))
        for path, override in values["overrides"].items()
    }
    return Settings(folder=str(root), **values)


# What each value must be. Variables and options arrive as text, the file's values typed.


def _convert(key: str, value: Any, converters: Mapping[str, Callable[[Any], Any]]) -> Any:
    if key not in converters:
        known = KINDS if isinstance(value, dict) else converters
        near = difflib.get_close_matches(key, known, 1, 0.5)
        raise BadValue("unknown setting", f"did you mean {_spell(near[0])!r}?" if near else "")
    return converters[key](value)


def _convert_tables(
    kind: str, tables: Mapping[str, Any], file: str, faults: list[str]
) -> dict[str, Override]:
    """Convert a kind's tables, {label: {key: value}}, to overrides by path."""
    overrides: dict[str, Override] = {}
    labels: dict[str, str] = {}
    for label, values in tables.items():
        place = f"{file}: {kind}.{_quote(label, always=True)}"
        override = _convert_override(values, place, faults)
        with _noting(faults, place):
            name = convert_language(label) if kind == "language" else convert_text(label)
            path = locate(kind, name)
            if path in overrides:
                raise BadValue("its feed has a table already", show(labels[path]))
            overrides[path], labels[path] = override, label
    return overrides


def _convert_override(values: Any, place: str, faults: list[str]) -> Override:
    converted: dict[str, str] = {}
    with _noting(faults, place):
        for key, value in convert_table(values).items():
            with _noting(faults, f"{place}.{_quote(key)}"):
                converted[key] = _convert(key, value, _OVERRIDE)
    return Override(**converted)


def _quote(key: str, *, always: bool = False) -> str:
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
    "media_type": convert_choice("specific", "browser"),
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
    "facets": convert_subset(*KINDS),
    "min_entries": convert_number(1, 1_000_000),
    "archives": convert_choice("main", "all", "none"),
    "archive_size": convert_number(2, 10_000),
    "icon": convert_reference,
    "logo": convert_reference,
}
_OVERRIDE: dict[str, Callable[[Any], Any]] = {
    "title": convert_text,
    "description": convert_text,
    "image": convert_reference,
}
