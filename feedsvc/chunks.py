"""Chunks: what a run has to do, cut into what is done at once, with the files to be read for it.

What is as it was takes no step.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from feedsvc.errors import ArticleError
from feedsvc.folder import File
from feedsvc.index import Glance
from feedsvc.matching import Step
from feedsvc.media import Rests
from feedsvc.parsing import Wanted, Wish
from feedsvc.records import Collections
from feedsvc.report import Report
from feedsvc.splits import Part

__all__ = ["CHUNK", "Chunk", "cut", "make_wish"]

CHUNK = 256
"""Files and rows that are dealt with at once."""

ROOM = 1 << 23
"""Bytes of records that are dealt with at once, or one record: files aren't in memory, they are."""

Chunk: TypeAlias = tuple[list[Step], Wanted]


def cut(
    steps: Iterator[Step],
    collections: Collections,
    may_stay: Callable[[Glance], bool],
    rests: Rests,
    report: Report,
) -> Iterator[Chunk]:
    """Cut steps into chunks, each with what is to be read for it.

    `may_stay` tells whether a file of the same bytes would be read to the same article; counted
    are those that need no reading, noted those that don't rest.
    """
    chunk: list[Step] = []
    wanted: Wanted = {}
    room = ROOM
    for file, glance in steps:
        if file is None:
            if glance and collections.leave(glance):
                continue
        elif not file.fault:
            known = glance is not None and may_stay(glance)
            if glance and known and (glance.size, glance.mtime) == (file.size, file.mtime):
                report.unchanged += not glance.due
                continue
            if not rests(file.path, file.size, file.mtime):
                report.restless.append(file.path)
                continue
            try:
                wish = make_wish(file, glance.source if glance and known else "")
                room -= len(wish.record.data) if wish.record else 0
                wanted[file.path] = wish
            except ArticleError as fault:
                file = replace(file, fault=fault)
        chunk.append((file, glance))
        if len(chunk) == CHUNK or room < 0:
            yield chunk, wanted
            chunk, wanted, room = [], {}, ROOM
    if chunk:
        yield chunk, wanted


def make_wish(file: File, known: str = "") -> Wish:
    """Wish for what a file holds. Raises ArticleError where it is a record that isn't there now."""
    return Wish(known, file.load() if isinstance(file, Part) else None)
