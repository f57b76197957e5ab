"""The listing of a folder: the names in it, as they were found, else looked up when asked for.

Who needs to know of a few names doesn't pay for all.
"""

import os
import stat
from collections.abc import Iterator, Mapping

from feedsvc.manifest import MANIFEST
from feedsvc.sites import MARKS

__all__ = ["TELLING", "Listing"]

TELLING = MARKS | {MANIFEST}
"""Names that tell what a folder is, which may begin with a dot."""

MOST_BYTES = 1 << 16
"""Of a configuration file, that are read."""


class Listing:
    """The names in the folder at `path` in `root`, as they were `found` if they were.

    The names of folders end in a slash; names of what is in them are paths.
    """

    def __init__(self, root: str, path: str, found: Mapping[str, object] | None = None) -> None:
        self._root, self._path, self._found = root, path, found
        self.asked: set[str] = set()
        """The names that were looked up."""

    def __contains__(self, name: object) -> bool:
        """Whether there is a file, or a folder that is no link, of this name."""
        assert isinstance(name, str)
        if self._found is not None and "/" not in name[:-1]:
            return name in self._found
        self.asked.add(name)
        try:
            mode = os.lstat(self._locate(name.rstrip("/"))).st_mode
        except OSError:
            return False
        return stat.S_ISDIR(mode) == name.endswith("/")

    def __iter__(self) -> Iterator[str]:
        """Yield all names; where they weren't found before, those of folders as those of files."""
        if self._found is not None:
            return iter(self._found)
        try:
            return iter(os.listdir(self._locate("")))
        except OSError:
            return iter(())

    @property
    def marked(self) -> bool:
        """Whether something is there that tells what the folder is."""
        if self._found is not None:
            return not self._found.keys().isdisjoint(TELLING)
        return any(mark in self for mark in TELLING)

    def read(self, name: str) -> str:
        """Read the beginning of a file; nothing, where it can't be."""
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            handle = os.open(self._locate(name), flags)
            with open(handle, "rb") as file:
                return file.read(MOST_BYTES).decode(errors="replace")
        except OSError:
            return ""

    def _locate(self, name: str) -> str:
        return os.path.join(self._root, self._path, name)
