"""Locks that go with the processes that hold them, however these end."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["hold"]


@contextmanager
def hold(path: str, how: int, flags: int) -> Iterator[int | None]:
    """Lock a file or a folder, opened with `flags`: see flock(2).

    Yield what holds the lock for as long as anybody has it open; None where another has it, and
    isn't waited for. Raises OSError where it can't be opened.
    """
    handle = os.open(path, flags | os.O_CLOEXEC, 0o666)
    try:
        yield handle if _lock(handle, how) else None
    finally:
        os.close(handle)


def _lock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    return True
