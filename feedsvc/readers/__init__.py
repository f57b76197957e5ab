"""Readers: one module per source format, one contract: the bytes of a file -> Reading.

A reader is pure: it opens nothing, knows no clock and no other article. Of the files beside the
article it asks a `Find`. What it can't use it refuses with ArticleError; what it repairs or
leaves out it says in the Reading.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from posixpath import splitext

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.late import import_late
from feedsvc.model import Finding, Reading
from feedsvc.readers.media import Find, find_nothing
from feedsvc.settings import Settings

__all__ = [
    "ALONE_NAME",
    "COLLECTIONS",
    "READERS",
    "VERSION",
    "Record",
    "digest_rules",
    "is_article",
    "is_collection",
    "part_path",
    "read",
    "read_record",
]

VERSION = 4
"""To be raised when a reader makes something else of the same file: all are read again then."""


ALONE_NAME = "-"
"""The name of a record that is all that its file holds."""


class Record(Struct, frozen=True, array_like=True):
    """One article of a file that holds many: the line that it begins in (from 1), its own bytes.

    `common` is what its file says of all that are in it, packed; a feed always says something.
    """

    line: int
    data: bytes
    common: bytes = b""


READERS: dict[str, Callable[[str, bytes, Settings, Find], Reading]] = {
    ".txt": import_late(f"{__name__}.text", "read_text"),
    **dict.fromkeys(
        (".html", ".htm", ".xhtml", ".xht"), import_late(f"{__name__}.pages.html", "read_html")
    ),
    **dict.fromkeys((".mhtml", ".mht"), import_late(f"{__name__}.pages.mhtml", "read_mhtml")),
    **dict.fromkeys(
        (".markdown", ".md", ".mdown", ".mdx", ".mkd"),
        import_late(f"{__name__}.markdown", "read_markdown"),
    ),
}

COLLECTIONS = frozenset((".jsonl", ".ndjson", ".json", ".xml", ".atom", ".rss", ".rdf"))
"""Suffixes of files that may hold many articles, or none: a name alone doesn't tell."""


def is_article(path: str) -> bool:
    """Whether a reader is there for a file of this name."""
    dot = path.rfind(".")
    if dot <= 0 or path[dot - 1] == "/":
        return False
    suffix = path[dot:].lower()
    return suffix in READERS or suffix in COLLECTIONS


def is_collection(path: str) -> bool:
    """Whether a file of this name may hold many articles."""
    dot = path.rfind(".")
    return dot > 0 and path[dot - 1] != "/" and path[dot:].lower() in COLLECTIONS


def part_path(path: str) -> tuple[str, str]:
    """Part the path of a record into that of its file and its name in it, "" where it is none."""
    file, slash, name = path.rpartition("/")
    return (file, name) if slash and is_collection(file) else (path, "")


def read(path: str, data: bytes, settings: Settings, find: Find = find_nothing) -> Reading:
    """Read the file `path` (relative to the folder, for its suffix and for messages).

    `find` finds the files beside it.
    Raises ArticleError with the line and the field that can't be used.
    """
    return _name_language(path, READERS[splitext(path)[1].lower()](path, data, settings, find))


def read_record(
    path: str, record: Record, settings: Settings, find: Find = find_nothing
) -> Reading:
    """Read a record, whose path is that of its file and its name in it.

    `find` finds the files beside that file.
    Raises ArticleError with the line in the file and the field that can't be used.
    """
    from feedsvc.readers.records.splitting import read_split

    file, name = part_path(path)
    return _name_language(file, read_split(file, name, record, settings, find), record.line)


def _name_language(path: str, reading: Reading, line: int = 1) -> Reading:
    """Let the name of a file tell the language where nothing else does."""
    from feedsvc.readers.fields.filenames import find_language

    language = find_language(path)
    if language is None or reading.article.language:
        return reading
    rule = Finding(path, line, "language", language, "from the file name")
    return replace(
        reading,
        article=replace(reading.article, language=language),
        rules=(*reading.rules, rule),
    )


@cache
def _list_parsers() -> tuple[str, ...]:
    """Return the versions of what parses HTML."""
    return tuple(map(version, ("nh3", "turbohtml")))


def digest_rules(settings: Settings) -> str:
    """Digest all that decides what is made of a file: where it differs, all are read again."""
    rules = (
        VERSION,
        settings.timezone,
        settings.default_time,
        settings.boilerplate,
        settings.labels,
        settings.max_article_bytes,
        settings.max_media_bytes,
        settings.site_url,
        settings.site_url or settings.url,  # what is relative in a text is joined to it
        settings.permalink,
        settings.language,
        settings.facets,  # what has no feed isn't in the index
        unicodedata.unidata_version,  # slugs are made by it
        _list_parsers(),
    )
    return hashlib.blake2b(repr(rules).encode(), digest_size=16).hexdigest()
