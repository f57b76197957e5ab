"""Files of the folder, one at a time: how each looks, its bytes, and why it can't be an article.

Nothing outside of the folder is ever opened, but for the folders that the settings name.
"""

import errno
import os
import re
import stat
from functools import partial
from io import FileIO
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from feedsvc.errors import ArticleError, BadValue
from feedsvc.grounds import find_base
from feedsvc.model import Finding

__all__ = [
    "SETTLED",
    "UNPRINTABLE",
    "File",
    "Outer",
    "look_at",
    "open_file",
    "read_file",
    "refuse",
    "show_path",
]

SETTLED = 2 * 10**9
"""Nanoseconds after which every later change shows in a file's mtime, on any file system."""

LONGEST_PATH = 2000
"""Bytes; an index has to sort them."""

Outer: TypeAlias = tuple[str, ...]
"""The names of folders that may be opened though they are out of this one."""

# Control characters, and what stands for bytes that are no UTF-8.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

# A path is enough of a folder, where the system has it.
_FOLDER = getattr(os, "O_PATH", 0) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class File(Struct, frozen=True):
    """A file of the folder: its path in it, its size in bytes, its mtime in nanoseconds.

    `fault` says why it can't be an article. The path of a directory that can't be read ends in
    a slash, and so does that of a collection: it comes before what is in it.
    """

    path: str
    size: int = 0
    mtime: int = 0
    fault: ArticleError | None = None

    def place(self, finding: Finding) -> Finding:
        """Return what was found of its path, with where a person finds it."""
        return finding


def look_at(root: str, path: str, entry: os.DirEntry[str] | Path, outer: Outer) -> File:
    """Look at a file that was found."""
    if bad := UNPRINTABLE.search(entry.name):
        return refuse(path, "can't be published", f"its name holds {bad[0]!a}")
    if len(os.fsencode(path)) > LONGEST_PATH:
        return refuse(path, "can't be published", f"its path has over {LONGEST_PATH} bytes")
    if entry.is_symlink() and _resolve(root, path, outer) is None:
        return refuse(
            path, "not opened", "a link that leads out of the folder; folders may name where"
        )
    try:
        status = entry.stat()
    except OSError as error:
        return refuse(path, "can't be read", error.strerror)
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
        return refuse(path, "not an article", kind)
    return File(path, status.st_size, status.st_mtime_ns)


def refuse(path: str, what: str, why: str | None) -> File:
    """Return the file that can't be an article."""
    return File(path, fault=ArticleError(show_path(path), 1, "file", what, why or ""))


def show_path(path: str) -> str:
    """Write a path as findings name it."""
    return UNPRINTABLE.sub(lambda bad: ascii(bad[0])[1:-1], path)


def _resolve(root: str, path: str, outer: Outer) -> str | None:
    """Return where a path really leads, None where that is out of the folder."""
    real = os.path.realpath(os.path.join(root, path))
    homes = (root, *(os.path.realpath(os.path.join(root, name)) for name in outer))
    return real if real.startswith(tuple(f"{home.rstrip('/')}/" for home in homes)) else None


def open_file(root: str, path: str, outer: Outer = ()) -> FileIO:
    """Open a file of the folder. Raises BadValue where it is none of it, OSError where it can't.

    Nor is it where it is in one of the `outer` folders, whose names begin its path.
    """
    return FileIO(_open(root, path, outer), closefd=True)


def _open(root: str, path: str, outer: Outer) -> int:
    """Open a file, through no link but one that is looked at; and wait for no pipe."""
    base = find_base(path, outer)
    *folders, name = path[len(base) :].split("/")
    if ".." not in folders and (base or path[0] != "/"):
        home = os.open(os.path.join(root, base) if base else root, _FOLDER)
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
    real = _resolve(root, path, outer)
    if real is None:
        raise BadValue("not opened", "it leads out of the folder")
    return os.open(real, _FILE)


def read_file(root: str, path: str, most: int, outer: Outer = ()) -> bytes:
    """Read a file of the folder. Raises ArticleError where it can't be, or is over `most` bytes."""
    try:
        handle = _open(root, path, outer)
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
