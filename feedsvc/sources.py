"""Sources: where the values of the settings come from, the file and the environment's variables.

What a value must be is the business of `settings`; here it is kept as it was found.
"""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

__all__ = ["part_tables", "read_environ", "read_file"]

MOST_BYTES = 1 << 20


def read_file(path: Path, named: bool, faults: list[str]) -> dict[str, Any]:
    """Read a TOML file; a missing one that nobody named is empty."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) <= MOST_BYTES:
            return tomllib.loads(data.decode("utf-8-sig"))
        faults.append(f"{path.name}: too large: over {MOST_BYTES} bytes")
    except FileNotFoundError:
        if named:
            faults.append(f"{path}: no such file")
    except OSError as error:
        faults.append(f"{path}: can't be read: {error.strerror}")
    except UnicodeDecodeError as error:
        faults.append(f"{path.name}: not UTF-8: byte {error.start}")
    except (ValueError, RecursionError) as error:  # a number too long isn't a TOMLDecodeError
        faults.append(f"{path.name}: not TOML: {error}")
    return {}


def read_environ(environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """Take the variables to {key: (place, value)}; two of them are no settings."""
    return {
        name.removeprefix("FEEDSVC_").lower(): (name, value)
        for name, value in sorted(environ.items())
        if name.startswith("FEEDSVC_") and name not in ("FEEDSVC_CONFIG", "FEEDSVC_FOLDER")
    }


def part_tables(
    file: dict[str, Any], kinds: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a file's settings, by their dotted keys, from the tables of overrides, by kind.

    `author` and `language` are both: a value, or a table of settings and of tables of overrides.
    """
    settings = {key: value for key, value in file.items() if key not in kinds}
    author, language = file.get("author", {}), file.get("language", {})
    author = author if isinstance(author, dict) else {"name": author}
    language = language if isinstance(language, dict) else {"default": language}
    for key, value in author.items():
        if not isinstance(value, dict):
            settings[f"author.{key}"] = value
    if "default" in language:
        settings["language"] = language["default"]
    return settings, {
        "category": file.get("category", {}),
        "author": {label: table for label, table in author.items() if isinstance(table, dict)},
        "language": {label: table for label, table in language.items() if label != "default"},
    }
