"""Objects: JSON (RFC 8259) as it is written, so that each value is known with where it stands."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, NamedTuple

from feedsvc.errors import BadValue

__all__ = ["Cursor", "Malformed", "Member", "decode_json"]


class Malformed(BadValue):
    """Text that is no JSON, with the line (from 1) that it is none in."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__("not JSON", why)
        self.line = line


class Member(NamedTuple):
    """A member of an object: its line (from 1), its name, its value."""

    line: int
    name: str
    value: Any


def decode_json(data: bytes, first: int = 1) -> str:
    """Decode JSON whose `first` line that is: UTF-8, or what can't be taken for it (RFC 4627, 3).

    That are UTF-16 and UTF-32.
    """
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + first
        raise Malformed(line, f"a byte that {encoding.upper()} doesn't have") from error


class Cursor:
    """A place in a text, whose first line is `line`; what is read moves it.

    Each method that reads raises Malformed where that isn't there.
    """

    def __init__(self, text: str, line: int = 1) -> None:
        self._text, self._line, self.at = text, line, 0
        self._ends = [match.start() for match in _LINE_END.finditer(text)]
        self.skip()

    def skip(self) -> None:
        """Move on to what isn't white space."""
        self.at = _SPACE.match(self._text, self.at).end()  # type: ignore[union-attr]  # no space is space too

    def sees(self, character: str) -> bool:
        """Whether a character is next."""
        return self._text.startswith(character, self.at)

    def line(self, at: int) -> int:
        """Return the line that a place is in."""
        return self._line + bisect_left(self._ends, at)

    def value(self) -> Any:
        """Read a value."""
        try:
            value, self.at = _DECODER.raw_decode(self._text, self.at)
        except json.JSONDecodeError as error:
            raise Malformed(self.line(error.pos), error.msg) from error
        except ValueError as error:
            raise Malformed(self.line(self.at), str(error).partition(";")[0]) from error
        except RecursionError as error:
            raise Malformed(
                self.line(self.at), "lists and tables too deep in each other"
            ) from error
        self.skip()
        return value

    def names(self) -> Iterator[tuple[int, str]]:
        """Read the names of an object's members, each with its line.

        Whoever asks reads the value before the next.
        """
        for _ in self._parts("{", "}"):
            line = self.line(self.at)
            if not self.sees('"'):
                raise Malformed(line, "a name is missing")
            name = self.value()
            self._take(":")
            yield line, name

    def members(self) -> Iterator[Member]:
        """Read the members of an object."""
        for line, name in self.names():
            yield Member(line, name, self.value())

    def elements(self) -> Iterator[tuple[int, int, Any]]:
        """Read the elements of an array: where each begins and ends, and its value."""
        for _ in self._parts("[", "]"):
            at = self.at
            value = self.value()
            yield at, self.at, value

    def end(self) -> None:
        """See that nothing follows."""
        if self.at < len(self._text):
            raise Malformed(self.line(self.at), "something after its end")

    def _parts(self, begin: str, end: str) -> Iterator[None]:
        self._take(begin)
        if not self.sees(end):
            yield
            while self.sees(","):
                self._take(",")
                yield
        self._take(end)

    def _take(self, character: str) -> None:
        if not self.sees(character):
            there = self.at < len(self._text)
            why = f"{character!r} is missing" if there else "it ends too early"
            raise Malformed(self.line(self.at), why)
        self.at += 1
        self.skip()


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number")


_SPACE = re.compile(r"[ \t\n\r]*")
_LINE_END = re.compile("\n")
_DECODER = json.JSONDecoder(parse_constant=_refuse)
