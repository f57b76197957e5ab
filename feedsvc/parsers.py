"""Parsers: processes that parse files, beside the one that writes the index.

Only what is kept comes back from them, packed there: articles themselves would cost more on
their way than they take to be read.
"""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, cycle
from typing import Any, Protocol, TypeAlias

import msgspec

from feedsvc.model import Enclosure
from feedsvc.parsing import Answers, Wanted, parse
from feedsvc.settings import Settings

__all__ = ["parse_many"]

Chunk: TypeAlias = tuple[Any, Wanted]
"""What files are wanted for, and those."""

FEW = 2000
"""Files that are parsed before it pays to start processes for the others."""


class Pipe(Protocol):
    """One end of what two processes talk by: of multiprocessing, which few runs need."""

    def send_bytes(self, message: bytes) -> None: ...

    def recv_bytes(self) -> bytes: ...

    def close(self) -> None: ...


class _Named(Exception):
    """An article names a file beside it: only who keeps the index looks for that."""


def parse_many(
    settings: Settings, chunks: Iterator[Chunk], jobs: int | None
) -> Iterator[tuple[Chunk, Answers]]:
    """Let processes parse the files that are wanted with each chunk, one at a time each.

    They are as many as `jobs`, or as there are processors. Yield the chunks in their order with
    what was parsed. Missing are the first few files, those
    that name others beside them, and those whose process died. Who asks deals with a chunk
    meanwhile.
    """
    jobs = jobs or len(os.sched_getaffinity(0))
    seen = 0
    for chunk in chunks:
        seen += len(chunk[1])
        if jobs > 1 and seen > FEW:
            with _start(settings, jobs) as pipes:
                yield from _take_turns(chain([chunk], chunks), pipes)
        else:
            yield chunk, {}


def _take_turns(chunks: Iterable[Chunk], pipes: list[Pipe]) -> Iterator[tuple[Chunk, Answers]]:
    asked: deque[tuple[Chunk, Pipe]] = deque()
    for chunk, pipe in zip(chunks, cycle(pipes), strict=False):
        done = None
        if len(asked) == len(pipes):
            earlier, _ = asked.popleft()
            done = earlier, _receive(pipe)
        _send(pipe, chunk[1])
        asked.append((chunk, pipe))
        if done:
            yield done
    for chunk, pipe in asked:
        yield chunk, _receive(pipe)


@contextmanager
def _start(settings: Settings, jobs: int) -> Iterator[list[Pipe]]:
    """Start processes that parse; the other ends of their pipes.

    They end with this process, however it ends: what they wait for can't come any more.
    """
    from multiprocessing import get_context

    context = get_context("spawn")  # a fork would share the index's file with this process
    pipes: list[Pipe] = []
    try:
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            context.Process(target=_answer, args=(theirs, settings), daemon=True).start()
            theirs.close()
            pipes.append(ours)
        yield pipes
    finally:
        for pipe in pipes:
            pipe.close()


def _send(pipe: Pipe, wanted: Wanted) -> None:
    with suppress(OSError):  # it died: its answer will be missing too
        pipe.send_bytes(msgspec.msgpack.encode(wanted))


def _receive(pipe: Pipe) -> Answers:
    try:
        return msgspec.msgpack.decode(pipe.recv_bytes(), type=Answers)
    except (EOFError, OSError):
        return {}


def _answer(pipe: Pipe, settings: Settings) -> None:
    """Parse what is asked for until nobody can ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asks
    with suppress(EOFError, OSError):
        while True:
            wanted = msgspec.msgpack.decode(pipe.recv_bytes(), type=Wanted)
            pipe.send_bytes(msgspec.msgpack.encode(_parse_wanted(settings, wanted)))


def _parse_wanted(settings: Settings, wanted: Wanted) -> Answers:
    answers = {}
    for path, wish in wanted.items():
        with suppress(_Named):
            answers[path] = parse(settings, path, _find_none, wish)
    return answers


def _find_none(reference: str) -> Enclosure:
    raise _Named(reference)
