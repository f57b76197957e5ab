"""Parsing: a file to what the index keeps of its article, packed.

Nothing here asks the index: it can be done anywhere, by any process.
"""

import hashlib
from typing import TypeAlias

from msgspec import Struct

from feedsvc import readers
from feedsvc.errors import ArticleError
from feedsvc.facets import list_facets
from feedsvc.folder import read_file
from feedsvc.index import MAIN, pack_article
from feedsvc.model import Article, Finding, Selection
from feedsvc.readers import Record
from feedsvc.readers.media import Find
from feedsvc.settings import Settings

__all__ = ["Answers", "Parsed", "Wanted", "Wish", "describe", "list_feeds", "parse"]


class Parsed(Struct, frozen=True, array_like=True):
    """What became of a file: what is kept of its article, or why it was refused.

    `source` is the digest of the file's bytes, `digest` that of the article's text, `text` the
    text packed; times are in seconds since 1970 UTC. `feeds` are those that it is in once
    published, each with its label there. `slug` is the name that its page may have.
    `placed` is whether what is its id, unless it says one, was made by a permalink.
    """

    source: str = ""
    digest: str = ""
    text: bytes = b""
    id: str | None = None
    url: str | None = None
    published: int | None = None
    updated: int | None = None
    feeds: dict[str, str] = {}
    selection: Selection = Selection()
    findings: tuple[Finding, ...] = ()
    refused: Finding | None = None
    slug: str = ""
    placed: bool = False


class Wish(Struct, frozen=True, array_like=True):
    """What is to be read: a file whose `known` source is that, or a record that is here already."""

    known: str = ""
    record: Record | None = None


Wanted: TypeAlias = dict[str, Wish]
"""Paths of files and records, each with what is known of it."""

Answers: TypeAlias = dict[str, Parsed]
"""What became of files, by their paths."""


_ANY = Wish()


def parse(settings: Settings, path: str, find: Find, wish: Wish = _ANY) -> Parsed:
    """Read the file `path` of the folder, or a record; `find` finds the files beside it.

    Of one whose `source` is the known one, nothing else is told.
    """
    source, record = "", wish.record
    try:
        if record:
            data = record.common + record.data
        else:
            data = read_file(settings.folder, path, settings.max_article_bytes, settings.outer)
        source = hashlib.blake2b(data, digest_size=16).hexdigest()
        if source == wish.known:
            return Parsed(source)
        if record:
            reading = readers.read_record(path, record, settings, find)
        else:
            reading = readers.read(path, data, settings, find)
    except ArticleError as error:
        return Parsed(source, refused=describe(error))
    article = reading.article
    digest, text = pack_article(article)
    return Parsed(
        source,
        digest,
        text,
        article.id,
        article.url,
        int(article.published.timestamp()) if article.published else None,
        int(article.updated.timestamp()) if article.updated else None,
        list_feeds(article, settings),
        reading.selection,
        reading.findings,
        slug=reading.slug,
        placed=reading.placed,
    )


def list_feeds(article: Article, settings: Settings) -> dict[str, str]:
    """Return the feeds that an article is in once it is published, with its label in each."""
    return {MAIN: ""} | list_facets(article, settings.facets, settings.language)


def describe(error: ArticleError) -> Finding:
    """Return a refusal as what a person should know."""
    return Finding(error.path, error.line, error.field, error.what, error.why)
