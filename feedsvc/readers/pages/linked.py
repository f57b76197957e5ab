"""Linked data: what the JSON-LD of a page says of the article, in schema.org's words.

The article is the node of an article's type; of several, the one that is at the page's address
or has its title. What can't be read is told and left out.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import NamedTuple, TypeAlias

from turbohtml import Document

from feedsvc.clean import clean_line
from feedsvc.readers.lines import Notes
from feedsvc.readers.pages.statements import Statement

__all__ = [
    "Linked",
    "is_list",
    "is_of_article",
    "list_linked",
    "name_sites",
    "pick_article",
    "read_linked",
]

Table: TypeAlias = Mapping[str, object]

DEEPEST = 20
"""Nodes in each other that are looked into."""

MOST = 5000
"""Nodes of a page that are looked at."""

# The types of an article, the closest first (schema.org 28), each with what it is a kind of.
_TYPES = (
    frozenset(
        (
            *("newsarticle", "blogposting", "article", "techarticle", "scholarlyarticle"),
            *("reportagenewsarticle", "opinionnewsarticle", "analysisnewsarticle", "report"),
            *("backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle"),
            *("satiricalarticle", "advertisercontentarticle", "liveblogposting"),
            *("medicalscholarlyarticle", "apireference", "posting", "socialmediaposting"),
        )
    ),
    frozenset(("discussionforumposting", "recipe", "howto", "review", "blogpost", "photograph")),
    frozenset(("webpage", "itempage", "aboutpage", "creativework", "faqpage", "qapage")),
)
_LISTS = frozenset(("collectionpage", "searchresultspage"))
_SITES = frozenset(("website", "newsmediaorganization"))
# The properties that are read, in this order, and the field of each.
_PROPERTIES = (
    ("headline", "title"),
    ("name", "title"),
    ("datePublished", "published"),
    ("dateCreated", "published"),
    ("dateModified", "updated"),
    ("author", "author"),
    ("creator", "author"),
    ("articleSection", "category"),
    ("keywords", "keywords"),
    ("description", "summary"),
    ("image", "image"),
    ("primaryImageOfPage", "image"),
    ("thumbnailUrl", "image"),
    ("inLanguage", "language"),
    ("url", "address"),
    ("mainEntityOfPage", "address"),
)
_WRAPPED = re.compile(r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)")
_UNWRAPPED = re.compile(r"(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>)\s*;?\s*$")


class Linked(NamedTuple):
    """A node, and the line that its script begins in."""

    line: int
    node: Table


def read_linked(page: Document, notes: Notes) -> list[Linked]:
    """Return the nodes of a page's scripts, in order, those in others too."""
    nodes: list[Linked] = []
    for script in page.select('script[type="application/ld+json" i]'):
        line = script.source_line or 1
        text = _UNWRAPPED.sub("", _WRAPPED.sub("", script.text))
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError) as error:
            notes.tell(line, "JSON-LD", "not used", f"can't be read: {clean_line(str(error))}")
            continue
        nodes += (Linked(line, node) for node in _list_nodes(value, MOST - len(nodes)))
    return nodes


def pick_article(nodes: Iterable[Linked], address: str, titles: Iterable[str]) -> Linked | None:
    """Pick the node of the page's article; its people are whole, where they are named by id."""
    nodes = list(nodes)
    known = {clean_line(title).casefold() for title in titles}
    for types in _TYPES:
        found = [linked for linked in nodes if _list_types(linked.node) & types]
        for linked in found:
            if address and address in _list_links(linked.node):
                return _complete(linked, nodes)
        for linked in found:
            said = _read_text(linked.node.get("headline") or linked.node.get("name"), "@value")
            if said and said.casefold() in known:
                return _complete(linked, nodes)
        if found:
            return _complete(found[0], nodes)
    return None


def list_linked(linked: Linked) -> Iterator[Statement]:
    """Yield what an article's node says, as statements of fields."""
    for name, field in _PROPERTIES:
        value = linked.node.get(name)
        if field == "author":
            value = [_read_person(item) for item in (value if isinstance(value, list) else [value])]
            value = [person for person in value if person]
        elif field in ("category", "keywords"):
            value = _part(value)
        elif field == "image":
            value = _read_image(value)
        else:
            value = _read_text(value, "url" if field == "address" else "name")
        if value:
            yield Statement(linked.line, "JSON-LD", field, name, value)


