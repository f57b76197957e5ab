"""Object stores, and whatever else fsspec opens. The only user of fsspec.

Nothing is listed, and no object is asked for: the manifest tells what is there. As that is
written at the ends of a run only, a long run keeps a journal of what it has put by then.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from itertools import chain
from typing import Any
from urllib.parse import unquote, urlsplit

import fsspec

from feedsvc.encodings import Encoding
from feedsvc.errors import ExportError, FeedsvcError
from feedsvc.headers import describe_bytes
from feedsvc.manifest import MANIFEST, Manifest, Written, decode_manifest, encode_manifest
from feedsvc.model import Document
from feedsvc.stores import PUTS, Store, hide_user

__all__ = ["Objects"]

NOTED = 500
"""Files after which a note is put in the journal: what a killed run may put once more."""

BLOCK = 8 * 1024 * 1024
"""Bytes that are put at once; more go up in parts, and are there when the last one is."""

S3 = ("s3", "s3a")
JOURNAL = ".feedsvc-journal-"
OF_MANIFEST = {"Content-Type": "application/json", "Cache-Control": "no-store"}

_TOKEN = re.compile(rf"{re.escape(JOURNAL)}[0-9a-f]+")


class Objects(Store):
    """What is at an address, below its path. All that fsspec raises becomes an ExportError."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.place = hide_user(address).rstrip("/")
        self._secrets = {part for part in (parts.password, unquote(parts.password or "")) if part}
        self._protocol = parts.scheme
        with self._telling("can't be opened"):
            self._files, root = fsspec.core.url_to_fs(address)
        self._root = root.rstrip("/")
        self._token = f"{JOURNAL}{secrets.token_hex(4)}"
        self._notes = 0
        self._noted: Manifest = {}
        self._folders: set[str] = set()

    def hold(self) -> AbstractContextManager[int | None]:
        return nullcontext()

    def read(self) -> Manifest:
        """Return what was written; raise ExportError where objects are there but no manifest."""
        content = self._get(MANIFEST)
        if content is None:
            if not self._is_empty():
                what = "files are there that no export wrote"
                raise ExportError(self.place, what, "remove them, or export elsewhere")
            return {}
        manifest = decode_manifest(f"{self.place}/{MANIFEST}", content)
        for token in filter(_TOKEN.fullmatch, list(manifest)):
            del manifest[token]
            for name, note in self._read_journal(token):
                manifest |= note | {name: Written()}
        return manifest

    def _read_journal(self, token: str) -> Iterator[tuple[str, Manifest]]:
        """Yield the notes of a killed run, and their names."""
        number = 1
        while (content := self._get(name := f"{token}-{number}")) is not None:
            yield name, decode_manifest(f"{self.place}/{name}", content)
            number += 1

    def begin(self, manifest: Manifest) -> None:
        self._put_own(MANIFEST, manifest | {self._token: Written()})

    def note(self, written: Manifest) -> None:
        self._noted |= written
        if len(self._noted) >= NOTED:
            self._notes += 1
            self._put_own(f"{self._token}-{self._notes}", self._noted)
            self._noted = {}

    def finish(self, manifest: Manifest) -> None:
        if self._notes:  # should this run be killed now, the next one removes them
            notes = [f"{self._token}-{number + 1}" for number in range(self._notes)]
            self._put_own(MANIFEST, manifest | dict.fromkeys(notes, Written()))
            self.remove(notes)
        self._put_own(MANIFEST, manifest)

    def name_version(self, document: Document, encoding: Encoding) -> str:
        said = repr(describe_bytes(document, encoding)).encode()
        return f"{document.version}-{hashlib.blake2b(said, digest_size=4).hexdigest()}"

    def has(self, name: str, written: Written) -> bool:
        return True

    def find_strangers(self, name: str) -> set[str]:
        return set()

    def put(
        self,
        name: str,
        chunks: Iterable[bytes],
        headers: Mapping[str, str],
        modified: datetime | None,
    ) -> int:
        return self._put(name, chunks, headers)

    def remove(self, names: Iterable[str]) -> int:
        with ThreadPoolExecutor(PUTS) as pool:
            return sum(pool.map(self._remove, names))

    def _remove(self, name: str) -> bool:
        with self._telling("can't be removed", name):
            try:
                self._files.rm_file(f"{self._root}/{name}")
            except FileNotFoundError:
                return False
        return True

    def _is_empty(self) -> bool:
        """Whether nothing is there, by one look at no more than the first."""
        with self._telling("can't be read"):
            if self._protocol in S3:
                bucket, _, prefix = self._root.partition("/")
                look = {"Bucket": bucket, "Prefix": prefix and f"{prefix}/", "MaxKeys": 1}
                return not self._files.call_s3("list_objects_v2", **look).get("KeyCount")
            try:
                return not self._files.ls(self._root, detail=False)
            except FileNotFoundError:
                return True

    def _get(self, name: str) -> bytes | None:
        # In one request: with more at a time, s3fs would ask for the size before.
        how = {"max_concurrency": 1} if self._protocol in S3 else {}
        with self._telling("can't be read"):
            try:
                content: bytes = self._files.cat_file(f"{self._root}/{name}", **how)
            except FileNotFoundError:
                return None
        return content

    def _put_own(self, name: str, manifest: Manifest) -> None:
        self._put(name, encode_manifest(manifest), OF_MANIFEST)

    def _put(self, name: str, chunks: Iterable[bytes], headers: Mapping[str, str]) -> int:
        path, said = f"{self._root}/{name}", _say(self._protocol, headers)
        coming = iter(chunks)
        with self._telling("can't be written", name):
            if said is None:
                self._make_folder(path.rpartition("/")[0])
                return self._stream(path, coming, {})
            first = bytearray()
            for chunk in coming:
                first += chunk
                if len(first) > BLOCK:
                    return self._stream(path, chain([bytes(first)], coming), said)
            self._files.pipe_file(path, bytes(first), **said)
        return len(first)

    def _make_folder(self, folder: str) -> None:
        if folder not in self._folders:
            self._files.makedirs(folder, exist_ok=True)
            self._folders.add(folder)

    def _stream(self, path: str, chunks: Iterable[bytes], said: dict[str, Any]) -> int:
        """Write what is there once it is whole."""
        size = 0
        file = self._files.open(path, "wb", block_size=BLOCK, autocommit=False, **said)
        try:
            for chunk in chunks:
                size += len(chunk)
                file.write(chunk)
            file.close()
        except BaseException:
            if said:
                file.closed = True  # some stores complete what is closed
            else:
                file.close()
            file.discard()
            raise
        file.commit()
        return size

    @contextmanager
    def _telling(self, what: str, name: str = "") -> Iterator[None]:
        """Tell what a store's library raises, each has errors of its own, and no password."""
        try:
            yield
        except FeedsvcError:
            raise
        except Exception as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            for secret in self._secrets:
                why = why.replace(secret, "…")
            if isinstance(error, ImportError) and self._protocol in S3:
                why = "pip install 'feedsvc[s3]'"
            place = f"{self.place}/{name}" if name else self.place
            raise ExportError(place, what, " ".join(why.split())) from error


def _say(protocol: str, headers: Mapping[str, str]) -> dict[str, Any] | None:
    """Return headers as a store's file system takes them, None where it takes none."""
    match protocol:
        case "s3" | "s3a":
            return {name.replace("-", ""): value for name, value in headers.items()}
        case "gs" | "gcs":
            named = _underscore(headers)
            return {"content_type": named.pop("content_type"), "fixed_key_metadata": named}
        case "az" | "abfs" | "abfss":
            return {"content_settings": _underscore(headers)}
    return None


def _underscore(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("-", "_").lower(): value for name, value in headers.items()}
