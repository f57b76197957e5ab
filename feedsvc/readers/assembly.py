"""Assembly: the fields and the HTML of a source to a Reading: where every format's reader ends.

What no field says is taken from the content, then from the file's path. Where an article stands is
as it says, else as the permalinks of its site are.
"""

import html
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from feedsvc.clean import clean_line, clean_markup, clean_url
from feedsvc.errors import ArticleError
from feedsvc.model import Article, Enclosure, Reading
from feedsvc.readers.fields import Field, Fields, read_fields
from feedsvc.readers.fields.filenames import FileName, find_day, read_name
from feedsvc.readers.fields.permalinks import Page, find_url
from feedsvc.readers.fields.values import read_moment
from feedsvc.readers.hygiene import sanitize
from feedsvc.readers.lines import Notes
from feedsvc.readers.media import Find
from feedsvc.settings import Settings

__all__ = ["assemble"]

_MARKED_UP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\w+|[a-zA-Z]\w+);")
_MEDIUM = re.compile("<(?:img|audio|video|picture|math)[ >]")
_BLOCK = re.compile("<(?=/?(?:p|div|li|h[1-6]|br|blockquote|pre|t[rdh]|figcaption|d[td])[ >])")


class _Head(NamedTuple):
    """What is known of an article before its text is read."""

    fields: Fields
    name: FileName
    title: str
    published: datetime | None
    categories: tuple[str, ...]
    url: str | None


def assemble(
    path: str,
    given: Sequence[Field],
    content: str,
    settings: Settings,
    find: Find,
    notes: Notes,
    *,
    where: Callable[[str], int] = lambda reference: 1,
    title: str = "",
    lead: str = "",
    base: str = "",
    lenient: bool = False,
    name: FileName | None = None,
) -> Reading:
    """Make the reading of the article in `path`, of its fields and its `content`, HTML as it is.

    `where` tells the line of a reference in it. `title` stands in where no field has one, then
    the file's name; `lead`, HTML, for a summary. Relative references are against `base`, else
    against the article's URL, else against the folder's place on the site. Where that is
    `lenient`, a field that can't be used is left out, with a finding. `name` is what stands for
    the name of a file that holds more than this article. Raises ArticleError where a field can't
    be used otherwise, or there is nothing to publish.
    """
    name = name or read_name(path)
    head = _read_head(path, given, title, name, settings, find, notes, lenient)
    fields = head.fields
    base = base or head.url or _locate(path, settings)
    clean = sanitize(content, base, find, notes, where, is_placed=head.url is not None)

    def make_plain(text: str) -> str:
        if not _MARKED_UP.search(text):
            return clean_line(text)
        safe = sanitize(text, base, find, Notes(path), where).content
        return clean_markup(_BLOCK.sub(" <", safe))

    summary = make_plain(fields.summary) or make_plain(lead)
    text = clean.content if _shows(clean.content) else ""
    if summary and not (text or fields.address.url):
        text = f"<p>{html.escape(summary, quote=False)}</p>"
    image = fields.image or clean.image
    files: dict[str, Enclosure] = {}
    for file in (*fields.enclosures, *clean.enclosures):
        files.setdefault(file.url, file)
    if not (text or fields.address.url or image or files):
        raise ArticleError(path, 1, "text", "missing", "and no URL to point at")
    return Reading(
        Article(
            title=head.title,
            content=text,
            summary=summary or clean.summary,
            url=head.url,
            published=head.published,
            updated=fields.updated,
            authors=fields.authors,
            categories=head.categories,
            language=fields.language,
            id=fields.id,
            image=image,
            enclosures=tuple(files.values()),
        ),
        tuple(sorted((*notes.findings, *fields.findings))),
        tuple(sorted((*notes.rules, *fields.rules))),
        fields.selection,
        _find_slug(fields, head.name),
        placed=head.url != fields.address.url,
    )


def _shows(content: str) -> bool:
    """Whether there is anything to read, to see or to hear in safe HTML."""
    return _MEDIUM.search(content) is not None or clean_markup(content) != ""


def _read_head(
    path: str,
    given: Sequence[Field],
    title: str,
    name: FileName,
    settings: Settings,
    find: Find,
    notes: Notes,
    lenient: bool,
) -> _Head:
    """Read what an article says of itself, or its path does."""
    fields = read_fields(
        path, given, settings, find, published=_begin(name.day, settings), lenient=lenient
    )
    if source := fields.address.source:
        name = read_name(source)
    title = _find_title(fields, title, name, notes)
    local = fields.local or _find_date(fields, name, settings, notes)
    for label in name.categories:
        notes.tell(1, "category", label, "from the path, as Jekyll does")
    filed = (*name.categories, *fields.filed)
    page = Page(name, title, fields.slug.strip("/"), local, filed)
    url = find_url(page, fields.address, fields.lines.get("address", 1), settings, notes)
    labels: dict[str, str] = {}
    for label in (*name.categories, *fields.categories):
        labels.setdefault(label.casefold(), label)
    return _Head(
        fields,
        name,
        title,
        local.astimezone(UTC) if local else None,
        tuple(labels.values()),
        url,
    )


def _find_title(fields: Fields, title: str, name: FileName, notes: Notes) -> str:
    if fields.title:
        return fields.title
    for said, place in ((clean_line(title), "from the text"), (name.title, "from the file name")):
        if said:
            notes.tell(1, "title", said, place)
            return said
    raise ArticleError(notes.path, 1, "title", "missing", "and the file's name shows none")


def _find_date(fields: Fields, name: FileName, settings: Settings, notes: Notes) -> datetime | None:
    """Find the date that the file's path, or the article's own path or URL, is of."""
    address = fields.address
    said = (address.path, fields.slug, urlsplit(address.url or "").path)
    days = [(name.day, "the file's path"), *((find_day(path), path) for path in said)]
    for day, place in days:
        if moment := _begin(day, settings):
            notes.tell(1, "published", moment.isoformat(), f"from {place}")
            return moment
    notes.find(1, "published", "missing", "it gets the time it was first seen")
    return None


def _begin(day: date | None, settings: Settings) -> datetime | None:
    return read_moment(day, settings) if day else None


def _locate(path: str, settings: Settings) -> str:
    """Return where on the site the folder of a file is."""
    folder = path.rpartition("/")[0]
    site = settings.site_url or settings.url
    return clean_url(f"{site}{folder}/") if folder else site


def _find_slug(fields: Fields, name: FileName) -> str:
    """Return the name for a page here, "" for the file's own."""
    said = _find_last(fields.slug) or _find_last(fields.address.path)
    return said or (name.stem if name.bundle or fields.address.source else "")


def _find_last(path: str) -> str:
    """Return the last name in a path, without a suffix."""
    return re.sub(r"\.html?$", "", path.rstrip("/").rpartition("/")[2])
