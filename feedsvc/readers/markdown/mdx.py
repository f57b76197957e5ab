"""MDX: Markdown with JavaScript in it, to Markdown without.

Imports, exports and expressions are left out, of a component the text inside is kept; a picture or
a film is made of those that are known. In code nothing is touched.
"""

import re

from feedsvc.clean import clean_line
from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown.prose import Prose
from feedsvc.readers.markdown.replacements import Use, replace
from feedsvc.readers.markdown.shortcodes import MOST_TOLD
from feedsvc.readers.markdown.tags import MOST_TAGS, Arguments

__all__ = ["drop_scripts"]

LONGEST = 10_000
"""Characters of an expression or a tag."""

LONGEST_SHOWN = 60
"""Characters of what is left out that a message repeats."""

LONGEST_BLANK = 200
"""Characters of a blank line."""

MOST_FAILURES = 20
"""Expressions and tags without an end; then no more are looked for."""

_PATTERN = (
    r"(?<![^\n])(?:import(?=[ \t]+(?:[{*\"']|\w+[ \t]*(?:,|from\b)))"
    r"|export(?=[ \t]+(?:const|let|var|function|default|async|class|\{|\*)))"
    r"|\{|</?(?=[A-Z>])"
)
_STATEMENT = re.compile(r".*?(?=\n[ \t]*(?:\n|\Z)|\Z)", re.S)
_IMPORT = re.compile(r"import[ \t]+(\w+)[ \t]+from[ \t]+[\"']([^\"'\n]+)[\"']")
_BLANK_BEFORE = re.compile(r"(?:\n[ \t]*\n|\A\s*)\Z")
_BRACE = re.compile(r"[{}]|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`")
_IN_TAG = re.compile(r"[>{}]|\"[^\"]*\"|'[^']*'")
_LITERAL = re.compile(r"\{\s*(?:\"([^\"\\]*)\"|'([^'\\]*)')\s*\}")
_NAME = re.compile(r"[A-Z][\w.]*")
_ATTRIBUTE = re.compile(
    r"([A-Za-z_][\w-]*)=(?:\"([^\"]*)\"|'([^']*)'|\{\s*([\w.]+|\"[^\"]*\")\s*\})"
)


def drop_scripts(text: str, line: int, notes: Notes) -> str:
    """Return the Markdown of MDX, which begins in a line of its file."""
    prose = Prose(text, _PATTERN, indented=False)
    imported = dict(_IMPORT.findall(text))
    parts: list[str] = []
    at = failures = found = 0
    while failures < MOST_FAILURES and (match := prose.find(at)):
        start, sign = match.start(), match["found"]
        if found == MOST_TAGS:
            why = f"over {MOST_TAGS} tags and expressions; the others are kept as text"
            notes.find(line + text.count("\n", at, start), "MDX", "too many", why)
            break
        line += text.count("\n", at, start)
        parts.append(text[at:start])
        end = _find_end(text, start, sign)
        if not end:
            failures += sign[0] in "{<"
            parts.append(sign.replace("<", "&lt;"))
            at = match.end()
            continue
        written = text[start:end]
        made, rule = _make(written, sign, imported)
        found += 1
        if found <= MOST_TOLD:
            more = "…" if len(written) > LONGEST_SHOWN else ""
            notes.tell(line, "MDX", f"{clean_line(written[:LONGEST_SHOWN])}{more}", rule)
        parts.append(made)
        line += text.count("\n", start, end)
        at = end
    if found > MOST_TOLD:
        notes.tell(line, "MDX", f"{found - MOST_TOLD} more", "by the same rules")
    return "".join((*parts, text[at:]))


def _find_end(text: str, start: int, sign: str) -> int:
    """Return where what begins with a sign ends, 0 where it is nothing that has an end."""
    if sign[0] not in "{<":
        blank = _BLANK_BEFORE.search(text, max(start - LONGEST_BLANK, 0), start)
        statement = _STATEMENT.match(text, start)
        return statement.end() if blank and statement else 0
    depth = 0
    pattern, last = (_BRACE, "}") if sign == "{" else (_IN_TAG, ">")
    for match in pattern.finditer(text, start, start + LONGEST):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth == 0 and match[0] == last:
            return match.end()
    return 0


def _make(written: str, sign: str, imported: dict[str, str]) -> tuple[str, str]:
    """Return what stands for JavaScript, an expression or the tag of a component; and the rule."""
    if sign == "{":
        if match := _LITERAL.fullmatch(written):
            return match[1] or match[2] or "", "its text"
        if re.fullmatch(r"\{/\*\s*(?:more|truncate|excerpt)\s*\*/\}", written):
            return "<!--more-->", "ends the lead"
        return "", "left out: an expression"
    if sign[0] != "<":
        return "", "left out: JavaScript"
    name = _NAME.match(written, 1)
    if name is None:
        return "", "left out: its text is kept"
    named = {
        match[1].lower(): imported.get(match[4] or "", match[2] or match[3] or "")
        or (match[4] or "").strip('"')
        for match in _ATTRIBUTE.finditer(written)
    }
    use = Use("JSX", name[0].lower(), Arguments((), named), False, "", False, False, "")
    return replace(use) or ("", "left out: its text is kept")
