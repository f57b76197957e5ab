"""Locks that go with the process that holds them, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["hold"]


@contextmanager
def hold(path: str, how: int, flags: int) -> Iterator[bool]:
    """Lock a file or a folder, opened with `flags`; tell whether it is: see flock(2).

    Raises OSError where it can't be opened.
    """
    file = os.open(path, flags | os.O_CLOEXEC, 0o666)
    try:
        yield _lock(file, how)
    finally:
        os.close(file)


def _lock(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        return False
    return True
