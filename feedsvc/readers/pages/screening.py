"""Screening: pages that are no article: templates, lists of articles, pages that lead on.

Each is refused with what it is; whoever has them beside articles leaves them out by name.
"""

import re
from collections.abc import Iterable

from turbohtml import Document, Element

from feedsvc.converters import show
from feedsvc.errors import ArticleError
from feedsvc.readers.pages.linked import Linked, is_list, is_of_article
from feedsvc.readers.pages.statements import read_attribute, read_label

__all__ = ["list_outer", "screen"]

SHORTEST_LIST = 3
"""Articles in a page, each under a heading of its own."""

LONGEST_STUB = 300
"""Characters of a page that only leads on to another."""

REMEDY = "leave it out with the setting `exclude`"

# What no article stands in.
_OUTSIDE = (
    "nav, aside, footer, .h-cite, .comment, .comments, .comment-list, .commentlist,"
    ' [role="navigation"], [role="complementary"], [itemprop~="comment"]'
)
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\$\{\w[^}]*\}", re.S)
_STATEMENT = re.compile(r"\{%-?\s*(?:extends|block|endblock|include|for|endfor|if|endif)\b")
_TEMPLATED = ", ".join(
    f'{tag}[{name}*="{mark}"]'
    for tag, name in (("link", "href"), ("meta", "content"), ("html", "lang"), ("script", "src"))
    for mark in ("{{", "{%", "<%")
)


def screen(page: Document, linked: Iterable[Linked], path: str) -> None:
    """Raise ArticleError where a page is none that a person wrote to be read as an article."""
    linked = list(linked)
    found = page.select_one('meta[http-equiv="refresh" i][content*="url" i]')
    if found is not None and len(page.text) <= LONGEST_STUB:
        why = f"it leads on ({show(read_attribute(found, 'content'))}); {REMEDY}"
        raise ArticleError(path, found.source_line or 1, "text", "not an article", why)
    if frames := page.select_one("frameset"):
        why = f"its text is in other files, which stand in its frames; {REMEDY}"
        raise ArticleError(path, frames.source_line or 1, "text", "not an article", why)
    _refuse_template(page, path)
    _refuse_list(page, linked, path)


def _refuse_template(page: Document, path: str) -> None:
    title = page.select_one("title")
    mark = _PLACEHOLDER.search(title.text) if title else None
    element: Element | None = title
    if not mark and (element := page.select_one(_TEMPLATED)):
        written = " ".join(read_attribute(element, name) for name in element.attrs)
        mark = _PLACEHOLDER.search(written)
    if not mark and (body := page.find("body")):
        element = body
        code = sum(len(_STATEMENT.findall(one.text)) for one in page.select(_CODE))
        if len(found := list(_STATEMENT.finditer(body.text))) > code:
            mark = found[0]
    if mark and element:
        why = f"it has {show(mark[0])}: a template for another program; {REMEDY}"
        raise ArticleError(path, element.source_line or 1, "text", "not an article", why)


_CODE = "body pre, body :not(pre) > code, body script, body style, body textarea"


def _refuse_list(page: Document, linked: list[Linked], path: str) -> None:
    if is_of_article(linked):
        return
    if is_list(linked):
        why = f"it says that it is a list of them (JSON-LD); {REMEDY}"
        raise ArticleError(path, linked[0].line, "text", "not an article", why)
    for selector in (".h-entry", ".hentry", "article"):
        found = list_outer(page, selector)
        titled = [one for one in found if one.select_one("h1, h2, h3") is not None]
        tops = [one for one in titled if one.find("h1")]
        if len(titled) >= SHORTEST_LIST and len(tops) != 1:
            first = read_label(titled[0].select_one("h1, h2, h3") or titled[0])
            why = f"it is a list of {len(titled)} of them, {show(first)} the first; {REMEDY}"
            raise ArticleError(path, titled[0].source_line or 1, "text", "not an article", why)


def list_outer(page: Document, selector: str) -> list[Element]:
    """Return what is marked so and in nothing marked so, nor in what no article stands in."""
    outer = []
    for element in page.select(selector):
        around = element.parent
        inner = isinstance(around, Element) and around.closest(selector) is not None
        if not inner and element.closest(_OUTSIDE) is None:
            outer.append(element)
    return outer
