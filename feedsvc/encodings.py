"""Encodings: how a document's bytes are packed, and in which form a client gets them.

What is packed is the same everywhere: neither a time, a name nor a system is in it.
"""

from collections.abc import Callable, Collection
from typing import Literal, TypeAlias

from msgspec import Struct

__all__ = [
    "ENCODINGS",
    "LIBRARIES",
    "Encoding",
    "choose_encoding",
    "list_tags",
    "name_variant",
    "pack",
]

Encoding: TypeAlias = Literal["identity", "br", "zstd", "gzip"]

LIBRARIES = ("brotli", "zstandard", "deflate")
"""The distributions that pack: other versions of them make other bytes."""


class _Packer(Struct, frozen=True):
    """What makes an encoding: the suffix of its files, a function, and its two levels.

    What readers fetch again and again, `polled`, is smaller than zlib makes it, in no more time;
    an archive, which they take once, is made in half of that or less, a tenth larger.
    """

    suffix: str
    pack: Callable[[bytes, int], bytes]
    polled: int
    archived: int


# Imported when they are first used: most commands pack nothing.


def _pack_br(body: bytes, level: int) -> bytes:
    import brotli

    return bytes(brotli.compress(body, quality=level))


def _pack_zstd(body: bytes, level: int) -> bytes:
    import zstandard

    # Up to level 19 the window is within the 8 MB that clients have to take (RFC 9659).
    return zstandard.ZstdCompressor(level=level).compress(body)


def _pack_gzip(body: bytes, level: int) -> bytes:
    import deflate

    return bytes(deflate.gzip_compress(body, level))


_PACKERS: dict[Encoding, _Packer] = {
    "br": _Packer(".br", _pack_br, 6, 4),
    "zstd": _Packer(".zst", _pack_zstd, 7, 3),
    "gzip": _Packer(".gz", _pack_gzip, 6, 1),
}

ENCODINGS = tuple(_PACKERS)
"""Those that pack, the one that makes the least of a feed first."""


def pack(body: bytes, encoding: Encoding, *, archived: bool) -> bytes:
    """Pack a body, that of an archive in less time."""
    if encoding == "identity":
        return body
    packer = _PACKERS[encoding]
    return packer.pack(body, packer.archived if archived else packer.polled)


def name_variant(name: str, encoding: Encoding) -> str:
    """Name the file beside `name` that holds it in an encoding; itself as it is."""
    return name if encoding == "identity" else name + _PACKERS[encoding].suffix


def list_tags(version: str) -> list[str]:
    """List every form in which a version's tag may come back: caches keep what they were sent."""
    return [version, *(f"{version}-{encoding}" for encoding in ENCODINGS)]


def choose_encoding(quality: Callable[[str], float], offered: Collection[Encoding]) -> Encoding:
    """Choose the form for a client that gives each encoding a `quality` (RFC 9110, 12.5.3).

    The one it likes most; of equal ones the smallest, and what is packed before what isn't.
    """
    wishes = [(quality(encoding), encoding) for encoding in ENCODINGS if encoding in offered]
    wish, encoding = max(wishes, key=lambda pair: pair[0], default=(0.0, "identity"))
    return encoding if wish > 0 and wish >= quality("identity") else "identity"
