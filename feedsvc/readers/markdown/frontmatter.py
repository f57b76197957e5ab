"""Front matter: what an article says of itself above its text, as site generators have it.

YAML between `---`, TOML between `+++`, JSON in braces or between `;;;`, or Pelican's lines
`Name: value` up to a blank one. What begins as front matter and can't be read refuses the
article, with its line; `---` above what is no field is a line across the page.
"""

import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from feedsvc.errors import ArticleError
from feedsvc.readers.fields import Field
from feedsvc.readers.fields.names import find_name
from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown.notations import Fault, Pair, read_json, read_toml
from feedsvc.readers.markdown.yamls import read_yaml

__all__ = ["LONGEST", "Front", "read_front"]

LONGEST = 100_000
"""Characters of front matter."""

_BLANK = re.compile(r"(?:[ \t]*\n)*")
_REST = re.compile(r"[ \t]*\n?")
_FENCE = re.compile(r"(---|\+\+\+|;;;)(|ya?ml|toml|json|js|javascript)[ \t]*(?:\n|\Z)", re.I)
_NOTATIONS = {"---": "yaml", "+++": "toml", ";;;": "json"}
_ENDS = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M),
    "+++": re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.M),
    ";;;": re.compile(r"^;;;[ \t]*(?:\n|\Z)", re.M),
}
_COMMENTS = re.compile(r"(?:\s++|#[^\n]*+)*+")
_BLANK_LINE = re.compile(r"\n[ \t]*(?:\n|\Z)")
# What could be a name in YAML; `- a: b` and `# a: b` can't, nor can the addresses in prose.
_NAME = re.compile(
    r"""^(?:[^\s:#"'\[{}<>*&!|%@`-](?:[^:\n]|:(?=\S))*|"[^"\n]*"|'[^'\n]*')[ \t]*:(?:\s|\Z)""",
    re.M,
)
_BRACE = re.compile(r"""\{\s*(?:["'}]|\w[\w-]*\s*:|\Z)""")
# As Python-Markdown's Meta extension reads them.
_LINE = re.compile(r" {0,3}([A-Za-z0-9_-]+):[ \t]*(.*)")
_MORE = re.compile(r"(?: {4}|\t)[ \t]*(.*)")
_HEADER_END = re.compile(r"(?:(?:---|\.\.\.)(?:\s.*)?|[ \t]*)")
# Line breaks to YAML 1.1, but to no editor.
_BREAKS = str.maketrans("\x85\u2028\u2029", "   ")

Read = TypeVar("Read")


class Front(NamedTuple):
    """What stands above a text, and the text, which begins in `line`.

    `notation` is empty where nothing stands above it.
    """

    notation: str
    fields: tuple[Field, ...]
    text: str
    line: int


