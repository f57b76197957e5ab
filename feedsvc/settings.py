"""Settings: `feedsvc.toml`, then `FEEDSVC_*`, then options, to one frozen value.

Every fault is found and reported at once; an unknown key is a fault. The only room that reads
the environment.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from feedsvc.clean import clean_line, clean_url
from feedsvc.errors import BadValue, FolderError, SettingsError
from feedsvc.model import Person

__all__ = ["CONFIG", "DEFAULT_URL", "Settings", "load_settings"]

CONFIG = "feedsvc.toml"
MOST_BYTES = 1 << 20
DEFAULT_URL = "http://127.0.0.1:8000/"


class Settings(Struct, frozen=True, kw_only=True):
    """How a folder is published. The README's table says what each does."""

    folder: str
    url: str
    title: str
    description: str
    database: str
    author: Person
    language: str = "en"
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
    cache_mb: int = 64


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
    config = config or environ.get("FEEDSVC_CONFIG") or None
    given = _read_file(Path(config) if config else root / CONFIG, bool(config), faults)
    given |= _read_environ(environ)
    given |= {key: (f"--{key}", value) for key, value in options.items() if value is not None}

    values: dict[str, Any] = {}
    for key, (place, value) in given.items():
        try:
            values[key] = _convert(key, value)
        except BadValue as fault:
            faults.append(f"{place}: {fault}")
    if faults:
        raise SettingsError(faults)
    return _complete(root, values)


def _complete(root: Path, values: dict[str, Any]) -> Settings:
    """Fill in what is made from other settings, or from the folder's name."""
    name = clean_line(re.sub(r"[-_\s]+", " ", os.fsencode(root.name).decode(errors="ignore")))
    title = values.setdefault("title", name[:1].upper() + name[1:] or "Articles")
    values.setdefault("description", f"The newest articles of {title}")
    values.setdefault("url", DEFAULT_URL)
    values["database"] = str(root / values.get("database", ".feedsvc/index.sqlite"))
    author = {key: values.pop(f"author_{key}", None) for key in ("name", "email", "url")}
    values["author"] = Person(author["name"] or title, author["email"], author["url"])
    return Settings(folder=str(root), **values)


# Where each value comes from. A value is kept with its place until it is converted.


def _read_file(path: Path, named: bool, faults: list[str]) -> dict[str, tuple[str, Any]]:
    """Read a TOML file to {key: (place, value)}; a missing one that nobody named is empty."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            faults.append(f"{path.name}: too large: over {MOST_BYTES} bytes")
            return {}
        table = tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError:
        if named:
            faults.append(f"{path}: no such file")
        return {}
    except OSError as error:
        faults.append(f"{path}: can't be read: {error.strerror}")
        return {}
    except UnicodeDecodeError as error:
        faults.append(f"{path.name}: not UTF-8: byte {error.start}")
        return {}
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path.name}: not TOML: {error}")
        return {}
    author = table.pop("author", {})
    if not isinstance(author, dict):
        author = {"name": author}
    table |= {f"author.{key}": value for key, value in author.items()}
    return {key.replace(".", "_"): (f"{path.name}: {key}", value) for key, value in table.items()}


def _read_environ(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Take the variables to {key: (place, value)}; FEEDSVC_CONFIG is not one of the settings."""
    return {
        name.removeprefix("FEEDSVC_").lower(): (name, value)
        for name, value in sorted(environ.items())
        if name.startswith("FEEDSVC_") and name != "FEEDSVC_CONFIG"
    }


# What each value must be. Variables and options arrive as text, the file's values typed.


def _convert(key: str, value: Any) -> Any:
    if key not in _CONVERTERS:
        near = difflib.get_close_matches(key, _CONVERTERS, 1, 0.5)
        raise BadValue("unknown setting", f"did you mean {_spell(near[0])!r}?" if near else "")
    return _CONVERTERS[key](value)


def _spell(key: str) -> str:
    """Write a key as it stands in the file."""
    return re.sub(r"^author_", "author.", key)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue("not text", repr(value))
    text = clean_line(value)
    if not text:
        raise BadValue("empty")
    return text


def _number(lowest: int, highest: int) -> Callable[[Any], int]:
    def convert(value: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadValue("not a whole number", repr(value))
        if not lowest <= value <= highest:
            raise BadValue("out of range", f"{value} is not from {lowest} to {highest}")
        return value

    return convert


def _choice(*choices: str) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        if value not in choices:
            raise BadValue(f"not one of {', '.join(choices)}", repr(value))
        return str(value)

    return convert


def _list(item: Callable[[Any], str], separator: str) -> Callable[[Any], tuple[str, ...]]:
    """Make a converter of lists; as text the items are parted by `separator` (a pattern)."""

    def convert(value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [part for part in re.split(separator, value) if part]
        if not isinstance(value, list):
            raise BadValue("not a list", repr(value))
        return tuple(item(part) for part in value)

    return convert


def _address(value: Any) -> str:
    return clean_url(_text(value))


def _base(value: Any) -> str:
    """Convert the address of the feeds' root: a path that ends in a slash, nothing after it."""
    url = _address(value)
    if "?" in url or "#" in url:
        raise BadValue("not the address of a folder", f"{url!r} has a query or a fragment")
    return url if url.endswith("/") else f"{url}/"


def _email(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", text):
        raise BadValue("not an e-mail address", repr(value))
    return text


def _language(value: Any) -> str:
    """Convert a BCP 47 tag, in the case that RFC 5646 section 2.1.1 recommends."""
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag := _text(value)):
        raise BadValue("not a language tag", f"{value!r}; write for example 'nl' or 'pt-BR'")
    first, *rest = tag.split("-")
    cased = (
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower()
        for part in rest
    )
    return "-".join([first.lower(), *cased])


def _zone(value: Any) -> str:
    name = _text(value)
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise BadValue(
            "not a time zone", f"{name!r}; write for example 'Europe/Amsterdam'"
        ) from error
    return name


def _time(value: Any) -> time:
    try:
        moment = value if isinstance(value, time) else time.fromisoformat(_text(value))
    except ValueError as error:
        raise BadValue("not a time", f"{value!r}; write for example '12:00'") from error
    if moment.tzinfo:
        raise BadValue("not a time", f"{value!r}; its zone is the setting timezone")
    return moment.replace(microsecond=0)


def _pattern(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BadValue("not a pattern", repr(value))
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadValue("not a pattern", f"{value!r} ({error})") from error
    return value


def _database(value: Any) -> str:
    text = _text(value)
    if "://" in text:
        raise BadValue("not a file", f"{text.partition(':')[0]!r} databases aren't supported")
    return text


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "url": _base,
    "title": _text,
    "description": _text,
    "language": _language,
    "author_name": _text,
    "author_email": _email,
    "author_url": _address,
    "rights": _text,
    "timezone": _zone,
    "default_time": _time,
    "entries": _number(1, 10_000),
    "content": _choice("full", "summary"),
    "poll_minutes": _number(1, 525_600),
    "media_type": _choice("specific", "browser"),
    "hubs": _list(_address, r"[\s,]+"),
    "database": _database,
    "boilerplate": _list(_pattern, r"\n"),
    "labels": _choice("prompt", "always", "never"),
    "max_article_bytes": _number(1, 1 << 30),
    "cache_mb": _number(1, 1 << 20),
}
