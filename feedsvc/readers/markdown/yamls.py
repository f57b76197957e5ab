"""YAML: a document to its mapping, each value as it is written, each key with its line.

Nothing is guessed from what a word looks like: `no` is Norwegian as a language, `1.10` a version,
and `2026-02-30` is for who reads dates to refuse. PyYAML's parser tells what is written; no
object is made of it. What is too deep, too large, or grows by aliases is refused on the way.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from feedsvc.clean import clean_line
from feedsvc.readers.markdown.notations import DEEPEST, MOST_VALUES, TOO_DEEP, TOO_MANY, Fault, Pair

__all__ = ["read_yaml"]

# A tag of these changes nothing: a value is as it is written.
_TAGS = {
    *(None, "!"),
    *(f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "map", "seq", "str")),
    "tag:yaml.org,2002:timestamp",
}
_NOTHING = {"", "~", "null", "Null", "NULL"}
_HINTS = (
    ("mapping values are not allowed", "a value that holds a colon and a space is put in quotes"),
    ("could not find expected ':'", "each line is `name: value`"),
    ("did not find expected key", "look at the quotes and the indentation of this line"),
    ("expected <block end>", "look at the quotes and the indentation of this line"),
)
_IN_QUOTES = "a value that begins with {} is put in quotes"


class _Merge(str):
    """What merges a mapping into another, where it is a key; in quotes it is text as any."""

    __slots__ = ()


class _Open(NamedTuple):
    """A list or a mapping as far as it was read: its values, keys among them, by line."""

    line: int
    anchor: str | None
    is_mapping: bool
    before: int
    values: list[tuple[int, Any]]


def read_yaml(text: str) -> list[Pair]:
    """Read a document that is a mapping; of nothing but comments there are no pairs.

    A value is text as it is written, None, a list or a dict. Raises Fault.
    """
    from yaml import YAMLError

    builder = _Builder()
    try:
        for event in _parse(text):
            builder.take(event)
    except YAMLError as error:
        raise _explain(error, text) from error
    if builder.root is None:
        return []
    if not builder.root.is_mapping:
        raise Fault(builder.root.line, "not a mapping", "each line is `name: value`")
    return _pair(builder.root.values)


def _parse(text: str) -> Iterator[Any]:
    import yaml

    # The C parser is ten times as fast, and isn't everywhere.
    return yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class _Builder:
    """Builds values of events, without recursion. `root` is the outermost, None where it's none."""

    def __init__(self) -> None:
        self.root: _Open | None = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._weight = 0

    def take(self, event: Any) -> None:
        import yaml

        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            value = _read_scalar(line, event)
            if event.anchor:
                self._anchors[event.anchor] = value, 1
            self._add(line, value, 1)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise Fault(line, "not YAML", f"nothing above has the name *{event.anchor}")
            self._add(line, *self._anchors[event.anchor])
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(line, event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.DocumentStartEvent) and self.root:
            raise Fault(line, "not YAML", "a second document begins here")

    def _open(self, line: int, event: Any) -> None:
        import yaml

        _check_tag(line, event.tag)
        if len(self._stack) == DEEPEST:
            raise Fault(line, "too deep", TOO_DEEP)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(_Open(line, event.anchor, is_mapping, self._weight, []))
        self._weigh(line, 1)

    def _close(self) -> None:
        ended = self._stack.pop()
        if not self._stack:
            self.root = ended
            return
        pairs = _pair(ended.values) if ended.is_mapping else []
        value = (
            {name: value for _, name, value in pairs}
            if ended.is_mapping
            else [value for _, value in ended.values]
        )
        weight = self._weight - ended.before
        if ended.anchor:
            self._anchors[ended.anchor] = value, weight
        self._stack[-1].values.append((ended.line, value))

    def _add(self, line: int, value: Any, weight: int) -> None:
        self._weigh(line, weight)
        if self._stack:
            self._stack[-1].values.append((line, value))
        elif value is not None:
            self.root = _Open(line, None, False, 0, [])

    def _weigh(self, line: int, weight: int) -> None:
        self._weight += weight
        if self._weight > MOST_VALUES:
            raise Fault(line, "too large", f"{TOO_MANY}, aliases counted")


def _read_scalar(line: int, event: Any) -> str | None:
    if event.tag == "tag:yaml.org,2002:null":
        return None
    _check_tag(line, event.tag)
    written: str = event.value
    if event.tag is None and event.implicit[0]:
        return None if written in _NOTHING else _Merge(written) if written == "<<" else written
    return written


def _check_tag(line: int, tag: str | None) -> None:
    if tag not in _TAGS:
        raise Fault(line, "not understood", f"the tag {clean_line(tag or '')}")


def _pair(values: list[tuple[int, Any]]) -> list[Pair]:
    """Pair the keys of a mapping with their values; what `<<` merges comes last."""
    pairs: dict[str, Pair] = {}
    merged: list[tuple[int, Any]] = []
    for (line, name), (_, value) in zip(values[::2], values[1::2], strict=True):
        if not isinstance(name, str):
            raise Fault(line, "not understood", f"a key that is no text; {_IN_QUOTES.format('{')}")
        if isinstance(name, _Merge):
            merged += [(line, part) for part in (value if isinstance(value, list) else [value])]
        elif name in pairs:
            why = f"{clean_line(name)!r}, first in line {pairs[name].line}"
            raise Fault(line, "given twice", why)
        else:
            pairs[name] = Pair(line, name, value)
    for line, part in merged:
        if not isinstance(part, dict):
            raise Fault(line, "not understood", "<< merges mappings, and nothing else")
        for name, value in part.items():
            pairs.setdefault(name, Pair(line, name, value))
    return list(pairs.values())


def _explain(error: Any, text: str) -> Fault:
    """Say in which line a document is no YAML, and what may help."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    if problem is None or mark is None:  # a character that may stand nowhere
        position = min(getattr(error, "position", 0), len(text))
        why = clean_line(f"{getattr(error, 'reason', error)}")
        return Fault(text.count("\n", 0, position) + 1, "not YAML", why)
    if "nesting depth" in problem:
        return Fault(mark.line + 1, "too deep", TOO_DEEP)
    lines = text.split("\n")
    hint = next((hint for words, hint in _HINTS if words in problem), "")
    if error.context_mark and not "".join(lines[mark.line :])[mark.column :].strip():
        # At the end of all, what began above is at fault.
        mark = error.context_mark
        problem = problem if hint else f"{error.context}: it has no end"
    character = "".join(lines[mark.line : mark.line + 1])[mark.column : mark.column + 1]
    if character == "\t":
        hint = "indent with spaces"
    elif character and character in "@`%*&!|>{}":
        hint = _IN_QUOTES.format(character)
    return Fault(mark.line + 1, "not YAML", clean_line("; ".join(filter(None, (problem, hint)))))
