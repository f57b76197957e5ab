"""Media: the files beside the articles that articles name, found, read, and named by content.

No file is opened that is out of the folder, hidden, or of a type that isn't known. A name has
the digest of the content: what is published under one never changes.
"""

import hashlib
import os
import posixpath
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from io import FileIO
from pathlib import PurePosixPath
from typing import TypeAlias
from urllib.parse import unquote

from msgspec.structs import replace

from feedsvc.converters import show
from feedsvc.errors import BadValue, MediumRefused, Superseded
from feedsvc.folder import open_file
from feedsvc.grounds import find_base
from feedsvc.index import Index, Medium
from feedsvc.model import Enclosure
from feedsvc.readers import part_path
from feedsvc.readers.media import tell_type
from feedsvc.settings import Settings

__all__ = [
    "Finder",
    "Library",
    "Rests",
    "digest_file",
    "is_public",
    "list_stale",
    "list_users",
    "open_public",
    "stream",
    "verify",
]

CHUNK = 1 << 16
"""Bytes that are read at once."""

BATCH = 1000
"""Media whose files are looked at, at once."""

Rests: TypeAlias = Callable[[str, int, int], bool]
"""Whether a file is written to no more, by its path, its size and its mtime in nanoseconds."""

_NO_FILE = (-1, 0)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Library:
    """The media of a folder, as one ingest finds them.

    `recall` returns what an earlier one knew of a file, so that it isn't read again for nothing.
    `rests` tells by path, size and mtime whether a file is written to no more.
    """

    def __init__(
        self,
        settings: Settings,
        recall: Callable[[str], Medium | None] = lambda path: None,
        rests: Rests = lambda path, size, mtime: True,
    ) -> None:
        self.settings, self._recall, self._rests = settings, recall, rests
        self._read: dict[str, Medium] = {}
        self.restless: list[str] = []
        """The files that were asked for and don't rest yet."""

    def read(self, path: str) -> Medium:
        """Return the medium in a file. Raises MediumRefused where it can't be published."""
        looks = size, mtime = _look(self.settings.folder, path)
        if size > (most := self.settings.max_media_bytes):
            why = f"{show(path)} has {size} bytes, over max_media_bytes ({most})"
            raise MediumRefused("too large", why)
        if looks != _NO_FILE and not self._rests(path, size, mtime):
            self.restless.append(path)
            raise MediumRefused("not published", f"{show(path)} is being written")
        known = self._read.get(path)
        if known is None:
            recalled = self._recall(path)
            known = recalled if recalled and recalled.name and recalled.settled else None
        if known is None or (known.size, known.mtime) != looks:
            digest = digest_file(self.settings.folder, path, looks, self.settings.outer)
            known = Medium(path, f"{digest}{PurePosixPath(path).suffix.lower()}", size, mtime)
            self._read[path] = known
        return known

    def locate(self, medium: Medium) -> str:
        """Return the address of a medium, "" where it can't be published."""
        return medium.name and f"{self.settings.url}media/{medium.name}"


class Finder:
    """Finds what the article at `path` names, as readers ask for it.

    `found` are the files that were asked for, by path, also those that can't be published.
    """

    def __init__(self, library: Library, path: str) -> None:
        self._library, self._path = library, part_path(path)[0]
        self.found: dict[str, Medium] = {}

    def __call__(self, reference: str) -> Enclosure:
        """Find a file: relative to the article, or to the folder where a slash begins it.

        Raises MediumRefused where there is none, or none that may be published.
        """
        path = _locate(self._path, reference, self._library.settings.outer)
        try:
            medium = self._library.read(path)
        except MediumRefused:
            self.found[path] = Medium(path, "", *_look(self._library.settings.folder, path))
            raise
        self.found[path] = medium
        url = self._library.locate(medium)
        return Enclosure(url, tell_type(medium.name), medium.size, PurePosixPath(path).name)

    @property
    def used(self) -> dict[str, str]:
        """The addresses of the files that were found, empty for those that have none."""
        return {path: self._library.locate(medium) for path, medium in self.found.items()}

    def settle(self, before: int) -> list[Medium]:
        """Return what was found, to be recorded.

        What was written `before` (nanoseconds) is settled, and so is that nothing is there.
        """
        return [
            replace(medium, settled=medium.mtime < before if medium.name else medium.size < 0)
            for medium in self.found.values()
        ]

    def differs(self, used: dict[str, str]) -> bool:
        """Whether other content was found than was `used`, wherever it lay.

        A file that isn't there, or is back, edits nothing: its folder may not be mounted.
        """
        missed = {path for path, url in used.items() if not url}
        found = {path: url for path, url in self.used.items() if path not in missed}
        return not _list_names(found) <= _list_names(used)


