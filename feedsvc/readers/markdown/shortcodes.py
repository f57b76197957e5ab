"""Shortcodes: what becomes of each tag that a site generator would replace, by a rule with a name.

Code, figures, players, links and values are made of those that are known; of others the text in
a pair is kept, and an address as a link: the rest is left out. `explain` tells each. In code
nothing is touched but what says that a tag is shown.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from posixpath import basename, splitext
from typing import NamedTuple

from feedsvc.clean import clean_line
from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown.pairs import pair_tags
from feedsvc.readers.markdown.replacements import Made, Use, fence, replace
from feedsvc.readers.markdown.tags import MOST_TAGS, Tag, Tags, find_tags, read_arguments

__all__ = ["MOST_TOLD", "Site", "expand_tags"]

MOST_TOLD = 20
"""Tags of a text that are told one by one."""

LONGEST_SHOWN = 60
"""Characters of a tag that a message repeats."""

_OPENING = re.compile(r"\{[%{#:.]")
_MARKER = re.compile(r"[-*+]|\d{1,9}[.)]")
_LANGUAGE = re.compile(r"[A-Za-z][\w+#.-]*")
_CALL = re.compile(r"([A-Za-z_][\w:]*)\s*\((.*)\)", re.S)
_LITERAL = re.compile(r"""(?:"([^"]*)"|'([^']*)')\s*(\|.*)?""", re.S)
_ADDRESSED = re.compile(r"\|\s*(?:relative_url|absolute_url|url|prepend)\b")
_REST = re.compile(r"[^\s\"'<>()]{0,500}")
# kramdown's table of contents stands for the list above it.
_CONTENTS = re.compile(r"\{:\s*toc\b")
_LAST_ITEM = re.compile(r"(?<![^\n])(?:[-*+]|1\.)[ \t].*\Z")
_LINKED = re.compile(r"(?:[(\"'<=]|\]:[ \t]*|[%}]\})\Z")
_ROOTS = frozenset(
    ("site.baseurl", "baseurl", "base_url", "site.base_url", "config.base_url", "siteurl", "root")
)
# What says in code that the tags in it are shown, and not meant.
_SHOWN = [
    *(
        (
            re.compile(rf"^[ \t]*{opening}[ \t]*\n|{opening}", re.M),
            re.compile(rf"^[ \t]*{closing}[ \t]*(?:\n|\Z)|{closing}", re.M),
        )
        for name in ("raw", "verbatim")
        for opening in [rf"\{{%[-~]?\s*{name}\s*[-~]?%\}}"]
        for closing in [rf"\{{%[-~]?\s*end{name}\s*[-~]?%\}}"]
    ),
    (
        re.compile(r"(?<=\{\{)/\*|(?<=\{[{%][<%])/\*|(?<=\{%)/\*"),
        re.compile(r"\*/(?=[>%]?\}\}|%\})"),
    ),
]


class Site(NamedTuple):
    """What a text's variables are, by their names in lower case; and the site's path.

    `locate` returns what stands before a path that begins with a slash.
    """

    values: Mapping[str, str] = {}
    locate: Callable[[str], str] = lambda path: ""


def expand_tags(text: str, line: int, site: Site, notes: Notes) -> str:
    """Return a Markdown text, which begins in a line of its file, without tags outside of code."""
    if not _OPENING.search(text):
        return text
    return _Expander(text, line, site, notes).expand()


