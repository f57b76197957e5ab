"""The folder of articles: which files it holds, and their bytes.

Files come in the order of their paths (by code point, as the index orders them). What can't be
an article comes too, with the reason: nothing is dropped in silence, and nothing outside of the
folder is ever opened. The path of a file of many articles ends in a slash, as a folder's does.
"""

import heapq
import os
import stat
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from itertools import chain, islice
from pathlib import Path
from posixpath import splitext
from typing import NamedTuple

from msgspec.structs import replace

from feedsvc.errors import FolderError
from feedsvc.files import (
    UNPRINTABLE,
    File,
    Outer,
    look_at,
    open_file,
    read_file,
    refuse,
    show_path,
)
from feedsvc.listing import Listing
from feedsvc.readers import is_article, is_collection
from feedsvc.rules import NO_ARTICLE
from feedsvc.sieve import Area, Sieve, is_index

__all__ = [
    "File",
    "Opened",
    "approach",
    "count",
    "find",
    "has_article",
    "is_open",
    "locate",
    "look",
    "open_file",
    "read_file",
    "scan",
    "show_path",
    "survey",
    "walk",
]

DEEPEST = 100
"""Folders in each other; more is a loop or a mistake."""

FEW = 100
"""Entries of a folder that are looked at together."""


class Opened(NamedTuple):
    """What is in a collection: its parts by name. `keeps` is whether others may be there too."""

    parts: Iterable[File]
    keeps: bool = False


def walk(root: str, ignored: dict[str, int], sieve: Sieve | None = None) -> Iterator[File]:
    """Find the files of the folder `root` (a real path) that could be articles.

    What the sieve leaves out is told to it. `ignored` counts the others by kind. Raises
    FolderError where the folder itself can't be read.
    """
    sieve = sieve or Sieve()
    if sieve.folders == (".",):
        return _walk_folder(root, sieve.begin("."), ignored, sieve)
    walks = (_walk_folder(root, sieve.begin(name), ignored, sieve) for name in sieve.folders)
    return heapq.merge(*walks, key=lambda file: file.path)


def count(root: str, sieve: Sieve | None = None) -> int:
    """Count the files of a folder that could be articles, in a quarter of the time of a walk.

    A page that may be only the index of others is counted too.
    """
    sieve = sieve or Sieve()
    return sum(1 for name in sieve.folders for _ in scan(root, sieve.begin(name), sieve))


def _walk_folder(root: str, area: Area, ignored: dict[str, int], sieve: Sieve) -> Iterator[File]:
    """Walk one of the folders: `root` itself, or another, which costs only itself."""
    if area.path:
        yield from _enter(root, area, ignored, sieve)
        return
    try:
        yield from _walk(root, area, ignored, sieve)
    except OSError as error:
        raise FolderError(root, f"can't be read: {error.strerror}") from error


def _walk(root: str, area: Area, ignored: dict[str, int], sieve: Sieve) -> Iterator[File]:
    entries = _list(root, area)
    listing = Listing(root, area.path, entries)
    area = sieve.survey(area, listing)
    holds = partial(_holds, root, area, listing, sieve)
    left = sieve.sift(area, listing, is_article, holds, _is_sure)
    # A collection is ordered as a folder is, by all that is in it.
    for name in sorted(entries, key=lambda name: f"{name}/" if is_collection(name) else name):
        path = area.path + name
        if name in left:
            sieve.leave(path, left[name])
        elif name[-1] == "/":
            yield from _enter(root, sieve.enter(area, name, listing), ignored, sieve)
        elif is_article(name):
            yield _look(root, path, entries[name], sieve.outer)
        elif path != "feedsvc.toml":
            link = os.path.isdir(entries[name])
            kind = "link to a folder" if link else splitext(name)[1] or name
            ignored[kind] = ignored.get(kind, 0) + 1
            sieve.listen(path, NO_ARTICLE)


def _list(root: str, area: Area) -> dict[str, os.DirEntry[str]]:
    with os.scandir(os.path.join(root, area.path)) as found:
        return {_name(entry): entry for entry in found}


def _name(entry: os.DirEntry[str]) -> str:
    """Name an entry as it is ordered: a folder to be entered, by all that is in it."""
    enterable = entry.is_dir(follow_symlinks=False) and not is_article(entry.name)
    return f"{entry.name}/" if enterable else entry.name


def _is_sure(name: str) -> bool:
    """Whether a file of this name is an article; what may hold many may hold anything."""
    return is_article(name) and not is_collection(name)


def _enter(root: str, area: Area, ignored: dict[str, int], sieve: Sieve) -> Iterator[File]:
    path = area.path
    if bad := UNPRINTABLE.search(path):
        yield refuse(path, "not entered", f"its name holds {bad[0]!a}")
    elif path.count("/") > DEEPEST:
        yield refuse(path, "not entered", f"over {DEEPEST} folders deep")
    elif area.top and not area.base and _has_link(root, path):
        yield refuse(path, "not entered", "a link; name the folder that it leads to")
    else:
        try:
            yield from _walk(root, area, ignored, sieve)
        except OSError as error:
            yield refuse(path, "can't be read", error.strerror)


def _has_link(root: str, path: str) -> bool:
    return os.path.realpath(f"{root}/{path}") != f"{root}/{path}".rstrip("/")


