"""CommonMark: a Markdown text to HTML, which isn't safe yet; the only user of markdown-it.

With tables, strikethrough, footnotes, task lists and definition lists. No address is made a link
and no quotation mark is curled that the writer didn't; HTML in the text is kept as it is.
"""

import hashlib
import re
from functools import cache
from typing import Any, NamedTuple

from feedsvc.clean import clean_line
from feedsvc.errors import BadValue

__all__ = ["DEEPEST", "Rendered", "render", "render_line"]

DEEPEST = 100
"""Levels of lists, quotes and the like; what is in more would be left out."""

# Nobody means so many; the parser would look at each again and again.
_BRACKETS = re.compile(r"(?:[!^]?\[){1000}")
_MARKERS = re.compile(r"^(?:[ \t]*(?:[-*+>]|\d{1,9}[.)])(?=[ \t>])){200}", re.M)
_LANGUAGE = re.compile(r"\{?[ \t]*\.?([A-Za-z][\w+#.-]*)")
# As Pelican's highlighter has it, in the first line of the code.
_SHEBANG = re.compile(r"(?::::|#!)([A-Za-z][\w+#.-]*)[ \t]*\n")
_ALIGNMENT = re.compile(r"text-align:(\w+)")
_MARKED_UP = re.compile(r"[*_`<\[\\&]")


class Rendered(NamedTuple):
    """A text's HTML, and its first heading; whether that was `taken` out of the HTML."""

    html: str
    heading: str
    taken: bool


def render(text: str, name: str, title: str = "", *, indented: bool = True) -> Rendered:
    """Render a text, in which `indented` lines are code, or aren't, as in MDX.

    A heading that begins it is taken out, unless it is another `title`. The footnotes of texts
    with different names can stand on one page. Raises BadValue for what is too deep.
    """
    if _BRACKETS.search(text):
        raise BadValue("too deep", "over 1000 brackets in each other")
    parser = _make_parser(indented)
    env = {"docId": hashlib.blake2b(name.encode(), digest_size=4).hexdigest()}
    deep = _MARKERS.search(text) is not None
    tokens = [] if deep else parser.parse(text, env)
    # What is in the deepest isn't parsed any more.
    if deep or any(token.level >= DEEPEST - 1 for token in tokens):
        raise BadValue("too deep", f"over {DEEPEST} levels of lists and quotes in each other")
    for at, token in enumerate(tokens):
        _REWRITES.get(token.type, _leave)(tokens, at)
    headings = [at for at, token in enumerate(tokens) if token.type == "heading_open"]
    first = next((at for at in headings if tokens[at].tag == "h1"), -1)
    heading = _write(tokens[first + 1].children or []) if first >= 0 else ""
    taken = first == 0 and bool(heading) and title in ("", heading)
    html = parser.renderer.render(tokens[3:] if taken else tokens, parser.options, env)
    return Rendered(str(html), heading, taken)


def render_line(text: str) -> str:
    """Return the HTML of a line of Markdown; text without markup as it is."""
    return str(_make_parser().renderInline(text)) if _MARKED_UP.search(text) else text


@cache
def _make_parser(indented: bool = True) -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    class Parser(MarkdownIt):
        """Leaves references as they are, for who knows what they are to."""

        def normalizeLink(self, url: str) -> str:  # noqa: N802  # markdown-it's name
            return url

        def validateLink(self, url: str) -> bool:  # noqa: N802  # markdown-it's name
            return True

    parser = Parser("commonmark", {"maxNesting": DEEPEST, "tasklists": True, "xhtmlOut": False})
    parser.enable(["table", "strikethrough"]).use(footnote_plugin).use(deflist_plugin)
    return parser if indented else parser.disable("code")


def _write(tokens: list[Any]) -> str:
    """Write the text of a heading without its markup."""
    parts = [
        _write(token.children)
        if token.children
        else ""
        if token.type == "html_inline"
        else token.content or " " * token.type.endswith("break")
        for token in tokens
    ]
    return clean_line("".join(parts))


def _leave(tokens: list[Any], at: int) -> None:
    pass


def _align(tokens: list[Any], at: int) -> None:
    """Align a cell by an attribute, as a style isn't kept."""
    if match := _ALIGNMENT.fullmatch(str(tokens[at].attrs.pop("style", ""))):
        tokens[at].attrs["align"] = match[1]


def _name_language(tokens: list[Any], at: int) -> None:
    """Name the language of a fence alone: `{.python .numbered}`, `go {linenos=true}`."""
    match = _LANGUAGE.match(tokens[at].info.strip())
    tokens[at].info = match[1].lower() if match else ""


def _take_shebang(tokens: list[Any], at: int) -> None:
    """Take the language off the first line of indented code."""
    token = tokens[at]
    if match := _SHEBANG.match(token.content):
        token.type, token.info = "fence", match[1].lower()
        token.content = token.content[match.end() :]


def _tick(tokens: list[Any], at: int) -> None:
    """Put the box of a task where its text is."""
    if "checked" not in tokens[at].meta or tokens[at + 1].type != "paragraph_open":
        return
    from markdown_it.token import Token

    box = "☑ " if tokens[at].meta.pop("checked") else "☐ "
    inline = tokens[at + 2]
    inline.children = [Token("text", "", 0, content=box), *inline.children]


_REWRITES = {
    "code_block": _take_shebang,
    "fence": _name_language,
    "list_item_open": _tick,
    "td_open": _align,
    "th_open": _align,
}
