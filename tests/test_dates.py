"""Dates: every clear way to write a moment is read, every unclear one refused with its reason."""

import os
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.dates import FIRST_YEAR, LAST_YEAR, LONGEST, looks_like_date, read_date, read_local
from feedsvc.errors import BadValue

NEWEST = Path(sys.prefix) / "newest"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOON = time(12)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(timezones=OFFSETS).filter(lambda moment: 1 < moment.year < 9999)
PARTS = st.sampled_from(
    [
        *("1", "2", "12", "30", "2022", "20221230", "01/02/2023", "2022-W52-5", "-364", "T", "t"),
        *("24", "15:20", ":60", ".", ",", ":", "-", "+", "/", "0100", "Z", "UTC", "GMT", "CET"),
        *("AM", "pm", "a", "Dec", "mei", "Friday", "30th", "at", "of", "1e5", "inf", "nan", "1h"),
        *("5m", "³", "٣", "１", "(", ")", "'", ";", "−"),
    ]
)


def read(text: str, zone: tzinfo = UTC, default_time: time = NOON) -> str:
    """Read `text`, and write what was read without its zone, which is always UTC."""
    moment = read_date(text, zone=zone, default_time=default_time)
    assert moment.tzinfo is UTC
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def read_or_refuse(text: str) -> str:
    """Read a date that may be refused, but never be read as another moment."""
    try:
        return read(text)
    except BadValue:
        return "refused"


def refuse(text: str) -> str:
    with pytest.raises(BadValue) as caught:
        read_date(text, zone=UTC, default_time=NOON)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("2022-12-30T20:47:45+0100", "2022-12-30T20:47:45+01:00", "2022-12-30T20:47:45+01"),
        *("2022-12-30 20:47:45 +0100", "2022-12-30T20:47:45 +01:00", "20221230T204745+0100"),
        *("2022-12-30T19:47:45Z", "2022-12-30t19:47:45z", "2022-12-30 19:47:45 Z"),
        *("2022-12-30T19:47:45 UTC", "2022-12-30 19:47:45 GMT", "2022-12-30T19:47:45"),
        *("2022-12-30 19:47:45 +0000", "2022-12-30T19:47:45-00:00", "20221230T194745Z"),
        *("2022-12-30T19:47:45.999Z", "2022-12-30T19:47:45,5Z", "2022-12-30T19:47:45.123456789Z"),
        *("20221230 194745", "2022-12-30T194745Z", "20221230T19:47:45Z"),
        *("2022-W52-5T19:47:45Z", "2022W525T194745Z", "2022-364T19:47:45Z", "2022364T194745Z"),
        *("2022/12/30 19:47:45", "2022.12.30 19:47:45", "2022-12-30  19:47:45"),
        *("\t2022-12-30T19:47:45 ", "2022-12-30\u00a019:47:45"),
    ],
)
def test_iso_8601_is_read_in_every_variant(text: str) -> None:
    assert read(text) == "2022-12-30 19:47:45"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-12-30T19:47Z", "2022-12-30 19:47:00"),
        ("2022-12-30T19Z", "2022-12-30 19:00:00"),
        ("2022-12-30 9:05", "2022-12-30 09:05:00"),
        ("2022-1-2T09:05", "2022-01-02 09:05:00"),
        ("2022-12-31T24:00Z", "2023-01-01 00:00:00"),
        ("2022-12-31T24:00:00Z", "2023-01-01 00:00:00"),
        ("20221230T240000Z", "2022-12-31 00:00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31 23:59:59"),
        ("20161231T235960Z", "2016-12-31 23:59:59"),
        ("2016-12-31 23:59:60.5 +0000", "2016-12-31 23:59:59"),
        ("1969-07-20T20:17:40Z", "1969-07-20 20:17:40"),
        ("2020-02-29T00:00+14:00", "2020-02-28 10:00:00"),
    ],
)
def test_iso_8601_is_read_at_its_edges(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [("2022-12-30T15.5Z", "2022-12-30 15:30:00"), ("2022-12-30T15:20,5Z", "2022-12-30 15:20:30")],
)
def test_a_fraction_of_an_hour_or_a_minute_is_never_taken_for_one_of_a_second(
    text: str, moment: str
) -> None:
    assert read_or_refuse(text) in (moment, "refused")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 30 Dec 2022 20:47:45 +0100", "2022-12-30 19:47:45"),
        ("30 Dec 2022 20:47 +0100 (CET)", "2022-12-30 19:47:00"),
        ("Fri, 30 Dec 2022 19:47:45 -0000", "2022-12-30 19:47:45"),
        ("Fri, 30 Dec 2022 19:47:45 GMT", "2022-12-30 19:47:45"),
        ("Fri, 30 Dec 2022 19:47:45 UT", "2022-12-30 19:47:45"),
        ("Fri, 30 Dec 2022 19:47:45 Z", "2022-12-30 19:47:45"),
        ("Fri, 30 Dec 2022 14:47:45 EST", "2022-12-30 19:47:45"),
        ("Fri, 30 Dec 2022 12:47:45 PDT", "2022-12-30 19:47:45"),
        ("30 Dec 2022 20:47 CET", "2022-12-30 19:47:00"),
        ("30 Jun 2022 20:47 CEST", "2022-06-30 18:47:00"),
    ],
)
def test_rfc_5322_is_read_with_offsets_and_zone_names(text: str, moment: str) -> None:
    assert read(text, zone=AMSTERDAM) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30 December 2022", "2022-12-30 09:15:00"),
        ("december 30, 2022", "2022-12-30 09:15:00"),
        ("Friday, Dec. 30th, 2022", "2022-12-30 09:15:00"),
        ("30/12/2022", "2022-12-30 09:15:00"),
        ("12/30/2022", "2022-12-30 09:15:00"),
        ("30.12.2022", "2022-12-30 09:15:00"),
        ("02/02/2023", "2023-02-02 09:15:00"),
        ("5 May 2023 at 18:20", "2023-05-05 18:20:00"),
        ("30.12.2022 8:05:10 pm", "2022-12-30 20:05:10"),
        ("5 May 2023, 10:00 +02:00", "2023-05-05 08:00:00"),
    ],
)
def test_long_forms_are_read_where_day_month_and_year_are_clear(text: str, moment: str) -> None:
    assert read(text, default_time=time(9, 15)) == moment


