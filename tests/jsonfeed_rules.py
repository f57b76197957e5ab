"""The rules of JSON Feed 1.1, checked as its specification words them."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

VERSION = "https://jsonfeed.org/version/1.1"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")  # RFC 3339
TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+")
TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, well-formed enough
EXTENSION = re.compile(r"_[A-Za-z][^.]*")

Rule = Callable[[Any], str | None]


def check_feed(data: bytes) -> list[str]:
    """Return every rule that a document breaks, as `place: what`; none where it is valid."""
    try:
        feed = json.loads(data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_pair)
    except ValueError as error:
        return [f"document: not JSON in UTF-8: {error}"]
    if not isinstance(feed, dict):
        return ["document: not an object"]
    return list(_check_top(feed))


def _check_top(feed: dict[str, Any]) -> Iterator[str]:
    yield from _check_members(feed, "feed", TOP, required=("version", "title", "items"))
    # The specification counts these two as required for a feed on the public web.
    for name in ("home_page_url", "feed_url"):
        if name not in feed:
            yield f"feed: {name} is missing"
    if feed.get("version") != VERSION:
        yield f"feed.version: not {VERSION}"
    if "next_url" in feed and feed["next_url"] == feed.get("feed_url"):
        yield "feed.next_url: the same as feed_url, which loops"
    seen: set[str] = set()
    for number, item in enumerate(_objects(feed.get("items"))):
        place = f"items[{number}]"
        yield from _check_members(item, place, ITEM, required=("id",))
        if "content_html" not in item and "content_text" not in item:
            yield f"{place}: neither content_html nor content_text"
        identity = str(item.get("id"))
        if not identity.strip():
            yield f"{place}.id: blank"
        if identity in seen:
            yield f"{place}.id: not unique: {identity!r}"
        seen.add(identity)


def _check_members(
    value: dict[str, Any], place: str, rules: dict[str, Rule], required: tuple[str, ...]
) -> Iterator[str]:
    for name in required:
        if name not in value:
            yield f"{place}: {name} is missing"
    for name, member in value.items():
        if EXTENSION.fullmatch(name):
            if not isinstance(member, dict):
                yield f"{place}.{name}: an extension is an object"
        elif name not in rules:
            yield f"{place}.{name}: no such member"
        elif fault := rules[name](member):
            yield f"{place}.{name}: {fault}"


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "not a string, or an empty one"


def _url(value: Any) -> str | None:
    """An absolute address, and a URI: http is meant wherever a reader fetches it."""
    parts = urlsplit(value) if isinstance(value, str) and value.isascii() else None
    found = parts and parts.scheme in ("http", "https") and parts.hostname and " " not in value
    return None if found else f"not an absolute address: {value!r}"


def _contact(value: Any) -> str | None:
    mail = isinstance(value, str) and re.fullmatch(r"mailto:[!-~]+@[!-~]+", value)
    return None if mail else _url(value)


def _moment(value: Any) -> str | None:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return f"not a date of RFC 3339: {value!r}"
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        return f"no such date: {error}"
    return None


def _match(pattern: re.Pattern[str]) -> Rule:
    def check(value: Any) -> str | None:
        found = isinstance(value, str) and pattern.fullmatch(value)
        return None if found else f"malformed: {value!r}"

    return check


def _count(value: Any) -> str | None:
    real = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return None if real else f"not a number: {value!r}"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else f"not a boolean: {value!r}"


def _texts(value: Any) -> str | None:
    if not isinstance(value, list) or any(map(_text, value)):
        return "not an array of strings"
    return None


def _array(rules: dict[str, Rule], required: tuple[str, ...] = ()) -> Rule:
    """An array of objects, none of them empty."""

    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not all(one and isinstance(one, dict) for one in value):
            return "not an array of objects that say something"
        faults = [
            fault
            for number, one in enumerate(value)
            for fault in _check_members(one, f"[{number}]", rules, required)
        ]
        return "; ".join(faults) or None

    return check


def _items(value: Any) -> str | None:
    if isinstance(value, list) and len(_objects(value)) == len(value):
        return None
    return "not an array of objects"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON's")


def _pair(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(members)) < len(members):
        raise ValueError("a member occurs twice")
    return dict(members)


AUTHORS = _array({"name": _text, "url": _contact, "avatar": _url})
TOP: dict[str, Rule] = {
    "version": _text,
    "title": _text,
    "home_page_url": _url,
    "feed_url": _url,
    "description": _text,
    "user_comment": _text,
    "next_url": _url,
    "icon": _url,
    "favicon": _url,
    "authors": AUTHORS,
    "language": _match(TAG),
    "expired": _flag,
    "hubs": _array({"type": _text, "url": _url}, required=("type", "url")),
    "items": _items,
}
ITEM: dict[str, Rule] = {
    "id": _text,
    "url": _url,
    "external_url": _url,
    "title": _text,
    "content_html": _text,
    "content_text": _text,
    "summary": _text,
    "image": _url,
    "banner_image": _url,
    "date_published": _moment,
    "date_modified": _moment,
    "authors": AUTHORS,
    "tags": _texts,
    "language": _match(TAG),
    "attachments": _array(
        {
            "url": _url,
            "mime_type": _match(TYPE),
            "title": _text,
            "size_in_bytes": _count,
            "duration_in_seconds": _count,
        },
        required=("url", "mime_type"),
    ),
}
