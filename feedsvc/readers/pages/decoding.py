"""Decoding: the bytes of a page to a parsed page, as browsers read them (HTML, 13.2.3).

The byte order mark decides the encoding, then who delivered the page, then an XML declaration or
a `meta` in it, then what the bytes look like. Labels mean what the Encoding standard says.
"""

import re

from turbohtml import Document, parse

from feedsvc.errors import ArticleError
from feedsvc.readers.lines import Notes

__all__ = ["parse_page"]

MOST_ILLEGAL = 0.1
"""Of the first bytes; a file with more control characters is no text."""

LOOKED_AT = 1 << 16
"""Bytes from the beginning by which it is told whether a file is text."""

_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\r\x0b\x0c\x1b"})
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.:-]+)[\"']", re.I)
# XML closes these where they begin; HTML takes them as open, and the rest of the page in them.
_CLOSED = re.compile(
    rb"<(a|abbr|b|canvas|div|em|i|iframe|li|noscript|object|ol|p|script|select|span|strong|style"
    rb"|sup|sub|table|tbody|td|textarea|th|title|tr|ul|video|audio)\b((?:[^<>\"']|\"[^\"]*+\""
    rb"|'[^']*+')*+)(?<=/)>",
    re.I,
)


def parse_page(data: bytes, notes: Notes, label: str = "") -> Document:
    """Parse a page. `label` is the encoding that it was delivered with, where that is known.

    Raises ArticleError where it isn't text.
    """
    label = _find_label(data, notes.path) or label
    if b"\0" in data and not (label.startswith("utf-16") or data.startswith(_MARKS[1:])):
        notes.find(1, "text", "characters removed", f"{data.count(0)} null bytes")
        data = data.replace(b"\0", b"")
    if notes.path.lower().endswith((".xhtml", ".xht")) or data.lstrip().startswith(b"<?xml"):
        data = _CLOSED.sub(lambda tag: tag[0][:-2] + b"></" + tag[1] + b">", data)
    try:
        page = parse(data, encoding=label or None, detect_encoding=True)
    except LookupError:  # no encoding of that name
        notes.tell(1, "encoding", "not used", f"{label!r} is none")
        page = parse(data, detect_encoding=True)
    _tell(page, data.isascii(), notes)
    return page


def _find_label(data: bytes, path: str) -> str:
    """Return the label that the bytes begin with, "" where they don't say."""
    if data.startswith(_MARKS):
        return ""  # which the parser obeys
    head = data[:LOOKED_AT]
    for parity, label in ((1, "utf-16le"), (0, "utf-16be")):
        # Of the tags every other byte is zero, be the text in what script it may.
        if head[parity::2].count(0) * 4 > len(head) // 2:
            return label
    if len(head) - len(head.translate(None, _CONTROLS)) > MOST_ILLEGAL * len(head):
        why = "it is full of control characters"
        raise ArticleError(path, 1, "text", "not text", why)
    declared = _DECLARED.match(head)
    return declared[1].decode() if declared else ""


def _tell(page: Document, is_ascii: bool, notes: Notes) -> None:
    encoding = page.encoding or "UTF-8"
    if encoding == "replacement":
        why = "its encoding is one that browsers refuse to read"
        raise ArticleError(notes.path, 1, "text", "not text", why)
    if page.encoding_confidence == "certain":
        if encoding != "UTF-8":
            notes.tell(1, "encoding", encoding, "as the page says")
    elif encoding != "UTF-8" and not is_ascii:  # which it is in nearly every encoding
        why = "the page doesn't say: write <meta charset> into it"
        notes.find(1, "encoding", f"{encoding}, detected", why)
    if lost := page.text.count("\ufffd"):
        notes.find(1, "text", "characters lost", f"{lost} that can't be read as {encoding}")
