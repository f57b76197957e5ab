"""The manifest: which files an export wrote, in which version.

It lies in the folder that was written, and is replaced whole as each file is.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import msgspec
from msgspec import Struct

from feedsvc.errors import ExportError

__all__ = [
    "MANIFEST",
    "Manifest",
    "Written",
    "read_manifest",
    "remove_temporaries",
    "write_file",
    "write_manifest",
]

MANIFEST = ".feedsvc-manifest.json"
TEMPORARY = ".feedsvc-tmp-"


class Written(Struct, frozen=True, gc=False):
    """A file as an export wrote it: its version, empty while it is being written, and size."""

    version: str = ""
    size: int = -1


Manifest: TypeAlias = dict[str, Written]


def read_manifest(output: Path) -> Manifest:
    """Read what the last export into a folder wrote. Raises ExportError where it can't be told."""
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


def write_manifest(output: Path, manifest: Manifest) -> None:
    """Write what an export wrote, or is about to write: a line a file, in order."""
    encode = msgspec.json.encode
    lines = (
        b"%b%b: %b" % (b",\n" if number else b"{\n", encode(name), encode(manifest[name]))
        for number, name in enumerate(sorted(manifest))
    )
    write_file(f"{output}/{MANIFEST}", chain(lines, [b"\n}\n" if manifest else b"{}\n"]))


def write_file(file: str, chunks: Iterable[bytes]) -> int:
    """Write a file whole, or not at all; return its size."""
    temporary = _name_temporary(file)
    if not os.path.isdir(folder := os.path.dirname(file)):
        os.makedirs(folder, exist_ok=True)
    try:
        with open(temporary, "wb") as output:
            size = sum(map(output.write, chunks))
        os.replace(temporary, file)
    except BaseException:  # a full disk needs the room
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return size


def remove_temporaries(output: Path, manifest: Manifest) -> None:
    """Remove what a killed export left half written."""
    for name in [MANIFEST, *(name for name, written in manifest.items() if written.size < 0)]:
        with suppress(FileNotFoundError):
            os.unlink(_name_temporary(f"{output}/{name}"))


def _name_temporary(file: str) -> str:
    """Name the file that another is made of."""
    folder, name = os.path.split(file)
    return f"{folder}/{TEMPORARY}{name}"
