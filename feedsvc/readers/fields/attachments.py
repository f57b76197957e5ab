"""Attachments: the image and the enclosures that a field names: files beside, or elsewhere.

An address, a table that has it, or a list of these.
"""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from feedsvc.clean import clean_line, clean_url
from feedsvc.converters import convert_text, show
from feedsvc.errors import BadValue, MediumRefused, NoValue
from feedsvc.model import Enclosure, Picture
from feedsvc.readers.fields.values import flatten, is_empty, join_site, pick, read_line
from feedsvc.readers.media import Find, is_beside, tell_type
from feedsvc.settings import Settings

__all__ = ["read_enclosures", "read_image"]

DEEPEST = 5
"""Tables in each other that an address may stand in."""

_ADDRESSES = (
    *("url", "src", "path", "file", "href", "link", "contenturl", "image", "source"),
    *("feature", "background", "teaser", "thumb", "thumbnail"),  # themes of Jekyll
)
_ALTS = ("alt", "alttext", "text", "caption", "description", "title")
_LENGTHS = ("length", "size", "bytes", "sizeinbytes", "filesize")
_TYPES = ("type", "mimetype", "mediatype", "contenttype", "encodingformat")
_LENGTH = re.compile(r"[0-9]{1,15}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.I | re.A)
_WIKI = re.compile(r"!?\[\[([^\[\]|]+)(?:\|[^\[\]]*)?\]\]")


def read_image(value: object, find: Find, settings: Settings, strict: bool = False) -> Picture:
    """Read a picture: its address or a file beside, and the alternative text that may follow.

    Of a list the first; of a table what it says. Where that is `strict`, no address has spaces.
    """
    item, alt = next(flatten(value), None), ""
    for _ in range(DEEPEST):
        if not isinstance(item, Mapping):
            break
        said = pick(item, *_ALTS)
        alt = alt or (clean_line(said) if isinstance(said, str) else "")
        item = next(flatten(pick(item, *_ADDRESSES)), None)
        if item is None:
            raise NoValue("no address", show(value))
    address, rest = _part_address(convert_text(item), strict)
    type = tell_type(address if is_beside(address) else clean_url(address))
    if type and not type.startswith("image/"):
        raise BadValue("not an image", f"{show(address)} is {type}")
    return Picture(_locate(address, find, settings, strict).url, alt or clean_line(rest), type)


def read_enclosures(
    value: object, find: Find, settings: Settings, strict: bool = False
) -> list[Enclosure]:
    """Read files that come with an article: an address, its length in bytes, its media type.

    Or a file beside the article, which tells both.
    """
    return [
        _read_table(item, find, settings)
        if isinstance(item, Mapping)
        else _read_enclosure(convert_text(item), find, settings, strict)
        for item in flatten(value)
        if not is_empty(item)
    ]


def _read_table(table: Mapping[object, object], find: Find, settings: Settings) -> Enclosure:
    address = convert_text(pick(table, *_ADDRESSES))
    words = [pick(table, *_LENGTHS), pick(table, *_TYPES)]
    address = address.replace(" ", "%20")
    text = " ".join([address, *(read_line(word) for word in words if word is not None)])
    file = _read_enclosure(text if not is_beside(address) else address, find, settings)
    title = pick(table, "title", "name")
    return replace(file, title=read_line(title)) if title is not None else file


def _read_enclosure(text: str, find: Find, settings: Settings, strict: bool = False) -> Enclosure:
    address, rest = _part_address(text, strict)
    if is_beside(address):
        if rest:
            why = f"{show(rest.split()[0])}; the length and the type are read from the file"
            raise BadValue("more than a file", why)
        return _locate(address, find, settings, strict)
    url = clean_url(address)
    length, type = 0, ""
    for word in rest.split():
        if not length and _LENGTH.fullmatch(word):
            length = int(word)
        elif not type and _TYPE.fullmatch(word):
            type = word.lower()
        else:
            raise BadValue("not a length or a media type", show(word))
    if not (type := type or tell_type(url)):
        raise BadValue("no media type", f"{show(url)} tells none; write for example 'audio/mpeg'")
    return Enclosure(url, type, length)


def _part_address(text: str, strict: bool) -> tuple[str, str]:
    """Part an address from what follows it."""
    if strict:
        address, *rest = text.split(maxsplit=1)
        return address, "".join(rest)
    if match := _WIKI.fullmatch(text):
        text = match[1]
    address, *rest = text.split(maxsplit=1)
    whole = text.replace(" ", "%20")
    if rest and tell_type(whole) and not tell_type(address):
        address, rest = whole, []
    return (f"https:{address}" if address.startswith("//") else address), "".join(rest)


def _locate(address: str, find: Find, settings: Settings, strict: bool) -> Enclosure:
    """Find a file beside the article; or on the site, where a slash begins its path there."""
    if not is_beside(address):
        return Enclosure(clean_url(address), tell_type(address))
    try:
        return find(address)
    except MediumRefused as fault:
        is_elsewhere = address.startswith("/") and fault.what == "no such file" and not strict
        if is_elsewhere and (url := join_site(address, settings)):
            return Enclosure(url, tell_type(address))
        raise
