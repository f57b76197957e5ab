"""Metadata: what a saved page says of its article, of all the ways in which pages say it.

Each way has its place in an order of trust. The most trusted value that can be used wins; one
that says otherwise is told.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from turbohtml import Document

from feedsvc.clean import clean_line, clean_url, join_url
from feedsvc.converters import show
from feedsvc.errors import BadValue
from feedsvc.readers.fields import Field
from feedsvc.readers.fields.names import find_name
from feedsvc.readers.fields.values import flatten, pick, read_language, read_moment
from feedsvc.readers.lines import Notes
from feedsvc.readers.pages.heads import list_head
from feedsvc.readers.pages.linked import Linked, list_linked, name_sites, pick_article
from feedsvc.readers.pages.marked import list_marked
from feedsvc.readers.pages.statements import Statement
from feedsvc.readers.pages.titles import list_titles, strip_site
from feedsvc.settings import Settings

__all__ = ["Metadata", "read_metadata"]

MOST_KEYWORDS = 10
"""Keywords that could be an article's tags; more are for search engines."""

# Who is trusted with what, the most trusted first.
_ALL = ("JSON-LD", "microformats", "microdata", "Open Graph", "citation", "Dublin Core", "meta")
_TRUST = {
    "address": ("canonical", "Open Graph", "JSON-LD", "microformats", "saved"),
    "alt": _ALL,
    "author": (*_ALL, "link"),
    "category": _ALL,
    "image": (*_ALL, "link"),
    "keywords": _ALL,
    "language": ("html", *_ALL),
    "published": (*_ALL, "time"),
    "slug": _ALL,
    "status": _ALL,
    "summary": ("Open Graph", "meta", "JSON-LD", "microformats", "Dublin Core", "microdata"),
    "title": (*_ALL, "heading", "title"),
    "updated": _ALL,
}
_BY = re.compile(r"^(?:(?:written|posted|words|story)\s+)?by:?\s+", re.I)
_NAMES = {"address": "url"}


class Metadata(NamedTuple):
    """The fields of a page, and what of them the rest is read by.

    `titles` are all that it could have, the most trusted first; `people` the names of who wrote
    it; `url` is its address, "" where it says none.
    """

    fields: tuple[Field, ...]
    titles: tuple[str, ...]
    people: tuple[str, ...]
    url: str


def read_metadata(
    page: Document,
    linked: list[Linked],
    origin: Statement | None,
    settings: Settings,
    notes: Notes,
) -> Metadata:
    """Read what a page says. `origin` is where it was saved from, as who saved it says."""
    said = [*list_head(page), *list_titles(page)]
    said += [origin] if origin else []
    saved = str(origin.value) if origin else ""
    sites = [str(one.value) for one in said if one.field == "site"] + name_sites(linked)
    address = _find_address(said, saved)
    titles = [str(one.value) for one in said if one.field == "title"]
    if article := pick_article(linked, address, titles):
        said += list_linked(article)
    said += list_marked(page)
    said = [
        one._replace(value=strip_site(str(one.value), sites)) if one.field == "title" else one
        for one in said
    ]
    chosen = _Chosen(said, address or saved, settings, notes)
    fields = tuple(field for name in _TRUST for field in chosen.list_fields(name))
    return Metadata(
        fields,
        tuple(str(one.value) for one in chosen.usable("title")),
        tuple(_list_people(one.value for one in chosen.usable("author"))),
        next((str(one.value) for one in chosen.usable("address")), ""),
    )


def _find_address(said: Iterable[Statement], saved: str) -> str:
    """Return the first address that a page says it has, rather not its site's front page."""
    found = [url for one in said if one.field == "address" and (url := _join(one.value, saved))]
    return next((url for url in found if not _is_front(url)), found[0] if found else "")


def _is_front(url: str) -> bool:
    return urlsplit(url).path in ("", "/") and not urlsplit(url).query


def _join(value: object, base: str) -> str:
    try:
        return clean_url(join_url(base, str(value)))
    except (BadValue, ValueError):
        return ""


def _list_people(values: Iterable[object]) -> Iterable[str]:
    for value in flatten(list(values)):
        name = pick(value, "name") if isinstance(value, dict) else value
        yield clean_line(str(name))


class _Chosen:
    """What is said of each field, in the order of trust, as it can be used."""

    def __init__(self, said: list[Statement], base: str, settings: Settings, notes: Notes) -> None:
        self._base, self._settings, self._notes = base, settings, notes
        self._said: dict[str, list[Statement]] = {}
        for field, sources in _TRUST.items():
            of_field = [one for one in said if one.field == field and one.source in sources]
            of_field.sort(key=lambda one: sources.index(one.source))
            self._said[field] = [use for one in of_field if (use := self._use(one))]

    def usable(self, field: str) -> list[Statement]:
        return self._said[field]

    def list_fields(self, field: str) -> Iterable[Field]:
        """Yield the fields to be read; tell what says otherwise than the most trusted."""
        said = self._said[field]
        if field == "keywords" and (self._said["category"] or not said):
            return
        if not said:
            return
        first = said[0]
        several = field in ("author", "category")
        for one in said:
            if one is first or (several and one.source == first.source):
                name = one.name if _is_called(one.name, field) else _NAMES.get(field, field)
                name = "tags" if field == "keywords" else name
                yield Field(one.line, name, one.value)
            elif self._compare(one) != self._compare(first) and not several:
                why = f"{first.source} in line {first.line} is trusted more than {one.source}"
                self._notes.tell(one.line, one.name, f"not used: {show(one.value)}", why)

    def _compare(self, one: Statement) -> object:
        if one.field in ("published", "updated"):
            return read_moment(one.value, self._settings)
        text = str(one.value).casefold()
        return text.partition("-")[0] if one.field == "language" else text

    def _use(self, one: Statement) -> Statement | None:
        """Return what is said, ready to be used; None, told, where it can't be."""
        try:
            value = _USES.get(one.field, _use_any)(one.value, self._base, self._settings)
        except (BadValue, ValueError) as fault:
            self._notes.tell(one.line, one.name, "not used", str(fault))
            return None
        return one._replace(value=value) if value else None


def _is_called(name: str, field: str) -> bool:
    known = find_name(name)
    return known is not None and known.field == field


# What each field's value must be, that another way is asked where it isn't.


def _use_any(value: object, base: str, settings: Settings) -> object:
    return value


def _use_moment(value: object, base: str, settings: Settings) -> object:
    return value if read_moment(value, settings) else None


def _use_language(value: object, base: str, settings: Settings) -> object:
    return read_language(value)


def _use_address(value: object, base: str, settings: Settings) -> object:
    url = clean_url(join_url(base, str(value)))
    if _is_front(url) and not _is_front(base):
        raise BadValue("the front page of the site", show(url))
    return url


def _use_author(value: object, base: str, settings: Settings) -> object:
    return _BY.sub("", value) if isinstance(value, str) else value


def _use_image(value: object, base: str, settings: Settings) -> object:
    return join_url(base, value) if isinstance(value, str) else value


def _use_keywords(value: object, base: str, settings: Settings) -> object:
    if isinstance(value, list) and len(value) > MOST_KEYWORDS:
        raise BadValue("for search engines", f"{len(value)} keywords")
    return value


_USES: dict[str, Callable[[object, str, Settings], object]] = {
    "address": _use_address,
    "author": _use_author,
    "image": _use_image,
    "keywords": _use_keywords,
    "language": _use_language,
    "published": _use_moment,
    "updated": _use_moment,
}