def locate(root: str, path: str, sieve: Sieve | None = None) -> str:
    """Return where a walk on its way to `path` ends: there, or at a folder that it doesn't enter.

    Raises FolderError where the folder itself can't be read.
    """
    sieve = sieve or Sieve()
    if "." in sieve.folders:
        try:
            os.scandir(root).close()
        except OSError as error:
            raise FolderError(root, f"can't be read: {error.strerror}") from error
    return approach(root, path, sieve)[0]


def approach(root: str, path: str, sieve: Sieve) -> tuple[str, Area | None]:
    """Return what `locate` does, and the area that it lies in, None where no folder has it."""
    area = sieve.begin_at(path)
    if area is None or area.path == f"{path}/":
        return path, area
    area = survey(root, area, sieve)
    while (end := path.find("/", len(area.path))) > 0:
        above, name = path[:end], path[len(area.path) : end + 1]
        if above.count("/") >= DEEPEST or UNPRINTABLE.search(above) or is_article(above):
            return above, area
        place = os.path.join(root, above)
        if os.path.islink(place) or not is_open(place):
            return above, area
        listing = Listing(root, area.path)
        if sieve.judge(area, name, listing, is_article):
            return above, area
        area = survey(root, sieve.enter(area, name, listing), sieve)
    return path, area


def survey(root: str, area: Area, sieve: Sieve) -> Area:
    """Survey an area for who needs no more of it; once in a run."""
    if area.path not in sieve.surveyed:
        sieve.surveyed[area.path] = sieve.survey(area, Listing(root, area.path))
    return sieve.surveyed[area.path]


def is_open(folder: str) -> bool:
    """Whether a folder is there and may be entered."""
    return os.access(folder, os.R_OK | os.X_OK, effective_ids=True)


def find(
    root: str, path: str, ignored: dict[str, int], sieve: Sieve | None = None
) -> Iterator[File]:
    """Find what `walk` finds at a path that `locate` gave, or below it where it is a folder."""
    sieve = sieve or Sieve()
    _, area = approach(root, path, sieve)
    if area is None:
        return
    if area.path == f"{path}/":
        yield from _walk_folder(root, area, ignored, sieve)
        return
    try:
        status = os.lstat(os.path.join(root, path))
    except OSError:
        return
    name = path[len(area.path) :]
    if stat.S_ISDIR(status.st_mode) and not is_article(name):
        name = f"{name}/"
    listing = Listing(root, area.path)
    if rule := sieve.judge(area, name, listing, is_article) or _judge_page(root, area, name, sieve):
        sieve.leave(area.path + name, rule)
    elif name[-1] == "/":
        yield from _enter(root, sieve.enter(area, name, listing), ignored, sieve)
    elif is_article(name):
        yield look(root, path, sieve.outer)


def look(root: str, path: str, outer: Outer = ()) -> File:
    """Look at one file as `walk` does."""
    return _look(root, path, Path(root, path), outer)


def _look(root: str, path: str, entry: os.DirEntry[str] | Path, outer: Outer) -> File:
    file = look_at(root, path, entry, outer)
    return replace(file, path=f"{path}/") if is_collection(path) else file


def _judge_page(root: str, area: Area, name: str, sieve: Sieve) -> str:
    """Judge a file that may be the page of its folder: what else is there decides."""
    if not is_index(name):
        return ""
    listing = Listing(root, area.path, _list(root, area))
    holds = partial(_holds, root, area, listing, sieve)
    return sieve.sift(area, listing, is_article, holds, _is_sure).get(name, "")


def has_article(
    root: str, holds: Callable[[File], bool], sieve: Sieve | None = None, folder: str = ""
) -> bool:
    """Whether there is a file that `holds` an article: looks no further than to the first.

    In any of the sieve's folders, where none is named.
    """
    sieve = sieve or Sieve()
    for name in (folder,) if folder else sieve.folders:
        with closing(scan(root, sieve.begin(name), sieve)) as found:
            if any(holds(_look(root, path, entry, sieve.outer)) for path, entry in found):
                return True
    return False


def _holds(root: str, area: Area, listing: Listing, sieve: Sieve, name: str) -> bool:
    """Whether there is a file that must be an article in a folder of an area."""
    with closing(scan(root, sieve.enter(area, name, listing), sieve)) as found:
        return any(not is_collection(path) for path, _ in found)


def scan(
    root: str, area: Area, sieve: Sieve
) -> Generator[tuple[str, os.DirEntry[str]], None, None]:
    """Yield the path of each file that could be an article, as they come.

    What can't be read is left out: who walks tells of it.
    """
    areas = [area]
    while areas:
        area = areas.pop()
        with suppress(OSError), os.scandir(os.path.join(root, area.path)) as found:
            # Of a large folder the first may be enough.
            first = {_name(entry): entry for entry in islice(found, FEW)}
            listing = Listing(root, area.path, first if len(first) < FEW else None)
            area = sieve.survey(area, listing)
            plain = sieve.is_plain(area)
            others = ((_name(entry), entry) for entry in found)
            for name, entry in chain(first.items(), others):
                if name[-1] == "/":
                    if not sieve.judge(area, name, listing, is_article):
                        areas.append(sieve.enter(area, name, listing))
                elif is_article(name) and (
                    (plain and sieve.is_usual(name))
                    or not sieve.judge(area, name, listing, is_article)
                ):
                    yield area.path + name, entry
