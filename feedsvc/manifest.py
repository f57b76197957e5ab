"""The manifest: which files an export wrote, in which version.

It lies beside what was written, and is replaced whole as each file is.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TypeAlias

import msgspec
from msgspec import Struct

from feedsvc.errors import ExportError

__all__ = ["MANIFEST", "Manifest", "Written", "decode_manifest", "encode_manifest"]

MANIFEST = ".feedsvc-manifest.json"


class Written(Struct, frozen=True, gc=False):
    """A file as an export wrote it: its version, empty while it is being written, and size."""

    version: str = ""
    size: int = -1


Manifest: TypeAlias = dict[str, Written]


def decode_manifest(place: str, content: bytes) -> Manifest:
    """Read what an export wrote. Raises ExportError where it can't be told."""
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ExportError(place, "not a manifest", str(error)) from error
    for name in manifest:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ExportError(place, "not a manifest", f"{name!r} is out of the folder")
    return manifest


def encode_manifest(manifest: Manifest) -> Iterator[bytes]:
    """Yield what an export wrote, or is about to write: a line a file, in order."""
    encode = msgspec.json.encode
    for number, name in enumerate(sorted(manifest)):
        yield b"%b%b: %b" % (b",\n" if number else b"{\n", encode(name), encode(manifest[name]))
    yield b"\n}\n" if manifest else b"{}\n"