def _read_person(value: object) -> object:
    """Return a name, or a table of name and address; None where it is only an address."""
    name = _read_text(value, "name")
    if not name or "://" in name:
        return None
    url = _read_text(value.get("url"), "url") if isinstance(value, Mapping) else ""
    return {"name": name, "url": url} if url.startswith(("http://", "https://")) else {"name": name}


def _part(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    if len(items) == 1 and isinstance(items[0], str):
        items = items[0].split(",")
    return [text for item in items if (text := _read_text(item, "name"))]


def _read_image(value: object) -> object:
    item = value[0] if isinstance(value, list) and value else value
    if not isinstance(item, Mapping):
        return _read_text(item, "url")
    url = _read_text(item.get("url") or item.get("contentUrl") or item.get("@id"), "url")
    alt = _read_text(item.get("caption"), "name")
    return {"url": url, "alt": alt} if url and alt else url


def is_of_article(nodes: Iterable[Linked]) -> bool:
    """Whether a page says of an article that it is one."""
    return any(_list_types(node) & (_TYPES[0] | _TYPES[1]) for _, node in nodes)


def is_list(nodes: Iterable[Linked]) -> bool:
    """Whether a page says that it is a list of articles."""
    return any(_list_types(node) & _LISTS for _, node in nodes)


def name_sites(nodes: Iterable[Linked]) -> list[str]:
    """Return what the site is called: titles end in it."""
    names = []
    for _, node in nodes:
        if _list_types(node) & _SITES:
            names.append(_read_text(node.get("name"), "@value"))
        publishers = _list_tables(node.get("publisher"))
        names += (_read_text(publisher.get("name"), "@value") for publisher in publishers)
    return [name for name in names if name]


def _read_text(value: object, name: str) -> str:
    """Return a value as a line of text, "" where it is none; some pages escape it twice.

    Of a list it is the first, of a node what it has under `name`.
    """
    while isinstance(value, (list, Mapping)):  # as deep as JSON was read
        if isinstance(value, list):
            value = value[0] if value else None
        else:
            value = next((value[key] for key in ("@value", name, "@id") if value.get(key)), None)
    value = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return clean_line(unescape(value)) if isinstance(value, str) else ""


def _list_nodes(value: object, most: int) -> Iterator[Table]:
    """Yield all tables in a value, those around before those within."""
    stack = [(value, 0)]
    while stack and most > 0:
        item, depth = stack.pop()
        if isinstance(item, Mapping):
            most -= 1
            yield item
        below: list[object] = []
        if isinstance(item, Mapping):
            below = list(item.values())
        elif isinstance(item, list):
            below = item
        if depth < DEEPEST:
            stack += [(one, depth + 1) for one in below[:MOST]][::-1]


def _list_types(node: Table) -> set[str]:
    types = node.get("@type")
    types = types if isinstance(types, list) else [types]
    names = (name.rpartition("/")[2] for name in types if isinstance(name, str))
    return {name.removeprefix("schema:").lower() for name in names}


def _list_links(node: Table) -> set[str]:
    """Return the addresses that a node is known by."""
    main = node.get("mainEntityOfPage")
    links = [
        node.get("url"),
        node.get("@id"),
        main,
        *(one.get("url") for one in _list_tables(main)),
    ]
    return {_read_text(link, "@id") for link in links}


def _list_tables(value: object) -> list[Table]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Mapping)]


def _complete(linked: Linked, nodes: Iterable[Linked]) -> Linked:
    """Put in place of what is only named by its id what says more of it."""
    whole = {
        key: node for _, node in nodes if isinstance(key := node.get("@id"), str) and len(node) > 1
    }

    def find(value: object) -> object:
        if isinstance(value, list):
            return [find(item) for item in value]
        if isinstance(value, Mapping) and set(value) <= {"@id", "@type"}:
            return whole.get(str(value.get("@id")), value)
        return value

    named = ("author", "creator", "image", "primaryImageOfPage")
    return linked._replace(
        node={key: find(one) if key in named else one for key, one in linked.node.items()}
    )
