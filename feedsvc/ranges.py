"""Ranges: which part of a document a request asks for (RFC 9110, section 14).

What isn't understood is ignored, as the RFC allows: the whole document is an answer too.
"""

import re

from feedsvc.errors import BadValue

__all__ = ["read_range"]

# More digits than any file has bytes are no number to be made an int of.
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.I)


def read_range(header: str, length: int) -> tuple[int, int] | None:
    """Return where the part begins and ends (exclusive) that `header` asks for.

    None for several parts, another unit, or what is no range. Raises BadValue where the document
    of that length has no such part.
    """
    match = _RANGE.fullmatch(header)
    if match is None or match[1] == match[2] == "":
        return None
    if match[1]:
        start, end = int(match[1]), int(match[2] or length) + (match[2] != "")
        if end <= start and match[2]:
            return None
    else:
        start, end = max(length - int(match[2]), 0), length
    if start >= length:
        raise BadValue("no such part", f"{header!r} of {length} bytes")
    return start, min(end, length)
