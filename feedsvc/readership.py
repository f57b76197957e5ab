"""Readership: how many are subscribed to each feed, by what its readers tell, from requests.

A reader that fetches for many tells how many they are: the last number counts, of each address
and feed id that it asks for and by. One that tells none counts by its clients, on the day of the
period that has the most: an address changes, and who comes again is nobody new. Nothing of a
client is kept but a digest with a key that ends with this value.
"""

import re
import secrets
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from hashlib import blake2b
from urllib.parse import unquote

from msgspec import Struct, field

from feedsvc.formats import FEED_FORMATS, FORMATS
from feedsvc.logs import Request
from feedsvc.useragents import read_agent

__all__ = ["Feed", "Reader", "Readership"]

_FILES = {FORMATS[name].filename: name for name in FEED_FORMATS if name != "page"}
# Where the feeds lie below another path, so does each of them; an archive is nobody's to follow.
_FEED = re.compile(
    r"(?:https?://[^/]*)?(?P<feed>/(?:[^?]*/)?)"
    rf"(?P<file>{'|'.join(map(re.escape, _FILES))})(?:\?.*)?",
    re.S,
)
_ARCHIVE = re.compile(r"/archive/[^/]+/$")
_NUMBER = re.compile(r"\d+")


class Reader(Struct, frozen=True):
    """A reader of one feed: for how many it fetches, and whether it `tells` that itself."""

    name: str
    subscribers: int
    tells: bool


class Feed(Struct, frozen=True):
    """A feed by its path, the formats that are asked for, and its readers, the largest first."""

    path: str
    formats: tuple[str, ...]
    readers: tuple[Reader, ...]

    @property
    def subscribers(self) -> int:
        return sum(reader.subscribers for reader in self.readers)


class _Day(Struct):
    """What was asked for on a day.

    What readers `told`, with when, by feed, name, file and feed id; the `clients` of those that
    told nothing, by feed and name; the names of who is `hosted`; the `files` of each feed; and how
    often who is no reader asked, which is kept `apart`.
    """

    told: dict[tuple[str, str, str, str], tuple[datetime, int]] = field(default_factory=dict)
    clients: dict[tuple[str, str], set[bytes]] = field(default_factory=lambda: defaultdict(set))
    hosted: set[str] = field(default_factory=set)
    files: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    apart: Counter[str] = field(default_factory=Counter)


class Readership:
    """What is known of the last `days` (UTC) that end with that of the newest request."""

    def __init__(self, days: int) -> None:
        self._length = timedelta(days=days)
        self._days: dict[date, _Day] = {}
        self._key = secrets.token_bytes()
        self._last = date.min

    @property
    def period(self) -> tuple[date, date] | None:
        """The first and the last day that are known of, None where nothing was asked for."""
        return (min(self._days), self._last) if self._days else None

    @property
    def apart(self) -> Counter[str]:
        """How many requests for feeds were no reader's, by the kind of who asked."""
        return sum((day.apart for day in self._days.values()), Counter())

    def add(self, request: Request) -> None:
        """Take note of a request; of one that is no reading of a feed, only of its day."""
        day = self._open_day(request.time.date())
        found = _FEED.fullmatch(request.target)
        if not day or not found or request.method != "GET" or request.status not in (200, 304):
            return
        feed, file = _show(unquote(found["feed"])), found["file"]
        if _ARCHIVE.search(feed):
            return
        agent = read_agent(request.agent)
        if agent.kind != "reader":
            day.apart[agent.kind] += 1
            return
        day.files[feed].add(file)
        if agent.hosted:
            day.hosted.add(agent.name)
        if agent.subscribers is None:
            day.clients[feed, agent.name].add(self._digest(request))
        else:
            key, told = (feed, agent.name, file, agent.feed_id), (request.time, agent.subscribers)
            day.told[key] = max(told, day.told.get(key, told))

    def list_feeds(self) -> list[Feed]:
        """List the feeds that have readers, in the order of their paths."""
        readers = defaultdict(list)
        for key, reader in sorted(self._sum_up().items()):
            readers[key[0]].append(reader)
        return [
            Feed(feed, self._list_formats(feed), tuple(sorted(found, key=_rank)))
            for feed, found in readers.items()
        ]

    def _open_day(self, today: date) -> _Day | None:
        """Return what is known of a day, None where it is before the period; drop what is too."""
        if today > self._last:
            self._last = today
            self._days = {day: kept for day, kept in self._days.items() if self._is_near(day)}
        if today not in self._days and self._is_near(today):
            self._days[today] = _Day()
        return self._days.get(today)

    def _is_near(self, day: date) -> bool:
        return self._last - day < self._length

    def _digest(self, request: Request) -> bytes:
        """Tell clients apart: by address, and by what they are but for the version."""
        known = f"{request.client} {_NUMBER.sub('', request.agent)}"
        return blake2b(known.encode(errors="replace"), key=self._key, digest_size=8).digest()

    def _sum_up(self) -> dict[tuple[str, str], Reader]:
        """Return the readers by feed and name."""
        told: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
        most: dict[tuple[str, str], int] = {}
        hosted = set().union(*(day.hosted for day in self._days.values()))
        for _, day in sorted(self._days.items()):
            for (feed, name, file, feed_id), (_, number) in day.told.items():
                told.setdefault((feed, name), {}).setdefault(file, {})[feed_id] = number
            for key, clients in day.clients.items():
                most[key] = max(most.get(key, 0), len(clients))
        summed = {
            key: Reader(key[1], 1 if key[1] in hosted else number, tells=False)
            for key, number in most.items()
        }
        for key, files in told.items():
            summed[key] = Reader(key[1], sum(map(_add_up, files.values())), tells=True)
        return summed

    def _list_formats(self, feed: str) -> tuple[str, ...]:
        asked = set().union(*(day.files.get(feed, ()) for day in self._days.values()))
        return tuple(format for file, format in _FILES.items() if file in asked)


def _add_up(numbers: dict[str, int]) -> int:
    """Add up what was told by feed id; by none only where there are none."""
    named = [number for feed_id, number in numbers.items() if feed_id]
    return sum(named or numbers.values())


def _show(path: str) -> str:
    """Make a path fit to be printed, whatever was asked for."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in path)


def _rank(reader: Reader) -> tuple[int, str]:
    return -reader.subscribers, reader.name
