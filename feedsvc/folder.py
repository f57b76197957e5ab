"""The folder of articles: which files it holds, and their bytes.

Files come in the order of their paths (by code point, as the index orders them). What can't be
an article comes too, with the reason: nothing is dropped in silence, and nothing outside of the
folder is ever opened.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import PurePath

from msgspec import Struct

from feedsvc.errors import ArticleError, FolderError
from feedsvc.readers import is_article

__all__ = ["File", "read_file", "walk"]

# Control characters, and what stands for bytes that are no UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class File(Struct, frozen=True):
    """A file of the folder: its path in it, its size in bytes, its mtime in nanoseconds.

    `fault` says why it can't be an article. The path of a directory that can't be read ends in
    a slash.
    """

    path: str
    size: int = 0
    mtime: int = 0
    fault: ArticleError | None = None


def walk(root: str, ignored: dict[str, int]) -> Iterator[File]:
    """Find the files of the folder `root` (a real path) that could be articles.

    Hidden ones are left out. `ignored` counts the others by kind. Raises FolderError where the
    folder itself can't be read.
    """
    try:
        yield from _walk(root, "", ignored)
    except OSError as error:
        raise FolderError(root, f"can't be read: {error.strerror}") from error


def _walk(root: str, prefix: str, ignored: dict[str, int]) -> Iterator[File]:
    with os.scandir(os.path.join(root, prefix)) as found:
        entries = sorted(
            (entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name, entry)
            for entry in found
            if not entry.name.startswith(".")
        )
    for name, entry in entries:
        path = prefix + name
        if is_article(entry.name):
            yield _look(root, prefix + entry.name, entry)
        elif name.endswith("/"):
            try:
                yield from _walk(root, path, ignored)
            except OSError as error:
                yield _refuse(path, "can't be read", error.strerror)
        elif path != "feedsvc.toml":
            kind = "link to a folder" if entry.is_dir() else PurePath(name).suffix or name
            ignored[kind] = ignored.get(kind, 0) + 1


def _look(root: str, path: str, entry: os.DirEntry[str]) -> File:
    if bad := _UNPRINTABLE.search(entry.name):
        return _refuse(path, "can't be published", f"its name holds {bad[0]!a}")
    if entry.is_symlink() and not _is_inside(root, path):
        return _refuse(path, "not opened", "a link that leads out of the folder")
    try:
        status = entry.stat()
    except OSError as error:
        return _refuse(path, "can't be read", error.strerror)
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
        return _refuse(path, "not an article", kind)
    return File(path, status.st_size, status.st_mtime_ns)


def _refuse(path: str, what: str, why: str | None) -> File:
    shown = _UNPRINTABLE.sub(lambda bad: ascii(bad[0])[1:-1], path)
    return File(path, fault=ArticleError(shown, 1, "file", what, why or ""))


def _is_inside(root: str, path: str) -> bool:
    real = os.path.realpath(os.path.join(root, path))
    return os.path.commonpath([root, real]) == root


def read_file(root: str, path: str, most: int) -> bytes:
    """Read a file of the folder. Raises ArticleError where it can't be, or is over `most` bytes."""
    try:
        # The real path, and no link at its end: what was checked is what is opened. A pipe that
        # took the file's place meanwhile must not be waited for.
        if not _is_inside(root, path):
            raise ArticleError(path, 1, "file", "not opened", "it leads out of the folder")
        real = os.path.realpath(os.path.join(root, path))
        handle = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb", buffering=0) as file:
            size = os.fstat(handle).st_size
            if size <= most:
                return file.read() or b""
    except OSError as error:
        raise ArticleError(path, 1, "file", "can't be read", error.strerror or "") from error
    raise ArticleError(
        path, 1, "file", "too large", f"{size} bytes, over max_article_bytes ({most})"
    )
