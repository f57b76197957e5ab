"""Atom and RSS: what an entry of a feed says, and what its feed says of all entries.

RFC 4287; https://www.rssboard.org/rss-specification; https://web.resource.org/rss/1.0/spec
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from feedsvc.readers.fields import Field
from feedsvc.readers.records.constructs import (
    ATOM,
    DC,
    find_all,
    find_base,
    find_language,
    find_text,
    list_files,
    list_people,
    make_plain,
    read_construct,
    read_markup,
    read_person,
    read_text,
    resolve,
)
from feedsvc.readers.records.entries import Given, Text

__all__ = ["RDF", "RSS1", "read_atom", "read_atom_feed", "read_rss", "read_rss_feed"]

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DCTERMS = "http://purl.org/dc/terms/"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS1 = "http://purl.org/rss/1.0/"
APP = "http://www.w3.org/2007/app"
KIND = "http://schemas.google.com/g/2005#kind"
"""The scheme of the categories by which Blogger tells posts from pages and comments."""

_OPEN = {"status": ("publish", "future"), "post_password": ("",)}
"""What WordPress says of what is public, or will be."""

_NEVER = "30 Nov -0001 00:00:00"
"""What WordPress writes as the date of a draft that has none."""

_WORDPRESS = re.compile(r"\{http://wordpress\.org/export/[0-9.]+/\}(\w+)")
# RFC 5322, section 4.3: a year of two digits.
_SHORT_YEAR = re.compile(r"(?<=[A-Za-z] )(\d\d)(?= \d\d?:)", re.A)


# Atom


def read_atom_feed(feed: Any) -> list[Field]:
    """Read what an Atom feed says of all its entries."""
    return _list_common(feed, list_people(feed), find_language(feed))


def read_atom(entry: Any) -> Given | None:
    """Read an Atom entry, None where it is none of a post. Raises BadValue."""
    fields = [
        Field(child.sourceline, name, read_text(child).strip())
        for name in ("id", "published", "updated")
        for child in find_all(entry, f"{{{ATOM}}}{name}")
    ]
    for title in find_all(entry, f"{{{ATOM}}}title"):
        plain = make_plain(read_construct(title, "title"))
        fields.append(Field(title.sourceline, "title", plain))
    fields += _list_links(entry)
    source = next(find_all(entry, f"{{{ATOM}}}source"), None)
    people = list_people(entry) or ([] if source is None else list_people(source))
    fields += _list_common(entry, people, find_language(entry))
    labels = []
    for category in find_all(entry, f"{{{ATOM}}}category"):
        term = category.get("term", "")
        if category.get("scheme") != KIND:
            labels.append(category.get("label") or term)
        elif not term.endswith("#post"):
            return None
    fields += _list_labels(entry, labels)
    fields += [Field(*file) for file in list_files(entry)]
    for control in find_all(entry, f"{{{APP}}}control"):
        if find_text(control, f"{{{APP}}}draft") == "yes":
            fields.append(Field(control.sourceline, "draft", True))
    text, lead, base = Text(), Text(), ""
    for summary in find_all(entry, f"{{{ATOM}}}summary"):
        lead, base = read_construct(summary, "summary"), find_base(summary)
    for content in find_all(entry, f"{{{ATOM}}}content"):
        if content.get("src") is None:
            text, base = read_construct(content, "content"), find_base(content)
    if not text.text.strip():
        text, lead = lead, Text()
    return Given(entry.sourceline, fields, text, _write(lead), base, feed=True)


def _list_links(entry: Any) -> Iterator[Field]:
    """Yield the address of an entry: of its alternates an HTML page."""
    links = [
        link
        for link in find_all(entry, f"{{{ATOM}}}link")
        if link.get("rel", "alternate") == "alternate" and link.get("href")
    ]
    links.sort(key=lambda link: link.get("type", "text/html") != "text/html")
    yield from (Field(link.sourceline, "url", resolve(link, link.get("href"))) for link in links)


def _write(text: Text) -> str:
    return text.text if text.kind == "HTML" else html.escape(text.text, quote=False)


# RSS


def read_rss_feed(channel: Any) -> list[Field]:
    """Read what a channel of RSS says of all its items."""
    names = (f"{{{DC}}}creator", "managingEditor", f"{{{ITUNES}}}author")
    people = [read_person(text) for name in names if (text := find_text(channel, name))]
    names = ("language", f"{{{DC}}}language", f"{{{RSS1}}}language")
    language = find_text(channel, *names) or find_language(channel)
    return _list_common(channel, people[:1], language)


def read_rss(item: Any) -> Given | None:
    """Read an item of RSS, None where it is none of a post. Raises BadValue."""
    marks = list(_list_marks(item))
    if any(value is None for _, _, value in marks):
        return None
    fields = [
        Field(child.sourceline, name, read_text(child).strip())
        for name, *tags in _PLAIN
        for child in find_all(item, *tags)
        if not (name == "pubDate" and _NEVER in read_text(child))
    ]
    fields = [
        field._replace(value=_SHORT_YEAR.sub(_lengthen, str(field.value)))
        if field.name == "pubDate"
        else field
        for field in fields
    ]
    fields += _list_addresses(item)
    if about := item.get(f"{{{RDF}}}about"):
        fields.append(Field(item.sourceline, "id", about))
    people = [{"name": read_text(name).strip()} for name in find_all(item, f"{{{DC}}}creator")]
    others = (find_text(item, "author"), find_text(item, f"{{{ITUNES}}}author"))
    writers = [read_person(text) for text in others if text]
    for person in people:
        person |= next((each for each in writers if each["name"] == person["name"]), {})
    people = people or writers[:1]
    language = find_text(item, f"{{{DC}}}language") or find_language(item)
    fields += _list_common(item, people, language)
    labels = [read_text(label) for label in find_all(item, "category", f"{{{DC}}}subject")]
    fields += _list_labels(item, labels)
    fields += [Field(*file) for file in list_files(item)]
    for image in find_all(item, f"{{{ITUNES}}}image"):
        fields.append(Field(image.sourceline, "image", image.get("href", "")))
    fields += marks
    texts = [
        (_read_text(name, child), find_base(child))
        for name, *tags in _TEXTS
        for child in find_all(item, *tags)
    ]
    texts = [(text, base) for text, base in texts if text.text.strip()] or [(Text(), "")]
    leads = [
        _write(text) for text, _ in reversed(texts[1:]) if text.name in ("description", "excerpt")
    ]
    text, base = texts[0]
    return Given(item.sourceline, fields, text, next(iter(leads), ""), base, feed=True)


_PLAIN = (
    ("title", "title", f"{{{RSS1}}}title"),
    ("id", "guid"),
    ("pubDate", "pubDate"),
    ("dc:date", f"{{{DC}}}date", f"{{{DCTERMS}}}issued", f"{{{DCTERMS}}}created"),
    ("updated", f"{{{ATOM}}}updated", f"{{{DCTERMS}}}modified"),
)
_TEXTS = (
    ("content:encoded", f"{{{CONTENT}}}encoded"),
    ("description", "description", f"{{{RSS1}}}description"),
    ("excerpt", "{http://wordpress.org/export/1.2/excerpt/}encoded"),
    ("itunes:summary", f"{{{ITUNES}}}summary"),
)


def _read_text(name: str, element: Any) -> Text:
    """Read a text of RSS, which is HTML; what has no tag is lines of text."""
    text = read_markup(element)
    if "<" in text:
        return Text(element.sourceline, name, text, "HTML")
    return Text(element.sourceline, name, html.unescape(text), "text")


def _list_addresses(item: Any) -> Iterator[Field]:
    """Yield the addresses of an item: its guid is one unless it says that it isn't."""
    for link in find_all(item, "link", f"{{{RSS1}}}link"):
        if text := read_text(link).strip():
            yield Field(link.sourceline, "url", resolve(link, text))
    for guid in find_all(item, "guid"):
        text = read_text(guid).strip()
        if guid.get("isPermaLink", "true") == "true" and re.match("https?://", text):
            yield Field(guid.sourceline, "url", text)


def _list_marks(item: Any) -> Iterator[Field]:
    """Yield what keeps an item of WordPress's export out of the feed; None where it is no post."""
    for child in item.iterchildren("*"):
        match = _WORDPRESS.fullmatch(child.tag)
        name = match[1] if match else ""
        if name == "post_type" and read_text(child).strip() != "post":
            yield Field(child.sourceline, name, None)
        elif name in _OPEN and read_text(child).strip() not in _OPEN[name]:
            yield Field(child.sourceline, "draft", True)


def _lengthen(year: re.Match[str]) -> str:
    return f"{'20' if int(year[1]) < 50 else '19'}{year[1]}"


# Both


def _list_common(element: Any, people: list[dict[str, str]], language: str) -> list[Field]:
    """List what may be said of an entry or of a whole feed."""
    line = element.sourceline
    fields = [Field(line, "authors", people)] if people else []
    return fields + ([Field(line, "language", language)] if language else [])


def _list_labels(element: Any, labels: list[str]) -> list[Field]:
    labels = [label.strip() for label in labels if label.strip()]
    return [Field(element.sourceline, "categories", labels)] if labels else []