@pytest.mark.parametrize("text", ["30 Dec 2022 3pm", "30 Dec 2022 15h", "3 pm, December 30, 2022"])
def test_an_hour_without_minutes_takes_none_from_the_default_time(text: str) -> None:
    assert read(text, default_time=time(9, 45, 30)) == "2022-12-30 15:00:00"


def test_seconds_that_are_not_written_are_none() -> None:
    assert read("30 Dec 2022 15:20", default_time=time(9, 45, 30)) == "2022-12-30 15:20:00"


@pytest.mark.parametrize("text", ["01/02/2023", "1.2.2023", "01-02-2023", "1/2/2023 10:00"])
def test_ambiguous_date_is_refused_with_both_readings(text: str) -> None:
    assert refuse(text) == (
        f"ambiguous date: {text!r} is 2023-01-02 or 2023-02-01; write year-month-day"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("2022", "2022-12", "January 2023", "5/2023", "2 January", "12-30", "Friday", "12:30"),
        *("Friday January 2023", "May 2023 Fri", "Wednesday", "10 am"),
    ],
)
def test_incomplete_date_is_refused_as_not_whole(text: str) -> None:
    assert refuse(text) == (f"not a whole date: {text!r} lacks the day, the month or the year")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("30/12/22", "the year 22 needs four digits"),
        ("Fri, 30 Dec 22 15:20:11 GMT", "the year 22 needs four digits"),
        ("30 Dec 2022 15:20 BST", "the time zone 'BST' has no one meaning; write +hh:mm"),
        ("30 Dec 2022 15:20 IST", "the time zone 'IST' has no one meaning; write +hh:mm"),
        ("30 Dec 2022 15:20 XYZ", "the time zone 'XYZ' has no one meaning; write +hh:mm"),
        ("2022-13-01", "month must be in 1..12"),
        ("2022-02-30", "day is out of range for month"),
        ("2022-366", "Invalid ordinal day 366 for year 2022"),
        ("2022-12-30T24:01Z", "Hour may only be 24 at 24:00:00.000"),
        ("0001-01-01T00:00+14:00", "date value out of range"),
        ("9999-12-31T23:59:59-01:00", "date value out of range"),
        ("9999-12-31T24:00Z", "date value out of range"),
        ("99999999999999999999 Dec 30", "99999999999999999999"),
        ("2022-12-30T15:20+25:00", "2022-12-30T15:20+25:00"),
    ],
)
def test_impossible_date_is_refused_with_its_reason(text: str, reason: str) -> None:
    fault = refuse(text)
    assert fault.startswith("not a date: ")
    assert reason in fault


