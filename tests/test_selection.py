"""Selection: what state an entry is in, and when that changes by itself."""

import pytest
from msgspec.structs import replace

from feedsvc.index import Row, State
from feedsvc.selection import decide_state, explain_state, is_due

NOW = 1_700_000_000
ROW = Row("urn:a", "a.txt", True, 1, 1, "s", "d", NOW, NOW, 0, NOW, "published")


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "published"),
        ({"published": NOW + 1}, "waiting"),
        ({"listed": False}, "unlisted"),
        ({"listed": False, "published": NOW + 1}, "waiting"),
        ({"expires": NOW + 1}, "published"),
        ({"expires": NOW}, "expired"),
        ({"expires": NOW, "published": NOW + 1}, "expired"),
        ({"expires": NOW, "listed": False}, "expired"),
    ],
)
def test_state_follows_from_dates_and_marks(values: dict[str, int], state: State) -> None:
    assert decide_state(replace(ROW, **values), NOW) == state


@pytest.mark.parametrize(
    ("state", "values", "due"),
    [
        ("waiting", {}, True),
        ("waiting", {"published": NOW + 1}, False),
        ("waiting", {"published": NOW + 1, "expires": NOW}, True),
        ("published", {}, False),
        ("published", {"published": NOW + 1}, False),  # a clock that is set back hides nothing
        ("published", {"expires": NOW}, True),
        ("published", {"expires": NOW + 1}, False),
        ("unlisted", {"expires": NOW}, True),
        ("draft", {"expires": NOW}, False),
        ("withdrawn", {"expires": NOW}, False),
        ("expired", {"expires": NOW}, False),
    ],
)
def test_time_changes_only_what_waits_or_expires(
    state: State, values: dict[str, int], due: bool
) -> None:
    assert is_due(replace(ROW, state=state, **values), NOW) == due


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("published", "None"),
        ("withdrawn", "None"),
        ("draft", "a.txt:1: draft: not published: it is a draft"),
        ("unlisted", "a.txt:1: unlisted: in no feed: only its page is published"),
        (
            "waiting",
            "a.txt:1: published: in the future: it waits until 2023-11-14T22:13:20+00:00",
        ),
        (
            "expired",
            "a.txt:1: expires: not published any more: it expired at 2023-11-14T22:13:20+00:00",
        ),
    ],
)
def test_what_hides_an_entry_is_told(state: State, told: str) -> None:
    assert str(explain_state(replace(ROW, state=state, expires=NOW))) == told
