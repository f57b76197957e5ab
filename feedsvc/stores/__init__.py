"""Stores: where an export puts its files; one contract for folders and for object stores.

A file is replaced whole or not at all, and none is touched that no export wrote.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from feedsvc.encodings import Encoding
from feedsvc.manifest import Manifest, Written
from feedsvc.model import Document

__all__ = ["PUTS", "Store", "hide_user"]

PUTS = 10
"""Requests at a time, where nobody says how many: the connections that botocore keeps."""


def hide_user(address: str) -> str:
    """Return an address without the user and the password that it may have."""
    return re.sub("(?<=://)[^/]*@", "", address)


class Store(ABC):
    """A place for files by name; `place` is what it is called when something is wrong."""

    place: str
    takes_rules = False
    """Whether a host of files may read rules from it."""

    @abstractmethod
    def hold(self) -> AbstractContextManager[int | None]:
        """Keep other exports out: yield what holds the lock, None where nothing can be locked."""

    @abstractmethod
    def read(self) -> Manifest:
        """Return what the last export wrote, also where it was killed."""

    @abstractmethod
    def begin(self, manifest: Manifest) -> None:
        """Keep what may be there from now on, for the next run if this one is killed."""

    @abstractmethod
    def note(self, written: Manifest) -> None:
        """Take notice of what is there by now."""

    @abstractmethod
    def finish(self, manifest: Manifest) -> None:
        """Keep what is there now."""

    @abstractmethod
    def name_version(self, document: Document, encoding: Encoding) -> str:
        """Name the version of a file: another one means that it is to be written again."""

    @abstractmethod
    def has(self, name: str, written: Written) -> bool:
        """Whether a file is there as it was written, as far as can be told without asking far."""

    @abstractmethod
    def find_strangers(self, name: str) -> set[str]:
        """Return what is in the way of a new file."""

    @abstractmethod
    def put(
        self,
        name: str,
        chunks: Iterable[bytes],
        headers: Mapping[str, str],
        modified: datetime | None,
    ) -> int:
        """Write a file whole, or not at all, which also holds if `chunks` raises; return its size.

        It is to have these headers where it is served, and this date, as far as the store can.
        """

    @abstractmethod
    def remove(self, names: Iterable[str]) -> int:
        """Remove files; return how many were there."""