class _Expander:
    """Expands the tags of one text, in order."""

    def __init__(self, text: str, line: int, site: Site, notes: Notes) -> None:
        self.text, self.site, self.notes = text, site, notes
        self._line, self._counted, self._told = line, 0, 0

    def expand(self) -> str:
        tags = find_tags(self.text)
        paired, hiding = pair_tags(tags.found)
        places = [(tag.start, tag.end, place) for place, tag in enumerate(tags.found)]
        parts: list[str] = []
        at = 0
        for start, end, place in sorted([*((*span, -1) for span in tags.code), *places]):
            if start < at:  # hidden
                continue
            parts.append(self.text[at:start])
            at = end
            if place < 0:
                parts.append(_show_code(self.text[start:end]))
                continue
            tag = tags.found[place]
            if tag.kind == "attributes" and tag.alone:
                parts[-1] = parts[-1].rstrip(" \t>").removesuffix("\n")
                if _CONTENTS.match(tag.content):
                    parts[-1] = _LAST_ITEM.sub("", parts[-1])
            hidden_to = hiding.get(place)
            parts.append(self._make(tag, place in paired, hidden_to is not None))
            at = end if hidden_to is None else tags.found[hidden_to].end
        self._tell_rest(tags)
        return "".join((*parts, self.text[at:]))

    def _make(self, tag: Tag, paired: bool, hiding: bool) -> str:
        """Return what stands for a tag, and tell by which rule."""
        if tag.is_end:
            return f"\n{self._margin(tag)}</details>\n" if tag.name == "details" else ""
        if tag.kind == "escaped":
            made = Made(escape(tag.content, quote=False), "shown as it is")
        elif tag.kind in ("comment", "attributes") and tag.body is None:
            made = Made("", f"left out: {'a comment' if tag.kind == 'comment' else tag.kind}")
        elif tag.body is not None:
            made = self._make_held(tag, tag.body)
        elif hiding:
            made = Made("", "left out with what depends on it")
        elif tag.kind == "variable":
            made = self._evaluate(tag)
        else:
            rule = "left out: its text is kept" if paired else "left out"
            use = self._use(tag, tag.kind, tag.name, tag.content)._replace(paired=paired)
            made = replace(use) or Made("", rule)
        self._tell(tag, made.rule)
        return made.text

    def _use(self, tag: Tag, kind: str, name: str, content: str) -> Use:
        given = read_arguments(content)
        linked = _LINKED.search(self.text, max(tag.start - LONGEST_SHOWN, 0), tag.start)
        stem = splitext(basename(self.notes.path))[0]
        return Use(kind, name, given, tag.alone, self._margin(tag), bool(linked), False, stem)

    def _margin(self, tag: Tag) -> str:
        """Return what begins the lines of a tag that has them to itself, behind the first."""
        if not tag.alone:
            return ""
        before = self.text[self.text.rfind("\n", 0, tag.start) + 1 : tag.start]
        return _MARKER.sub(lambda match: " " * len(match[0]), before)

    def _make_held(self, tag: Tag, body: str) -> Made:
        """Return what stands for a tag with what it holds."""
        if tag.name == "comment":
            return Made("", "left out: a comment")
        if tag.name in ("raw", "verbatim", "nomarkdown"):
            return Made(body, "its text as it is")
        given = read_arguments(tag.content)
        language = given.take("lang", "language", at=0 if tag.name == "highlight" else -1)
        language = language.lower() if _LANGUAGE.fullmatch(language) else ""
        code = _show_code(body)
        if not tag.alone and "\n" not in code:
            ticks = "`" * (max(map(len, re.findall("`+", code)), default=0) + 1)
            return Made(f"{ticks} {code.strip()} {ticks}", "made code")
        block = fence(code, language, self._margin(tag))
        made = block if tag.alone else f"\n\n{block}\n\n"
        return Made(made, f"made code in {language}" if language else "made code")

    def _evaluate(self, tag: Tag) -> Made:
        """Return the value of a variable, as far as it is known."""
        content = tag.content
        if match := _LITERAL.fullmatch(content):
            value = match[1] or match[2] or ""
            if match[3] and value[:1] == "/" and _ADDRESSED.match(match[3]):
                value = self.site.locate(value) + value
            return Made(value, "its text")
        if match := _CALL.match(content):
            use = self._use(tag, "Zola", match[1].lower(), match[2])
            if use.name in ("url", "url_for") and (path := use.given.take(at=0)):
                return Made(f"{self.site.locate(path)}{path}", "made an address")
            return replace(use) or Made("", "left out")
        name = content.partition("|")[0].strip().lower()
        if name in _ROOTS or name == "site.url":
            return Made(self._find_root(tag, name), "the site's address")
        if name in self.site.values:
            return Made(self.site.values[name], "its value")
        return Made("", "left out")

    def _find_root(self, tag: Tag, name: str) -> str:
        """Return what stands for the site's address, before a path that follows."""
        rest = _REST.match(self.text, tag.end)
        path = rest[0] if rest else ""
        if path.startswith(("{{", "{%")) or (name == "site.url" and path[:1] == "/"):
            return ""
        return self.site.locate(path) if path else f"{self.site.locate(path)}/"

    def _tell(self, tag: Tag, rule: str) -> None:
        self._told += 1
        if self._told <= MOST_TOLD:
            shown = clean_line(self.text[tag.start : min(tag.end, tag.start + LONGEST_SHOWN)])
            more = "…" if tag.end - tag.start > LONGEST_SHOWN else ""
            self.notes.tell(self._count(tag.start), "shortcode", f"{shown}{more}", rule)

    def _tell_rest(self, tags: Tags) -> None:
        if self._told > MOST_TOLD:
            more = self._told - MOST_TOLD
            self.notes.tell(self._line, "shortcode", f"{more} more", "by the same rules")
        if tags.more >= 0:
            line = self._count(tags.more) if tags.more >= self._counted else self._line
            why = f"over {MOST_TAGS}; the others are kept as text"
            self.notes.find(line, "shortcode", "too many", why)
        if tags.unended >= 0:
            line = self._line + self.text.count("\n", self._counted, tags.unended)
            line -= self.text.count("\n", tags.unended, self._counted)
            shown = clean_line(self.text[tags.unended : tags.unended + LONGEST_SHOWN])
            self.notes.tell(line, "shortcode", shown, "kept as text: it has no end")

    def _count(self, at: int) -> int:
        """Return the line of what stands behind what was counted before."""
        self._line += self.text.count("\n", self._counted, at)
        self._counted = at
        return self._line


def _show_code(code: str) -> str:
    """Take off what says in code that a tag is shown."""
    for opening, closing in _SHOWN:
        at = 0
        parts = []
        while (begin := opening.search(code, at)) and (end := closing.search(code, begin.end())):
            parts += [code[at : begin.start()], code[begin.end() : end.start()]]
            at = end.end()
        code = "".join((*parts, code[at:]))
    return code
