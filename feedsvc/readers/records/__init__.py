"""Records: the articles of a file that holds many, each with a name in it.

Files of many are split before any of their records is read: nothing here reads a field.
"""

import hashlib
from typing import NamedTuple

from feedsvc.errors import ArticleError
from feedsvc.readers import ALONE_NAME, Record

__all__ = ["ALONE", "ALONE_NAME", "MOST_JUDGED", "Found", "Record", "name_record"]

ALONE = "\0"
"""The key of a record that is all that its file holds: the file tells it from others."""

MOST_JUDGED = 100
"""Records by which a file is judged: one that is like an article makes it a file of articles."""


class Found(NamedTuple):
    """A record as it is found in its file, with its key, "" where that can't be told.

    `fault` says why it can't be read.
    """

    record: Record
    key: str
    fault: ArticleError | None = None


def name_record(key: str) -> str:
    """Name a record by its key, in its file: the name of one that is alone comes first."""
    if key == ALONE:
        return ALONE_NAME
    return hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=16).hexdigest()
