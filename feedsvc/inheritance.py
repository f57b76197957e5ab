"""Inheritance: what a folder's entries take over from an old feed: articles out, identities in.

An id that was taken over before stays: who follows another feed knows the entry by that. But for
one that the article says itself, which it has whether anybody took it over or not.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from feedsvc.adoption import Candidate, Match
from feedsvc.clean import make_iri, show_id
from feedsvc.errors import ArticleError
from feedsvc.ids import Identity, read_ids
from feedsvc.index import Index, Row
from feedsvc.model import Article, Finding
from feedsvc.paths import Place
from feedsvc.readers import ALONE_NAME
from feedsvc.readers.records.traces import Trace
from feedsvc.settings import Settings

__all__ = ["inherit", "list_candidates"]

MANY = 1000
"""Articles that are looked at together."""


def list_candidates(settings: Settings, index: Index) -> Iterator[Candidate]:
    """Yield the articles of a folder as it was ingested, whatever keeps them out of its feeds."""
    after = ""
    while glances := index.glances(after, MANY, 0):
        after = glances[-1].path
        paths = [glance.path for glance in glances if not glance.withdrawn]
        for row, article in _find_articles(index, paths):
            page = Place("entry", slug=row.slug).path.removeprefix("/")
            yield Candidate(
                path=str(row.path),
                ids=tuple(filter(None, (row.id, show_id(row.id), article.id))),
                links=(article.url or f"{settings.url}{quote(page)}", row.id),
                title=article.title,
                dates=tuple(filter(None, (article.published, article.updated))),
            )


def inherit(
    settings: Settings, index: Index, matches: Sequence[Match]
) -> tuple[list[Identity], list[Match]]:
    """Return the identities of a folder with those that matches give, in the order of paths.

    And the matches whose articles keep another id. Raises ArticleError where the file of
    identities has a fault.
    """
    faults: list[Finding] = []
    known = {identity.path: identity for identity in read_ids(settings.folder, faults.append)}
    for fault in faults:
        raise ArticleError(fault.path, fault.line, fault.field, fault.what, fault.why)
    kept, given = [], {}
    traces = {match.path: match for match in matches}
    for row, article in _find_articles(index, list(traces)):
        match = traces[str(row.path)]
        before = known.get(match.path)
        if before and make_iri(before.id) == make_iri(match.trace.id):
            continue
        if before and not _is_made(row):
            kept.append(match)
        else:
            given[match.path] = _identify(row, article, match.trace)
    # Another line of such an id is that of a file that is gone.
    ids = {identity.id for identity in given.values()}
    known = {path: identity for path, identity in known.items() if identity.id not in ids} | given
    return [known[path] for path in sorted(known)], kept


def _is_made(row: Row) -> bool:
    """Whether an entry has the id that is made of its article, where nobody knows another."""
    name = PurePosixPath(str(row.path).removesuffix(f"/{ALONE_NAME}")).name
    return row.own or (row.id.startswith("tag:") and row.id.endswith(quote(name)))


def _find_articles(index: Index, paths: Sequence[str]) -> Iterator[tuple[Row, Article]]:
    rows = index.at_paths(paths)
    articles = index.articles([row.digest for row in rows.values()])
    return ((row, articles[row.digest]) for row in rows.values() if row.digest in articles)


def _identify(row: Row, article: Article, trace: Trace) -> Identity:
    """Make the identity of an entry: with the dates of the old feed, where its file has none."""
    first = trace.published or trace.updated
    published = int(first.timestamp()) if first and article.published is None else 0
    last = int(trace.updated.timestamp()) if trace.updated and article.updated is None else 0
    edited = last if last > (published or row.published) else 0
    return Identity(
        path=str(row.path),
        id=trace.id,
        source=row.source,
        published=published,
        updated=edited or published,
        edited=edited,
        seen=published,
    )
