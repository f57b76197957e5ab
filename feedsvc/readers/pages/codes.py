"""Codes: blocks of code as sites show them, to those that all can read: language, no numbers.

A language that stands around the code, or in words of a highlighter, is put where readers look
for it (HTML, 4.4.15 `code`): in a class of its own.
"""

import re

from turbohtml import Document, Element

from feedsvc.readers.pages.statements import read_attribute

__all__ = ["settle"]

NEAREST = 3
"""Elements around a block in which its language is looked for."""

_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language-|lang-|highlight-source-|highlight-(?!source)|brush:\s*|sourceCode\s+)"
    r"([a-z][\w+#.-]*)",
    re.I,
)
_NONE = frozenset(("default", "none", "notranslate", "plain", "plaintext", "text", "wrapper"))
_NUMBERS = (
    "td.linenos, td.gutter, td.hljs-ln-numbers, td.rouge-gutter, .linenodiv, .line-numbers-rows,"
    " .lineno, span.linenos, span.ln, span.lnt, td.blob-num"
)


def settle(page: Document) -> None:
    """Settle each block of code of a page, in place."""
    for number in page.select(_NUMBERS):
        number.decompose()
    for block in page.select("pre"):
        code = block.select_one("code") or block
        if name := _find_language(block, code):
            code.attrs["class"] = f"language-{name}"


def _find_language(block: Element, code: Element) -> str:
    around = block.ancestors
    places = [code, block, *(next(around, None) for _ in range(NEAREST))]
    for place in places:
        if not isinstance(place, Element) or len(place.select("pre")) > 1:
            continue
        said = [read_attribute(place, name) for name in ("data-lang", "data-language")]
        match = _LANGUAGE.search(read_attribute(place, "class"))
        for name in (match[1] if match else "", *said):
            if name and name.lower() not in _NONE and re.fullmatch(r"[\w+#.-]+", name):
                return name.lower()
    return ""
