"""MHTML: a page that a browser saved in one file (RFC 2557), to the page in it.

Its pictures are in the file too, but nothing is published out of it: they are shown from where
they were, or where they were nowhere else, they go into the text, as far as they are small.
"""

import re
from base64 import b64encode
from bisect import bisect_right
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from itertools import accumulate

from msgspec.structs import replace
from turbohtml import Document

from feedsvc.clean import clean_line
from feedsvc.errors import ArticleError
from feedsvc.model import Finding, Reading
from feedsvc.readers.lines import Notes
from feedsvc.readers.media import Find, find_nothing
from feedsvc.readers.pages.decoding import parse_page
from feedsvc.readers.pages.html import read_page
from feedsvc.readers.pages.origins import find_origin
from feedsvc.readers.pages.statements import Statement, read_attribute
from feedsvc.settings import Settings

__all__ = ["read_mhtml"]

_PAGES = ("text/html", "application/xhtml+xml")
_HTTP = re.compile(r"https?://\S+", re.I)
_NEW_LINE = re.compile("=0A", re.I)
_PLAIN = re.compile("[\t\r\n -~]{1,1000}")


def read_mhtml(path: str, data: bytes, settings: Settings, find: Find = find_nothing) -> Reading:
    """Read a page saved with all that it shows. Raises ArticleError where there is none."""
    notes = Notes(path)
    try:
        message = message_from_bytes(data)
        parts = [part for part in message.walk() if not part.is_multipart()]
        root = _find_root(message, parts)
    except RecursionError as error:
        raise ArticleError(path, 1, "text", "can't be read", "parts in too many parts") from error
    if root is None:
        raise ArticleError(path, 1, "text", "missing", "no part of the file is a page")
    lines = _Lines(data, root)
    page = parse_page(_decode(root), notes, root.get_content_charset() or "")
    origin = _find_origin(message, root) or find_origin(page)
    _show_parts(page, parts, notes)
    try:
        reading = read_page(page, settings, find, notes, origin, _read_header(message, "Subject"))
    except ArticleError as fault:
        line = lines.place(fault.line)
        raise ArticleError(path, line, fault.field, fault.what, fault.why) from fault
    return replace(
        reading,
        findings=tuple(sorted(lines.move(finding) for finding in reading.findings)),
        rules=tuple(sorted(lines.move(rule) for rule in reading.rules)),
    )


def _find_root(message: Message, parts: list[Message]) -> Message | None:
    """Return the page among the parts: the one that the file says it starts with, or the first."""
    pages = [part for part in parts if part.get_content_type() in _PAGES]
    start = _read_parameter(message, "start")
    started = [page for page in pages if start and _read_header(page, "Content-ID") == start]
    return next(iter(started or pages), None)


def _find_origin(message: Message, root: Message) -> Statement | None:
    """Return where the page was: as Chromium says it for the file, or as any for the part."""
    for part, name in ((message, "Snapshot-Content-Location"), (root, "Content-Location")):
        if _HTTP.fullmatch(address := _read_header(part, name)):
            return Statement(1, "saved", "address", name, address)
    return None


def _show_parts(page: Document, parts: list[Message], notes: Notes) -> None:
    """Point what is shown out of the file at where it was, or put it into the page."""
    shown: dict[str, Message] = {}
    for part in parts:
        if identifier := _read_header(part, "Content-ID"):
            shown[f"cid:{identifier.strip('<>')}"] = part
        if (location := _read_header(part, "Content-Location")) and not _HTTP.match(location):
            shown[location] = part
    for element in page.select("[src], [poster]"):
        for name in ("src", "poster"):
            written = read_attribute(element, name)
            found = shown.get(written)
            if found is None and not written.lower().startswith("cid:"):
                continue
            line = element.source_line or 1
            location = _read_header(found, "Content-Location") if found else ""
            if _HTTP.fullmatch(location):
                notes.tell(line, "text", "shown from where it was", location)
                element.attrs[name] = location
            elif found is not None and found.get_content_maintype() == "image":
                notes.tell(line, "text", "put into the text", written)
                data = b64encode(_decode(found)).decode()
                element.attrs[name] = f"data:{found.get_content_type()};base64,{data}"
            else:
                del element.attrs[name]
                why = f"{written} is in the file, and nowhere else" if found else written
                notes.find(line, "text", "left out", why)


def _decode(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _read_header(part: Message, name: str) -> str:
    value = part.get(name, "")
    try:
        return clean_line(str(make_header(decode_header(value))))
    except (HeaderParseError, LookupError, ValueError):
        return clean_line(str(value))


def _read_parameter(message: Message, name: str) -> str:
    value = message.get_param(name)
    return value if isinstance(value, str) else ""


class _Lines:
    """Which line of the file each line of the page stands in, from 1."""

    def __init__(self, data: bytes, root: Message) -> None:
        payload = root.get_payload()
        written = payload if isinstance(payload, str) else ""
        begin = _PLAIN.match(written)
        at = data.find(begin[0].encode()) if begin else 0
        first = data.count(b"\n", 0, max(0, at)) + 1
        coding = _read_header(root, "Content-Transfer-Encoding").lower()
        self._first = first
        # Of each line of the file the number of lines that the page has up to its end.
        self._ends: list[int] | None = None
        if coding == "quoted-printable":
            counts = (
                len(_NEW_LINE.findall(line)) + (not line.rstrip("\r").endswith("="))
                for line in written.split("\n")
            )
            self._ends = list(accumulate(counts))
        elif coding == "base64":
            self._ends = []

    def place(self, line: int) -> int:
        """Return the line of the file."""
        if self._ends is None:
            return self._first + line - 1
        return self._first + min(bisect_right(self._ends, line - 1), max(0, len(self._ends) - 1))

    def move(self, finding: Finding) -> Finding:
        """Return a finding with the line of the file instead of that of the page."""
        return replace(finding, line=self.place(finding.line))
