"""Timelines: read before or asked now, the answers are the same."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.index import MAIN, Change, Row
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.timeline import Asked, Read

MOMENTS = st.integers(-5, 5)


@pytest.fixture
def index() -> Iterator[SqliteIndex]:
    index = SqliteIndex(":memory:", create=True)
    yield index
    index.close()


def fill(index: SqliteIndex, moments: list[int]) -> None:
    index.execute("DELETE FROM membership")
    index.execute("DELETE FROM article")
    for number, moment in enumerate(moments):
        row = Row(f"{number}", None, True, 0, 0, "", "", moment, number, 0, 0, "published")
        index.put([Change(row, {MAIN: "", "category/a/": "a"})])


@pytest.mark.parametrize("batch", [1, 2, 10_000])
@given(moments=st.lists(MOMENTS, max_size=9), start=MOMENTS, end=MOMENTS)
def test_what_was_read_answers_as_the_index_does(
    batch: int, moments: list[int], start: int, end: int
) -> None:
    index = SqliteIndex(":memory:", create=True)
    fill(index, moments)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedsvc.timeline.BATCH", batch)
        read, asked = Read(index, MAIN), Asked(index, MAIN)
    assert read.last_before(start) == asked.last_before(start)
    assert read.first_from(start) == asked.first_from(start)
    if start <= end:
        assert read.count(start, end, 99) == asked.count(start, end, 99)
    index.close()


def test_what_was_read_stays(index: SqliteIndex) -> None:
    fill(index, [1, 2])
    read, asked = Read(index, MAIN), Asked(index, MAIN)
    fill(index, [])
    assert (read.count(0, 9, 9), asked.count(0, 9, 9)) == (2, 0)
