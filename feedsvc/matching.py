"""Matching: the files of the folder with the rows of the index, by their paths.

Both come in the order of paths: of a million, no more than a few are in memory.
"""

from collections.abc import Iterator
from typing import TypeAlias

from feedsvc.folder import File
from feedsvc.index import Glance, Index

__all__ = ["Step", "match", "read_glances"]

ROWS = 10_000
"""Rows that are read at once."""

Step: TypeAlias = tuple[File | None, Glance | None]
"""A file and what is known of its path, or one without the other."""


def read_glances(index: Index, now: int) -> Iterator[Glance]:
    """Glance at the entries that have a file, in the order of their paths."""
    after = ""
    while glances := index.glances(after, ROWS, now):
        yield from glances
        after = glances[-1].path


def match(files: Iterator[File], glances: Iterator[Glance]) -> Iterator[Step]:
    """Match files with rows by path: yield each pair, and each that has no match.

    But for rows of files that are only out of sight: in a folder that can't be read.
    """
    hidden = "\0"
    glance = next(glances, None)
    for file in files:
        while glance and glance.path < file.path:
            if not glance.path.startswith(hidden):
                yield None, glance
            glance = next(glances, None)
        if file.path.endswith("/"):
            hidden = file.path
        if glance and glance.path == file.path:
            yield file, glance
            glance = next(glances, None)
        else:
            yield file, None
    while glance:
        if not glance.path.startswith(hidden):
            yield None, glance
        glance = next(glances, None)
