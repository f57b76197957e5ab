"""Dates: text as people and programs write it, to an aware datetime in UTC, whole seconds.

The only user of dateutil. Reads no clock and no zone of the machine: what is ambiguous or
incomplete is refused with the reason, never guessed.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache

from feedsvc.errors import BadValue

__all__ = ["FIRST_YEAR", "LAST_YEAR", "looks_like_date", "read_date", "read_local"]

LONGEST = 64
"""Characters; no date that a person writes is longer."""

FIRST_YEAR, LAST_YEAR = 1000, 9998
"""Four digits in every format and every zone."""

# Hours from UTC of the zone names that mean one thing: RFC 5322 section 4.3, and Europe's.
ZONES = {
    "UTC": 0,
    "GMT": 0,
    "UT": 0,
    "Z": 0,
    "WET": 0,
    "CET": 1,
    "WEST": 1,
    "EET": 2,
    "CEST": 2,
    "EEST": 3,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}

# A year, month and day in this order is ISO's order, whatever separates them.
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?=$|[Tt\s])")
_TIME = re.compile(r"[Tt\s]\s*(\d{1,2})(?=:)|\s+(?=(?:[+-]\d{2}:?\d{2}|Z|z|UTC|GMT)$)")
_ISO = re.compile(
    r"(\d{8}|\d{4}-\d{2}-\d{2}|\d{4}-?W\d{2}-?\d|\d{4}-?\d{3})"
    r"(?:[T ]\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d+)?)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
# What programs write; read at once, as nearly all articles have it.
_COMMON = re.compile(
    r"\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:[0-5]\d(?:Z|[+-]\d{2}:?\d{2})?", re.A
)
_LEAP_SECOND = re.compile(r"(T\d{2}:?\d{2}:?)60(?=\D|$)")
# `GMT+3` is three hours east to people, and three hours west to POSIX and dateutil.
_TURNED = re.compile(r"(?:UTC|GMT)\s*[+-]\s*\d", re.I)

_WEEKDAY = (
    r"(?:[^\W\d]+\.?,\s*|[^\W\d]{2,4}\.\s*|(?:mon|tue|wed|thu|fri|sat|sun|ma|di|wo|do|vr|za|zo"
    r"|lun|mar|mer|mi|jeu|jue|ven|vie|sam|sáb|dim|dom|don|fre)\w*\.?\s+)?"
)
_CLOCK = r"(?:(?:[Tt]|,?\s+(?:at\s+)?)\d[\w:.,+ -]*)?"
_LOOKS = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    r"|\d{4}-?W\d{2}(?:-?\d)?|\d{4}-\d{3}|\d{8}"
    r"|\d{4}年\d{1,2}月\d{1,2}日"
    rf"|{_WEEKDAY}\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:de\s+)?[^\W\d]+\.?,?\s+(?:de\s+)?"
    r"(?:\d{4}|\d{2})"
    rf"|{_WEEKDAY}[^\W\d]+\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    rf"){_CLOCK}",
    re.I,
)


def read_date(text: str, *, zone: tzinfo, default_time: time) -> datetime:
    """Read `text` as a moment; `zone` where it names none, `default_time` where it has no time.

    Takes ISO 8601 (calendar, week and ordinal dates), RFC 3339, RFC 5322, and long forms where
    day, month and year are clear. Returns UTC, fractions of a second cut off.
    Raises BadValue with what is wrong and the text.
    """
    return read_local(text, zone=zone, default_time=default_time).astimezone(UTC)


def read_local(text: str, *, zone: tzinfo, default_time: time) -> datetime:
    """Read what `read_date` reads, in the zone that it is written in, or else in `zone`."""
    text = re.sub(r"(\d{4})年(\d{1,2})月(\d{1,2})日", r"\1-\2-\3", text.strip())
    if len(text) > LONGEST:
        raise BadValue("not a date", repr(text[:LONGEST] + "…"))
    try:
        moment = _read_iso(text, default_time) or _read_long(text, default_time)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        year = aware.astimezone(UTC).year
    except (ValueError, ArithmeticError) as error:
        remedy = "" if looks_like_date(text) else "; write for example 2024-05-31"
        raise BadValue("not a date", f"{text!r} ({error}){remedy}") from error
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadValue("not a date", f"{text!r} is not from {FIRST_YEAR} to {LAST_YEAR}")
    return aware.replace(microsecond=0)


def looks_like_date(text: str) -> bool:
    """Whether a person meant `text` as a date, be it a possible one or not."""
    return len(text) <= LONGEST and _LOOKS.fullmatch(text) is not None


def _read_iso(text: str, default_time: time) -> datetime | None:
    """Return the moment, naive where it names no zone, or None where it isn't ISO's form."""
    if _COMMON.fullmatch(text):
        return datetime.fromisoformat(text)
    text = _order_year_first(text)
    text = _TIME.sub(lambda m: f"T{int(m[1]):02}" if m[1] else "", text)
    text = re.sub(r"(?:UTC|GMT|z)$", "Z", text.replace("t", "T"))
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    if match[0] == match[1]:
        return datetime.combine(_read_day(text), default_time)
    text = _LEAP_SECOND.sub(r"\g<1>59", text)  # RFC 3339 section 5.6; POSIX time has none
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # Ordinal dates and 24:00; forty times slower, so second.
        from dateutil.parser import isoparse

        return isoparse(text)


def _order_year_first(text: str) -> str:
    return _YEAR_FIRST.sub(lambda m: f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}", text, count=1)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        from dateutil.parser import isoparse

        return isoparse(text).date()


def _read_long(text: str, default_time: time) -> datetime:
    """Read what isn't ISO's form, by dateutil, where every way to read it gives the same day."""
    if _TURNED.search(text):
        raise BadValue("not a date", f"{text!r}: write the offset without UTC or GMT")
    parse = _long_parser()
    orders = (False,) if _YEAR_FIRST.match(text) else (False, True)
    text = _order_year_first(text)
    # What the text lacks is taken from these; over a week apart, as a weekday moves each on.
    first, second = (datetime.combine(day, time()) for day in (date(2000, 1, 1), date(2004, 2, 20)))
    readings = [parse(text, first, dayfirst) for dayfirst in orders]
    if readings[0] != parse(text, second, False):
        raise BadValue("not a whole date", f"{text!r} lacks the day, the month or the year")
    if readings[0] != readings[-1]:
        days = " or ".join(f"{reading:%Y-%m-%d}" for reading in readings)
        raise BadValue("ambiguous date", f"{text!r} is {days}; write year-month-day")
    has_time = readings[0] == parse(text, first.replace(hour=1), False)
    return readings[0] if has_time else datetime.combine(readings[0].date(), default_time)


@cache
def _long_parser() -> Callable[[str, datetime, bool], datetime]:
    """Make dateutil's parser without its guesses, which read the machine's clock and zone."""
    from dateutil.parser import parser, parserinfo

    class Strict(parserinfo):
        def convertyear(self, year: int, century_specified: bool = False) -> int:
            if year < 100 and not century_specified:
                raise BadValue("not a date", f"the year {year} needs four digits")
            return year

    def name_zone(name: str | None, offset: int | None) -> tzinfo | None:
        if offset is not None:
            return timezone(timedelta(seconds=offset))
        if name is None:
            return None
        if name.upper() not in ZONES:
            raise BadValue("not a date", f"the time zone {name!r} has no one meaning; write +hh:mm")
        return timezone(timedelta(hours=ZONES[name.upper()]))

    strict = parser(Strict())

    def parse(text: str, default: datetime, dayfirst: bool) -> datetime:
        moment: datetime = strict.parse(text, default=default, dayfirst=dayfirst, tzinfos=name_zone)
        return moment

    return parse
