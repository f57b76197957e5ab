"""Splitting: how a file of many articles is parted, and its records are read, by its suffix."""

from collections.abc import Iterable
from posixpath import splitext

from feedsvc.model import Reading
from feedsvc.readers.media import Find
from feedsvc.readers.records import ALONE_NAME, Found, Record
from feedsvc.readers.records.documents import find_line, split_document
from feedsvc.readers.records.items import read_item
from feedsvc.readers.records.syndication import read_entry, split_feed
from feedsvc.settings import Settings

__all__ = ["find_line", "has_lines", "read_split", "split"]

_JSON = (".json", ".jsonl", ".ndjson")


def has_lines(path: str) -> bool:
    """Whether each line of a file is a record by itself."""
    return _tell(path) in _JSON[1:]


def split(path: str, chunks: Iterable[bytes]) -> list[Found] | None:
    """Split a file into its records, None where it holds no articles.

    Raises ArticleError where it can't be read.
    """
    return split_document(path, chunks) if _tell(path) in _JSON else split_feed(path, chunks)


def read_split(path: str, name: str, record: Record, settings: Settings, find: Find) -> Reading:
    """Read the record of a name in a file. Raises ArticleError."""
    if _tell(path) in _JSON:
        return read_item(path, record, settings, find, alone=name == ALONE_NAME)
    return read_entry(path, record, settings, find)


def _tell(path: str) -> str:
    return splitext(path)[1].lower()