@pytest.mark.parametrize(
    "text", ["", "   ", "yesterday", "now", "noon", "1672410011", "30 mei 2022"]
)
def test_what_is_no_date_is_refused_with_the_text(text: str) -> None:
    assert refuse(text).startswith(f"not a date: {text.strip()!r}")


def test_overlong_text_is_refused_and_cut_in_the_message() -> None:
    assert refuse("2022-12-30 " + "x" * 1000) == f"not a date: {'2022-12-30 ' + 'x' * 53 + '…'!r}"


@pytest.mark.parametrize(
    "text", ["30 Dec 2022 15:20 GMT+3", "30 Dec 2022 15:20 UTC+3", "Fri Dec 30 2022 15:20 GMT+0300"]
)
def test_an_offset_after_utc_or_gmt_is_never_turned_round(text: str) -> None:
    assert read_or_refuse(text) in ("2022-12-30 12:20:00", "refused")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-12-30", "2022-12-30 08:30:00"),
        ("2022-06-30", "2022-06-30 07:30:00"),
        ("20220630", "2022-06-30 07:30:00"),
        ("2022-W26-4", "2022-06-30 07:30:00"),
        ("2022W264", "2022-06-30 07:30:00"),
        ("2022-181", "2022-06-30 07:30:00"),
        ("30 June 2022", "2022-06-30 07:30:00"),
        ("2022-06-30T20:00", "2022-06-30 18:00:00"),
        ("2022-06-30T20:00Z", "2022-06-30 20:00:00"),
        ("2023-03-26T02:30", "2023-03-26 01:30:00"),  # skipped by the clock: as if it weren't
        ("2023-10-29T02:30", "2023-10-29 00:30:00"),  # twice on the clock: the first
    ],
)
def test_zone_and_default_time_fill_only_what_a_date_leaves_out(text: str, moment: str) -> None:
    assert read(text, zone=AMSTERDAM, default_time=time(9, 30)) == moment


