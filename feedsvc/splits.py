"""Splits: the records of a file that holds many, found in it, in the order of their names.

A file of lines is read by line, and no more than the names and places of its records are in memory
(a hundred bytes each); any other whole, up to a limit.
"""

import codecs
import hashlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from io import BufferedReader
from struct import Struct as Layout
from typing import BinaryIO

from msgspec.structs import replace

from feedsvc.errors import ArticleError, BadValue
from feedsvc.folder import File, open_file
from feedsvc.model import Finding
from feedsvc.readers import part_path
from feedsvc.readers.records import MOST_JUDGED, Found, Record, name_record
from feedsvc.settings import Settings

__all__ = ["Part", "Split", "split_file"]

TIMES = 64
"""Times `max_article_bytes` that a file may have which is read whole."""

PIECE = 1 << 20
"""Bytes that are read at once."""

# Of a record: its name, its line, its place, its length, its digest. They sort by name, then line.
_ENTRY = Layout(">32sIQIQ")
_BOM = codecs.BOM_UTF8
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Part(File, frozen=True):
    """A record as a file: `line` is where it begins in the file that it is in, `load` reads it."""

    line: int = 1
    load: Callable[[], Record] = lambda: Record(1, b"")

    def place(self, finding: Finding) -> Finding:
        """Return what was found of it, with its file and its line in that."""
        if finding.path != self.path:
            return finding
        return replace(finding, path=part_path(self.path)[0], line=self.line)


class Split:
    """A file of many articles, as it was read.

    `found` are its records where they are in memory; `faults` are those that can't be told apart.
    """

    def __init__(self, settings: Settings, path: str, found: list[Found] | None = None) -> None:
        self._settings, self._path, self._found = settings, path, found
        self._entries: list[bytes] = []
        self.faults: list[ArticleError] = []
        for place, each in enumerate(found or ()):
            self.add(each, place)

    def __len__(self) -> int:
        """Count the records that are told apart."""
        return len(self._entries)

    def add(self, found: Found, place: int) -> None:
        """Add a record that is at a place of the file, or of what was found."""
        if not found.key and found.fault:
            self.faults.append(found.fault)
            return
        record = found.record
        looks = record.line, place, len(record.data), _digest(record)
        self._entries.append(_ENTRY.pack(name_record(found.key).encode(), *looks))

    def parts(self) -> Iterator[Part]:
        """Yield the records in the order of their names; those that aren't told apart come first.

        Of those that are the same one, the first in the file stays.
        """
        for number, fault in enumerate(self.faults):
            yield Part(f"{self._path}/!{number:09}", fault=fault, line=fault.line)
        self._entries.sort()
        before, first = "", 0
        for packed in self._entries:
            padded, line, place, length, digest = _ENTRY.unpack(packed)
            name = padded.rstrip(b"\0").decode()
            if name == before:
                what = f"the same as in line {first}"
                same = ArticleError(self._path, line, "id", what, "the first in the file stays")
                yield Part(f"{self._path}/{name}~{line:09}", fault=same, line=line)
                continue
            before, first = name, line
            load, refused = self._find(line, place, length, digest)
            yield Part(f"{self._path}/{name}", length, digest, refused, line, load)

    def _find(
        self, line: int, place: int, length: int, digest: int
    ) -> tuple[Callable[[], Record], ArticleError | None]:
        """Return what loads a record, and why it is refused, if it is."""
        load = partial(_load, self._settings, self._path, line, place, length, digest)
        refused = None
        if self._found is not None:
            record, _, refused = self._found[place]
            load = partial(_give, record)
        if length > (most := self._settings.max_article_bytes):
            why = f"{length} bytes, over max_article_bytes ({most})"
            refused = ArticleError(self._path, line, "record", "too large", why)
        return load, refused


def split_file(settings: Settings, path: str, *, first: bool = False) -> Split | None:
    """Split a file into its records, None where it holds no articles. Raises ArticleError.

    Who wants to see only the `first` has more, where that costs no more.
    """
    from feedsvc.readers.records.splitting import has_lines, split

    most = settings.max_article_bytes
    try:
        with (
            open_file(settings.folder, path, settings.outer) as raw,
            BufferedReader(raw, PIECE) as file,
        ):
            if has_lines(path):
                return _split_lines(settings, path, file, first=first)
            found = split(path, _read_pieces(path, file, most))
    except BadValue as fault:
        raise ArticleError(path, 1, "file", fault.what, fault.why) from fault
    except OSError as error:
        raise ArticleError(path, 1, "file", "can't be read", error.strerror or "") from error
    return None if found is None else Split(settings, path, found)


def _read_pieces(path: str, file: BinaryIO, most: int) -> Iterator[bytes]:
    """Read a file that is to be read whole. Raises ArticleError where it is too large."""
    left = TIMES * most
    while piece := file.read(PIECE):
        yield piece
        left -= len(piece)
        if left < 0:
            why = f"over {TIMES} times max_article_bytes ({most}); lines of JSON may be any number"
            raise ArticleError(path, 1, "file", "too large", why)


def _split_lines(settings: Settings, path: str, file: BinaryIO, *, first: bool) -> Split | None:
    """Split a file of lines; where none of the first is like an article, no others are read."""
    from feedsvc.readers.records.splitting import find_line

    most = settings.max_article_bytes
    if file.read(2) in _UTF16:
        raise ArticleError(path, 1, "encoding", "not UTF-8", "it is UTF-16; save it as UTF-8")
    file.seek(0)
    done, judged, likes = Split(settings, path), 0, False
    for line, place, data in _read_lines(file, most):
        if data is None:
            why = f"over max_article_bytes ({most})"
            done.faults.append(ArticleError(path, line, "record", "too large", why))
            continue
        found, like = find_line(path, line, data, judge=not likes)
        likes, judged = likes or like, judged + 1
        done.add(found, place)
        if (judged == MOST_JUDGED and not likes) or (first and likes):
            break
    return done if likes else None


def _read_lines(file: BinaryIO, most: int) -> Iterator[tuple[int, int, bytes | None]]:
    """Read the lines that aren't blank: number, place and bytes, None of one that is too long."""
    number = end = 0
    while line := file.readline(most + 1):
        number += 1
        place, end = end, end + len(line)
        if len(line) > most and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = file.readline(PIECE)
                end += len(line)
            yield number, place, None
            continue
        data = line.removeprefix(_BOM) if number == 1 else line
        if stripped := data.strip():
            yield number, place + len(line) - len(data.lstrip()), stripped


def _give(record: Record) -> Record:
    return record


def _load(settings: Settings, path: str, line: int, place: int, length: int, digest: int) -> Record:
    """Read a record that is in a line. Raises ArticleError where it isn't there any more."""
    try:
        with open_file(settings.folder, path, settings.outer) as file:
            record = Record(line, os.pread(file.fileno(), length, place))
    except (BadValue, OSError) as fault:
        raise ArticleError(path, line, "record", "can't be read", str(fault)) from fault
    if _digest(record) != digest:
        raise ArticleError(path, line, "record", "not read", "its file is being written")
    return record


def _digest(record: Record) -> int:
    """Digest a record to what stands for a time: a moment of long ago, in nanoseconds."""
    digest = hashlib.blake2b(record.common, digest_size=8)
    digest.update(record.data)
    return int.from_bytes(digest.digest()) >> 4
