"""Documents: files of JSON to the records that they hold: JSON Lines, arrays, JSON Feed.

A file that holds something else isn't one of articles, and no fault of anybody.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from feedsvc.errors import ArticleError
from feedsvc.readers.records import ALONE, MOST_JUDGED, Found, Record
from feedsvc.readers.records.keys import make_key, resembles
from feedsvc.readers.records.objects import Cursor, Malformed, decode_json

__all__ = ["find_line", "split_document"]

ARRAYS = ("posts", "items", "articles", "entries", "data")
"""Members of an object that may hold the articles."""

LONGEST_JUDGED = 1 << 16
"""Bytes by which a file is judged that can't be read."""

JSON_FEED = "https://jsonfeed.org/version/1"

_COMMON = ("authors", "author", "language")
# A name of a member, in text that can't be read as JSON.
_NAME = re.compile(rb'"([A-Za-z_:-]{1,30})"\s*:')
_decode = msgspec.json.Decoder(dict[str, Raw]).decode
_read = msgspec.json.Decoder().decode


def find_line(path: str, line: int, data: bytes, *, judge: bool = True) -> tuple[Found, bool]:
    """Find the record that a line of the file `path` holds.

    Who wants to `judge` is told whether it is like an article.
    """
    record = Record(line, data)
    try:
        members = _decode(data)
        return _name(path, record, members, _read), judge and resembles(members)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return _find_by_hand(path, record)


def _find_by_hand(path: str, record: Record) -> tuple[Found, bool]:
    """Do the same by what tells where a line isn't JSON, and takes halves of characters."""
    try:
        cursor = Cursor(decode_json(record.data, record.line), record.line)
        members = {name: value for _, name, value in cursor.members()}
        cursor.end()
    except Malformed as fault:
        error = ArticleError(path, fault.line, "record", fault.what, fault.why)
        return Found(record, "", error), _may_resemble(record.data)
    return _name(path, record, members), resembles(members)


def split_document(path: str, chunks: Iterable[bytes]) -> list[Found] | None:
    """Split a JSON document into the records that it holds, None where they are no articles.

    They are the elements of an array, be it a member of an object, or the document itself.
    Raises ArticleError where it can't be read, and looks as if it held articles.
    """
    data = bytearray()
    try:
        for chunk in chunks:
            data += chunk
        return _split(path, decode_json(bytes(data)))
    except Malformed as fault:
        error = ArticleError(path, fault.line, "file", fault.what, fault.why)
    except ArticleError as fault:
        error = fault
    if _may_resemble(data):
        raise error
    return None


def _split(path: str, text: str) -> list[Found] | None:
    cursor = Cursor(text)
    if cursor.sees("["):
        found = _find_all(path, text, cursor)
        cursor.end()
        return _judge(found)
    if not cursor.sees("{"):
        return None
    begin = cursor.at
    members: dict[str, Any] = {}
    arrays: dict[str, list[tuple[Found, bool]]] = {}
    for _, name in cursor.names():
        if name in ARRAYS and cursor.sees("["):
            arrays[name] = _find_all(path, text, cursor)
        else:
            members[name] = cursor.value()
    end = cursor.at
    cursor.end()
    if str(members.get("version")).startswith(JSON_FEED):
        said = {name: members[name] for name in _COMMON if members.get(name)}
        common = msgspec.msgpack.encode(said)
        return [
            found._replace(record=replace(found.record, common=common))
            for found, _ in arrays.get("items", [])
        ]
    if resembles(members, alone=True):
        return [Found(_cut(text, begin, end, cursor), ALONE)]
    judged = (_judge(arrays[name]) for name in ARRAYS if name in arrays)
    return next((found for found in judged if found is not None), None)


def _find_all(path: str, text: str, cursor: Cursor) -> list[tuple[Found, bool]]:
    """Find the elements of an array; tell of each whether it is like an article."""
    found = []
    for begin, end, value in cursor.elements():
        record = _cut(text, begin, end, cursor)
        members = value if isinstance(value, Mapping) else {}
        found.append((_name(path, record, members), resembles(members)))
    return found


def _cut(text: str, begin: int, end: int, cursor: Cursor) -> Record:
    return Record(cursor.line(begin), text[begin:end].rstrip().encode())


def _name(
    path: str,
    record: Record,
    members: Mapping[str, Any],
    read: Callable[[Any], object] = lambda value: value,
) -> Found:
    key = make_key(members.items(), read)
    why = "nothing tells it from others: no id, URL, title or text"
    fault = None if key else ArticleError(path, record.line, "id", "missing", why)
    return Found(record, key, fault)


def _judge(found: list[tuple[Found, bool]]) -> list[Found] | None:
    """Return the records of a file that holds articles."""
    likes = any(like for _, like in found[:MOST_JUDGED])
    return [each for each, _ in found] if likes else None


def _may_resemble(data: bytes | bytearray) -> bool:
    """Whether what can't be read as JSON may have been an article, or articles."""
    names = {name.decode() for name in _NAME.findall(data[:LONGEST_JUDGED])}
    return resembles(names, alone=True)