def test_dates_depend_on_no_environment_of_the_machine() -> None:
    texts = ["2022-12-30T15:20", "30 Dec 2022 15:20", "30 Dec 2022 10:20 EST", "3 March 2022"]
    refused = ["30 Dec 2022 15:20 AEST", "30 Dec 2022 15:20 IST", "01/02/2023", "Friday", "12:30"]
    program = f"""
import contextlib, locale
from datetime import UTC, time
from feedsvc.dates import read_date
from feedsvc.errors import BadValue
with contextlib.suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")
for text in {texts + refused!r}:
    try:
        print(read_date(text, zone=UTC, default_time=time(12)))
    except BadValue as fault:
        print(fault)
"""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONUTF8": "1"},
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
        ).stdout
        for zone, locale in [
            ("UTC", "C"),
            ("Asia/Kolkata", "de_DE.UTF-8"),
            ("AEST-10AEDT", "nl_NL"),
        ]
    }
    assert len(outputs) == 1
    assert outputs.pop().splitlines() == [
        "2022-12-30 15:20:00+00:00",
        "2022-12-30 15:20:00+00:00",
        "2022-12-30 15:20:00+00:00",
        "2022-03-03 12:00:00+00:00",
        *map(refuse, refused),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("2022-12-30", "2022-12-30T20:47:45+0100", "2022-12-30t20:47:45z", "2022-12-30 20:47"),
        *("20221230T204745Z", "2022-W52-5", "2022W525", "2022-364", "2022-364T20:47Z"),
        *("Fri, 30 Dec 2022 20:47:45 GMT", "30 December 2022", "December 30th, 2022, 9 am"),
        *("30 mei 2022", "30. Dezember 2022", "01/02/2023", "31-31-2022", "2022-99-99", "1.2.23"),
    ],
)
def test_what_a_person_meant_as_a_date_looks_like_one(text: str) -> None:
    assert looks_like_date(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Nieuwsuur", "Waarom Rusland en China elkaar blijven opzoeken", "2022", "1984"),
        *("24 hours in Kyiv", "Catch-22", "12 Angry Men", "https://example.org/2022-12-30"),
        f"30 December 2022 {'x' * LONGEST}",
    ],
)
def test_text_that_names_no_whole_date_does_not_look_like_one(text: str) -> None:
    assert not looks_like_date(text)


@given(MOMENTS.filter(lambda moment: FIRST_YEAR <= moment.year <= LAST_YEAR), st.sampled_from("T "))
def test_any_moment_written_by_isoformat_is_read_back(moment: datetime, between: str) -> None:
    text = moment.isoformat(between)
    assert read_date(text, zone=UTC, default_time=NOON) == moment.replace(microsecond=0)


@given(MOMENTS.filter(lambda moment: FIRST_YEAR <= moment.year <= LAST_YEAR))
@example(datetime(2100, 1, 1, tzinfo=UTC))
def test_any_moment_written_as_mail_header_is_read_back(moment: datetime) -> None:
    text = format_datetime(moment)
    assert read_date(text, zone=UTC, default_time=NOON) == moment.replace(microsecond=0)


@given(st.text() | st.lists(PARTS).map("".join) | st.lists(PARTS).map(" ".join))
@example("10000000000000000000000000000H")
@example("10000000000000000000000000000M")
def test_any_text_is_a_whole_second_of_utc_or_a_bad_value_fuzz(text: str) -> None:
    looks_like_date(text)
    try:
        moment = read_date(text, zone=AMSTERDAM, default_time=NOON)
    except BadValue:
        return
    assert (moment.tzinfo, moment.microsecond) == (UTC, 0)


def test_chinese_and_japanese_dates_are_read() -> None:
    expected = datetime(2022, 12, 30, 20, 47, tzinfo=UTC)
    assert read_date("2022年12月30日 20:47", zone=UTC, default_time=NOON) == expected


@pytest.mark.parametrize(
    "text",
    [
        "vrijdag 30 december 2022, 20:47",
        "30 de diciembre de 2022",
        "2022年12月30日",
        "Fr. 30. Dez. 2022",
    ],
)
def test_date_in_any_language_looks_like_one(text: str) -> None:
    assert looks_like_date(text)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2024-05-01T23:30:00-08:00", "2024-05-01T23:30:00-08:00"),
        ("1 May 2024 23:30:00.9 CET", "2024-05-01T23:30:00+01:00"),
        ("2024-05-01", "2024-05-01T12:00:00+02:00"),
    ],
)
def test_date_can_be_read_in_the_zone_that_it_is_written_in(text: str, local: str) -> None:
    read = read_local(text, zone=AMSTERDAM, default_time=NOON)
    assert read.isoformat() == local
    assert read_date(text, zone=AMSTERDAM, default_time=NOON) == read


@pytest.mark.skipif(not NEWEST.exists(), reason="needs make test: the newest python-dateutil")
def test_newest_dateutil_reads_all_of_this_alike() -> None:
    """Who installs the extra `s3` has an older one."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not newest"]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(NEWEST), *sys.path])}
    done = subprocess.run(
        [*command, __file__],
        env=environ,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.returncode == 0, done.stdout
