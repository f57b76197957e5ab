"""Export: the publication into a folder, by difference.

The bytes are those that the server sends. Only files that an export wrote are replaced or
removed; each is replaced whole, and a file that is the same is left alone with its mtime.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import msgspec
from msgspec import Struct

from feedsvc.errors import ExportError, Superseded
from feedsvc.media import stream, verify
from feedsvc.model import Document
from feedsvc.publication import Encoding, Publication

__all__ = ["MANIFEST", "Export", "export"]

MANIFEST = ".feedsvc-manifest.json"
TEMPORARY = ".feedsvc-tmp-"
VARIANTS: dict[Encoding, str] = {"identity": "", "gzip": ".gz"}


class _Written(Struct, frozen=True):
    """A file as an export wrote it: its version, empty while it is being written, and size."""

    version: str = ""
    size: int = -1


Manifest: TypeAlias = dict[str, _Written]


class Export(Struct):
    """What an export did, in numbers of files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0


def export(publication: Publication, output: Path) -> Export:
    """Write every document, and its gzipped form beside it, into the folder `output`.

    Media, which are compressed as they are, have no other form.
    Raises ExportError where a file is in the way that no export wrote (naming each, with
    nothing written), or where the folder can't be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        with _lock(output):
            return _export(publication, output)
    except OSError as error:
        place = error.filename2 or error.filename or output
        raise ExportError(str(place), "can't be written", error.strerror or "") from error


def _export(publication: Publication, output: Path) -> Export:
    report = Export()
    before = _read_manifest(output)
    _remove_temporaries(output, before)
    names: set[str] = set()
    after: Manifest = {}
    pending: dict[str, tuple[str, Encoding]] = {}
    for document in publication.documents():
        for encoding, suffix in VARIANTS.items():
            if document.format == "media" and encoding != "identity":
                continue
            name = _name(document.path) + suffix
            names.add(name)
            if name in before and _holds(output / name, before[name], document.version):
                after[name] = before[name]
            else:
                pending[name] = document.path, encoding
    _refuse_strangers(output, names - before.keys())
    report.unchanged = len(after)
    # Should this run be killed, the next one must know which files may be its own.
    _write_manifest(output, before | after | dict.fromkeys(pending, _Written()))
    for name, (path, encoding) in pending.items():
        planned = publication.plan(path)
        written = None
        if planned and planned.path == path:  # not an archive that has gone since, and its heir
            written = _write_document(publication, planned, encoding, output / name)
        if written:
            after[name] = written
            report.written += 1
        else:
            names.remove(name)
    for name in before.keys() - names:
        report.removed += _remove(output, name)
    _write_manifest(output, after)
    return report


@contextmanager
def _lock(output: Path) -> Iterator[None]:
    """Wait for another export into the same folder."""
    handle = os.open(output, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _name(path: str) -> str:
    """Name the file that a static host serves at a path."""
    return path.removeprefix("/") + ("index.html" if path.endswith("/") else "")


def _holds(file: Path, written: _Written, version: str) -> bool:
    """Whether a file is there, as it was written, with this version."""
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        return False
    return written.version == version and written.size == size and not file.is_symlink()


def _refuse_strangers(output: Path, names: Set[str]) -> None:
    strangers = {name for name in names if os.path.lexists(output / name)}
    folders = {str(folder) for name in names for folder in PurePosixPath(name).parents}
    # Nor is anything written through a link.
    strangers |= {
        folder
        for folder in folders - {"."}
        if os.path.lexists(output / folder)
        and (os.path.islink(output / folder) or not os.path.isdir(output / folder))
    }
    if strangers:
        raise ExportError(
            str(output),
            "files are in the way that no export wrote",
            f"{', '.join(sorted(strangers))}; move them, or export elsewhere",
        )


def _remove_temporaries(output: Path, manifest: Manifest) -> None:
    """Remove what a killed export left half written."""
    for name in [MANIFEST, *(name for name, written in manifest.items() if written.size < 0)]:
        _temporary(output / name).unlink(missing_ok=True)


def _write_document(
    publication: Publication, document: Document, encoding: Encoding, file: Path
) -> _Written | None:
    """Write a document's bytes; return what was written, None where they aren't there any more."""
    if document.format == "media":
        return _copy(publication, document, file)
    body = publication.body(document, encoding)
    _write(file, [body])
    return _Written(document.version, len(body))


def _copy(publication: Publication, document: Document, file: Path) -> _Written | None:
    """Write a medium, if its bytes are still those that its name tells."""
    try:
        with publication.open(document) as source:
            size = os.fstat(source.fileno()).st_size
            _write(file, verify(stream(source, 0, size), document.version))
    except Superseded:
        return None
    return _Written(document.version, size)


def _write(file: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole, or not at all."""
    temporary = _temporary(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("wb") as output:
            output.writelines(chunks)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _temporary(file: Path) -> Path:
    """Name the file that another is made of."""
    return file.with_name(TEMPORARY + file.name)


def _remove(output: Path, name: str) -> int:
    """Remove a file, and the folders that are empty then; return whether it was there."""
    file = output / name
    if not os.path.lexists(file):
        return 0
    file.unlink()
    for folder in file.relative_to(output).parents[:-1]:
        try:
            (output / folder).rmdir()
        except OSError:
            break
    return 1


def _read_manifest(output: Path) -> Manifest:
    file = output / MANIFEST
    try:
        manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return {}
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ExportError(str(file), "not a manifest", str(error)) from error
    for name in manifest:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ExportError(str(file), "not a manifest", f"{name!r} is out of the folder")
    return manifest


def _write_manifest(output: Path, manifest: Manifest) -> None:
    body = msgspec.json.format(msgspec.json.encode(dict(sorted(manifest.items()))))
    file = output / MANIFEST
    if not file.exists() or file.read_bytes() != body:
        _write(file, [body])
