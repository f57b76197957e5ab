"""The pages' own words, by language; English where a language isn't here yet.

Each language is a file in `templates/phrases/`, complete: one that lacks a phrase isn't loaded.
"""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

__all__ = ["Phrases", "choose_phrases", "list_languages"]

FOLDER = Path(__file__).parent / "templates" / "phrases"

# What says in a tag that its Chinese is written with traditional characters.
_TRADITIONAL = {"hant", "tw", "hk", "mo"}


class Phrases(Struct, frozen=True, forbid_unknown_fields=True):
    """What pages say by themselves. `language` is what it is said in, a BCP 47 tag.

    What stands in braces is for the page to fill in, once in each phrase that has it.
    """

    language: str
    skip: str
    subscribe: str
    how: str
    click: str
    recommended: str
    newest: str
    none: str
    older: str
    newer: str
    archive: str
    categories: str
    authors: str
    languages: str
    show_all: str  # {count}
    by: str  # {names}
    comma: str  # between names
    updated: str  # {date}
    picture: str  # {name}
    attachments: str
    opml: str
    about: str  # what a feed is, to who sees one in a browser
    website: str


def choose_phrases(language: str) -> Phrases:
    """Return the phrases for a language tag."""
    parts = language.lower().split("-")
    name = parts[0]
    if name == "zh" and "hans" not in parts and _TRADITIONAL.intersection(parts):
        name = "zh-Hant"
    return _load_phrases(name if name in list_languages() else "en")


@cache
def list_languages() -> tuple[str, ...]:
    """Return the languages that there are phrases in."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def _load_phrases(name: str) -> Phrases:
    return msgspec.toml.decode((FOLDER / f"{name}.toml").read_bytes(), type=Phrases)
