"""Texts: articles as they are stored, packed and compressed, and the digests that name them."""

import hashlib
from collections.abc import Iterable

import msgspec

from feedsvc.model import Article

__all__ = ["digest_entry", "pack_article", "unpack_articles"]


def pack_article(article: Article) -> tuple[str, bytes]:
    """Pack an article's text as it is stored; return the digest of it, and the bytes."""
    import zstandard

    packed = msgspec.msgpack.encode(article)
    return hashlib.blake2b(packed, digest_size=16).hexdigest(), zstandard.compress(packed, 1)


def digest_entry(id: str, text: str) -> str:
    """Digest an entry: its id, and the digest of its article's text."""
    return hashlib.blake2b(f"{id}\0{text}".encode(), digest_size=16).hexdigest()


def unpack_articles(rows: Iterable[tuple[str, bytes]]) -> dict[str, Article]:
    """Unpack what was stored under each name. Raises ValueError where that is damaged."""
    import zstandard

    decode = msgspec.msgpack.Decoder(Article).decode
    unpack = zstandard.ZstdDecompressor().decompress
    try:
        return {name: decode(unpack(packed)) for name, packed in rows}
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ValueError(str(error)) from error
