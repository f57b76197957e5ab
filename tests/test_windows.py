"""Windows: newest and archives together hold every entry, also while articles come and go."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from feedsvc.index import MAIN, Change, Row, State
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.model import Feed, Person, Window
from feedsvc.periods import read_period
from feedsvc.timeline import Read
from feedsvc.windows import Windows

ZONE = "Europe/Amsterdam"
FEED = Feed("https://example.org/", "", "T", "D", "en", Person("A"), ZONE, 15, "full")
SIZE = 4
ENTRIES = 3


class Shelf:
    """A feed with entries put straight into a real index."""

    def __init__(self) -> None:
        self.index = SqliteIndex(":memory:", create=True)
        self.windows = Windows(self.index, FEED, SIZE)
        self.published: dict[str, int] = {}
        self.updated = 0

    def put(self, id: str, published: int, state: State = "published") -> None:
        self.updated += 1
        row = Row(
            id, id, True, 0, 0, "", f"{id} {self.updated}", published, self.updated, 0, 0, state
        )
        feeds = {MAIN: ""} if state == "published" else {}
        with self.index.transaction():
            self.index.put([Change(row, feeds)])
        self.published[id] = published
        if state != "published":
            del self.published[id]

    def newest(self) -> Window:
        return self.windows.newest(ENTRIES, archived=True)

    def archives(self) -> dict[str, Window]:
        """Find all, each as it is also found with the timeline read before."""
        timeline = Read(self.index, MAIN)
        windows = Windows(self.index, FEED, SIZE, timeline)
        assert list(windows.archives()) == list(self.windows.archives())
        archives = {name: self.archive(name) for _, name in self.windows.archives()}
        assert archives == {name: windows.archive(name) for name in archives}
        return archives

    def archive(self, name: str) -> Window:
        window = self.windows.archive(name)
        assert window
        return window

    def walk_back(self) -> Iterator[Window]:
        window = self.newest()
        yield window
        while window.prev:
            window = self.archive(window.prev)
            yield window


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.index.close()


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def fill(shelf: Shelf, *dates: str) -> None:
    for number, date in enumerate(dates):
        shelf.put(f"{number:02}", at(date))


def ids(window: Window) -> list[str]:
    return [stamp.id for stamp in window.stamps]


def test_feed_without_entries_is_complete_and_has_no_archive(shelf: Shelf) -> None:
    window = shelf.newest()
    assert (window.stamps, window.complete, window.prev) == ((), True, "")
    assert [name for _, name in shelf.windows.archives()] == []
    assert shelf.windows.archive("2024") is None
    assert shelf.windows.parts() == ()


def test_feed_that_fits_is_complete(shelf: Shelf) -> None:
    fill(shelf, "2022-05-01", "2023-05-01", "2024-05-01")
    window = shelf.newest()
    assert (ids(window), window.complete, window.prev) == (["02", "01", "00"], True, "")


def test_newest_holds_the_open_archive_whole(shelf: Shelf) -> None:
    fill(shelf, "2022-05-01", "2023-05-01", *(f"2024-05-0{day}" for day in range(1, 5)))
    shelf.put("00", at("2022-05-01"))  # edited
    window = shelf.newest()
    assert ids(window) == ["00", "05", "04", "03", "02"]
    assert (window.complete, window.prev) == (False, "2023")


def test_feed_without_archives_holds_the_newest_alone(shelf: Shelf) -> None:
    fill(shelf, "2023-05-01", *(f"2024-05-0{day}" for day in range(1, 5)))
    window = shelf.windows.newest(ENTRIES, archived=False)
    assert (ids(window), window.complete, window.prev) == (["04", "03", "02"], False, "")
    assert shelf.windows.newest(5, archived=False).complete


def test_period_of_too_many_is_split_and_stays_as_the_cover_of_its_parts(shelf: Shelf) -> None:
    busy = [f"2023-05-01T10:0{minute}" for minute in range(5)]
    fill(shelf, "2022-01-01", *busy, "2023-05-02", "2023-09-01", "2024-01-01")
    assert [name for _, name in shelf.windows.archives()] == [
        "2022",
        *(f"2023-05-01T120{minute}" for minute in range(5)),
        "2023-05-01T12",
        "2023-05-01",
        "2023-05-02",
        "2023-05",
        "2023-09",
        "2023",
        "2024",
    ]
    assert shelf.windows.parts() == ("2024", "2023", "2022")
    assert shelf.windows.parts("2023") == ("2023-09", "2023-05")
    assert shelf.windows.parts("2023-09") == ()
    cover = shelf.archive("2023")
    assert (ids(cover), cover.period) == (["07"], "2023")
    assert (cover.prev, cover.next, cover.closed) == ("2023-05", "2023-05", True)
    part = shelf.archive("2023-09")
    assert (ids(part), part.prev, part.next) == (["07"], "2023-05", "2024")


def test_archive_links_lead_through_all_entries_both_ways(shelf: Shelf) -> None:
    busy = [f"2023-05-01T10:0{minute}" for minute in range(5)]
    fill(shelf, "2022-01-01", *busy, "2023-05-02", "2023-09-01", "2024-01-01", "2025-01-01")
    back = [id for window in shelf.walk_back() for id in ids(window)]
    assert set(back) == set(shelf.published)
    window, forth = shelf.archive("2022"), []
    while window.next:
        forth += ids(window)
        window = shelf.archive(window.next)
    assert set(forth + ids(window)) == set(shelf.published)
    assert window.period == "2025"
    assert not window.closed


def test_minute_is_not_split(shelf: Shelf) -> None:
    fill(shelf, *["2023-05-01T10:00:30"] * 6, "2024-01-01")
    assert [name for _, name in shelf.windows.archives()] == [
        "2023-05-01T1200",
        "2023-05-01T12",
        "2023-05-01",
        "2023-05",
        "2023",
        "2024",
    ]
    assert len(shelf.archive("2023-05-01T1200").stamps) == 6


def test_minute_of_too_many_is_an_archive_of_its_own_also_while_it_is_open(shelf: Shelf) -> None:
    fill(shelf, "2022-01-01", *["2023-05-01T10:00:30"] * 6)
    window = shelf.newest()
    assert len(window.stamps) == ENTRIES
    assert (window.prev, window.complete) == ("2023-05-01T1200", False)
    assert not shelf.archive(window.prev).closed
    assert {id for window in shelf.walk_back() for id in ids(window)} == set(shelf.published)


def test_archive_is_newest_first_then_by_id(shelf: Shelf) -> None:
    fill(shelf, "2023-05-01", "2023-05-02", "2023-05-01", "2024-05-01", "2025-05-01")
    assert ids(shelf.archive("2023")) == ["01", "00", "02"]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("2023-05", "2023"),  # merged into its year
        ("2023-05-01T1200", "2023"),
        ("2022", "2021"),  # emptied: the one before
        ("2020", "2021"),  # before all: the oldest
        ("2999-12", "2024"),
    ],
)
def test_period_that_is_no_archive_any_more_leads_on(
    shelf: Shelf, asked: str, answered: str
) -> None:
    fill(shelf, "2021-05-01", "2023-05-01", "2023-06-01", "2024-01-01")
    assert shelf.archive(asked) == shelf.archive(answered)
    assert shelf.archive(asked).period == answered


@pytest.mark.parametrize("name", ["", "2023-13", "x", "2023/05"])
def test_name_of_no_period_is_no_archive(shelf: Shelf, name: str) -> None:
    fill(shelf, "2021-05-01")
    assert shelf.windows.archive(name) is None


BEGIN = at("2019-12-30")
SPANS = st.sampled_from([30, 7 * 60, 5 * 3600, 2 * 86_400, 40 * 86_400, 400 * 86_400])


class History(RuleBasedStateMachine):
    """Articles arrive, change and vanish at random while clients walk the archives."""

    entries = Bundle("entries")
    walks = Bundle("walks")

    @initialize(target=entries, gaps=st.lists(SPANS, max_size=12))
    def begin(self, gaps: list[int]) -> object:
        self.shelf = Shelf()
        self.names = 0
        self.now = BEGIN
        self.walking: dict[int, tuple[set[str], str]] = {}
        return multiple(*(self.add(self.now + gap) for gap in gaps))

    def teardown(self) -> None:
        if hasattr(self, "shelf"):
            self.shelf.index.close()

    def add(self, published: int) -> str:
        self.names += 1
        id = f"{self.names:03}"
        self.shelf.put(id, published)
        self.now = max(self.now, published)
        return id

    @rule(target=entries, gaps=st.lists(SPANS, min_size=1, max_size=3))
    def append(self, gaps: list[int]) -> object:
        """What is published later than all else changes no closed archive, links included."""
        added = []
        for gap in gaps:
            before = self.closed()
            added.append(self.add(self.now + gap))
            after = self.shelf.archives()
            assert {name: after[name] for name in before} == before
        return multiple(*added)

    @rule(target=entries, ago=SPANS, times=st.integers(0, 9))
    def backdate(self, ago: int, times: int) -> str:
        before = self.shelf.archives()
        id = self.add(self.now - ago * times)
        self.check_others(before, self.shelf.published[id])
        return id

    @rule(id=entries)
    def edit(self, id: str) -> None:
        """A late edit is in the newest document and in its archive, and in no other."""
        before = self.shelf.archives()
        self.shelf.put(id, self.shelf.published[id])
        after = self.shelf.archives()
        assert id in ids(self.shelf.newest())
        assert before.keys() == after.keys()
        for name, window in before.items():
            assert (after[name] != window) == (id in ids(window))
            assert (after[name].prev, after[name].next) == (window.prev, window.next)

    @rule(id=consumes(entries))
    def withdraw(self, id: str) -> None:
        before = self.shelf.archives()
        published = self.shelf.published[id]
        self.shelf.put(id, published, "withdrawn")
        for held, _ in self.walking.values():
            held.discard(id)
        self.check_others(before, published)
        assert all(id not in ids(window) for window in self.shelf.archives().values())

    def closed(self) -> dict[str, Window]:
        return {name: window for name, window in self.shelf.archives().items() if window.closed}

    def check_others(self, before: dict[str, Window], moment: int) -> None:
        """Check that archives of other times kept their entries, and links to what is there."""
        after = self.shelf.archives()
        for name, window in before.items():
            period = read_period(name, ZONE)
            assert period
            if moment in period:
                continue
            if name not in after:  # its period isn't split from others any more
                assert set(window.stamps) <= set(self.shelf.archive(name).stamps)
                continue
            assert after[name].stamps == window.stamps
            for old, new in ((window.prev, after[name].prev), (window.next, after[name].next)):
                assert old == new or old not in after or new not in before

    @rule(target=walks)
    def start_walk(self) -> int:
        """A client reads the newest document; what is there now, it shall find."""
        number = len(self.walking)
        window = self.shelf.newest()
        self.walking[number] = (set(self.shelf.published) - set(ids(window)), window.prev)
        return number

    @precondition(lambda self: self.walking)
    @rule(walk=walks)
    def step(self, walk: int) -> None:
        missing, at = self.walking[walk]
        if at and self.shelf.published:
            window = self.shelf.archive(at)
            self.walking[walk] = (missing - set(ids(window)), window.prev)

    @invariant()
    def no_walk_that_ended_has_a_gap(self) -> None:
        for missing, at in getattr(self, "walking", {}).values():
            assert at or not missing

    @invariant()
    def newest_and_archives_hold_every_entry(self) -> None:
        if not hasattr(self, "shelf"):
            return
        everything = set(self.shelf.published)
        windows = list(self.shelf.walk_back())
        assert {id for window in windows for id in ids(window)} == everything
        assert windows[0].complete == (set(ids(windows[0])) == everything)
        archives = self.shelf.archives()
        assert {name for window in archives.values() for name in (window.prev, window.next)} <= {
            "",
            *archives,
        }
        first = next(iter(archives), "")
        seen = set()
        while first:
            seen |= set(ids(archives[first]))
            first = archives[first].next
        assert seen == everything


History.TestCase.settings = limits(
    max_examples=min(limits().max_examples, 2000), stateful_step_count=30
)
test_history_has_no_gap_whatever_happens_fuzz = History.TestCase
