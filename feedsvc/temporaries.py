"""Temporaries: what a file is made of until it is whole."""

import os
from collections.abc import Iterable
from contextlib import suppress

__all__ = ["TEMPORARY", "name_temporary", "write_file"]

TEMPORARY = ".feedsvc-tmp-"
"""What its name begins with."""


def write_file(file: str, chunks: Iterable[bytes], date: float | None = None) -> int:
    """Write a file whole, or not at all, as of a date (seconds); return its size in bytes."""
    temporary = name_temporary(file)
    if not os.path.isdir(folder := os.path.dirname(file)):
        os.makedirs(folder, exist_ok=True)
    try:
        with open(temporary, "wb") as output:
            size = sum(map(output.write, chunks))
        if date is not None:
            os.utime(temporary, (date, date))
        os.replace(temporary, file)
    except BaseException:  # a full disk needs the room
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return size


def name_temporary(file: str) -> str:
    """Name the file that another is made of."""
    folder, name = os.path.split(file)
    return f"{folder}/{TEMPORARY}{name}"
