"""Traces: what those who follow a feed know each of its entries by, and where more of it is.

An id stays as its feed writes it, character by character. Of an entry without one readers take the
link, as it stands there.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from lxml import etree
from msgspec import Struct

from feedsvc.clean import LONGEST_URI, clean_line, join_url, make_iri
from feedsvc.errors import ArticleError, BadValue
from feedsvc.readers.fields.names import find_name
from feedsvc.readers.fields.values import read_moment
from feedsvc.readers.records.atom_rss import RSS1
from feedsvc.readers.records.constructs import ATOM, resolve
from feedsvc.readers.records.documents import JSON_FEED
from feedsvc.readers.records.objects import decode_json
from feedsvc.readers.records.syndication import split_feed
from feedsvc.settings import Settings

__all__ = ["OldDocument", "Trace", "read_traces"]

_MEMBERS = ("id", "url", "external_url", "title", "date_published", "date_modified")
"""What tells an item of JSON Feed from others."""

_ENCODING = re.compile(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')""")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FEED_TAGS = {f"{{{ATOM}}}feed", "channel", f"{{{RSS1}}}channel"}
_OLDER = ("prev-archive", "next")
"""Relations by which a document names the one with the entries before its own (RFC 5005)."""


class Trace(Struct, frozen=True):
    """What is known of an entry elsewhere. Dates are in the zone that they are written in."""

    id: str
    links: tuple[str, ...] = ()
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None


class OldDocument(Struct, frozen=True):
    """A document of a feed: its entries, those that can't be read, and where older ones are."""

    traces: tuple[Trace, ...]
    faults: tuple[ArticleError, ...] = ()
    older: tuple[str, ...] = ()


def read_traces(place: str, data: bytes, settings: Settings, charset: str = "") -> OldDocument:
    """Read a document of a feed that is, or was, at a place: Atom, RSS or JSON Feed.

    A `charset` that came with it goes over what it says itself, but for a byte order mark
    (RFC 7303, section 3). Raises ArticleError where it is no feed.
    """
    if data.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{":
        return _read_json(place, data, settings)
    data = _decode(data, charset)
    found = split_feed(place, [data])
    if found is None:
        raise ArticleError(place, 1, "file", "not a feed", "neither Atom, RSS nor JSON Feed")
    faults, entries = [], []
    for record, _, fault in found:
        if fault:
            faults.append(fault)
        else:
            fields = msgspec.msgpack.decode(record.data)[1]
            entries.append((record.line, [(name, value) for _, name, value in fields]))
    return _make_document(place, entries, faults, _list_older(place, data), settings)


def _decode(data: bytes, charset: str) -> bytes:
    """Bring a document whose encoding it was sent with to UTF-8; what isn't that stays."""
    if not charset or data.startswith(_MARKS):
        return data
    try:
        text = data.decode(charset)
    except (LookupError, ValueError):
        return data
    return _ENCODING.sub(r"\1", text, count=1).encode()


def _list_older(place: str, data: bytes) -> Iterator[str]:
    """Yield where an XML document says that older entries are."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    root = etree.fromstring(data, parser)
    for rel in _OLDER:
        for link in root.iterfind(f".//{{{ATOM}}}link[@rel='{rel}']"):
            feed, href = link.getparent(), link.get("href")
            if href and feed is not None and feed.tag in _FEED_TAGS:
                yield join_url(place, resolve(link, href))


def _read_json(place: str, data: bytes, settings: Settings) -> OldDocument:
    """Read a document of JSON Feed; of what isn't as that has it, what there is."""
    try:
        top: dict[str, Any] = msgspec.json.decode(decode_json(data))
    except (BadValue, msgspec.DecodeError, RecursionError) as fault:
        raise ArticleError(place, 1, "file", "not JSON", str(fault)) from fault
    items = top.get("items")
    if not str(top.get("version")).startswith(JSON_FEED) or not isinstance(items, list):
        raise ArticleError(place, 1, "file", "not a feed", "JSON, but no JSON Feed")
    entries = [
        (1, [(name, item.get(name)) for name in _MEMBERS])
        for item in items
        if isinstance(item, dict)
    ]
    older = [join_url(place, url) for url in (top.get("next_url"),) if isinstance(url, str)]
    return _make_document(place, entries, [], older, settings)


def _make_document(
    place: str,
    entries: Iterable[tuple[int, list[tuple[str, Any]]]],
    faults: list[ArticleError],
    older: Iterable[str],
    settings: Settings,
) -> OldDocument:
    """Make a document of what its entries say: of each its line, its names and values."""
    traces = []
    for line, said in entries:
        trace = _make_trace(place, said, settings)
        if fault := _find_fault(trace.id):
            faults.append(ArticleError(place, line, "id", *fault))
        else:
            traces.append(trace)
    return OldDocument(tuple(traces), tuple(faults), tuple(older))


def _find_fault(id: str) -> tuple[str, str] | None:
    """Return what is wrong with an id, and why that can't be kept; None where it can."""
    if not id:
        return "missing, and no link", "no reader knows the entry again"
    if not id.isprintable():
        return "can't be kept", "it holds what can't be shown"
    if len(make_iri(id)) > LONGEST_URI:
        return "too long", f"over {LONGEST_URI} characters"
    return None


def _make_trace(place: str, said: list[tuple[str, Any]], settings: Settings) -> Trace:
    """Make the trace of an entry from what its feed says of it: names and values."""
    fields: dict[str, list[Any]] = {}
    for name, value in said:
        if (known := find_name(name)) and isinstance(value, (str, int, float)) and value != "":
            fields.setdefault(known.field, []).append(value)
    links = [join_url(place, str(link)) for link in fields.get("address", ())]
    ids = [str(id) for id in fields.get("id", ())]
    return Trace(
        id=(ids or links or [""])[0],
        links=tuple(dict.fromkeys(links)),
        title=clean_line(str(fields.get("title", [""])[0])),
        published=_read_first(fields.get("published", ()), settings),
        updated=_read_first(fields.get("updated", ()), settings),
    )


def _read_first(values: Iterable[object], settings: Settings) -> datetime | None:
    """Read the first date that can be read."""
    for value in values:
        with suppress(BadValue):
            return read_moment(value, settings)
    return None
