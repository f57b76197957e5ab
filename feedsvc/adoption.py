"""Adoption: which article each entry of an old feed is, so that it keeps the id that it had there.

Told by the id, else by the link, else by title and date. What could be two is left alone: who
follows the feed would never see an article that got the id of another.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from html import unescape
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from feedsvc.clean import clean_markup
from feedsvc.readers.records.traces import Trace

__all__ = ["Adoption", "Candidate", "Match", "match_traces"]

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id", re.I)
_INDEX = re.compile(r"/(?:index\.(?:html?|xhtml|php))?$")
_PORTS = {"http": 80, "https": 443}
_STRAIGHT = str.maketrans("‘’‚‛“”„‟‐‑‒–—―−", "''''\"\"\"\"-------")


class Candidate(Struct, frozen=True):
    """An article that an entry may be, by its path, and what tells it from others."""

    path: str
    ids: tuple[str, ...]
    links: tuple[str, ...]
    title: str
    dates: tuple[datetime, ...]


class Match(Struct, frozen=True):
    """An entry of an old feed, the paths of the articles that it may be, and how that is told."""

    how: str
    trace: Trace
    paths: tuple[str, ...]

    @property
    def path(self) -> str:
        """The article, where it is certain."""
        return self.paths[0]


class Adoption(Struct, frozen=True):
    """What comes of an old feed: what is certain and what is doubtful, and what is left over.

    A match is `doubtful` where there are several articles, or its article is another's too.
    """

    certain: tuple[Match, ...]
    doubtful: tuple[Match, ...]
    traces: tuple[Trace, ...]
    paths: tuple[str, ...]


_Keys: TypeAlias = Callable[[Candidate], Iterable[object]]


def match_traces(
    traces: Iterable[Trace], candidates: Iterable[Candidate], zone: tzinfo
) -> Adoption:
    """Match the entries of a feed with the articles; days are those in `zone`.

    Of entries with the same id, as a feed has them that is parted, the first counts.
    """
    open_traces: dict[str, Trace] = {}
    for trace in traces:
        open_traces.setdefault(trace.id, trace)
    open_paths = {candidate.path: candidate for candidate in candidates}
    certain: list[Match] = []
    doubtful: list[Match] = []
    for how, keys in _list_ways(zone):
        matches = list(_match(how, keys, open_traces.values(), open_paths.values()))
        wanted = Counter(path for match in matches for path in match.paths)
        for match in matches:
            alone = len(match.paths) == 1 == wanted[match.path]
            (certain if alone else doubtful).append(match)
            del open_traces[match.trace.id]
        for path in wanted:
            del open_paths[path]
    return Adoption(
        tuple(certain), tuple(doubtful), tuple(open_traces.values()), tuple(sorted(open_paths))
    )


def _list_ways(zone: tzinfo) -> list[tuple[str, _Keys]]:
    """List the ways to tell that two are one, the surest first: two that share a key are."""

    def list_times(one: Candidate) -> Iterator[tuple[str, datetime]]:
        return ((fold_title(one.title), time) for time in one.dates if one.title)

    def list_days(one: Candidate) -> Iterator[object]:
        for folded, time in list_times(one):
            for local in (time, time.astimezone(zone), time.astimezone(UTC)):
                yield folded, local.date()

    return [
        ("id", lambda one: one.ids),
        ("link", lambda one: one.links),
        ("link", lambda one: map(fold_link, one.links)),
        ("title", list_times),
        ("title", list_days),
    ]


def _match(
    how: str, keys: _Keys, traces: Iterable[Trace], candidates: Iterable[Candidate]
) -> Iterator[Match]:
    """Yield each entry that shares a key with articles."""
    at: defaultdict[object, set[str]] = defaultdict(set)
    for candidate in candidates:
        for key in keys(candidate):
            at[key].add(candidate.path)
    for trace in traces:
        dates = tuple(filter(None, (trace.published, trace.updated)))
        one = Candidate("", (trace.id,), (*trace.links, trace.id), trace.title, dates)
        paths = {path for key in keys(one) for path in at.get(key, ())}
        if paths:
            yield Match(how, trace, tuple(sorted(paths)))


def fold_link(link: str) -> tuple[str, ...]:
    """Return what is left of an address, where it is the same page by all other ways to write it.

    Scheme, case of the host, its usual port, the name of an index and the slash before it, what
    counts visitors and the fragment don't matter.
    """
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return (link,)
    if parts.scheme not in _PORTS:
        return (link,)
    host = (parts.hostname or "") + (f":{port}" if port not in (None, _PORTS[parts.scheme]) else "")
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [f"{name}={value}" for name, value in query if not _TRACKING.fullmatch(name)]
    path = unicodedata.normalize("NFC", unquote(_INDEX.sub("", parts.path)))
    return (host, path, *kept)


def fold_title(title: str) -> str:
    """Return what is left of a title where it is set in plain type: no mark-up, no fine quotes."""
    plain = unicodedata.normalize("NFKC", clean_markup(unescape(title)))
    return plain.translate(_STRAIGHT).casefold()
