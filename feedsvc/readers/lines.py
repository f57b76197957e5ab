"""Lines: the bytes of a source file to its lines, what each looks like, and notes on them.

A line keeps the number that it has in the file, whatever is taken away around it.
"""

import re
from typing import TypeAlias

from feedsvc.clean import decode, trim
from feedsvc.dates import looks_like_date
from feedsvc.errors import ArticleError, BadValue
from feedsvc.model import Finding

__all__ = ["MOST_REPAIRS", "Line", "Notes", "decode_file", "split_lines", "tell_kind"]

MOST_REPAIRS = 20
"""Characters removed from a file that are told one by one."""

# Not every word before a colon is a scheme: `re:publica`.
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?//\S.*|www\.\S+"
    r"|(?:about|blob|data|file|ftp|javascript|mailto|tel|urn|vbscript):\S.*",
    re.I,
)

Line: TypeAlias = tuple[int, str]
"""A line's number in its file, from 1, and its text."""


class Notes:
    """What a reading finds on its way: findings for all, rules for who asks to explain."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.rules: list[Finding] = []

    def find(self, line: int, field: str, what: str, why: str = "") -> None:
        self.findings.append(Finding(self.path, line, field, what, why))

    def tell(self, line: int, field: str, what: str, why: str = "") -> None:
        self.rules.append(Finding(self.path, line, field, what, why))


def decode_file(data: bytes, notes: Notes) -> str:
    """Decode and clean a file. Raises ArticleError where it isn't text."""
    try:
        decoded = decode(data)
    except BadValue as fault:
        raise ArticleError(notes.path, 1, "text", fault.what, fault.why) from fault
    if "detected" in decoded.encoding:
        notes.find(1, "encoding", decoded.encoding, "saved as UTF-8, there is nothing to detect")
    elif decoded.encoding != "UTF-8":
        notes.tell(1, "encoding", decoded.encoding)
    for number, name in decoded.removed[:MOST_REPAIRS]:
        why = "can't be decoded" if name == "U+FFFD" else "can't stand in a feed"
        notes.find(number, "text", "character removed", f"{name} {why}")
    if len(decoded.removed) > MOST_REPAIRS:
        more = len(decoded.removed) - MOST_REPAIRS
        notes.find(decoded.removed[-1][0], "text", "characters removed", f"{more} more like these")
    return decoded.text


def split_lines(data: bytes, notes: Notes) -> list[Line]:
    """Decode and clean a file; its lines, trimmed, from the first to the last that isn't blank.

    Raises ArticleError where it isn't text, or has none.
    """
    text = decode_file(data, notes)
    lines = [(number, trim(line)) for number, line in enumerate(text.splitlines(), 1)]
    while lines and not lines[-1][1]:
        lines.pop()
    first = next((at for at, (_, line) in enumerate(lines) if line), None)
    if first is None:
        raise ArticleError(notes.path, 1, "title", "missing", "the file has no text")
    return lines[first:]


def tell_kind(line: str) -> str:
    """Tell a header line that is a "date" or a "URL" (be it a bad one) from text ("")."""
    if _ADDRESS.fullmatch(line):
        return "URL"
    return "date" if looks_like_date(line) else ""
