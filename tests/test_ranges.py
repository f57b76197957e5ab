"""Ranges: RFC 9110, section 14, case by case."""

import pytest

from feedsvc.errors import BadValue
from feedsvc.ranges import read_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=2-4", (2, 5)),
        ("Bytes= 2-4 ", (2, 5)),
        ("bytes=2-", (2, 10)),
        ("bytes=9-9", (9, 10)),
        ("bytes=2-99", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
    ],
)
def test_part_begins_and_ends_as_asked_within_the_document(
    header: str, part: tuple[int, int]
) -> None:
    assert read_range(header, 10) == part


@pytest.mark.parametrize(
    "header",
    [
        *("", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=4-2", "bytes=0-1,3-4", "lines=0-1"),
        *("bytes=٣-٤", f"bytes={'9' * 19}-", "bytes=0-1\n", "bytes=-1-2"),
    ],
)
def test_what_is_no_single_range_is_ignored(header: str) -> None:
    assert read_range(header, 10) is None


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-11", "bytes=99-100", "bytes=-0"])
def test_part_after_the_end_is_none(header: str) -> None:
    with pytest.raises(BadValue, match="no such part"):
        read_range(header, 10)


def test_empty_document_has_no_part() -> None:
    with pytest.raises(BadValue, match="no such part"):
        read_range("bytes=-1", 0)
