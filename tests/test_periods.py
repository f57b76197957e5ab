"""Periods: parts of the calendar that share out all time, in any zone, and sort by name."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.periods import FINEST, find_period, read_period

ZONES = (
    "UTC",
    "Europe/Amsterdam",
    "Asia/Kathmandu",
    "America/Sao_Paulo",  # clocks went forward at midnight
    "America/St_Johns",  # clocks went back over midnight
    "Pacific/Apia",  # a day was skipped
    "Antarctica/Troll",
    "Australia/Lord_Howe",  # half an hour of summer time
)
MOMENTS = st.integers(  # from the first that dates are read as; what is to come isn't public
    int(datetime(1000, 1, 1, tzinfo=UTC).timestamp()),
    int(datetime(9997, 1, 1, tzinfo=UTC).timestamp()),
) | st.integers(0, int(datetime(2030, 1, 1, tzinfo=UTC).timestamp()))


@pytest.mark.parametrize(
    ("level", "name", "start", "end"),
    [
        (0, "2024", "2024-01-01T00:00+01:00", "2025-01-01T00:00+01:00"),
        (1, "2024-05", "2024-05-01T00:00+02:00", "2024-06-01T00:00+02:00"),
        (2, "2024-05-31", "2024-05-31T00:00+02:00", "2024-06-01T00:00+02:00"),
        (3, "2024-05-31T14", "2024-05-31T14:00+02:00", "2024-05-31T15:00+02:00"),
        (4, "2024-05-31T1405", "2024-05-31T14:05+02:00", "2024-05-31T14:06+02:00"),
    ],
)
def test_moment_is_in_a_period_of_each_level(level: int, name: str, start: str, end: str) -> None:
    moment = int(datetime.fromisoformat("2024-05-31T14:05:59+02:00").timestamp())
    period = find_period(moment, level, "Europe/Amsterdam")
    assert (period.name, period.level) == (name, level)
    assert moment in period
    assert period.start == datetime.fromisoformat(start).timestamp()
    assert period.end == datetime.fromisoformat(end).timestamp()
    assert period.start in period
    assert period.end not in period


@pytest.mark.parametrize(
    "name",
    [
        *("", "24", "0000", "9999", "2024-00", "2024-13", "2024-02-30", "2023-02-29", "2024-5"),
        *("2024-05-31T30", "2024-05-31T1460", "2024-05-31T14:05", "20240531", "2024-05-31T"),
        *("٢٠٢٤", "2024\n", "2024-05-31T24", "2024-05-31T2400"),
    ],
)
def test_what_is_no_period_has_none(name: str) -> None:
    assert read_period(name, "UTC") is None


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Amsterdam", "2024-03-31", 23),
        ("Europe/Amsterdam", "2024-10-27", 25),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_day_is_as_long_as_its_zone_makes_it(zone: str, day: str, hours: int) -> None:
    period = read_period(day, zone)
    assert period
    assert period.end - period.start == hours * 3600


def test_last_hour_of_a_day_ends_with_it() -> None:
    """In Lord Howe's April a day has 24 hours and a half."""
    period = read_period("2024-04-07T24", "Australia/Lord_Howe")
    assert period
    assert period.end - period.start == 1800
    assert read_period("2024-04-07T2430", "Australia/Lord_Howe") is None


def test_day_before_is_not_resumed_where_clocks_go_back_over_midnight() -> None:
    """In St. John's, 00:01 became 23:01 of the day before."""
    again = datetime(2010, 11, 6, 23, 30, fold=1, tzinfo=ZoneInfo("America/St_Johns"))
    period = find_period(int(again.timestamp()), 2, "America/St_Johns")
    assert period.name == "2010-11-07"
    assert int(again.timestamp()) in period


@given(moment=MOMENTS, level=st.integers(0, FINEST), zone=st.sampled_from(ZONES))
@example(int(datetime(2024, 10, 27, 22, 30, tzinfo=UTC).timestamp()), 3, "Europe/Amsterdam")
def test_period_holds_its_moment_and_is_read_back_by_its_name(
    moment: int, level: int, zone: str
) -> None:
    period = find_period(moment, level, zone)
    assert moment in period
    assert read_period(period.name, zone) == period
    assert find_period(period.start, level, zone) == period
    assert find_period(period.end - 1, level, zone) == period
    if level:
        whole = find_period(moment, level - 1, zone)
        assert whole.start <= period.start < period.end <= whole.end
    following = find_period(period.end, level, zone)
    assert following.start == period.end


@given(moments=st.lists(MOMENTS, min_size=2), level=st.integers(0, FINEST))
def test_names_sort_as_the_times_do(moments: list[int], level: int) -> None:
    names = [find_period(moment, level, "Europe/Amsterdam").name for moment in sorted(moments)]
    assert names == sorted(names)
