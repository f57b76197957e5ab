"""Furniture: what stands in an article's element and isn't the article: menus, prompts, bylines.

It is known by its element, its role, or a word of its class or id, as the programs that make
pages name it. What the text begins in and most of it stands in stays, whatever its name. What is
taken out is told.
"""

import re
from collections.abc import Iterable

from turbohtml import Comment, Element, Node, Text

from feedsvc.clean import clean_line
from feedsvc.readers.lines import Notes

__all__ = ["clear"]

MOST = 0.5
"""Of an article's words: what the text begins in and holds more is no furniture."""

LONGEST_BYLINE = 25
"""Words of what stands between title and text and says who wrote it, and when."""

LONGEST_WORD = 20
"""Characters, on average, of the longest words in a byline."""

# What shows nothing, or can't be used.
_SILENT = "script, style, link, meta, template, base, title, amp-analytics, amp-sidebar, amp-ad"
_MENUS = frozenset(("nav", "menu", "dialog", "button", "select", "amp-social-share"))
_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search", "dialog", "toolbar"))
_QUOTING = re.compile(r"note|doc-|admonition|callout|caption|quote", re.I)
_NAMES = frozenset(
    (
        *("ad", "ads", "advert", "advertisement", "adsbygoogle", "anzeige", "sponsored", "promo"),
        *("outbrain", "taboola", "cookie", "cookies", "consent", "popup", "cta", "donate"),
        *("share", "sharing", "sharedaddy", "addtoany", "addthis", "social", "button-wrapper"),
        *("related", "relatedposts", "recommended", "recommendations", "teaser", "readmore"),
        *("read-more", "read-also", "more-like-this", "newsletter", "subscribe", "subscription"),
        *("signup", "paywall", "comments", "commentlist", "comment-list", "comment-respond"),
        *("respond", "responses", "replies", "disqus_thread", "trackbacks", "h-cite"),
        *(
            "breadcrumb",
            "breadcrumbs",
            "navigation",
            "nav",
            "navbox",
            "navheader",
            "navfooter",
            "pager",
            "pagination",
        ),
        *(
            "paginav",
            "postnav",
            "sidebar",
            "skip-link",
            "noprint",
            "printfooter",
            "catlinks",
            "toc",
        ),
        *("likes", "like", "claps", "reactions", "postmetadata", "post-footer", "tags", "labels"),
        *("taglist", "author-bio", "author-box", "about-author", "bio"),
    )
)
_INLINE_NAMES = frozenset(
    (
        *("headerlink", "editsection", "sr-only", "visually-hidden", "screen-reader-text"),
        *("katex-html", "mw-jump-link", "noprint"),
    )
)
_BYLINE = frozenset(
    (
        *("byline", "author", "authors", "meta", "dateline", "date", "published", "posted", "info"),
        *("timestamp", "submitted", "vcard", "autor", "datum", "ufi", "reading-time"),
    )
)
_TABLE_NAMES = frozenset(("nav", "navbox", "navigation", "navheader", "navfooter", "noprint"))
_SHOWN = frozenset(("img", "figure", "figcaption", "blockquote", "br", "hr", "source", "iframe"))
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "cite", "code", "em", "i", "label", "mark", "q", "s", "small"),
        *("span", "strong", "sub", "sup", "u"),
    )
)
_WHOLE = frozenset(("pre", "code", "math", "svg", "table", "picture", "video", "audio", "ruby"))
_PICTURED = frozenset(("figure", "img", "picture", "video", "audio", "iframe"))
_DATED = "time, [rel~=author], [itemprop=author], [itemprop=datePublished], [datetime]"
_SENTENCE = re.compile(r"[.!?…。؟”\"']$")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[-_\s]+|(?<=[a-z])(?=[A-Z])")


def clear(article: Element, titles: Iterable[str], people: Iterable[str], notes: Notes) -> None:
    """Take out of the article what isn't: silent elements, furniture, its title and byline.

    `titles` are those that it could have, `people` the names of who wrote it.
    """
    article.remove(_SILENT)
    _take_title(article, [_list_words(title) for title in titles], notes)
    _take_byline(article, [_list_words(name) for name in people], notes)
    whole = len(article.text)
    begun = False
    dropped: dict[str, list[int]] = {}
    stack = _list_below(article)
    while stack:
        node = stack.pop()
        if not isinstance(node, Element):
            begun = begun or (isinstance(node, Text) and bool(node.text.strip()))
        elif name := _name_furniture(node, None if begun else whole):
            dropped.setdefault(name, []).append(node.source_line or 1)
            node.decompose()
        elif node.tag in _WHOLE:
            begun = True
        else:
            stack += _list_below(node)
    for name, lines in dropped.items():
        more = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
        notes.tell(lines[0], "text", "left out", f"{name}{more}")


