"""Fetching: a document by its address, within limits of time, size and redirections.

By HTTP and HTTPS alone: no redirection leads to another scheme, or to a file.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from http.client import HTTPException
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from msgspec import Struct

from feedsvc import __version__
from feedsvc.clean import clean_url
from feedsvc.errors import BadValue, FetchError

__all__ = ["MOST", "Fetched", "fetch"]

MOST = 1 << 26
"""Bytes of a document, also when it is unpacked."""

PATIENCE = 30.0
"""Seconds without a byte."""

LONGEST = 300.0
"""Seconds in all."""

PIECE = 1 << 16
"""Bytes that are read at once."""

_HEADERS = {
    "User-Agent": f"feedsvc/{__version__}",
    "Accept": "application/atom+xml, application/rss+xml, application/feed+json,"
    " application/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip",
}


class Fetched(Struct, frozen=True):
    """A document: where it was in the end, its bytes, and the encoding that it was sent with."""

    url: str
    data: bytes
    charset: str = ""


def fetch(url: str) -> Fetched:
    """Fetch the document of an address. Raises FetchError."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler,
        UnknownHandler,
        HTTPHandler,
        HTTPSHandler,
        HTTPDefaultErrorHandler,
        HTTPRedirectHandler,
        HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    try:
        end = monotonic() + LONGEST
        request = Request(clean_url(url), headers=_HEADERS)
        with opener.open(request, timeout=PATIENCE) as answer:
            data = b"".join(_read(answer, end))
            if answer.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip"):
                data = _unpack(data)
            return Fetched(answer.url, data, answer.headers.get_content_charset() or "")
    except BadValue as fault:
        raise FetchError(url, fault.what, fault.why) from fault
    except HTTPError as error:
        with error:
            raise FetchError(url, f"HTTP status {error.code}", _tell(error.reason)) from error
    except (OSError, HTTPException, zlib.error, EOFError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise FetchError(url, "can't be fetched", _tell(reason)) from error


def _read(answer: Any, end: float) -> Iterator[bytes]:
    """Read an answer. Raises BadValue where it is too long, or takes too long."""
    left = MOST
    while piece := answer.read1(PIECE):
        yield piece
        left -= len(piece)
        if left < 0:
            raise BadValue("too large", f"over {MOST} bytes")
        if monotonic() > end:
            raise BadValue("too slow", f"it takes over {LONGEST:.0f} seconds")


def _unpack(data: bytes) -> bytes:
    with gzip.open(io.BytesIO(data)) as packed:
        unpacked = packed.read(MOST + 1)
    if len(unpacked) > MOST:
        raise BadValue("too large", f"over {MOST} bytes when it is unpacked")
    return unpacked


def _tell(reason: object) -> str:
    return " ".join(str(reason).split()) or type(reason).__name__
