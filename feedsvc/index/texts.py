"""Texts: articles as they are stored, packed and compressed, and the digests that name them."""

import hashlib
import threading
from collections.abc import Callable, Iterable

import msgspec

from feedsvc.model import Article

__all__ = ["digest_entry", "pack_article", "unpack_articles"]


def pack_article(article: Article) -> tuple[str, bytes]:
    """Pack an article's text as it is stored; return the digest of it, and the bytes."""
    packed = msgspec.msgpack.encode(article)
    return hashlib.blake2b(packed, digest_size=16).hexdigest(), _make_packer()(packed)


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


def _make_packer() -> Callable[[bytes], bytes]:
    """Return what packs, of this thread: to make one takes as long as to pack an article."""
    packer: Callable[[bytes], bytes] | None = getattr(_own, "packer", None)
    if packer is None:
        import zstandard

        packer = _own.packer = zstandard.ZstdCompressor(level=1).compress
    return packer


_own = threading.local()
