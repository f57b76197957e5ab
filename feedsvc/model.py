"""The values that the rooms hand each other: frozen, with slots, and nothing of any one format.

Dates are aware, UTC and whole seconds. Text is NFC and holds only characters that XML allows.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

__all__ = [
    "Article",
    "Document",
    "Entry",
    "Feed",
    "Finding",
    "Person",
    "Reading",
    "Stamp",
    "Window",
]


class Person(Struct, frozen=True):
    """Somebody who wrote something. `url` is absolute."""

    name: str
    email: str | None = None
    url: str | None = None


class Article(Struct, frozen=True, omit_defaults=True):
    """One article, as its source file says it.

    `title` is never empty; `content` is HTML (empty where the article has no text), `summary`
    is plain text, `url` an absolute URI, `language` a BCP 47 tag.
    """

    title: str
    content: str
    summary: str = ""
    url: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    id: str | None = None


class Finding(Struct, frozen=True, order=True):
    """Something that a person should know about a line of a file."""

    path: str
    line: int
    field: str
    what: str
    why: str = ""

    def __str__(self) -> str:
        """`FILE:LINE: FIELD: what: why`."""
        place = f"{self.path}:{self.line}: {self.field}: {self.what}"
        return f"{place}: {self.why}" if self.why else place


class Reading(Struct, frozen=True):
    """What a reader made of a file: the article, and each rule that took part.

    `findings` are what `check` reports; `rules` are what only `explain` tells.
    """

    article: Article
    findings: tuple[Finding, ...] = ()
    rules: tuple[Finding, ...] = ()


class Stamp(Struct, frozen=True):
    """An entry without its text: enough to order it, to version it and to fetch the text."""

    id: str
    digest: str
    published: datetime
    updated: datetime


class Entry(Struct, frozen=True):
    """An article as it is published: with the identity and the dates that the index keeps."""

    id: str
    published: datetime
    updated: datetime
    article: Article


class Feed(Struct, frozen=True):
    """All that a document says of its feed. `url` is the address of its page, ends in a slash."""

    url: str
    title: str
    description: str
    language: str
    author: Person
    timezone: str
    poll_minutes: int
    content: Literal["full", "summary"]
    rights: str | None = None
    hubs: tuple[str, ...] = ()


class Window(Struct, frozen=True):
    """An ordered slice of a feed, newest first; all that goes into a document but the text."""

    feed: Feed
    stamps: tuple[Stamp, ...]


class Document(Struct, frozen=True):
    """A document that could be made: its path, and the version that its bytes will have.

    `version` is the digest of all that goes into the bytes; `modified` is when the index first
    saw this version, None where it hasn't yet; `max_age` is in seconds.
    """

    path: str
    format: str
    media_type: str
    version: str
    modified: datetime | None
    max_age: int
    window: Window