def read_front(text: str, notes: Notes) -> Front:
    """Part a file, whose lines end in line feeds, into its front matter and the text below.

    Raises ArticleError.
    """
    start = _end(_BLANK, text, 0)
    if fence := _FENCE.match(text, start):
        front = _read_fenced(text, fence, notes)
    elif _BRACE.match(text, start):
        front = _read_braced(text, start, notes.path)
    else:
        front = _read_header(text, notes.path)
    if front is None:
        return Front("", (), text, 1)
    notes.tell(text.count("\n", 0, start) + 1, "front matter", front.notation)
    return front


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Return where what a pattern matches ends."""
    match = pattern.match(text, start)
    return match.end() if match else start


def _read_fenced(text: str, fence: re.Match[str], notes: Notes) -> Front | None:
    """Read what stands between a fence and the next; None where it is a line across the page."""
    begin = fence.end()
    line = text.count("\n", 0, fence.start()) + 1
    end = _ENDS[fence[1]].search(text, begin)
    block = text[begin : end.start() if end else len(text)]
    notation = fence[2].lower() or _NOTATIONS[fence[1]]
    if fence[0].rstrip() == "---" and not _could_be(block, closed=end is not None):
        why = "what follows is no field; taken as a line across the page"
        notes.tell(line, "front matter", "none", why)
        return None
    if end is None:
        why = f"no line {fence[1]} closes it"
        if fence[0].rstrip() == "---":
            why += "; a line across the page is written ***"
        raise ArticleError(notes.path, line, "front matter", "has no end", why)
    if notation.startswith("j") and notation != "json":
        raise ArticleError(notes.path, line, "front matter", "not read", "it is JavaScript")
    _check_length(len(block), line, notes.path)
    read = {"toml": read_toml, "json": _read_json}.get(notation, read_yaml)
    # What is read begins in the line that it has in the file.
    padded = "\n" * line + block.translate(_BREAKS)
    pairs = _place(notes.path, lambda: read(padded))
    below = line + text.count("\n", begin, end.end()) + 1
    name = notation.upper().replace("YML", "YAML")
    return Front(name, _list_fields(pairs), text[end.end() :], below)


def _could_be(block: str, closed: bool) -> bool:
    """Whether what stands below `---` is front matter, be it good or bad."""
    begin = _end(_COMMENTS, block, 0)
    if begin == len(block):  # nothing at all: Jekyll asks for the two fences
        return closed
    blank = _BLANK_LINE.search(block, begin)
    first = block[begin : blank.start() if blank else len(block)]
    return bool(_BRACE.match(first) or _NAME.search(first))


def _read_json(block: str) -> list[Pair]:
    """Read JSON with its braces or without."""
    text = block if block.lstrip().startswith("{") else f"{{{block}}}"
    pairs, end = read_json(text, text.index("{"))
    if text[end:].strip():
        raise Fault(text.count("\n", 0, end) + 1, "not JSON", "something stands behind the braces")
    return pairs


def _read_braced(text: str, start: int, path: str) -> Front:
    """Read a JSON object at the top of a file."""
    pairs, end = _place(path, lambda: read_json(text, start))
    _check_length(end - start, text.count("\n", 0, start) + 1, path)
    end = _end(_REST, text, end)
    return Front("JSON", _list_fields(pairs), text[end:], text.count("\n", 0, end) + 1)


def _read_header(text: str, path: str) -> Front | None:
    """Read lines `Name: value` at the very top; None where the first isn't a field's name."""
    first = _LINE.match(text)
    known = find_name(first[1]) if first else None
    if known is None or known.loose:
        return None
    fields: list[tuple[int, str, list[str]]] = []
    line, begin = 1, 0
    while begin < len(text):
        found = text.find("\n", begin)
        end = len(text) if found < 0 else found
        row = text[begin:end]
        match = _LINE.fullmatch(row)
        more = None if match else _MORE.fullmatch(row)
        if _HEADER_END.fullmatch(row):
            line, begin = line + 1, end + 1
            break
        if match:
            fields.append((line, match[1], [match[2].rstrip()]))
        elif more:
            fields[-1][2].append(more[1].rstrip())
        else:
            break
        line, begin = line + 1, end + 1
        _check_length(begin, 1, path)
    given = tuple(Field(number, name, _join(name, rows)) for number, name, rows in fields)
    return Front("header", given, text[begin:], line)


def _join(name: str, rows: list[str]) -> object:
    """Join the lines of a value; where each is an author or a tag, they are a list."""
    known = find_name(name)
    if known and known.field in ("author", "category") and len(rows) > 1:
        rows = [row for row in rows if row]
        if not any(sign in row for row in rows for sign in ",;"):
            return rows
    return " ".join(rows)


def _place(path: str, read: Callable[[], Read]) -> Read:
    try:
        return read()
    except Fault as fault:
        raise ArticleError(path, fault.line, "front matter", fault.what, fault.why) from fault


def _list_fields(pairs: list[Pair]) -> tuple[Field, ...]:
    return tuple(Field(*pair) for pair in pairs)


def _check_length(length: int, line: int, path: str) -> None:
    if length > LONGEST:
        why = f"over {LONGEST} characters"
        raise ArticleError(path, line, "front matter", "too large", why)
