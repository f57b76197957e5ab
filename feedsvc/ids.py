"""The file of identities, `feedsvc.ids`: what no build from the folder gives back, in plain text.

It lies beside the articles, for people to keep in version control: a line an entry, in the order
of paths, its fields parted by tabs. Whatever is in a field, a line stays a line.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from itertools import chain
from typing import BinaryIO

from msgspec import Struct

from feedsvc.errors import BadValue
from feedsvc.model import Finding
from feedsvc.temporaries import write_file

__all__ = ["IDS", "Identity", "digest_ids", "look_at_ids", "read_ids", "show_ids", "write_ids"]

IDS = "feedsvc.ids"

HEAD = b"""\
# What feedsvc knows of each article: kept in version control beside the articles, this file lets
# entries keep their ids and dates, wherever they are built and whatever becomes of their files.
# path, id, source, published, updated, edited, seen, slug
"""

NONE = "-"
"""What stands for a field that says nothing."""

PIECE = 1 << 16

_ODD = re.compile(r"[\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|^[#-]")
_ESCAPE = re.compile(r"\\(?:(\\)|x([0-9a-f]{2})|u([0-9a-f]{4})|)")
_CONFLICT = re.compile(rb"(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)(?: |$)")
_SOURCE = re.compile(r"[0-9a-f]{32}|")


class Identity(Struct, frozen=True):
    """What an entry keeps: see Row in the index. What isn't known is empty, or 0.

    `path` is as the index has it. `id` may be any text, as in RSS. `source` is the digest of the
    file's bytes, the times are in seconds since 1970 UTC, `slug` names the entry's page.
    """

    path: str
    id: str
    source: str = ""
    published: int = 0
    updated: int = 0
    edited: int = 0
    seen: int = 0
    slug: str = ""


_FIELDS = Identity.__struct_fields__
_TIMES = ("published", "updated", "edited", "seen")


def look_at_ids(folder: str, settled: int) -> str:
    """Tell how the file of a folder looks, "" where there is none.

    Of one that was written after it `settled` (nanoseconds), a later change may not show: it looks
    like none.
    """
    try:
        status = os.stat(os.path.join(folder, IDS))
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns if status.st_mtime_ns < settled else 0}"


def digest_ids(folder: str) -> str:
    """Digest the file of a folder; "-" where it can't be read."""
    try:
        with open(os.path.join(folder, IDS), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return NONE


def read_ids(folder: str, tell: Callable[[Finding], None]) -> Iterator[Identity]:
    """Yield the identities in the file of a folder, none where there is no file.

    What is wrong with a line is told, and costs that line only: so does a path or an id that an
    earlier one has.
    """
    seen: dict[str, set[int]] = {"path": set(), "id": set()}
    try:
        with open(os.path.join(folder, IDS), "rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    identity = _read_line(line)
                    for name, known in seen.items() if identity else ():
                        _note(getattr(identity, name), known, name)
                except BadValue as fault:
                    field, _, what = fault.what.partition(": ")
                    tell(Finding(IDS, number, field, what, fault.why))
                    continue
                if identity:
                    yield identity
    except FileNotFoundError:
        return
    except OSError as error:
        tell(Finding(IDS, 1, "file", "can't be read", error.strerror or ""))


def write_ids(folder: str, identities: Iterable[Identity]) -> bool:
    """Write the file of a folder whole, or not at all; return whether it is another one now.

    The identities come in the order of their paths. A file that holds them is left alone. Raises
    OSError.
    """
    place = os.path.realpath(os.path.join(folder, IDS))
    lines = show_ids(identities)
    with _open(place) as before:
        same = 0
        for line in lines:
            if before.read(len(line)) != line:
                break
            same += len(line)
        else:
            if not before.read(1):
                return False
            line = b""
        before.seek(0)
        write_file(place, chain(_read_first(before, same), [line], lines))
    return True


def show_ids(identities: Iterable[Identity]) -> Iterator[bytes]:
    """Yield what a file that holds these identities holds, line by line."""
    return chain([HEAD], map(_write_line, identities))


def _open(place: str) -> BinaryIO:
    try:
        return open(place, "rb")
    except FileNotFoundError:
        return BytesIO()


def _read_first(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Read the first bytes of a file, piece by piece."""
    while size:
        piece = file.read(min(size, PIECE))
        size -= len(piece)
        yield piece


def _note(value: str, known: set[int], name: str) -> None:
    """Note a value. Raises BadValue where it is known: ids are never given twice."""
    digest = hash(value)  # of a million, texts would take too much room
    if digest in known:
        raise BadValue(f"{name}: in an earlier line too", "the first stays")
    known.add(digest)


def _read_line(line: bytes) -> Identity | None:
    """Read a line, None where it says nothing. Raises BadValue, what names the field."""
    bare = line.rstrip(b"\r\n")
    if not bare.strip() or bare[:1] == b"#":
        return None
    if _CONFLICT.match(bare):
        raise BadValue("line: a conflict of versions", "mend it, or let feedsvc ids --write do so")
    if not line.endswith(b"\n"):
        raise BadValue("line: cut short", "no end of line")
    try:
        fields = bare.decode().split("\t")
    except UnicodeDecodeError as error:
        raise BadValue("line: not UTF-8", str(error.reason)) from error
    if len(fields) != len(_FIELDS):
        why = f"{len(_FIELDS)}, parted by tabs: {', '.join(_FIELDS)}"
        raise BadValue(f"line: {len(fields)} fields", why)
    path, id, source, *_, slug = (
        "" if text == NONE else _ESCAPE.sub(_unescape, text) if "\\" in text else text
        for text in fields
    )
    if not path:
        raise BadValue("path: missing")
    if not (id and id.isprintable()):
        raise BadValue("id: can't be one", "it is empty, or can't be shown")
    if not _SOURCE.fullmatch(source):
        raise BadValue("source: no digest", "32 of 0 to 9 and a to f")
    published, updated, edited, seen = map(_read_time, _TIMES, fields[3:7])
    return Identity(path, id, source, published, updated, edited, seen, slug)


@lru_cache
def _read_time(name: str, text: str) -> int:
    if text == NONE:
        return 0
    try:
        if text[-1:] == "Z":
            return int(datetime.fromisoformat(text).timestamp())
    except ValueError:
        pass
    raise BadValue(f"{name}: no time", f"as 2024-05-01T10:00:00Z, or {NONE}")


def _write_line(identity: Identity) -> bytes:
    texts = (identity.path, identity.id, identity.source, identity.slug)
    path, id, source, slug = (_ODD.sub(_escape, text) or NONE for text in texts)
    times = (identity.published, identity.updated, identity.edited, identity.seen)
    return "\t".join((path, id, source, *map(_write_time, times), f"{slug}\n")).encode()


@lru_cache
def _write_time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19] + "Z" if seconds else NONE


def _escape(odd: re.Match[str]) -> str:
    code = ord(odd[0])
    if odd[0] == "\\":
        return "\\\\"
    # A byte that is no UTF-8, as paths may hold (surrogateescape).
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _unescape(escaped: re.Match[str]) -> str:
    backslash, byte, character = escaped.groups()
    if byte:
        return chr(0xDC00 + int(byte, 16))
    return chr(int(character, 16)) if character else backslash or escaped[0]
