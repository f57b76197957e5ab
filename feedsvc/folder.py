"""The folder of articles: which files it holds, and their bytes.

Files come in the order of their paths (by code point, as the index orders them). What can't be
an article comes too, with the reason: nothing is dropped in silence, and nothing outside of the
folder is ever opened.
"""

import errno
import os
import re
import stat
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from functools import partial
from io import FileIO
from pathlib import Path
from posixpath import splitext

from msgspec import Struct

from feedsvc.errors import ArticleError, BadValue, FolderError
from feedsvc.readers import is_article

__all__ = [
    "File",
    "count",
    "find",
    "has_article",
    "is_open",
    "locate",
    "look",
    "open_file",
    "read_file",
    "show_path",
    "walk",
]

DEEPEST = 100
"""Folders in each other; more is a loop or a mistake."""

LONGEST_PATH = 2000
"""Bytes; an index has to sort them."""

# Control characters, and what stands for bytes that are no UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


# A path is enough of a folder, where the system has it.
_FOLDER = getattr(os, "O_PATH", 0) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


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


def count(root: str) -> int:
    """Count the files of a folder that could be articles, in a fifth of the time of a walk."""
    return sum(1 for _ in _scan(root))


def _walk(root: str, prefix: str, ignored: dict[str, int]) -> Iterator[File]:
    with os.scandir(os.path.join(root, prefix)) as found:
        entries = sorted((_name(entry), entry) for entry in found if entry.name[0] != ".")
    for name, entry in entries:
        path = prefix + name
        if name.endswith("/"):
            yield from _enter(root, path, ignored)
        elif is_article(name):
            yield _look(root, path, entry)
        elif path != "feedsvc.toml":
            kind = "link to a folder" if os.path.isdir(entry) else splitext(name)[1] or name
            ignored[kind] = ignored.get(kind, 0) + 1


def _name(entry: os.DirEntry[str]) -> str:
    """Name an entry as it is ordered: a folder to be entered, by all that is in it."""
    enterable = entry.is_dir(follow_symlinks=False) and not is_article(entry.name)
    return f"{entry.name}/" if enterable else entry.name


def _enter(root: str, path: str, ignored: dict[str, int]) -> Iterator[File]:
    if bad := _UNPRINTABLE.search(path):
        yield _refuse(path, "not entered", f"its name holds {bad[0]!a}")
    elif path.count("/") > DEEPEST:
        yield _refuse(path, "not entered", f"over {DEEPEST} folders deep")
    else:
        try:
            yield from _walk(root, path, ignored)
        except OSError as error:
            yield _refuse(path, "can't be read", error.strerror)


def locate(root: str, path: str) -> str:
    """Return where a walk on its way to `path` ends: there, or at a folder that it doesn't enter.

    Raises FolderError where the folder itself can't be read.
    """
    try:
        os.scandir(root).close()
    except OSError as error:
        raise FolderError(root, f"can't be read: {error.strerror}") from error
    end = path.find("/")
    while end > 0:
        above = path[:end]
        if above.count("/") >= DEEPEST or _UNPRINTABLE.search(above) or is_article(above):
            return above
        if os.path.islink(f"{root}/{above}") or not is_open(f"{root}/{above}"):
            return above
        end = path.find("/", end + 1)
    return path


def is_open(folder: str) -> bool:
    """Whether a folder is there and may be entered."""
    return os.access(folder, os.R_OK | os.X_OK, effective_ids=True)


def find(root: str, path: str, ignored: dict[str, int]) -> Iterator[File]:
    """Find what `walk` finds at a path that `locate` gave, or below it where it is a folder."""
    try:
        status = os.lstat(f"{root}/{path}")
    except OSError:
        return
    if is_article(path):
        yield look(root, path)
    elif stat.S_ISDIR(status.st_mode):
        yield from _enter(root, f"{path}/", ignored)


def has_article(root: str) -> bool:
    """Whether there is a file that may be an article: looks no further than to the first."""
    with closing(_scan(root)) as found:
        return any(_look(root, path, entry).fault is None for path, entry in found)


def _scan(root: str) -> Generator[tuple[str, os.DirEntry[str]], None, None]:
    """Yield the path of each file that could be an article, as they come; but for hidden ones.

    What can't be read is left out: who walks tells of it.
    """
    folders = [""]
    while folders:
        prefix = folders.pop()
        with suppress(OSError), os.scandir(f"{root}/{prefix}") as found:
            for entry in found:
                if entry.name[0] == ".":
                    continue
                if is_article(entry.name):
                    yield prefix + entry.name, entry
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(f"{prefix}{entry.name}/")


def look(root: str, path: str) -> File:
    """Look at one file as `walk` does."""
    return _look(root, path, Path(root, path))


def _look(root: str, path: str, entry: os.DirEntry[str] | Path) -> File:
    if bad := _UNPRINTABLE.search(entry.name):
        return _refuse(path, "can't be published", f"its name holds {bad[0]!a}")
    if len(os.fsencode(path)) > LONGEST_PATH:
        return _refuse(path, "can't be published", f"its path has over {LONGEST_PATH} bytes")
    if entry.is_symlink() and _resolve(root, path) is None:
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
    return File(path, fault=ArticleError(show_path(path), 1, "file", what, why or ""))


def show_path(path: str) -> str:
    """Write a path as findings name it."""
    return _UNPRINTABLE.sub(lambda bad: ascii(bad[0])[1:-1], path)


def _resolve(root: str, path: str) -> str | None:
    """Return where a path really leads, None where that is out of the folder."""
    real = os.path.realpath(f"{root}/{path}")
    return real if real.startswith(f"{root.rstrip('/')}/") else None


def open_file(root: str, path: str) -> FileIO:
    """Open a file of the folder. Raises BadValue where it is none of it, OSError where it can't."""
    return FileIO(_open(root, path), closefd=True)


def _open(root: str, path: str) -> int:
    """Open a file, through no link but one that is looked at; and wait for no pipe."""
    *folders, name = path.split("/")
    if ".." not in folders:
        home = os.open(root, _FOLDER)
        try:
            for folder in folders:
                inner = os.open(folder, _FOLDER, dir_fd=home)
                os.close(home)
                home = inner
            return os.open(name, _FILE, dir_fd=home)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.ENOTDIR):
                raise
        finally:
            os.close(home)
    real = _resolve(root, path)
    if real is None:
        raise BadValue("not opened", "it leads out of the folder")
    return os.open(real, _FILE)


def read_file(root: str, path: str, most: int) -> bytes:
    """Read a file of the folder. Raises ArticleError where it can't be, or is over `most` bytes."""
    try:
        handle = _open(root, path)
        try:
            size = os.fstat(handle).st_size
            if size <= most:
                return b"".join(iter(partial(os.read, handle, size + 1), b""))
        finally:
            os.close(handle)
    except BadValue as fault:
        raise ArticleError(path, 1, "file", fault.what, fault.why) from fault
    except OSError as error:
        raise ArticleError(path, 1, "file", "can't be read", error.strerror or "") from error
    raise ArticleError(
        path, 1, "file", "too large", f"{size} bytes, over max_article_bytes ({most})"
    )
