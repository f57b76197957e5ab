"""Notations: TOML and JSON, a document to its outermost pairs, each with its line.

Values are typed as the notation types them. What is no TOML or JSON, too
deep or too large, is a Fault with its line: nothing else is raised, and nothing takes long.
"""

import re
import tomllib
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple

from feedsvc.clean import clean_line
from feedsvc.errors import BadValue

__all__ = [
    "DEEPEST",
    "MOST_VALUES",
    "TOO_DEEP",
    "TOO_MANY",
    "Fault",
    "Pair",
    "read_json",
    "read_toml",
]

DEEPEST = 32
"""Levels of lists and mappings in each other."""

MOST_VALUES = 10_000
"""Values of a document; an alias counts as all that it stands for."""

TOO_DEEP = f"over {DEEPEST} lists and mappings in each other"
TOO_MANY = f"over {MOST_VALUES} values"

# tomllib's time grows with the square of a dotted key's parts.
_MANY_PARTS = re.compile(
    rf"""(?<![\w-])(?:(?:"[^"\n]*"|'[^'\n]*'|[\w-]++)[ \t]*+\.[ \t]*+){{{DEEPEST + 1}}}"""
)
_LONG_STRING = re.compile(r'"""(?:\\.|.)*?"""|' + r"'''.*?'''", re.S)
_TOML_KEY = re.compile(
    r"""^[ \t]*(?P<header>\[{1,2}[ \t]*)?(?:"(.*?)"|'(.*?)'|([\w-]+))[ \t]*[].=]""", re.M
)
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class Fault(BadValue):
    """A document that can't be read: what is wrong in which of its lines (from 1)."""

    def __init__(self, line: int, what: str, why: str = "") -> None:
        super().__init__(what, why)
        self.line = line


class Pair(NamedTuple):
    """A key of the outermost mapping: its line (from 1), its name, its value."""

    line: int
    name: str
    value: Any


def read_toml(text: str) -> list[Pair]:
    """Read a TOML document; what has no line of its own is in the first. Raises Fault."""
    if match := _MANY_PARTS.search(text):
        raise Fault(text.count("\n", 0, match.start()) + 1, "too deep", TOO_DEEP)
    first = text.count("\n", 0, len(text) - len(text.lstrip())) + 1
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise Fault(first, "too deep", TOO_DEEP) from error
    except ValueError as error:
        message = str(error)
        place = _TOML_PLACE.search(message)
        end = text.rstrip().count("\n") + 1
        line = int(place[1]) if place and place[1] else end if place else first
        raise Fault(
            line, "not TOML", clean_line(_TOML_PLACE.sub("", message).partition("; use sys.")[0])
        ) from error
    lines = _find_toml_keys(text)
    return [_check(Pair(lines.get(name, first), name, value)) for name, value in table.items()]


def _find_toml_keys(text: str) -> dict[str, int]:
    """Find the line in which each outermost key stands first."""
    lines: dict[str, int] = {}
    line, position, in_tables = 1, 0, False
    text = _LONG_STRING.sub(lambda match: '""' + "\n" * match[0].count("\n"), text)
    for match in _TOML_KEY.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        in_tables = in_tables or bool(match["header"])
        if match["header"] or not in_tables:
            lines.setdefault(match[2] or match[3] or match[4] or "", line)
    return lines


def read_json(text: str, start: int = 0) -> tuple[list[Pair], int]:
    """Read the JSON object that begins at `start`; return its pairs, and where it ends.

    Lines are those of the whole text. Raises Fault.
    """
    pairs: dict[str, Pair] = {}
    decode = JSONDecoder(object_pairs_hook=_unite, parse_constant=_refuse).raw_decode
    line, at = text.count("\n", 0, start) + 1, start
    try:
        end = _skip(text, start + 1)
        while not text.startswith("}", end):
            if len(pairs) == MOST_VALUES:
                raise Fault(line, "too large", TOO_MANY)
            if pairs:
                end = _expect(",", text, end)
            line, at = line + text.count("\n", at, end), end
            if not text.startswith('"', at):
                raise JSONDecodeError("Expecting a name in double quotes", text, at)
            name, end = decode(text, at)
            value, end = decode(text, _expect(":", text, end))
            if name in pairs:
                why = f"{clean_line(name)!r}, first in line {pairs[name].line}"
                raise Fault(line, "given twice", why)
            pairs[name] = _check(Pair(line, name, value))
            end = _skip(text, end)
    except JSONDecodeError as error:
        raise Fault(error.lineno, "not JSON", error.msg) from error
    except RecursionError as error:
        raise Fault(line, "too deep", TOO_DEEP) from error
    except ValueError as error:  # what the decoder is told to refuse, or 4,300 digits
        raise Fault(line, "not JSON", clean_line(str(error).partition(":")[0])) from error
    return list(pairs.values()), end + 1


def _skip(text: str, at: int) -> int:
    """Return where something stands again."""
    while text.startswith((" ", "\n", "\t"), at):
        at += 1
    return at


def _expect(sign: str, text: str, at: int) -> int:
    """Return where what follows a sign begins."""
    at = _skip(text, at)
    if not text.startswith(sign, at):
        raise JSONDecodeError(f"Expecting {sign!r}", text, at)
    return _skip(text, at + 1)


def _unite(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, value in pairs:
        if name in table:
            raise ValueError(f"{clean_line(name)!r} is given twice")
        table[name] = value
    return table


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _check(pair: Pair) -> Pair:
    """Check that a value is neither too deep nor too large."""
    stack = [(pair.value, 1)]
    count = 0
    while stack:
        value, depth = stack.pop()
        count += 1
        if depth > DEEPEST:
            raise Fault(pair.line, "too deep", TOO_DEEP)
        if isinstance(value, (list, dict)):
            inner = value if isinstance(value, list) else value.values()
            stack += [(item, depth + 1) for item in inner]
    if count > MOST_VALUES:
        raise Fault(pair.line, "too large", TOO_MANY)
    return pair
