"""A folder as a store: files for a static host, each with the date of its document."""

import fcntl
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from feedsvc.encodings import Encoding
from feedsvc.locks import hold
from feedsvc.manifest import MANIFEST, Manifest, Written, decode_manifest, encode_manifest
from feedsvc.model import Document
from feedsvc.stores import Store
from feedsvc.temporaries import name_temporary, write_file

__all__ = ["Folder"]


class Folder(Store):
    """A folder of this machine. Who uses it catches the OSErrors of its files."""

    takes_rules = True

    def __init__(self, place: str) -> None:
        self.place = place
        self._looked: set[str] = set()

    @contextmanager
    def hold(self) -> Iterator[int | None]:
        os.makedirs(self.place, exist_ok=True)
        with hold(self.place, fcntl.LOCK_EX, os.O_DIRECTORY) as lock:
            yield lock

    def read(self) -> Manifest:
        file = f"{self.place}/{MANIFEST}"
        manifest: Manifest = {}
        with suppress(FileNotFoundError):
            manifest = decode_manifest(file, Path(file).read_bytes())
        # What a killed export left half written.
        for name in [MANIFEST, *(name for name, written in manifest.items() if written.size < 0)]:
            with suppress(FileNotFoundError):
                os.unlink(name_temporary(f"{self.place}/{name}"))
        return manifest

    def begin(self, manifest: Manifest) -> None:
        write_file(f"{self.place}/{MANIFEST}", encode_manifest(manifest))

    def note(self, written: Manifest) -> None:
        pass  # the files themselves tell

    def finish(self, manifest: Manifest) -> None:
        self.begin(manifest)

    def name_version(self, document: Document, encoding: Encoding) -> str:
        return document.version

    def has(self, name: str, written: Written) -> bool:
        try:
            found = os.lstat(f"{self.place}/{name}")
        except FileNotFoundError:
            return False
        return found.st_size == written.size and stat.S_ISREG(found.st_mode)

    def find_strangers(self, name: str) -> set[str]:
        strangers = {name} if os.path.lexists(f"{self.place}/{name}") else set()
        folder = os.path.dirname(name)
        while folder and folder not in self._looked:
            self._looked.add(folder)
            place = f"{self.place}/{folder}"
            # Nor is anything written through a link.
            if os.path.lexists(place) and (os.path.islink(place) or not os.path.isdir(place)):
                strangers.add(folder)
            folder = os.path.dirname(folder)
        return strangers

    def put(
        self,
        name: str,
        chunks: Iterable[bytes],
        headers: Mapping[str, str],
        modified: datetime | None,
    ) -> int:
        date = modified.timestamp() if modified else None
        return write_file(f"{self.place}/{name}", chunks, date)

    def remove(self, names: Iterable[str]) -> int:
        return sum(map(self._remove, names))

    def _remove(self, name: str) -> bool:
        """Remove a file, and the folders that are empty then; return whether it was there."""
        output = Path(self.place)
        file = output / name
        if not os.path.lexists(file):
            return False
        file.unlink()
        for folder in file.relative_to(output).parents[:-1]:
            try:
                (output / folder).rmdir()
            except OSError:
                break
        return True
