"""Languages: what each is called, where it begins, and its dates, whatever the tag."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.languages import (
    direct,
    find_spoken,
    name_language,
    show_date,
    show_period,
    show_size,
)

NEW_YEAR = datetime(2023, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("tag", ["nl", "zh-Hant-TW", "sr-Latn", "no", "tlh", "x-foo", "ug-Cyrl"])
def test_most_languages_run_from_left_to_right(tag: str) -> None:
    assert direct(tag) == "ltr"


@pytest.mark.parametrize(
    "tag", ["ar", "ar-EG", "he", "iw", "fa", "prs", "arz", "pa-PK", "arc-Hebr", "ku-Arab-x-foo"]
)
def test_languages_of_right_to_left_scripts_are_known_by_their_script(tag: str) -> None:
    assert direct(tag) == "rtl"


def test_vertical_script_has_one_of_the_two_directions_that_html_knows() -> None:
    assert direct("mn-Mong") == "ltr"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ar", "العربية"),
        ("nl", "Nederlands"),
        ("nl-BE", "Vlaams"),
        ("pt-BR", "Português (Brasil)"),
        ("zh-Hant", "繁體中文"),
        ("sr-Latn", "Srpski (latinica)"),
        ("iw", "עברית"),  # the old tag of Hebrew, and no word of a country
        ("ka", "ქართული"),  # no capitals, though Unicode has them
        ("no", "Norsk"),
    ],
)
def test_language_is_called_by_its_own_name(tag: str, expected: str) -> None:
    assert name_language(tag) == expected


@pytest.mark.parametrize(
    "tag", ["tlh", "x-foo", "i-klingon", "und", "und-Hebr", "zh-yue", "en-x-private", "ha-Arab"]
)
def test_language_that_is_not_known_is_called_by_its_tag(tag: str) -> None:
    assert name_language(tag) == tag


def test_date_is_that_of_the_zone_in_the_words_of_the_language() -> None:
    assert show_date(NEW_YEAR, "nl", "UTC") == "31 december 2023"
    assert show_date(NEW_YEAR, "nl", "Europe/Amsterdam") == "1 januari 2024"
    assert show_date(NEW_YEAR, "ja", "Asia/Tokyo") == "2024年1月1日"


def test_language_that_is_not_known_says_its_dates_in_english() -> None:
    assert show_date(NEW_YEAR, "tlh", "UTC") == "December 31, 2023"
    assert (find_spoken("tlh"), find_spoken("und"), find_spoken("x-foo")) == ("en", "en", "en")


def test_tag_that_says_more_than_is_known_says_its_dates_in_the_language_it_begins_with() -> None:
    tag = "de-DE-x-foo"
    assert show_date(NEW_YEAR, tag, "UTC") == "31. Dezember 2023"
    assert find_spoken(tag) == tag


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2024", "2024"),
        ("2024-05", "mei 2024"),
        ("2024-05-30", "30 mei 2024"),
        ("2024-05-30T14", "30 mei 2024, 14:00–15:00"),
        ("2024-05-30T23", "30 mei 2024, 23:00–00:00"),
        ("2024-05-30T1405", "30 mei 2024, 14:05"),
    ],
)
def test_period_is_said_as_people_do(period: str, expected: str) -> None:
    assert show_period(period, "nl") == expected


def test_period_is_said_in_the_order_of_the_language() -> None:
    assert show_period("2024-05", "zh") == "2024年5月"
    assert show_period("2024", "ko") == "2024년"
    assert show_period("2024-05", "tlh") == "May 2024"


def test_hours_that_a_day_of_25_hours_has_more_are_told_apart_from_the_first() -> None:
    assert show_period("2024-10-27T24", "nl") == "27 oktober 2024, 24:00–25:00"
    assert show_period("2024-10-27T2405", "nl") == "27 oktober 2024, 24:05"


@pytest.mark.parametrize("period", ["", "may", "2024-13", "2024-05-32", "2024-05-30Tnoon"])
def test_period_that_is_none_is_refused(period: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        show_period(period, "nl")


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, "0 byte"),
        (999, "999 byte"),
        (1000, "1 kB"),
        (9_940, "9,9 kB"),
        (34_567_890, "35 MB"),
        (999_500, "1 MB"),
        (10**13, "10 TB"),
        (10**16, "10.000 TB"),
    ],
)
def test_size_is_said_in_few_digits(length: int, expected: str) -> None:
    assert show_size(length, "nl") == expected


def test_size_is_said_in_the_units_of_the_language() -> None:
    assert show_size(3_400_000, "fr").replace("\u202f", " ").replace("\xa0", " ") == "3,4 Mo"
    assert show_size(3_400_000, "tlh") == "3.4 MB"


@given(st.one_of(st.text(max_size=20), st.from_regex(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,3}")))
def test_fuzz_any_tag_has_a_direction_a_name_and_dates(tag: str) -> None:
    assert direct(tag) in ("ltr", "rtl")
    assert name_language(tag) or not tag
    assert find_spoken(tag) in (tag, "en")
    assert "2024" in show_period("2024-05-30T14", tag)
    assert show_size(1234, tag)


def test_locale_and_zone_of_the_machine_change_nothing() -> None:
    code = (
        "from datetime import UTC, datetime\nfrom feedsvc.languages import *\n"
        "print([show_date(datetime(2024, 5, 30, 23, tzinfo=UTC), 'nl', 'UTC'),"
        " *[show_period(period, 'tlh') for period in ('2024-05', '2024-05-30T14',"
        " '2024-05-30T1405')], name_language('x-foo'), show_size(9999, 'tlh')])"
    )
    machines = [
        {},
        {"LANG": "ja_JP.UTF-8", "LC_ALL": "ja_JP.UTF-8", "LANGUAGE": "ja", "TZ": "Asia/Tokyo"},
    ]
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONIOENCODING": "utf-8", **machine},
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        ).stdout
        for machine in machines
    }
    assert len(said) == 1
