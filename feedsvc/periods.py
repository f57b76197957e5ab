"""Periods: the calendar's parts of time, named so that the names sort as the times do.

A year, a month, a day, an hour, a minute: `2024`, `2024-05`, `2024-05-30`, `2024-05-30T14`,
`2024-05-30T1405`. Days are those of a time zone; hours and minutes are counted from midnight, so
that the parts of each period share it out without a gap, also where clocks are put back.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

__all__ = ["FINEST", "Period", "find_period", "read_period"]

FINEST = 4
"""The level of minutes; years are level 0."""

# A day has up to 25 hours; 30 leave room for whatever a zone does to its clocks.
_NAME = re.compile(
    r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2\d)([0-5]\d)?)?)?)?", re.A
)


class Period(Struct, frozen=True):
    """A period of a time zone: from `start`, before `end`, in seconds since 1970 UTC."""

    name: str
    level: int
    start: int
    end: int

    def __contains__(self, moment: int) -> bool:
        return self.start <= moment < self.end


@lru_cache(maxsize=1024)
def read_period(name: str, zone: str) -> Period | None:
    """Return the period of a name, None where there is no such period."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if hour is None:
            last = _end(first, month is not None, day is not None)
            return Period(name, _level(name), _midnight(first, zone), _midnight(last, zone))
    except (ValueError, OverflowError):
        return None
    midnight = _midnight(first + timedelta(days=1), zone)
    start = _midnight(first, zone) + hour * 3600 + (minute or 0) * 60
    end = min(start + (3600 if minute is None else 60), midnight)
    return Period(name, _level(name), start, end) if start < end else None


def _level(name: str) -> int:
    return (4, 7, 10, 13, 15).index(len(name))


def _end(first: date, has_month: bool, has_day: bool) -> date:
    if has_day:
        return first + timedelta(days=1)
    if has_month:
        return (first + timedelta(days=31)).replace(day=1)
    return first.replace(year=first.year + 1)


def find_period(moment: int, level: int, zone: str) -> Period:
    """Return the period of a level that a moment (seconds since 1970 UTC) is in."""
    day, start, end = _find_day(moment, zone)
    minutes = (moment - start) // 60
    text = day.isoformat()
    clock = f"T{minutes // 60:02}"
    name = (text[:4], text[:7], text, text + clock, f"{text}{clock}{minutes % 60:02}")[level]
    if level == 2:
        return Period(name, level, start, end)
    period = read_period(name, zone)
    assert period, name
    return period


@lru_cache(maxsize=1024)
def _find_day(moment: int, zone: str) -> tuple[date, int, int]:
    """Return the day of a moment, its start and its end.

    Where clocks are put back over midnight, the day before isn't resumed.
    """
    day = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(zone)).date()
    end = _midnight(day + timedelta(days=1), zone)
    if moment >= end:
        day += timedelta(days=1)
        end = _midnight(day + timedelta(days=1), zone)
    return day, _midnight(day, zone), end


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())
