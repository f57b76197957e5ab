"""The tables of the index, in the SQL that both engines have in common, and their rows."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

__all__ = [
    "COLUMNS",
    "SCHEMA",
    "TABLES",
    "Change",
    "Counts",
    "Glance",
    "Hub",
    "Labelled",
    "Look",
    "Medium",
    "Row",
    "State",
]

State: TypeAlias = Literal[
    "published", "waiting", "withdrawn", "draft", "unlisted", "expired", "unread"
]

SCHEMA = 5
"""To be raised with any change of the tables: an index of another schema is made anew."""

TABLES = (
    # `feeds` are those that the entry is in, each with its label there: packed, as who changes
    # an entry has to take it out of each, and nobody else asks.
    """CREATE TABLE article (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, path TEXT UNIQUE, own BIGINT NOT NULL,
        size BIGINT NOT NULL, mtime BIGINT NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL,
        published BIGINT NOT NULL, updated BIGINT NOT NULL, edited BIGINT NOT NULL,
        seen BIGINT NOT NULL, state TEXT NOT NULL, slug TEXT NOT NULL, paged BIGINT NOT NULL,
        listed BIGINT NOT NULL, expires BIGINT NOT NULL, tied BIGINT NOT NULL, feeds BYTEA)""",
    "CREATE INDEX article_hidden ON article (state)"
    " WHERE state NOT IN ('published', 'withdrawn', 'unread')",
    "CREATE INDEX article_unread ON article (updated) WHERE state = 'unread'",
    "CREATE INDEX article_tied ON article (source) WHERE tied = 1",
    "CREATE INDEX article_waiting ON article (published) WHERE state = 'waiting'",
    "CREATE INDEX article_expires ON article (expires) WHERE expires > 0"
    " AND state IN ('published', 'unlisted', 'waiting')",
    "CREATE UNIQUE INDEX article_slug ON article (slug) WHERE slug <> ''",
    "CREATE TABLE content (digest TEXT PRIMARY KEY, article BYTEA NOT NULL, replaced BIGINT)",
    "CREATE INDEX content_replaced ON content (replaced) WHERE replaced IS NOT NULL",
    # `changed` is the revision that last changed an entry of the feed, which may be yet to come.
    """CREATE TABLE feed (
        number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, changed BIGINT NOT NULL)""",
    "CREATE INDEX feed_changed ON feed (changed)",
    "INSERT INTO feed VALUES (0, '', 0)",
    # Windows are selected from these rows, six an article: they are all numbers.
    """CREATE TABLE membership (
        feed INTEGER NOT NULL, updated BIGINT NOT NULL, published BIGINT NOT NULL,
        article INTEGER NOT NULL, PRIMARY KEY (feed, updated))""",
    "CREATE INDEX membership_published ON membership (feed, published, article)",
    """CREATE TABLE label (
        feed INTEGER NOT NULL, label TEXT NOT NULL, entries BIGINT NOT NULL,
        PRIMARY KEY (feed, label))""",
    """CREATE TABLE refused (
        path TEXT NOT NULL, line BIGINT NOT NULL, field TEXT NOT NULL, what TEXT NOT NULL,
        why TEXT NOT NULL)""",
    "CREATE INDEX refused_path ON refused (path)",
    # A file of many articles, as it was when all that is in it was read; its path ends in a slash,
    # so that it comes before its records.
    """CREATE TABLE collection (
        path TEXT PRIMARY KEY, size BIGINT NOT NULL, mtime BIGINT NOT NULL,
        source TEXT NOT NULL)""",
    """CREATE TABLE medium (
        path TEXT PRIMARY KEY, name TEXT NOT NULL, size BIGINT NOT NULL, mtime BIGINT NOT NULL,
        settled BIGINT NOT NULL)""",
    "CREATE INDEX medium_name ON medium (name)",
    "CREATE TABLE used (id TEXT NOT NULL, path TEXT NOT NULL, url TEXT NOT NULL, "
    "PRIMARY KEY (id, path))",
    "CREATE INDEX used_path ON used (path)",
    "CREATE TABLE edition (path TEXT PRIMARY KEY, version TEXT NOT NULL, modified BIGINT NOT NULL)",
    # What each hub was told of the feeds below an address: all that changed up to the revision
    # `heard`, and the version of each of their documents.
    """CREATE TABLE hub (
        url TEXT NOT NULL, root TEXT NOT NULL, heard BIGINT NOT NULL, terms TEXT NOT NULL,
        waiting BIGINT NOT NULL, trouble TEXT NOT NULL, PRIMARY KEY (url, root))""",
    """CREATE TABLE announced (
        hub TEXT NOT NULL, topic TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (hub, topic))""",
    """CREATE TABLE revision (
        number BIGINT, time BIGINT, reading TEXT, pending BIGINT, settings TEXT, trouble TEXT,
        ids TEXT, kept BIGINT, runs BIGINT, spent BIGINT)""",
    "INSERT INTO revision VALUES (0, 0, '', 0, '', '', '', 0, 0, 0)",
)


class Row(Struct, frozen=True):
    """What the index knows of an entry: its identity, and how its file was last seen.

    `path` is None where another entry has the file now; `own` is whether the file itself says
    the id, as it may no longer.

    `mtime` is in nanoseconds, the other times in seconds since 1970 UTC. `source` is the digest
    of the file's bytes, `digest` that of the entry made from them. While the file has yet to be
    read, as in an index made anew, the entry is `unread`: `digest` is empty, and `source` is that
    of the bytes that the dates are of, if it is known. `edited` is when the entry was last seen
    to change, 0 where it never was; `updated` differs among all published entries. `seen` is when
    the entry was first public, 0 before. `slug` names the page of an entry, which is there while
    it is `paged`: while its article has no URL. `expires` is 0 where it never does. `tied` is
    whether the id is another one than what the file would say anywhere.
    """

    id: str
    path: str | None
    own: bool
    size: int
    mtime: int
    source: str
    digest: str
    published: int
    updated: int
    edited: int
    seen: int
    state: State
    slug: str = ""
    paged: bool = False
    listed: bool = True
    expires: int = 0
    tied: bool = False


COLUMNS = ", ".join(Row.__struct_fields__)


class Change(Struct, frozen=True):
    """A row to be written over the one of its id, and the feeds that its entry is in, with labels.

    `text` is that of its digest, packed, None where it is in the index already. `replaces` is
    the digest of the text that it makes obsolete; who plans with it now still finds it.
    """

    row: Row
    feeds: Mapping[str, str]
    text: bytes | None = None
    replaces: str = ""


class Glance(Struct, frozen=True):
    """As much of a row as tells whether its file has changed; and whether its time has come.

    Or of a collection, whose path ends in a slash: `source` is empty where it held no article.
    """

    path: str
    size: int
    mtime: int
    source: str
    withdrawn: bool
    due: bool


class Look(Struct, frozen=True):
    """How the file at a path looks that makes what it made (see Row), or a collection."""

    path: str
    size: int
    mtime: int
    source: str


class Medium(Struct, frozen=True):
    """A file beside the articles that one names: its path in the folder, and how it was last seen.

    `name` is that under which it is published, empty where it can't be; `size` is -1 where there
    is no file. One that isn't `settled` is to be read again, however it looks.
    """

    path: str
    name: str
    size: int
    mtime: int
    settled: bool = False


class Labelled(Struct, frozen=True):
    """A feed, the commonest label of its entries, and how many they are."""

    feed: str
    label: str
    entries: int


class Hub(Struct, frozen=True):
    """How far a hub has heard: up to a revision, by the `terms` of the documents that it heard of.

    `waiting` is how many feeds it may have yet to hear of, `trouble` what keeps it from that.
    """

    url: str
    heard: int
    terms: str
    waiting: int
    trouble: str


class Counts(Struct, frozen=True):
    """How many articles are in which state, and when the last ingest ended (seconds).

    `runs` is how many there were, `spent` how long they took in all (milliseconds).
    """

    published: int
    waiting: int
    withdrawn: int
    draft: int
    unlisted: int
    expired: int
    unread: int
    refused: int
    time: int
    runs: int = 0
    spent: int = 0
