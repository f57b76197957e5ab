"""Extraction: the element of a saved page that is the article, and what in it isn't.

Where the page says which element that is, it is; where a page is nothing but an article, all of
it is; else the library's score of each element decides. Nothing is rewritten: what isn't the
article's is taken out of the tree, the rest stays as it stands.
"""

from collections.abc import Iterable

from turbohtml import Document, Element

from feedsvc.readers.lines import Notes
from feedsvc.readers.pages.furniture import clear
from feedsvc.readers.pages.screening import list_outer

__all__ = ["find_article"]

LEAST_TEXT = 80
"""Characters of a part that is text, and no label or link."""

MOST_LINKED = 0.3
"""Of a part's text, what may be links in one that is text."""

# What says that it is the article's text: schema.org, microformats 2 and 1 (hAtom).
_MARKS = (
    ('[itemprop~="articleBody"]', "marked articleBody"),
    ('[itemtype$="Posting"] [itemprop~="text"]', "marked text"),
    (".h-entry .e-content", "marked e-content"),
    (".hentry .entry-content", "marked entry-content"),
)
_ROWS = frozenset(("tbody", "thead", "tfoot", "tr"))
_NOT_PLAIN = "table table, td h1, td h2, td h3, td hr, form, nav, aside"  # a page laid out
# What a page of nothing but text has, besides what shows nothing.
_PLAIN = frozenset(
    (
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "figure"),
        *("table", "hr", "img", "math", "details", "picture", "video", "audio", "address", "br"),
        *("a", "b", "i", "em", "strong", "code", "sup", "sub", "span", "script", "style", "link"),
        *("meta", "noscript", "template", "header"),
    )
)


def find_article(
    page: Document, titles: Iterable[str], people: Iterable[str], notes: Notes
) -> Element:
    """Find the article in a page that has a body, and clear it of what isn't.

    `titles` are those that it could have and `people` wrote it: both have their places elsewhere.
    """
    found, why = _find(page)
    notes.tell(found.source_line or 1, "text", f"<{found.tag}>", why)
    clear(found, titles, people, notes)
    return found


def _find(page: Document) -> tuple[Element, str]:
    for selector, why in _MARKS:
        if len(marked := list_outer(page, selector)) == 1:
            return marked[0], why
    articles = list_outer(page, "article")
    if len(articles) > 1:
        articles = [article for article in articles if article.find("h1")] or articles
    if len(articles) == 1:
        return articles[0], "the one article"
    body = page.select_one("body")
    assert body is not None  # a page without one has frames, and is no article
    below = (child for child in body.children if isinstance(child, Element))
    if all(child.tag in _PLAIN for child in below) and body.select_one(_NOT_PLAIN) is None:
        return body, "nothing but an article"
    mains = list_outer(page, "main, [role=main]")
    scope = mains[0] if len(mains) == 1 else body
    if found := scope.main_content():
        return _widen(found, scope), "by its score"
    return scope, "all of it, as no part has a score"


def _widen(found: Element, scope: Element) -> Element:
    """Return what is around an article's part, where more of its kind stands beside it.

    A score is of one element: that of a chapter, where the article is in several.
    """
    while found != scope and isinstance(around := found.parent, Element):
        if found.tag not in _ROWS and not any(_is_like(one, found) for one in around.children):
            break
        found = around
    return found


def _is_like(other: object, found: Element) -> bool:
    if not isinstance(other, Element) or other == found or other.tag != found.tag:
        return False
    if other.attr("class") != found.attr("class") or found.tag not in ("div", "section"):
        return False
    size = len(other.text.strip())
    linked = sum(len(link.text) for link in other.select("a"))
    return size >= LEAST_TEXT and linked <= MOST_LINKED * size
