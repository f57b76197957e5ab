"""Matching: the files of the folder with the rows of the index, by their paths.

Both come in the order of paths: of a million, no more than a few are in memory.
"""

from collections.abc import Iterator
from typing import TypeAlias

from feedsvc.folder import File
from feedsvc.index import Index, Row

__all__ = ["Step", "match", "read_rows"]

ROWS = 10_000
"""Rows that are read at once."""

Step: TypeAlias = tuple[File | None, Row | None]
"""A file and the row of its path, or one without the other."""


def read_rows(index: Index) -> Iterator[Row]:
    """Yield the rows of entries that have a file, in the order of their paths."""
    after = ""
    while rows := index.rows(after, ROWS):
        yield from rows
        after = rows[-1].path or ""


def match(files: Iterator[File], rows: Iterator[Row]) -> Iterator[Step]:
    """Match files with rows by path: yield each pair, and each that has no match.

    But for the rows of files that are only out of sight: in a folder that can't be read.
    """
    hidden = "\0"
    row = next(rows, None)
    for file in files:
        while row and str(row.path) < file.path:
            if not str(row.path).startswith(hidden):
                yield None, row
            row = next(rows, None)
        if file.path.endswith("/"):
            hidden = file.path
        matched = row if row and row.path == file.path else None
        yield file, matched
        row = next(rows, None) if matched else row
    while row:
        if not str(row.path).startswith(hidden):
            yield None, row
        row = next(rows, None)
