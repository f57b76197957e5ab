"""Globs: patterns of paths as `.gitignore` has them, read to regular expressions.

A text is a pattern that works, or it is refused. What a star has taken is never tried anew (the
first place that fits is as good as any later one), so that no pattern takes exponential time.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from feedsvc.errors import BadValue

__all__ = ["Glob", "Globs", "read_glob"]

LONGEST = 1000
"""Characters of a pattern."""

DEEP = "**"
_FOLDERS = "(?:[^/]++/)*?"
_SET = r"\[[!^]?+\]?+(?:\\.|[^\]\\])*\]"
_TOKEN = re.compile(rf"\*+|\?|\\.|{_SET}|[^*?\\\[]|.", re.S)
_ITEM = re.compile(r"\\?(.)", re.S)


class Glob(NamedTuple):
    """A pattern: whether it takes back what others match, and what it and its folders match.

    A path has no slash at its beginning; that of a folder has one at its end. `ways` are those
    of the folders that lead to what `regex` matches.
    """

    negated: bool
    regex: str
    ways: tuple[str, ...]


class Globs:
    """Patterns together: of those that match a path, the last one decides."""

    def __init__(self, patterns: Iterable[str]) -> None:
        globs = [read_glob(pattern) for pattern in patterns]
        runs = groupby(reversed(globs), lambda glob: glob.negated)
        self._runs = [
            (re.compile("|".join(glob.regex for glob in run)), not negated) for negated, run in runs
        ]
        ways = [way for glob in globs if not glob.negated for way in glob.ways]
        self._ways = re.compile("|".join(ways)) if ways else None

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._runs)

    def matches(self, path: str) -> bool:
        """Whether they match a path, that of a folder with a slash at its end."""
        return next((takes for regex, takes in self._runs if regex.fullmatch(path)), False)

    def leads(self, path: str) -> bool:
        """Whether what they match may lie in a folder."""
        return self._ways is not None and self._ways.fullmatch(path) is not None


def read_glob(pattern: str) -> Glob:
    """Read a pattern. Raises BadValue where it can match nothing, or isn't clear."""
    if len(pattern) > LONGEST:
        raise BadValue("too long", f"over {LONGEST} characters")
    negated = pattern.startswith("!")
    path = pattern[negated:]
    only_folders = path.endswith("/")
    *parts, last = path.removesuffix("/").split("/")
    parts = [*parts, last] if parts else [DEEP, last]  # without a slash it matches anywhere
    if not parts[0]:
        parts = parts[1:]  # the slash that only says where the path begins
    for part in parts:
        if part in ("", ".", ".."):
            raise BadValue("can match nothing", f"{part!r} is no name")
    translated = [part if part == DEEP else _translate_part(part) for part in parts]
    return Glob(
        negated,
        _join(translated, only_folders=only_folders),
        tuple(
            _join(translated[:end], only_folders=True)
            for end in range(1, len(parts))
            if parts[end - 1] != DEEP or end > 1
        ),
    )


def _join(parts: list[str], *, only_folders: bool) -> str:
    """Join what the names on a path match; between two of them may be more where DEEP stands."""
    regex, any_folders = "", ""
    names: list[str] = []
    for part in parts:
        if part != DEEP:
            names.append(part)
            continue
        if names:
            regex += f"(?>{any_folders}{'/'.join(names)}/)"
        names, any_folders = [], _FOLDERS
    if names:
        return f"{regex}{any_folders}{'/'.join(names)}{'/' if only_folders else '/?'}"
    return f"{regex}(?s:.+){'/' if only_folders else ''}"


def _translate_part(part: str) -> str:
    """Translate the pattern of one name."""
    pieces = [""]
    for token in _TOKEN.findall(part):
        if token[0] == "*":
            pieces.append("")
        else:
            pieces[-1] += _translate_token(token)
    first, *others = pieces
    if not others:
        return first
    if pieces == ["", ""]:
        return "[^/]++"
    middle = "".join(f"(?>[^/]*?{piece})" for piece in others[:-1])
    return f"{first}{middle}(?>[^/]*{others[-1]})"


def _translate_token(token: str) -> str:
    if token == "?":
        return "[^/]"
    if len(token) == 1:
        if token == "[":
            raise BadValue("a bracket isn't closed", r"write \[ for the character")
        if token == "\\":
            raise BadValue("a backslash ends a name", r"write \\ for the character")
        return re.escape(token)
    if token[0] == "\\":
        return re.escape(token[1])
    return _translate_set(token)


def _translate_set(token: str) -> str:
    """Translate a set of characters, in its brackets."""
    if "[:" in token:
        raise BadValue("a class of characters", "write the range: a-z")
    negated = token[1] in "!^"
    ranges = "".join(_list_ranges(token[1 + negated : -1]))
    return f"(?!/)[{'^' if negated else ''}{ranges}]"


def _list_ranges(body: str) -> Iterator[str]:
    items = list(_ITEM.finditer(body))
    while items:
        first = items.pop(0)[1]
        if len(items) > 1 and items[0][0] == "-":
            last = items[1][1]
            if last < first:
                raise BadValue("a range that holds nothing", f"{first}-{last}")
            yield f"{re.escape(first)}-{re.escape(last)}"
            del items[:2]
        else:
            yield re.escape(first)
