"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): each value below is one of its objects.

Keys are in the order in which the specification lists them; what isn't known is left out.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec
from msgspec import Struct

from feedsvc.model import Entry, Feed, Person, Window

__all__ = ["render_json"]

VERSION = "https://jsonfeed.org/version/1.1"


class Author(Struct, frozen=True, omit_defaults=True):
    """An author object."""

    name: str
    url: str | None = None


class Hub(Struct, frozen=True):
    """A hub object."""

    type: str
    url: str


class Attachment(Struct, frozen=True, omit_defaults=True):
    """An attachment object."""

    url: str
    mime_type: str
    title: str = ""
    size_in_bytes: int = 0


class Item(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An item object, which has one of `content_html` and `content_text`."""

    id: str
    url: str
    title: str
    content_html: str = ""
    content_text: str = ""
    summary: str = ""
    image: str | None = None
    date_published: datetime
    date_modified: datetime
    authors: tuple[Author, ...]
    tags: tuple[str, ...] = ()
    language: str | None = None
    attachments: tuple[Attachment, ...] = ()


class Top(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The top-level object."""

    version: str
    title: str
    home_page_url: str
    feed_url: str
    description: str
    next_url: str | None = None
    icon: str | None = None
    favicon: str | None = None
    authors: tuple[Author, ...]
    language: str
    hubs: tuple[Hub, ...] = ()
    items: tuple[Item, ...]


def render_json(window: Window, entries: Sequence[Entry]) -> bytes:
    """Render a JSON Feed document, in UTF-8 and indented; `next_url` leads back in time.

    The feed's page and address are those of the newest document in every archive too: the
    address is what tells feeds apart, and what a hub knows.
    """
    feed = window.feed
    top = Top(
        version=VERSION,
        title=feed.title,
        home_page_url=feed.url,
        feed_url=f"{feed.url}feed.json",
        description=feed.description,
        next_url=f"{window.locate(window.prev)}feed.json" if window.prev else None,
        icon=feed.icon,
        favicon=feed.icon,
        authors=(_to_author(feed.author),),
        language=feed.language,
        hubs=tuple(Hub("WebSub", hub) for hub in feed.hubs),
        items=tuple(_to_item(feed, entry) for entry in entries),
    )
    return msgspec.json.format(msgspec.json.encode(top), indent=2) + b"\n"


def _to_item(feed: Feed, entry: Entry) -> Item:
    article = entry.article
    content = article.content if feed.content == "full" else ""
    return Item(
        id=entry.id,
        url=entry.url,
        title=article.title,
        content_html=content,
        content_text="" if content else article.summary or article.title,
        summary=article.summary,
        image=article.image.url if article.image else None,
        date_published=entry.published,
        date_modified=entry.updated,
        authors=tuple(_to_author(person) for person in article.authors or (feed.author,)),
        tags=article.categories,
        language=article.language,
        attachments=tuple(
            Attachment(file.url, file.type, file.title, file.length) for file in article.enclosures
        ),
    )


def _to_author(person: Person) -> Author:
    """Make an author object, which has no place for an e-mail address but its url."""
    mailto = f"mailto:{quote(person.email, safe='@')}" if person.email else None
    return Author(person.name, person.url or mailto)
