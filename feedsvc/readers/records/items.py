"""Items: the JSON of a record to what it says: an item of JSON Feed, a row of a database, a post.

https://www.jsonfeed.org/version/1.1/
"""

import html
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from feedsvc.converters import show
from feedsvc.errors import ArticleError
from feedsvc.model import Reading
from feedsvc.readers.fields import Field
from feedsvc.readers.fields.names import find_name, fold_name
from feedsvc.readers.fields.values import flatten, is_empty, pick
from feedsvc.readers.lines import Notes
from feedsvc.readers.media import Find
from feedsvc.readers.records import Record
from feedsvc.readers.records.entries import Given, Text, compose
from feedsvc.readers.records.keys import BODIES, unwrap
from feedsvc.readers.records.objects import Cursor, Malformed, Member, decode_json
from feedsvc.settings import Settings

__all__ = ["read_item"]


def read_item(
    path: str, record: Record, settings: Settings, find: Find, *, alone: bool = False
) -> Reading:
    """Read a record of the JSON file `path`.

    Raises ArticleError with the line in the file and the field that can't be used.
    """
    try:
        cursor = Cursor(decode_json(record.data, record.line), record.line)
        members = list(cursor.members())
        cursor.end()
    except Malformed as fault:
        raise ArticleError(path, fault.line, "record", fault.what, fault.why) from fault
    notes = Notes(path)
    fields = [
        field
        for line, name, value in members
        if fold_name(name) not in BODIES
        and (field := _drop_numbers(Field(line, name, unwrap(value)), notes))
    ]
    text = _choose_text(path, members)
    if not record.common:
        given = Given(record.line, fields, text, alone=alone)
        return compose(path, given, settings, find, notes)
    common = msgspec.msgpack.decode(record.common)
    said = {
        known.field
        for field in fields
        if (known := find_name(field.name)) and not is_empty(field.value)
    }
    fields += [
        Field(record.line, name, value)
        for name, value in common.items()
        if (known := find_name(name)) and known.field not in said
    ]
    fields = [_mend(field) for field in fields]
    return compose(path, Given(record.line, fields, text, feed=True), settings, find, notes)


def _names(field: Field, *fields: str) -> bool:
    known = find_name(field.name)
    return known is not None and known.field in fields


def _drop_numbers(field: Field, notes: Notes) -> Field | None:
    """Leave out of people and labels what a database has for them: the numbers of others' rows."""
    if not _names(field, "author", "category"):
        return field
    items = list(flatten(field.value))
    kept = [item for item in items if not isinstance(item, int)]
    if len(kept) == len(items):
        return field
    notes.tell(field.line, field.name, "not used", f"{show(field.value)}: a number names nothing")
    return field._replace(value=kept) if kept else None


def _mend(field: Field) -> Field:
    """Bring a field to what it is elsewhere: a summary is plain text here, never HTML."""
    if _names(field, "author"):
        return field._replace(value=_mend_authors(field.value))
    if _names(field, "summary") and isinstance(field.value, str):
        return field._replace(value=html.escape(field.value, quote=False))
    return field


def _mend_authors(value: object) -> object:
    """Take an address for letters as one, and an author who has nothing but an address by that."""
    authors = []
    for item in flatten(value):
        if isinstance(item, Mapping) and isinstance(url := item.get("url"), str):
            email = unquote(url[7:]) if url.lower().startswith("mailto:") else None
            item = {"name": item.get("name") or email or url, "url": url}
            item |= {"url": None, "email": email} if email else {}
        authors.append(item)
    return authors


def _choose_text(path: str, members: list[Member]) -> Text:
    """Choose the first text, by the order of their names, that isn't empty."""
    order = list(BODIES)
    texts = sorted(
        (member for member in members if fold_name(member.name) in BODIES),
        key=lambda member: order.index(fold_name(member.name)),
    )
    for line, name, value in texts:
        kind = BODIES[fold_name(name)]
        if isinstance(value, Mapping):  # WordPress
            value, kind = pick(value, "rendered"), kind or "HTML"
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = "\n".join(value)
        if is_empty(value):
            continue
        if not isinstance(value, str):
            raise ArticleError(path, line, name, "not text", show(value))
        return Text(line, name, value, kind, folded=True)
    return Text()
