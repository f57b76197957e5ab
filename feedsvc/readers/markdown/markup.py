"""Markup: HTML below front matter, as Jekyll, Eleventy and Hugo have it: it is kept as it is.

Only a generator's tags are replaced, by the rules for Markdown: what those make of code is made
HTML here.
"""

import re
from html import escape

from feedsvc.clean import clean_markup
from feedsvc.readers.markdown.commonmark import Rendered

__all__ = ["finish", "prepare"]

_WHOLE = re.compile(r"(<(pre|textarea|script|style)\b.*?</\2\s*>)", re.S | re.I)
_INDENT = re.compile(r"^[ \t]+", re.M)
_BLOCK = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1[ \t]*$", re.S | re.M)
_SPAN = re.compile(r"(`+) ([^\n]*?[^\n`]) \1(?!`)")
_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1\s*>", re.S | re.I)


def prepare(text: str) -> str:
    """Take off what begins the lines: to HTML it says nothing, to Markdown that they are code."""
    parts = _WHOLE.split(text)
    # Of each match there are two groups: the whole, and the element's name.
    outside = [_INDENT.sub("", part) for part in parts[::3]]
    return "".join(part for pair in zip(outside, [*parts[1::3], ""], strict=True) for part in pair)


def finish(text: str) -> Rendered:
    """Make HTML of the code that stands in place of tags; tell the first heading."""
    parts = _WHOLE.split(text)
    parts[::3] = [_SPAN.sub(_write_span, _BLOCK.sub(_write_block, part)) for part in parts[::3]]
    del parts[2::3]
    heading = _HEADING.search(text)
    return Rendered("".join(parts), clean_markup(heading[1]) if heading else "", False)


def _write_block(block: re.Match[str]) -> str:
    language = f' class="language-{escape(block[2])}"' if block[2] else ""
    return f"<pre><code{language}>{escape(block[3], quote=False)}</code></pre>"


def _write_span(span: re.Match[str]) -> str:
    return f"<code>{escape(span[2], quote=False)}</code>"