def _list_names(used: dict[str, str]) -> set[str]:
    return {url.rpartition("/")[2] for url in used.values() if url}


def _locate(article: str, reference: str, outer: Collection[str]) -> str:
    """Return the path in the folder that a reference in an article is to."""
    path = unquote(reference)
    shown = show(reference)
    if _UNPRINTABLE.search(path):
        raise MediumRefused("not published", f"{shown} can't be the name of a file")
    base = find_base(article, outer)
    home = posixpath.dirname(article[len(base) :])
    path = posixpath.normpath(path[1:] if path[0] == "/" else posixpath.join(home, path))
    if path.startswith(("../", "/")):
        raise MediumRefused("not published", f"{shown} is out of the folder")
    if path[0] == "." or "/." in path:
        raise MediumRefused("not published", f"{shown} is hidden")
    if not tell_type(f"a{PurePosixPath(path).suffix}"):
        raise MediumRefused("not published", f"{shown} is of no type that is")
    return base + path


def list_stale(settings: Settings, index: Index) -> set[str]:
    """Return the paths of the articles to be read again, as what they name is another file now.

    Or has another address.
    """
    stale = set(index.users_elsewhere(f"{settings.url}media/"))
    after = ""
    while media := index.media(after, BATCH):
        stale |= list_users(settings, index, media)
        after = media[-1].path
    return stale


def list_users(settings: Settings, index: Index, media: Iterable[Medium]) -> set[str]:
    """Return the paths of the articles that name any of the media that is another file now."""
    users: set[str] = set()
    for medium in media:
        looks = _look(settings.folder, medium.path)
        if not medium.settled or looks != (medium.size, medium.mtime):
            users.update(index.users(medium.path))
    return users


def open_public(settings: Settings, index: Index, name: str) -> FileIO | None:
    """Open the file of a public medium, None where no file is any more what it was read as."""
    for medium in index.media_named(name):
        try:
            file = open_file(settings.folder, medium.path, settings.outer)
        except (BadValue, OSError):
            continue
        if _see(os.fstat(file.fileno())) == (medium.size, medium.mtime):
            return file
        file.close()
    return None


def is_public(settings: Settings, index: Index, name: str) -> bool:
    """Whether `open_public` opens a file."""
    file = open_public(settings, index, name)
    if file:
        file.close()
    return file is not None


def stream(file: FileIO, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of an open file from `start` to before `end`; fewer, where it ends before."""
    if start:
        file.seek(start)
    while start < end and (chunk := file.read(min(CHUNK, end - start))):
        start += len(chunk)
        yield chunk


def verify(chunks: Iterable[bytes], digest: str) -> Iterator[bytes]:
    """Yield the same bytes. Raises Superseded at their end where they have another digest."""
    seen = hashlib.blake2b(digest_size=16)
    for chunk in chunks:
        seen.update(chunk)
        yield chunk
    if seen.hexdigest() != digest:
        raise Superseded("media", "superseded", f"the content isn't {digest} any more")


def digest_file(root: str, path: str, looks: tuple[int, int], outer: tuple[str, ...] = ()) -> str:
    """Digest the content of a file of that size and mtime.

    Raises MediumRefused where it can't be read whole, or looks otherwise once it is.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        with open_file(root, path, outer) as file:
            for chunk in stream(file, 0, looks[0]):
                digest.update(chunk)
            seen = _see(os.fstat(file.fileno()))
    except FileNotFoundError as error:
        raise MediumRefused("no such file", show(path)) from error
    except OSError as error:
        raise MediumRefused("can't be read", f"{show(path)}: {error.strerror}") from error
    except BadValue as fault:
        raise MediumRefused(fault.what, f"{show(path)}: {fault.why}") from fault
    if seen == _NO_FILE:
        raise MediumRefused("not published", f"{show(path)} is no regular file")
    if seen != looks:
        raise MediumRefused("not published", f"{show(path)} is being written")
    return digest.hexdigest()


def _look(root: str, path: str) -> tuple[int, int]:
    try:
        return _see(os.stat(os.path.join(root, path)))
    except OSError:
        return _NO_FILE


def _see(status: os.stat_result) -> tuple[int, int]:
    """Return the size and the mtime of a regular file."""
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else _NO_FILE
