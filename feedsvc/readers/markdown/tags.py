"""Tags: what site generators replace in their texts: found outside of code, and paired.

Liquid's and Nunjucks' `{% a %}` and `{{ b }}`, Hugo's `{{< c >}}` and `{{% d %}}`, Zola's
`{{ e() }}` and `{% f() %}`, their comments, and the attributes `{: .g}` of kramdown. What has no
end is no tag.
"""

import re
from typing import NamedTuple

from feedsvc.readers.markdown.prose import Prose

__all__ = ["LONGEST", "MOST_TAGS", "Arguments", "Tag", "Tags", "find_tags", "read_arguments"]

LONGEST = 10_000
"""Characters of a tag."""

LONGEST_LINE = 500
"""Characters of a line that are looked at before a tag."""

MOST_TAGS = 10_000
"""Tags of a text; what looks like more of them stays text."""

# What ends a tag, by what begins it. Which one begins with another stands first.
_ENDS = {
    "{{<": ">}}",
    "{{%": "%}}",
    "{{{": "}}}",
    "{{": "}}",
    "{%": "%}",
    "{#": "#}",
    "{:": "}",
    "{": "}",
}
_KINDS = {
    "{{<": "Hugo",
    "{{%": "Hugo",
    "{%": "Liquid",
    "{#": "comment",
    "{:": "attributes",
    "{": "attributes",
}
_PATTERN = r"\{\{[<%{]?|\{%|\{#(?=[\s-])|\{:(?=[\s:.#/\w])|\{(?=[#.][A-Za-z][^{}\n]*\}[ \t]*$)"
_PREFIX = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?")
_REST = re.compile(r"[ \t]*(?:\n|\Z)")
_CONTENT = re.compile(r"\s*(?P<end>/?)\s*(?P<name>[A-Za-z_][\w./-]*)(?P<call>\s*\()?")
_ESCAPED = re.compile(r"/\*(.*)\*/", re.S)
_EXPRESSION = re.compile(r"[\s~-]*[\w\"'.$(\[#/>!^&-]|\s*$")
# What they hold isn't looked into.
_OPAQUE = frozenset(("raw", "verbatim", "comment", "highlight", "codeblock", "code", "nomarkdown"))
_ARGUMENT = re.compile(
    r"""(?:([A-Za-z_][\w-]*)[ \t\n]*(?:=[ \t\n]*|:(?!//)[ \t]*))?"""
    r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`|([^\s,"'`()]+))""",
    re.S,
)
_BACKSLASH = re.compile(r"\\(.)", re.S)


class Tag(NamedTuple):
    """A tag: where it stands, what it is, what it is called, and what else is in it.

    `kind` is Hugo, Liquid, variable, comment, attributes, or escaped: the tag that is in it is
    shown. It is `alone` where nothing else stands in its lines. `body` is what stands up to its
    end, where that isn't looked into; then `end` is behind that.
    """

    start: int
    end: int
    kind: str
    name: str
    content: str
    alone: bool
    is_end: bool = False
    is_call: bool = False
    body: str | None = None


class Tags(NamedTuple):
    """The tags of a text, and the parts of it that are code, in order.

    `unended` is where the first stands that looks like a tag, and has no end; `more` where those
    begin that are too many. Both are -1 where there is none.
    """

    found: list[Tag]
    code: list[tuple[int, int]]
    unended: int = -1
    more: int = -1


class Arguments(NamedTuple):
    """What is given to a shortcode, by place and by name."""

    words: tuple[str, ...]
    named: dict[str, str]

    def take(self, *names: str, at: int = -1) -> str:
        """Return what is given by the first of the names, else at a place, else ""."""
        found = next((self.named[name] for name in names if self.named.get(name)), "")
        return found or (self.words[at] if 0 <= at < len(self.words) else "")


def read_arguments(content: str) -> Arguments:
    """Read `a "b c" d=1 e="f"`, with commas, parentheses or nothing but spaces between."""
    words, named = [], {}
    for match in _ARGUMENT.finditer(content):
        name, *values = match.groups()
        value = next(value for value in values if value is not None)
        if match[2] is not None or match[3] is not None:
            value = _BACKSLASH.sub(r"\1", value)
        if name:
            named[name.lower()] = value
        else:
            words.append(value)
    return Arguments(tuple(words), named)


def find_tags(text: str) -> Tags:
    """Find the tags of a Markdown text that stand outside of its code."""
    return _Finder(text).find()


class _Finder:
    """Finds tags from the first to the last, and knows what isn't to be found any more."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._next: dict[str, int] = {}
        self._missing: set[tuple[str, str]] = set()

    def find(self) -> Tags:
        prose = Prose(self.text, _PATTERN)
        tags: list[Tag] = []
        unended, more, at, looked = -1, -1, 0, 0
        while match := prose.find(at):
            at = match.end()
            looked += 1
            if looked > MOST_TAGS:
                more = match.start()
                break
            tag = self._read(match.start(), match["found"])
            if tag:
                tags.append(tag)
                at = tag.end
            elif unended < 0 and match["found"] in ("{%", "{{<", "{{%"):
                unended = match.start()
        return Tags(tags, prose.code, unended, more)

    def _read(self, start: int, opening: str) -> Tag | None:
        """Read the tag that begins with `opening`; None where it is none."""
        begin = start + len(opening)
        end = self._find_end(begin, opening)
        if end < 0:
            return None
        content = self.text[begin:end]
        end += len(_ENDS[opening])
        alone = self._stands_alone(start, end)
        kind = _KINDS.get(opening, "variable")
        if kind == "attributes":
            return self._read_attributes(start, end, opening + content, alone)
        escaped = _ESCAPED.fullmatch(content)
        if escaped:
            shown = f"{opening}{escaped[1]}{_ENDS[opening]}"
            return Tag(start, end, "escaped", "", shown, alone)
        if kind == "variable" and not _EXPRESSION.match(content):
            return None
        if kind in ("comment", "variable"):
            return Tag(start, end, kind, "", content.strip(" \t\n~-"), alone)
        content = content.strip(" \t\n~-")
        match = _CONTENT.match(content)
        if match is None:
            return Tag(start, end, "comment", "", content, alone) if content[:1] in "#" else None
        return self._name(Tag(start, end, kind, "", content, alone), match)

    def _name(self, tag: Tag, match: re.Match[str]) -> Tag:
        """Name a tag of Hugo or Liquid, and find what it holds if that isn't looked into."""
        name = match["name"].lower()
        is_end = bool(match["end"])
        if tag.kind == "Liquid" and name.startswith("end"):
            name, is_end = name[3:], True
        content = tag.content[match.end("name") :]
        if tag.kind == "Hugo":
            content = content.removesuffix("/")
        tag = tag._replace(name=name, content=content, is_end=is_end, is_call=bool(match["call"]))
        if is_end or tag.is_call or name not in _OPAQUE or (tag.kind, name) in self._missing:
            return tag
        closing = rf"\{{%[-~]?\s*end{name}\s*[-~]?%\}}"
        if tag.kind == "Hugo":
            closing = rf"\{{\{{[<%]\s*/\s*{name}\s*[>%]\}}\}}"
        return self._hold(tag, closing)

    def _hold(self, tag: Tag, closing: str) -> Tag:
        """Let a tag hold all up to what closes it."""
        match = re.compile(closing, re.I).search(self.text, tag.end)
        if match is None:
            self._missing.add((tag.kind, tag.name))
            return tag
        alone = self._stands_alone(tag.start, match.end())
        return tag._replace(body=self.text[tag.end : match.start()], end=match.end(), alone=alone)

    def _read_attributes(self, start: int, end: int, content: str, alone: bool) -> Tag | None:
        """Read what kramdown and others say of the element before; elsewhere it is text."""
        line = self.text[self._find_line(start) : start]
        if content.startswith("{::"):
            name = re.sub(r"\W.*", "", content[3:], flags=re.S)
            tag = Tag(start, end, "attributes", name, content, alone)
            is_open = name in _OPAQUE and (tag.kind, name) not in self._missing
            return self._hold(tag, rf"\{{:/(?:{name})?\}}") if is_open else tag
        behind = line[-1:] in (")", "*", "_", "`", "]", ">") and content[1] == ":"
        if alone or behind or line.startswith("#"):
            return Tag(start, end, "attributes", "", content, alone)
        return None

    def _find_end(self, begin: int, opening: str) -> int:
        """Find where the content that begins there ends, -1 where it doesn't."""
        closing = _ENDS[opening]
        end = self._find(closing, begin)
        for _ in range(3):  # a table in the arguments
            if end < 0 or opening != "{{" or self._balances(begin, end):
                break
            end = self.text.find(closing, end + 1, begin + LONGEST)
        if end < 0 or end - begin > LONGEST:
            return -1
        inner = "\n" if _KINDS.get(opening) == "attributes" else opening[:2]
        return -1 if self.text.find(inner, begin, end) >= 0 else end

    def _balances(self, begin: int, end: int) -> bool:
        content = self.text[begin : min(end, begin + LONGEST)]
        return content.count("{") <= content.count("}")

    def _find(self, closing: str, at: int) -> int:
        known = self._next.get(closing, 0)
        if 0 <= known < at:
            known = self._next[closing] = self.text.find(closing, at)
        return known

    def _stands_alone(self, start: int, end: int) -> bool:
        begin = self._find_line(start)
        return bool(_REST.match(self.text, end) and _PREFIX.fullmatch(self.text, begin, start))

    def _find_line(self, at: int) -> int:
        """Return where the line begins, or near enough where it is long."""
        nearest = max(at - LONGEST_LINE, 0)
        return max(self.text.rfind("\n", nearest, at) + 1, nearest)