def _name_furniture(element: Element, whole: int | None) -> str:
    """Name what an element is of a site, "" where it is of the article.

    `whole` is the length of the article's text where that hasn't begun.
    """
    tag, names = element.tag, _list_names(element)
    if tag in _MENUS or (tag in ("aside", "footer") and not _is_quoting(element)):
        return f"<{tag}>"
    if tag == "form":
        name = "<form>"
    elif (role := element.attr("role")) in _ROLES:
        name = f"role {role}"
    elif element.attr("hidden") is not None or _HIDDEN.search(element.attr("style") or ""):
        name = "hidden"
    else:
        name = min(names & _known_names(tag), default="")
    if name and whole is not None and len(element.text) > MOST * whole:
        return ""
    return name


def _known_names(tag: str) -> frozenset[str]:
    """Return the names by which an element of this kind is furniture."""
    if tag in _INLINE:
        return _INLINE_NAMES
    return _TABLE_NAMES if tag in _WHOLE or tag in _SHOWN else _NAMES


def _is_quoting(element: Element) -> bool:
    """Whether an aside or a footer is of the text: a note, or whom a quotation is of."""
    around = element.parent
    if isinstance(around, Element) and around.tag in ("blockquote", "figure"):
        return True
    said = (element.attr("class"), element.attr("role"), element.attr("epub:type"))
    return any(_QUOTING.search(_write(value)) for value in said)


def _take_title(article: Element, titles: list[list[str]], notes: Notes) -> None:
    """Take out the title, where the text begins with it, and what stands above it."""
    headings = article.select("h1, h2, h3, h4")
    only = [heading for heading in headings if heading.tag == "h1"]
    heading = next((one for one in headings if _list_words(one.text) in titles), None)
    if heading is None and len(only) == 1:
        heading = only[0]
    if heading is None:
        return
    above = [
        node
        for around in (heading, *heading.ancestors)
        if around != article and _is_in(around, article)
        for node in around.previous_siblings
    ]
    if len(_list_words(" ".join(node.text for node in above))) > LONGEST_BYLINE:
        return
    notes.tell(heading.source_line or 1, "text", "left out", "its title, which stands above it")
    for node in above:
        if not _shows(node):
            node.decompose()
    heading.decompose()


def _shows(node: Node) -> bool:
    """Whether a node has a picture, a sound or a film in it."""
    if not isinstance(node, Element):
        return False
    return node.tag in _PICTURED or node.select_one(", ".join(_PICTURED)) is not None


def _is_in(node: Node, article: Element) -> bool:
    return any(above == article for above in node.ancestors)


def _take_byline(article: Element, people: list[list[str]], notes: Notes) -> None:
    """Take out what stands before the text and says who wrote it and when."""
    stack = _list_below(article)
    while stack:
        node = stack.pop()
        if isinstance(node, Element) and node.tag in _PICTURED:
            continue
        text = node.text
        words = _list_words(text[: LONGEST_BYLINE * LONGEST_WORD])
        if not words or isinstance(node, Comment):
            continue
        if not isinstance(node, Element):
            return
        short = len(text) <= LONGEST_BYLINE * LONGEST_WORD and len(words) <= LONGEST_BYLINE
        if short and _is_byline(node, words, people):
            notes.tell(node.source_line or 1, "text", "left out", "who wrote it, and when")
            node.decompose()
        else:
            stack += _list_below(node)


def _is_byline(element: Element, words: list[str], people: list[list[str]]) -> bool:
    if _list_names(element) & _BYLINE:
        return True
    if _SENTENCE.search(clean_line(element.text)):
        return False
    if element.select_one(_DATED) is not None or element.tag == "time":
        return True
    return any(
        words[at : at + len(person)] == person for person in people for at in range(len(words))
    )


def _list_below(element: Element) -> list[Node]:
    return list(element.children)[::-1]


def _list_names(element: Element) -> set[str]:
    """Return the words of an element's classes and its id, whole and in parts."""
    written = f"{_write(element.attr('class'))} {_write(element.attr('id'))}"
    whole = written.lower().split()
    return {*whole, *(part.lower() for part in _PART.split(written) if part)}


def _list_words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _write(value: object) -> str:
    return " ".join(value) if isinstance(value, list) else str(value or "")
