"""The catalogue: what documents are made from, each question at the cost of its answer.

Times are seconds since 1970 UTC; a feed is named by its path, the main one by none.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from feedsvc.errors import IndexDamaged, IndexMissing
from feedsvc.index.schema import Counts, Labelled
from feedsvc.index.texts import unpack_articles
from feedsvc.model import Article, Finding, Stamp

__all__ = ["MAIN", "REVISION", "Catalogue"]

MAIN = ""
"""The name of the main feed."""

REVISION = "SELECT number FROM revision"
"""What is asked before every answer."""

MOST_NAMES = 10_000
"""Parameters of one statement; engines allow a few times as many."""

FEED = "feed = (SELECT number FROM feed WHERE path = :feed)"

# An article with a URL of its own has no page here.
_STAMPS = (
    "SELECT a.id, a.digest, m.published, m.updated, CASE a.paged WHEN 0 THEN '' ELSE a.slug END"
    f" FROM membership m JOIN article a ON a.number = m.article WHERE m.{FEED}"
)


class Catalogue(ABC):
    """The part of the index's contract that only reads."""

    @abstractmethod
    def execute(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        """Run one statement with `:name` parameters; return its rows.

        Raises IndexMissing before the first ingest, IndexUnusable and IndexDamaged.
        """

    @abstractmethod
    def execute_many(self, sql: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement, that returns nothing, with each of the values."""

    def suspect(self, why: str) -> IndexDamaged:
        """Note that the index was found to be damaged; return what is to be raised."""
        return IndexDamaged("index", "the index is damaged", why)

    def _select_all(self, sql: str, values: Sequence[object]) -> Iterator[Any]:
        """Run a statement that ends in what is to be one of the values; yield its rows."""
        for start in range(0, len(values), MOST_NAMES):
            asked = values[start : start + MOST_NAMES]
            names = {f"v{number}": value for number, value in enumerate(asked)}
            holders = ", ".join(f":{name}" for name in names)
            yield from self.execute(f"{sql} IN ({holders})", names)

    def revision(self) -> int:
        """Return the number of the last change: what was planned under it is still right.

        Raises IndexMissing until the first ingest has ended.
        """
        number = int(self.execute(REVISION)[0][0])
        if number == 0:
            raise IndexMissing("index", "nothing is ingested yet")
        return number

    # Windows

    def newest(self, feed: str, limit: int) -> tuple[Stamp, ...]:
        """Return the entries of a feed that were updated last, newest first."""
        return self._stamps("ORDER BY m.updated DESC LIMIT :limit", {"feed": feed, "limit": limit})

    def between(self, feed: str, start: int, end: int) -> tuple[Stamp, ...]:
        """Return the entries published from `start` and before `end`, newest first, then by id."""
        return self._stamps(
            "AND m.published >= :start AND m.published < :end ORDER BY m.published DESC, a.id",
            {"feed": feed, "start": start, "end": end},
        )

    def _stamps(self, rest: str, values: Mapping[str, Any]) -> tuple[Stamp, ...]:
        return tuple(
            Stamp(id, digest, _to_datetime(published), _to_datetime(updated), slug)
            for id, digest, published, updated, slug in self.execute(f"{_STAMPS} {rest}", values)
        )

    def count(self, feed: str, start: int, end: int, most: int) -> int:
        """Count the entries published from `start` and before `end`, but no further than `most`."""
        rows = self.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM membership WHERE {FEED}"
            " AND published >= :start AND published < :end LIMIT :most) AS found",
            {"feed": feed, "start": start, "end": end, "most": most},
        )
        return int(rows[0][0])

    def last_before(self, feed: str, moment: int) -> int | None:
        """Return when the last entry before a moment was published."""
        return self._moment("max", "<", feed, moment)

    def first_from(self, feed: str, moment: int) -> int | None:
        """Return when the first entry from a moment on was published."""
        return self._moment("min", ">=", feed, moment)

    def _moment(self, best: str, compare: str, feed: str, moment: int) -> int | None:
        rows = self.execute(
            f"SELECT {best}(published) FROM membership WHERE {FEED}"
            f" AND published {compare} :moment",
            {"feed": feed, "moment": moment},
        )
        found = rows[0][0]
        return None if found is None else int(found)

    def moments(self, feed: str, after: int, limit: int) -> list[tuple[int, int]]:
        """Return the next times at which entries of a feed were published, and how many each."""
        rows = self.execute(
            f"SELECT published, count(*) FROM membership WHERE {FEED}"
            " AND published > :after GROUP BY published ORDER BY published LIMIT :limit",
            {"feed": feed, "after": after, "limit": limit},
        )
        return [(int(published), int(entries)) for published, entries in rows]

    def page(self, slug: str) -> Stamp | None:
        """Return the entry whose page has this name, if it has a page."""
        rows = self.execute(
            "SELECT id, digest, published, updated, slug FROM article"
            " WHERE slug = :slug AND slug <> '' AND paged = 1"
            " AND state IN ('published', 'unlisted')",
            {"slug": slug},
        )
        for id, digest, published, updated, slug in rows:
            return Stamp(id, digest, _to_datetime(published), _to_datetime(updated), slug)
        return None

    def slugs(self, after: str, limit: int) -> list[str]:
        """Return the next names of pages, in order."""
        rows = self.execute(
            "SELECT slug FROM article WHERE slug > :after AND slug <> '' AND paged = 1"
            " AND state IN ('published', 'unlisted') ORDER BY slug LIMIT :limit",
            {"after": after, "limit": limit},
        )
        return [slug for (slug,) in rows]

    def articles(self, digests: Sequence[str]) -> dict[str, Article]:
        """Return the articles of these digests; those no longer kept are missing."""
        rows = self._select_all("SELECT digest, article FROM content WHERE digest", digests)
        try:
            return unpack_articles(rows)
        except ValueError as error:
            raise self.suspect(f"a stored text is no text: {error}") from error

    # Feeds

    def facets(self, kind: str) -> list[Labelled]:
        """Return the feeds of a kind that have entries, in the order of their names."""
        return self._labelled("path > :first AND path < :last", f"{kind}/", f"{kind}0")

    def facet(self, feed: str) -> Labelled | None:
        """Return one feed, None where it has no entry."""
        return next(iter(self._labelled("path >= :first AND path <= :last", feed, feed)), None)

    def _labelled(self, where: str, first: str, last: str) -> list[Labelled]:
        rows = self.execute(
            "SELECT path, label, entries FROM feed JOIN label ON label.feed = feed.number"
            f" WHERE {where} ORDER BY path, entries DESC, label",
            {"first": first, "last": last},
        )
        found: dict[str, Labelled] = {}
        for feed, label, entries in rows:
            known = found.get(feed)
            label, before = (known.label, known.entries) if known else (label, 0)
            found[feed] = Labelled(feed, label, before + entries)
        return list(found.values())

    # Editions

    def edition(self, path: str) -> tuple[str, datetime] | None:
        """Return the last version recorded of a document, and when it was first seen."""
        rows = self.execute(
            "SELECT version, modified FROM edition WHERE path = :path", {"path": path}
        )
        return (rows[0][0], _to_datetime(rows[0][1])) if rows else None

    # What an operator asks

    def refused(self) -> list[Finding]:
        """Return what the last ingest refused, in order."""
        rows = self.execute("SELECT path, line, field, what, why FROM refused ORDER BY path, line")
        return [Finding(*row) for row in rows]

    def counts(self) -> Counts:
        """Count the articles by state."""
        counts = dict(self.execute("SELECT state, count(*) FROM article GROUP BY state"))
        counts["refused"] = self.execute("SELECT count(*) FROM refused")[0][0]
        names = ("time", "runs", "spent")
        counts |= zip(names, self.execute("SELECT time, runs, spent FROM revision")[0], strict=True)
        return Counts(**{name: counts.get(name, 0) for name in Counts.__struct_fields__})


def _to_datetime(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
