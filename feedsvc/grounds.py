"""Grounds: the folders that the articles lie in, and which of them a path lies in.

A path begins with the name of its folder as the settings have it: within the folder of the
settings (`posts`), out of it (`../notes`), or anywhere (`/srv/notes`). So it leads to the file
from the folder of the settings, and stays the same when others come or go.
"""

import os
from collections.abc import Iterable
from itertools import pairwise
from posixpath import join, normpath

from feedsvc.errors import BadValue

__all__ = ["check_apart", "find_base", "list_outer", "name_path"]


def list_outer(folders: Iterable[str]) -> tuple[str, ...]:
    """Return those of the folders that aren't in the folder of the settings, where that is known.

    What is in one of these may be opened as what is in that.
    """
    return tuple(name for name in folders if name.startswith(("../", "/")) or name == "..")


def find_base(path: str, outer: Iterable[str]) -> str:
    """Return the beginning of a path that names the folder out of the settings' that it is in.

    That ends in a slash; it is empty where there is none.
    """
    return next((f"{name}/" for name in outer if f"{path}/".startswith(f"{name}/")), "")


def name_path(root: str, file: str, outer: Iterable[str]) -> str:
    """Name an absolute path, as others of the same folder are named."""
    for name in outer:
        home = normpath(join(root, name))
        if f"{file}/".startswith(f"{home}/"):
            return name + file.removeprefix(home)
    return os.path.relpath(file, root)


def check_apart(root: str, folders: Iterable[str]) -> None:
    """Raise BadValue where one of the folders lies in another, or is the same."""
    places = sorted((f"{normpath(join(root, name))}/", name) for name in folders)
    for (first, name), (second, inner) in pairwise(places):
        if second.startswith(first):
            raise BadValue("folders in each other", f"{inner!r} lies in {name!r}")
