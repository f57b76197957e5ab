"""The board: what processes count, in memory that they share."""

import os
from collections.abc import Iterator
from multiprocessing import get_context, get_start_method, set_start_method
from typing import Any

import pytest

from feedsvc.board import ROOM, Board


def write(board: Board, line: Any) -> None:
    """Take a slot in another process, write, and end when told to."""
    slot = board.take()
    if slot:
        slot.write(slot.read() + b"x")
    line.send(slot is not None)
    line.recv()


@pytest.fixture(params=["fork", "spawn"])
def context(request: pytest.FixtureRequest) -> Iterator[Any]:
    """How processes are started, which depends on the system."""
    before = get_start_method()
    set_start_method(request.param, force=True)
    yield get_context()
    set_start_method(before, force=True)


def start(context: Any, board: Board) -> tuple[Any, Any, bool]:
    ours, theirs = context.Pipe()
    process = context.Process(target=write, args=(board, theirs))
    process.start()
    return process, ours, ours.recv()


def end(process: Any, line: Any) -> None:
    line.send(None)
    process.join()
    process.close()
    line.close()


def test_all_read_what_each_process_wrote(context: Any) -> None:
    board = Board(3)
    own = board.take()
    assert own
    own.write(b"own")
    others = [start(context, board) for _ in range(2)]
    assert sorted(board.read()) == [b"own", b"x", b"x"]
    assert board.take() is None  # each slot is somebody's
    for process, line, _ in others:
        end(process, line)
    assert sorted(board.read()) == [b"own", b"x", b"x"]  # what they counted stays


def test_slot_of_one_that_has_ended_is_gone_on_with(context: Any) -> None:
    board = Board(1)
    for times in (1, 2):
        process, line, took = start(context, board)
        assert took
        assert list(board.read()) == [b"x" * times]
        end(process, line)


def test_empty_slots_are_not_read() -> None:
    board = Board(2)
    assert list(board.read()) == []
    slot = board.take()
    assert slot
    assert slot.read() == b""
    assert list(board.read()) == []


def test_slot_that_is_written_is_read_whole() -> None:
    board = Board(1)
    slot = board.take()
    assert slot
    for size in (1, ROOM, 100, 0):
        slot.write(b"a" * size)
        assert slot.read() == b"a" * size


def test_slot_that_cant_be_read_whole_is_left_out() -> None:
    board = Board(1)
    slot = board.take()
    assert slot
    slot.write(b"whole")
    board._sides[board._shown[0]][8] = b"W"  # as if it were being written
    assert slot.read() == b""


def test_slot_is_a_process_own() -> None:
    board = Board(1)
    assert board.take()
    assert board._owners[0] == os.getpid()
