"""Batches: what is to be written reads as if it were, and is written many entries at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from feedsvc.index import MAIN, Look, Medium, Row
from feedsvc.index.batch import BATCH, Batch
from feedsvc.index.sqlite import SqliteIndex
from tests.conftest import list_rows

T = 1_700_000_000
FEEDS = {MAIN: "", "category/a/": "A"}


@pytest.fixture
def index() -> Iterator[SqliteIndex]:
    index = SqliteIndex(":memory:", create=True)
    yield index
    index.close()


@pytest.fixture
def batch(index: SqliteIndex) -> Batch:
    return Batch(index, same_rules=True)


def make(id: str, updated: int = T, **values: Any) -> Row:
    row = Row(id, f"{id}.txt", True, 1, 2, "s", f"d{id}", updated, updated, 0, T, "published")
    return replace(row, **values)


def test_what_is_put_is_found_before_and_after_it_is_written(
    index: SqliteIndex, batch: Batch
) -> None:
    batch.put(make("a", slug="a"), FEEDS)
    for _ in range(2):
        assert batch.find("a") == make("a", slug="a")
        assert batch.memberships("a") == FEEDS
        assert batch.has_slug("a", "b")
        assert not batch.has_slug("a", "a")
        assert batch.next_free(T, "b", T + 9) == T + 1
        assert batch.next_free(T, "a", T + 9) == T
        batch.flush()
    assert index.find("a") == make("a", slug="a")
    assert index.memberships("a") == FEEDS


def test_what_is_expected_is_asked_for_at_once(index: SqliteIndex, batch: Batch) -> None:
    batch.put(make("a"), FEEDS)
    batch.flush()
    batch.put(make("b", T + 1), FEEDS)
    batch.expect(["a", "b", "c"], [T, T + 1, T + 2])
    index.close()  # from now on nothing can be asked
    assert (batch.find("a"), batch.find("b"), batch.find("c")) == (
        make("a"),
        make("b", T + 1),
        None,
    )
    assert batch.memberships("a") == batch.memberships("b") == FEEDS
    assert batch.next_free(T + 2, "c", T + 9) == T + 2


def test_second_that_is_expected_to_be_free_is_given_once(batch: Batch) -> None:
    batch.expect([], [T])
    assert batch.next_free(T, "a", T) == T
    batch.put(make("a"), FEEDS)
    assert batch.next_free(T, "b", T + 9) == T + 1
    assert batch.next_free(T, "b", T) == T - 1


def test_seconds_to_be_written_are_taken_too_up_and_down(batch: Batch) -> None:
    for at in range(3):
        batch.put(make(str(at), T + at), FEEDS)
    assert batch.next_free(T, "x", T + 9) == T + 3
    assert batch.next_free(T, "x", T + 2) == T - 1


def test_second_that_an_entry_leaves_is_free(batch: Batch) -> None:
    batch.put(make("a"), FEEDS)
    batch.flush()
    batch.put(make("a", T + 5), FEEDS)
    assert batch.next_free(T, "b", T + 9) == T
    batch.put(make("a", T + 5, state="withdrawn"), {})
    assert batch.next_free(T + 5, "b", T + 9) == T + 5


def test_second_of_an_entry_that_is_yet_to_be_read_again_is_kept_free(index: SqliteIndex) -> None:
    first = Batch(index, same_rules=True)
    first.put(make("a", source="", state="unread"), {})
    first.flush()
    batch = Batch(index, same_rules=True)
    batch.expect(["b"], [T])
    assert batch.next_free(T, "b", T + 9) == T + 1


def test_entry_that_is_put_again_has_its_last_feeds_only(index: SqliteIndex, batch: Batch) -> None:
    batch.put(make("a"), FEEDS)
    batch.put(make("a", T + 1), {MAIN: ""})
    batch.flush()
    assert [stamp.id for stamp in index.newest(MAIN, 9)] == ["a"]
    assert index.newest("category/a/", 9) == ()
    assert index.facets("category") == []


def test_full_batch_is_written(index: SqliteIndex, batch: Batch) -> None:
    for number in range(BATCH + 1):
        batch.put(make(f"{number:04}", T + number), FEEDS)
    assert len(list_rows(index)) == BATCH
    for number in range(BATCH + 1):
        batch.touch(Look(f"{number:04}.txt", 7, 8, "t"))
    assert [row.size for row in list_rows(index)] == [7] * BATCH + [1]
    batch.flush()
    assert {(row.size, row.mtime, row.source) for row in list_rows(index)} == {(7, 8, "t")}


def test_files_of_an_entry_are_replaced_and_go_with_it(index: SqliteIndex, batch: Batch) -> None:
    medium = Medium("a.jpg", "0.jpg", 1, 2, True)
    batch.put(make("a"), FEEDS)
    batch.use("a", {"a.jpg": "https://example.org/0.jpg"}, [medium])
    assert batch.used("a") == {"a.jpg": "https://example.org/0.jpg"}
    assert index.medium("a.jpg") == medium
    batch.use("b", {}, [])
    batch.expect(["a"], [])
    batch.use("a", {}, [])
    assert batch.used("a") == {}
    batch.use("a", {"a.jpg": ""}, [medium])
    batch.put(make("a", state="withdrawn"), {})
    batch.flush()
    assert index.used("a") == {}


def test_nothing_is_written_of_nothing(index: SqliteIndex, batch: Batch) -> None:
    batch.flush()
    with index.transaction():
        index.finish_run(T, "rules")
    batch.touch(Look("a.txt", 1, 2, ""))
    batch.flush()
    with index.transaction():
        index.finish_run(T, "rules")
    assert index.revision() == T, "the first run counts, looks don't"
