"""The board: what several processes count, in memory that they share.

Each writes what it has counted into a slot of its own, whole; who takes the slot of one that has
ended goes on from there. So nothing that was counted is lost but a last moment, and whoever adds
up all slots has the sum.
"""

import os
from collections.abc import Iterator
from multiprocessing import get_context
from typing import Any
from zlib import crc32

__all__ = ["ROOM", "Board", "Slot"]

ROOM = 1 << 17
"""Bytes that a process may write: more isn't kept."""

_HEAD = 8


class Board:
    """As many slots as processes may count at a time.

    To be made by the process that starts them. Raises OSError where there is no memory for it.
    """

    def __init__(self, slots: int) -> None:
        context = get_context()
        # Each slot has two sides, so that one is whole while the other is written.
        self._sides = [context.RawArray("c", _HEAD + ROOM) for _ in range(2 * slots)]
        self._shown = context.RawArray("b", slots)
        self._owners: Any = context.Array("l", slots)

    def take(self) -> "Slot | None":
        """Take a slot that no process has; None where each has one."""
        with self._owners.get_lock():
            for number, owner in enumerate(self._owners):
                if not _is_running(owner):
                    self._owners[number] = os.getpid()
                    return Slot(self, number)
        return None

    def read(self) -> Iterator[bytes]:
        """Yield what stands in each slot that was written."""
        for number in range(len(self._shown)):
            if content := self._read(number):
                yield content

    def _read(self, number: int) -> bytes:
        for _ in range(3):  # while it was read, it may have been written twice
            side = self._sides[2 * number + self._shown[number]]
            head = side[:_HEAD]
            length = int.from_bytes(head[:4], "little")
            content: bytes = side[_HEAD : _HEAD + length]
            if crc32(content) == int.from_bytes(head[4:], "little"):
                return content
        return b""

    def _write(self, number: int, content: bytes) -> None:
        other = 1 - self._shown[number]
        head = len(content).to_bytes(4, "little") + crc32(content).to_bytes(4, "little")
        self._sides[2 * number + other][: _HEAD + len(content)] = head + content
        self._shown[number] = other


class Slot:
    """A process's place on a board."""

    def __init__(self, board: Board, number: int) -> None:
        self._board, self._number = board, number

    def read(self) -> bytes:
        """Return what was written last, also by who had it before; empty where nobody did."""
        return self._board._read(self._number)

    def write(self, content: bytes) -> None:
        """Write anew what all see, up to ROOM bytes."""
        self._board._write(self._number, content)


def _is_running(owner: int) -> bool:
    """Whether a process of this program runs; a number may have become that of another user's."""
    try:
        os.kill(owner, 0)
    except OSError:
        return False
    return owner > 0  # 0: nobody had it yet
