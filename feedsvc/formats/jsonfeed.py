"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): each value below is one of its objects.

Keys are in the order in which the specification lists them; what isn't known is left out.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec
from msgspec import Struct

from feedsvc.clean import show_id
from feedsvc.model import Entry, Frame, Person, Scope, Window

__all__ = ["frame_json", "write_json"]

VERSION = "https://jsonfeed.org/version/1.1"
INDENT = 2

_EMPTY_END, _END = b"]\n}\n", b"\n  ]\n}\n"


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
    """The top-level object, but for its items."""

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


def frame_json(window: Window) -> Frame:
    """Make the frame of a JSON Feed document, in UTF-8 and indented; `next_url` leads back in time.

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
    )
    document = msgspec.json.format(msgspec.json.encode(top), indent=INDENT)
    # The items come last, and the top-level object has other members, so there is a comma.
    head = document.removesuffix(b"\n}") + b',\n  "items": ['
    return Frame(head + b"\n", _END, b",\n") if window.stamps else Frame(head, _EMPTY_END)


def write_json(scope: Scope, entries: Sequence[Entry]) -> list[bytes]:
    """Write each entry as it stands among the items of a document."""
    margin = b" " * 2 * INDENT
    items = (msgspec.json.encode(_to_item(scope, entry)) for entry in entries)
    # Strings have no line breaks: these are escaped.
    return [
        margin + msgspec.json.format(item, indent=INDENT).replace(b"\n", b"\n" + margin)
        for item in items
    ]


def _to_item(scope: Scope, entry: Entry) -> Item:
    article = entry.article
    content = article.content if scope.content == "full" else ""
    return Item(
        id=show_id(entry.id),
        url=entry.url,
        title=article.title,
        content_html=content,
        content_text="" if content else article.summary or article.title,
        summary=article.summary,
        image=article.image.url if article.image else None,
        date_published=entry.published,
        date_modified=entry.updated,
        authors=tuple(_to_author(person) for person in article.authors or (scope.author,)),
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
