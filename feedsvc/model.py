"""The values that the rooms hand each other: frozen, with slots, and nothing of any one format.

Dates are aware, UTC and whole seconds. Text is NFC and holds only characters that XML allows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

__all__ = [
    "Article",
    "Document",
    "Enclosure",
    "Entry",
    "Feed",
    "Finding",
    "Frame",
    "Guide",
    "Link",
    "Person",
    "Picture",
    "Reading",
    "Scope",
    "Selection",
    "Stamp",
    "Window",
]


class Person(Struct, frozen=True):
    """Somebody who wrote something. `url` is absolute."""

    name: str
    email: str | None = None
    url: str | None = None


class Picture(Struct, frozen=True, omit_defaults=True):
    """An image that an article shows. `type` is a media type, empty where it isn't known."""

    url: str
    alt: str = ""
    type: str = ""


class Enclosure(Struct, frozen=True, omit_defaults=True):
    """A file that comes with an article. `length` is in bytes, 0 where it isn't known."""

    url: str
    type: str
    length: int = 0
    title: str = ""


class Article(Struct, frozen=True, omit_defaults=True):
    """One article, as its source file says it.

    `title` is never empty; `content` is HTML (empty where the article has no text), `summary`
    is plain text, `url` an absolute URI, `language` a BCP 47 tag.
    """

    title: str
    content: str
    summary: str = ""
    url: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    id: str | None = None
    image: Picture | None = None
    enclosures: tuple[Enclosure, ...] = ()


class Selection(Struct, frozen=True):
    """Whether and how long an article is published, as it says itself.

    An unlisted one has its page and is in no feed. Apart from the article, so that taking a
    draft's mark off isn't an edit.
    """

    draft: bool = False
    unlisted: bool = False
    expires: datetime | None = None


class Finding(Struct, frozen=True, order=True):
    """Something that a person should know about a line of a file."""

    path: str
    line: int
    field: str
    what: str
    why: str = ""

    def __str__(self) -> str:
        """`FILE:LINE: FIELD: what: why`."""
        place = f"{self.path}:{self.line}: {self.field}: {self.what}"
        return f"{place}: {self.why}" if self.why else place


class Reading(Struct, frozen=True):
    """What a reader made of a file: the article, and each rule that took part.

    `findings` are what `check` reports; `rules` are what only `explain` tells. `slug` is the
    name that its page here may have, empty for the file's. `placed` is whether the article's URL
    was made by a permalink: then it may be another elsewhere.
    """

    article: Article
    findings: tuple[Finding, ...] = ()
    rules: tuple[Finding, ...] = ()
    selection: Selection = Selection()
    slug: str = ""
    placed: bool = False


class Stamp(Struct, frozen=True, omit_defaults=True):
    """An entry without its text: enough to order it, to version it and to fetch the text.

    `slug` names its page, empty where its article has a URL of its own.
    """

    id: str
    digest: str
    published: datetime
    updated: datetime
    slug: str = ""


class Entry(Struct, frozen=True):
    """An article as it is published: with the identity and the dates that the index keeps.

    `url` is its permalink: the article's own URL, else that of its page here.
    """

    id: str
    published: datetime
    updated: datetime
    url: str
    article: Article


class Scope(Struct, frozen=True):
    """All that an entry's fragment may depend on of its feed: the same in most feeds of a site."""

    root: str
    language: str
    author: Person
    timezone: str
    content: Literal["full", "summary"]
    facets: tuple[str, ...]


class Feed(Struct, frozen=True, omit_defaults=True):
    """All that a document says of its feed.

    `root` is the address that all feeds lie under, `path` the feed's own below it: empty for the
    main feed, `category/SLUG/` and the like for a facet; both end in a slash. `facets` are the
    kinds (`category`, `author`, `language`) that have feeds here. `icon` (square) and `logo`
    are addresses of images.
    """

    root: str
    path: str
    title: str
    description: str
    language: str
    author: Person
    timezone: str
    poll_minutes: int
    content: Literal["full", "summary"]
    rights: str | None = None
    hubs: tuple[str, ...] = ()
    icon: str | None = None
    logo: str | None = None
    facets: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """Whether its addresses are for others too: else `root` is relative to the document."""
        return "://" in self.root

    @property
    def url(self) -> str:
        """The address of the feed's page, which ends in a slash."""
        return self.root + quote(self.path)

    def address(self, path: str) -> str:
        """Return the absolute URL of a public path, which may be another feed's."""
        return self.root + quote(path.removeprefix("/"))

    @property
    def scope(self) -> Scope:
        """What its entries may know of it."""
        return Scope(
            self.root, self.language, self.author, self.timezone, self.content, self.facets
        )


class Link(Struct, frozen=True, omit_defaults=True):
    """A feed as another document names it.

    `kind` is `category`, `author` or `language`, empty for the main feed; `label` its name among
    those of its kind, `title` its whole title; `url` the address of its page, ends in a slash.
    """

    kind: str
    label: str
    title: str
    url: str
    language: str


class Guide(Struct, frozen=True, omit_defaults=True):
    """Where to go from a document: the feeds there are, and the archive periods.

    The main feed comes first, then each kind's by label. `periods` are the years of the feed,
    on an archive page the parts of its period, newest first.
    """

    feeds: tuple[Link, ...] = ()
    periods: tuple[str, ...] = ()


class Window(Struct, frozen=True, omit_defaults=True):
    """An ordered slice of a feed, newest first; all that goes into a document but the text.

    `period` names the archive that it is, empty for the newest entries; `prev` and `next` name
    the archives before and after it, empty where there is none. `complete` is whether it holds
    all entries of the feed, `closed` whether it is an archive to which no article is added by
    being published. Only documents for people and lists of feeds have a `guide`.
    """

    feed: Feed
    stamps: tuple[Stamp, ...]
    period: str = ""
    prev: str = ""
    next: str = ""
    complete: bool = False
    closed: bool = False
    guide: Guide = Guide()

    @property
    def url(self) -> str:
        """The address of this window's page, which ends in a slash."""
        return self.locate(self.period)

    def locate(self, period: str) -> str:
        """Return the address of the page of one of the feed's archives, or of the feed."""
        return f"{self.feed.url}archive/{period}/" if period else self.feed.url


class Frame(Struct, frozen=True):
    """A document but for its entries: the bytes before, behind and between their fragments."""

    head: bytes
    tail: bytes
    between: bytes = b""

    def splice(self, fragments: Iterable[bytes]) -> bytes:
        """Return the whole document: a fragment for each of the window's entries, in order."""
        return self.head + self.between.join(fragments) + self.tail


class Document(Struct, frozen=True):
    """A document that could be made: its path, and the version that its bytes will have.

    `format` is one of FORMATS, or `media`, which isn't rendered but streamed from a file.
    `version` is the digest of all that goes into the bytes; `modified` is when the index first
    saw this version, None where it hasn't yet; `max_age` is in seconds.
    """

    path: str
    format: str
    media_type: str
    version: str
    modified: datetime | None
    max_age: int
    window: Window

    def tag(self, encoding: str) -> str:
        """Return what the ETag says: which bytes these are, in an encoding."""
        return self.version if encoding == "identity" else f"{self.version}-{encoding}"
