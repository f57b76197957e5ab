"""Syndication: a feed in XML to its entries: Atom (RFC 4287), RSS 2.0 and 1.0, and their modules.

Each entry stands for itself afterwards: what the feed says of all of them is said of each. XML
that isn't well-formed is refused whole, with the line: nothing is repaired by guessing.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from lxml import etree

from feedsvc.errors import ArticleError, BadValue
from feedsvc.model import Reading
from feedsvc.readers.fields import Field
from feedsvc.readers.media import Find
from feedsvc.readers.records import Found, Record
from feedsvc.readers.records.atom_rss import (
    RDF,
    RSS1,
    read_atom,
    read_atom_feed,
    read_rss,
    read_rss_feed,
)
from feedsvc.readers.records.constructs import ATOM, find_all
from feedsvc.readers.records.entries import Given, Text, compose
from feedsvc.readers.records.keys import make_key
from feedsvc.settings import Settings

__all__ = ["read_entry", "split_feed"]

PIECE = 1 << 16
"""Bytes that are parsed at once."""

_ATOM_ENTRY = f"{{{ATOM}}}entry"
_ENTRIES = {_ATOM_ENTRY: read_atom, "item": read_rss, f"{{{RSS1}}}item": read_rss}
_FEEDS = {
    f"{{{ATOM}}}feed": read_atom_feed,
    "channel": read_rss_feed,
    f"{{{RSS1}}}channel": read_rss_feed,
}
_RDF = f"{{{RDF}}}RDF"
_ROOTS = {f"{{{ATOM}}}feed", _ATOM_ENTRY, "rss", _RDF}
_IDS = (f"{{{ATOM}}}id", "guid")
_PLACE = re.compile(r", line \d+, column \d+.*", re.S)


class _Feed:
    """A feed as it is parsed: its entries, and what it says of all of them."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.found: list[tuple[int, str, Given | None, ArticleError | None]] = []
        self.common: list[Field] = []
        self.kind = ""
        """The name of its root, "" before it is known."""

    def take(self, event: str, element: Any) -> bool:
        """Take what has begun, or ended; tell whether it is a feed's."""
        if not self.kind:
            self.kind = element.tag
            _refuse_entities(element)
        elif event == "end" and element.tag in _ENTRIES:
            self._take_entry(element)
            element.clear()
        elif event == "end" and element.tag in _FEEDS:
            self.common = _FEEDS[element.tag](element)
        return self.kind in _ROOTS

    def _take_entry(self, entry: Any) -> None:
        line = entry.sourceline
        try:
            if given := _ENTRIES[entry.tag](entry):
                key = make_key((name, value) for _, name, value in (*given.fields, given.text[:3]))
                self.found.append((line, key, given, None))
        except (BadValue, ValueError) as error:
            fault = error if isinstance(error, BadValue) else BadValue("not a URL", str(error))
            refused = ArticleError(self._path, line, "entry", fault.what, fault.why)
            key = make_key(("id", child.text) for child in find_all(entry, *_IDS))
            self.found.append((line, key, None, refused))

    def finish(self) -> Iterator[Found]:
        """Yield the records, each with what the feed says of all."""
        for line, key, given, fault in self.found:
            data = b""
            if given:
                names = {field.name for field in given.fields}
                common = [field for field in self.common if field.name not in names]
                data = _pack(given, common)
            if not key and not fault:
                why = "nothing tells it from others: no id, URL, title or text"
                fault = ArticleError(self._path, line, "id", "missing", why)
            yield Found(Record(line, data), key, fault)


def split_feed(path: str, chunks: Iterable[bytes]) -> list[Found] | None:
    """Split a feed into the records of its entries, None where the file is no feed.

    Raises ArticleError where it can't be read.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    feed = _Feed(path)
    etree.clear_error_log()
    try:
        for event, element in _parse(parser, chunks):
            if not feed.take(event, element):
                return None
    except etree.XMLSyntaxError as error:
        if not feed.kind and path.lower().endswith(".xml"):
            return None
        # Of some faults, the error itself says nothing.
        line, why = error.lineno or 1, _PLACE.sub("", error.msg or "")
        log: Any = error.error_log
        for entry in [] if error.lineno else list(log)[-1:]:
            line, why = entry.line, entry.message
        raise ArticleError(path, line, "file", "not well-formed", why) from error
    except BadValue as fault:
        raise ArticleError(path, 1, "file", fault.what, fault.why) from fault
    return list(feed.finish()) if feed.found or feed.common or feed.kind != _RDF else None


def _parse(parser: Any, chunks: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    for chunk in chunks:
        for start in range(0, len(chunk), PIECE):
            parser.feed(chunk[start : start + PIECE])
            yield from parser.read_events()
    parser.close()
    yield from parser.read_events()


def _refuse_entities(root: Any) -> None:
    """Refuse a file that defines entities: no feed has a use for them but to harm who reads it."""
    dtd = root.getroottree().docinfo.internalDTD
    for entity in dtd.iterentities() if dtd is not None else ():
        raise BadValue("defines entities", str(entity.name))


def _pack(given: Given, common: list[Field]) -> bytes:
    """Pack what an entry says, with its lines counted from its own: the same wherever it stands."""
    before = given.line - 1
    fields = [field._replace(line=field.line - before) for field in given.fields]
    fields += [field._replace(line=1) for field in common]
    text = given.text._replace(line=given.text.line - before)
    return msgspec.msgpack.encode(given._replace(line=1, fields=fields, text=text))


def read_entry(path: str, record: Record, settings: Settings, find: Find) -> Reading:
    """Read a record of the feed `path`.

    Raises ArticleError with the line in the file and the field that can't be used.
    """
    _, fields, text, *rest = msgspec.msgpack.decode(record.data)
    before = record.line - 1
    given = Given(
        record.line,
        [Field(line + before, name, value) for line, name, value in fields],
        Text(text[0] + before, *text[1:]),
        *rest,
    )
    return compose(path, given, settings, find)
