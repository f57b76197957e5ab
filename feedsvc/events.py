"""Events: what the file system tells of a folder, gathered by a thread.

Only what may concern an article or a medium comes through. Where nothing is told, as on most
network file systems, a change is only seen by looking.
"""

import os
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePath
from queue import Empty, SimpleQueue

from watchfiles import Change, watch

from feedsvc.folder import is_open
from feedsvc.ids import IDS
from feedsvc.listing import TELLING
from feedsvc.readers import is_article
from feedsvc.readers.media import tell_type
from feedsvc.settings import CONFIG

__all__ = ["REST", "Events", "Rest"]

REST = 10**8
"""Nanoseconds for which a file's size and mtime must have stayed, to be whole.

Who writes in pieces writes the next within a few milliseconds; and a tenth of a second is little
of the second in which a new file is to be published.
"""

STEP = 5
"""Milliseconds between two looks at what was told; a change is passed on after two of them."""

MOST = 100
"""Milliseconds for which changes that follow each other are gathered."""

LATER = 0.5
"""Seconds after which a new folder is told again: what was written into it before it was watched
was told by nobody."""


class Events:
    """What happens in the folder `root`, and those `outer` that are out of it, until `close`.

    `fault` says why it can't be watched. What happens in the `hidden` folders isn't told, as they
    can't be read: only that one can be by now.
    """

    def __init__(self, root: str, outer: Collection[str] = ()) -> None:
        self._root = root
        self._homes = {os.path.normpath(os.path.join(root, name)): name for name in outer}
        self._queue: SimpleQueue[set[str]] = SimpleQueue()
        self._new: list[tuple[float, str]] = []
        self._closed = False
        self.fault = ""
        self.hidden: frozenset[str] = frozenset()
        self._watches = threading.Event()
        self._thread = threading.Thread(target=self._gather, daemon=True)
        self._thread.start()
        self._watches.wait()  # so that no change from here on goes untold

    def wake(self) -> None:
        """Let `wait` return. May be called by a signal's handler."""
        self._queue.put(set())

    def wait(self, seconds: float) -> set[str]:
        """Return the paths that have changed since the last time, as soon as any has.

        Else none, when the time is over. They are relative to the folder, which itself is "".
        """
        changed: set[str] = set()
        try:
            changed |= self._queue.get(timeout=max(seconds, 0.001))
            while True:
                changed |= self._queue.get_nowait()
        except Empty:
            return changed

    def close(self) -> None:
        """Watch no more."""
        self._closed = True
        self._thread.join()

    def _gather(self) -> None:
        told = watch(
            self._root,
            *filter(is_open, self._homes),
            watch_filter=None,
            step=STEP,
            debounce=MOST,
            rust_timeout=1,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        )
        try:
            while not self._closed:
                self._put(next(told))
                self._watches.set()
        except (OSError, RuntimeError) as error:
            self.fault = f"can't be watched: {error}"
            self._watches.set()
            self.wake()

    def _put(self, changes: Iterable[tuple[Change, str]]) -> None:
        concerned = {path for change, full in changes for path in self._sift(change, full)}
        now = time.monotonic()
        while self._new and self._new[0][0] <= now:
            concerned.add(self._new.pop(0)[1])
        if concerned:
            self._queue.put(concerned)

    def _sift(self, change: Change, full: str) -> Iterator[str]:
        """Yield the path of a change in the folder, if it may matter."""
        path, inner = self._name(full)
        folders, _, name = inner.rpartition("/")
        mark = name in TELLING
        shown = folders if mark else inner
        if shown.startswith(".") or "/." in shown:
            return
        is_folder = os.path.isdir(full)
        if is_folder and change == Change.added:
            self._new.append((time.monotonic() + LATER, path))
        if is_folder and change == Change.modified:
            # Its time, which says nothing that its files don't, or its mode.
            if path in self.hidden or not is_open(full):
                yield path
            return
        medium = tell_type(f"a{PurePath(path).suffix}") != ""
        known = mark or medium or is_article(path) or path in (CONFIG, IDS)
        # What is gone may have been a folder.
        if known or is_folder or change == Change.deleted:
            yield path

    def _name(self, full: str) -> tuple[str, str]:
        """Return the path of a file, and its path in that of the folders that it is in."""
        for home, name in self._homes.items():
            if f"{full}/".startswith(f"{home}/"):
                return name + full[len(home) :], full[len(home) + 1 :]
        path = full[len(self._root.rstrip("/")) + 1 :]
        return path, path


class Rest:
    """Which files have been written to in the last moments."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[int, int, int]] = {}
        self._now: dict[str, tuple[int, int, int]] = {}

    def turn(self) -> None:
        """Begin another run, which looks again at what didn't rest in the last one."""
        self._before, self._now = self._now, {}

    def has_come(self, path: str, size: int, mtime: int) -> bool:
        """Whether a file rests, by how it looks, or looked: its clock may be another than ours."""
        now = time.time_ns()
        if 0 <= mtime <= now - REST:
            return True
        *looks, since = self._before.get(path, (-1, -1, now))
        same = looks == [size, mtime]
        if same and now - since >= REST:
            return True
        self._now[path] = (size, mtime, since if same else now)
        return False
