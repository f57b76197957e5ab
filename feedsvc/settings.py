"""Settings: `feedsvc.toml`, then `FEEDSVC_*`, then options, to one frozen value.

Every fault is found and reported at once; an unknown key is a fault. The only room that reads
the environment.
"""

import os
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.clean import clean_line
from feedsvc.encodings import Encoding
from feedsvc.errors import FolderError, SettingsError
from feedsvc.facets import KINDS
from feedsvc.grounds import check_apart, list_outer
from feedsvc.keys import Override, convert_overrides, convert_setting, note_fault, quote
from feedsvc.model import Person
from feedsvc.sources import part_tables, read_environ, read_file

__all__ = [
    "CONFIG",
    "DEFAULT_URL",
    "Settings",
    "find_folder",
    "load_settings",
    "locate_file",
]

CONFIG = "feedsvc.toml"
DEFAULT_URL = "http://127.0.0.1:8000/"


class Settings(Struct, frozen=True, kw_only=True):
    """How a folder is published. The table in docs/settings.md says what each does.

    `site_url` is empty where nobody said what the address of the site is. `overrides` are by the
    path of the facet, as `facets.locate` gives it; `access` is by the digests of tokens.
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
    polls_per_hour: int = 0
    media_type: Literal["specific", "browser"] = "specific"
    encodings: tuple[Encoding, ...] = ("gzip",)
    headers_file: bool = True
    hubs: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    labels: Literal["prompt", "always", "never"] = "prompt"
    max_article_bytes: int = 4 * 1024 * 1024
    max_media_bytes: int = 512 * 1024 * 1024
    cache_mb: int = 3
    rescan_minutes: int = 10
    stale_minutes: int = 60
    facets: tuple[str, ...] = KINDS
    min_entries: int = 1
    archives: Literal["main", "all", "none"] = "all"
    archive_size: int = 100
    icon: str | None = None
    logo: str | None = None
    overrides: dict[str, Override] = {}
    access: dict[str, str] = {}
    metrics: bool = False

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
    given = {key.replace(".", "_"): (f"{path.name}: {quote(key)}", in_file[key]) for key in in_file}
    given |= read_environ(environ)
    given |= {key: (f"--{key}", value) for key, value in options.items() if value is not None}

    values: dict[str, Any] = {}
    for key, (place, value) in given.items():
        with note_fault(faults, place):
            values[key] = convert_setting(key, value)
    values["overrides"] = {}
    for kind, table in tables.items():
        with note_fault(faults, f"{path.name}: {kind}"):
            values["overrides"] |= convert_overrides(kind, table, path.name, faults)
    if "permalink" in values and not values.keys() & {"site_url", "url"}:
        faults.append(f"{given['permalink'][0]}: of no site: set site_url too")
    if "folders" in values:
        with note_fault(faults, given["folders"][0]):
            check_apart(str(root), values["folders"])
    if faults:
        raise SettingsError(faults)
    return _complete(root, values)


def find_folder() -> str | None:
    """Return the folder to publish where none is named: FEEDSVC_FOLDER, this one, its `seeds`."""
    if named := os.environ.get("FEEDSVC_FOLDER"):
        return named
    return "." if Path(CONFIG).exists() else "seeds" if Path("seeds").is_dir() else None


def locate_file(folder: str | Path, config: str | Path | None = None) -> Path:
    """Return the file that `load_settings` reads, whether it is there or not."""
    return _locate_file(Path(folder).resolve(), config, os.environ)[0]


def _locate_file(
    root: Path, config: str | Path | None, environ: Mapping[str, str]
) -> tuple[Path, bool]:
    """Return the settings' file, and whether somebody named it."""
    named = config or environ.get("FEEDSVC_CONFIG")
    return (Path(named), True) if named else (root / CONFIG, False)


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
    if values.get("access"):
        values["hubs"] = ()  # a hub would hand on what is private
    values |= {key: urljoin(url, values[key]) for key in ("icon", "logo") if key in values}
    values["overrides"] = {
        path: replace(override, image=override.image and urljoin(url, override.image))
        for path, override in values["overrides"].items()
    }
    return Settings(folder=str(root), **values)
