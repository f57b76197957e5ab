"""Faults made for real, and a client that reads on meanwhile: what `test_faults` is made of."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest
from lxml import etree

from tests.serving import Server, wait_for

__all__ = [
    "PATHS",
    "Reader",
    "await_end",
    "bind",
    "damage",
    "fill",
    "find_family",
    "is_running",
    "make_folder",
    "mount",
    "read_on",
    "remount",
    "unmount",
    "write",
]

PATHS = ("/atom.xml", "/category/news/atom.xml", "/archive/2020/atom.xml")
"""The main feed, one of a category, and an archive."""

CONFIG = """\
url = "https://feeds.example.org/"
entries = 2
archive_size = 10
[author]
name = "The editors"
"""


def write(
    folder: Path, name: str, title: str, date: str = "2024-05-01T10:00:00Z", text: str = ""
) -> None:
    """Write an article whole and at once; one of 2020 stays where it is archived."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(f".{path.name}")
    whole.write_text(
        f"{title}\n{date}\ncategory: News\n\n{text or 'A paragraph that ends as one.'}\n"
    )
    whole.rename(path)


def make_folder(folder: Path) -> Path:
    """Make a folder with articles of two years, none of which has a URL."""
    folder.mkdir(exist_ok=True)
    (folder / "feedsvc.toml").write_text(CONFIG)
    for number in range(4):
        write(folder, f"old/{number}.txt", f"Old {number}", f"2020-03-0{number + 1}T10:00:00Z")
    for number in range(3):
        write(folder, f"{number}.txt", f"Article {number}", f"2024-04-0{number + 1}T10:00:00Z")
    return folder


class Reader(threading.Thread):
    """A client that polls; `faults` are the answers that nobody should get, `cut` connections."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._server, self._ended = server, threading.Event()
        self._bodies: dict[tuple[str, str], bytes] = {}
        self.faults: list[str] = []
        self.dates: dict[str, list[str]] = {}
        self.answers = self.cut = 0

    def run(self) -> None:
        """Poll until told to end."""
        while not self._ended.is_set():
            for path in PATHS:
                try:
                    self._poll(path)
                except (OSError, HTTPException):
                    self.cut += 1
            time.sleep(0.005)

    def _poll(self, path: str) -> None:
        response, body = self._server.ask(path)  # a new connection: any worker's
        self.answers += 1
        if response.status != 200:
            self.faults.append(f"{path}: {response.status} {body!r}")
            return
        etree.fromstring(body)
        tag = response.headers["ETag"]
        if self._bodies.setdefault((path, tag), body) != body:
            self.faults.append(f"{path}: other bytes under {tag}")
        if modified := response.headers["Last-Modified"]:
            self.dates.setdefault(path, []).append(modified)

    def end(self) -> None:
        """Poll no more."""
        self._ended.set()
        self.join()


@contextmanager
def read_on(server: Server, *, cut: int = 0) -> Iterator[Reader]:
    """Read for as long as the context lasts, and find no fault."""
    for path in PATHS:
        for _ in range(12):  # so that each worker holds it
            assert server.ask(path)[0].status == 200
    reader = Reader(server)
    reader.start()
    try:
        yield reader
    finally:
        reader.end()
    assert reader.faults == []
    assert reader.cut <= cut
    assert reader.answers > len(PATHS)


@contextmanager
def mount(place: Path, size: str = "8m", *options: str) -> Iterator[Path]:
    """Mount a small file system in memory, until the context ends."""
    place.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", ",".join((f"size={size}", *options)), "tmpfs", str(place))
    try:
        yield place
    finally:
        unmount(place)


@contextmanager
def bind(source: Path, place: Path) -> Iterator[Path]:
    """Show a folder at another place too, until the context ends."""
    place.mkdir(exist_ok=True)
    _mount("--bind", str(source), str(place))
    try:
        yield place
    finally:
        unmount(place)


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"needs to mount: {done.stderr.strip()}")


def unmount(place: Path) -> None:
    """Unmount, whoever has files open there."""
    # Not os.path.ismount: to that a folder shown at another place of its own disk is no mount.
    while f" {place} " in Path("/proc/self/mountinfo").read_text():
        subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True)


def remount(place: Path, how: str) -> None:
    """Let a file system be written (`rw`), or not (`ro`)."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True, capture_output=True)


def fill(place: Path) -> Path:
    """Fill a file system; return the file that has the room."""
    filler = place / ".fill"
    with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 16, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    return filler


def _overwrite(index: Path) -> None:
    """Overwrite what windows are selected from."""
    with contextlib.closing(sqlite3.connect(index)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        roots = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name LIKE 'membership%' AND rootpage > 0"
        ).fetchall()
    dice = random.Random(1)
    with open(index, "r+b") as file:
        for (root,) in roots:
            file.seek((root - 1) * 4096)
            file.write(dice.randbytes(4096))


def _truncate(index: Path) -> None:
    os.truncate(index, 9 * 4096)


def _zero(index: Path) -> None:
    with open(index, "r+b") as file:
        file.write(bytes(4096))


def _spoil(index: Path) -> None:
    with open(index, "r+b") as file:
        file.write(random.Random(2).randbytes(os.path.getsize(index)))


def _empty(index: Path) -> None:
    os.truncate(index, 0)


def _replace(index: Path) -> None:
    index.write_bytes(b"Not a database at all.\n" * 999)


damage: dict[str, Callable[[Path], None]] = {
    "overwritten": _overwrite,
    "truncated": _truncate,
    "zeroed": _zero,
    "garbage": _spoil,
    "empty": _empty,
    "something else": _replace,
}
"""Ways to damage an index."""


def find_family(pid: int) -> set[int]:
    """Return a process and all that descend from it."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    family = {pid}
    while more := {child for child, parent in pairs if parent in family} - family:
        family |= more
    return family


def is_running(pid: int) -> bool:
    """Whether a process is there, and hasn't ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def await_end(family: set[int]) -> None:
    """Wait until none of these processes is left; end them where they stay."""
    try:
        wait_for(lambda: not any(map(is_running, family)))
    except AssertionError:
        for pid in filter(is_running, family):
            os.kill(pid, signal.SIGKILL)
        raise
