"""Converters: any value becomes what it stands for, or a fault that says what it isn't."""

import warnings
from collections.abc import Callable
from datetime import UTC, time
from typing import Any
from urllib.parse import urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.clean import clean_line, clean_url
from feedsvc.converters import (
    LONGEST_SHOWN,
    convert_address,
    convert_base,
    convert_choice,
    convert_database,
    convert_email,
    convert_folder,
    convert_glob,
    convert_language,
    convert_list,
    convert_number,
    convert_pattern,
    convert_reference,
    convert_subset,
    convert_table,
    convert_text,
    convert_time,
    convert_zone,
    show,
)
from feedsvc.errors import BadValue

Converter = Callable[[Any], Any]

SINGLE: dict[Converter, type] = {
    convert_text: str,
    convert_address: str,
    convert_base: str,
    convert_reference: str,
    convert_email: str,
    convert_database: str,
    convert_language: str,
    convert_zone: str,
    convert_time: time,
    convert_pattern: str,
    convert_folder: str,
    convert_glob: str,
    convert_table: dict,
    convert_number(1, 100): int,
    convert_choice("one", "two"): str,
    convert_list(convert_pattern, r"\n"): tuple,
    convert_list(convert_address, r"[\s,]+"): tuple,
    convert_subset("one", "two"): tuple,
}

plain = st.text() | st.integers() | st.floats() | st.booleans() | st.dates() | st.times()
toml = st.recursive(
    plain | st.datetimes(timezones=st.sampled_from([None, UTC])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
telling = st.text("aB1-_.:/?#@[]()*+{}\\|^$&~%,<> \n\t\x00\u200b\u202eéσ👍") | st.from_regex(
    r"(https?:)?(//)?[a-z.:@\[]{0,9}/?.{0,9}"
)


def nest(depth: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    return nested


def why(convert: Converter, value: object) -> str:
    with pytest.raises(BadValue) as caught:
        convert(value)
    return str(caught.value)


@pytest.mark.parametrize("convert", SINGLE, ids=lambda convert: convert.__qualname__)
@given(value=toml | telling)
@example(value=1 << 20_000)
@example(value=-(1 << 20_000))
@example(value="1" * 5000)
@example(value="[[a]")
@example(value="(?a)(?u)")
@example(value="(" * 5000)
@example(value="[1-\n")
@example(value="//[")
@example(value="x" * 1000)
def test_any_value_is_converted_or_refused(convert: Converter, value: object) -> None:
    fault: BadValue | None = None
    try:
        assert type(convert(value)) is SINGLE[convert]
    except BadValue as error:
        fault = error
    if fault:
        assert fault.what
        assert "\n" not in str(fault)
        assert len(str(fault)) < 2 * LONGEST_SHOWN + 200


@given(st.text() | telling)
@example("?")
def test_what_is_converted_is_good_as_it_is(value: str) -> None:
    for convert in SINGLE:
        if SINGLE[convert] is str:
            try:
                converted = convert(value)
            except BadValue:
                continue
            assert convert(converted) == converted


def test_value_is_shown_on_one_line() -> None:
    assert show("a\n\u202eb") == r"'a\n\u202eb'"
    assert show([1, "b"]) == "[1, 'b']"


def test_long_value_is_shown_shortened() -> None:
    assert show("x" * 1000) == f"'{'x' * (LONGEST_SHOWN - 1)}…"


def test_value_that_cannot_be_shown_is_named_by_its_type() -> None:
    assert show(1 << 20_000) == "a value of type int"
    assert show(nest(100_000)) == "a value of type list"


def test_text_is_one_clean_line() -> None:
    assert convert_text("  A \u202e title\n") == "A title"
    assert why(convert_text, " \u200b\n") == "empty"
    assert why(convert_text, 1) == "not text: 1"


def test_address_becomes_a_uri() -> None:
    assert convert_address(" https://exämple.org/ü ") == "https://xn--exmple-cua.org/%C3%BC"
    assert why(convert_address, "ftp://a.org") == "not an http or https URL: 'ftp://a.org'"
    assert why(convert_address, 1) == "not text: 1"


def test_base_is_the_address_of_a_folder() -> None:
    assert convert_base("https://a.org") == convert_base("https://a.org/") == "https://a.org/"
    assert convert_base("https://a.org/b") == "https://a.org/b/"
    for end in ("?b", "#b"):
        fault = f"not the address of a folder: 'https://a.org/{end}' has a query or a fragment"
        assert why(convert_base, f"https://a.org/{end}") == fault


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("https://b.org/i.png", "https://b.org/i.png"),
        ("HTTP://B.org/ü.png", "http://b.org/%C3%BC.png"),
        ("//b.org/i.png", "https://b.org/i.png"),
        ("i.png", "https://a.org/feeds/i.png"),
        ("img/our icon.png", "https://a.org/feeds/img/our%20icon.png"),
        ("./ü.png", "https://a.org/feeds/%C3%BC.png"),
        ("../i.png", "https://a.org/i.png"),
        ("../../../i.png", "https://a.org/i.png"),
        ("/i.png", "https://a.org/i.png"),
        ("?icon=1", "https://a.org/feeds/?icon=1"),
        ("100%.png", "https://a.org/feeds/100%25.png"),
        ("a%20b.png", "https://a.org/feeds/a%20b.png"),
        ("img/a:b.png", "https://a.org/feeds/img/a:b.png"),
        (r"img\i.png", "https://a.org/feeds/img%5Ci.png"),
        ('"><script>', "https://a.org/feeds/%22%3E%3Cscript%3E"),
    ],
)
def test_reference_is_absolute_or_relative_to_a_folder(text: str, joined: str) -> None:
    assert urljoin("https://a.org/feeds/", convert_reference(text)) == joined


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("javascript:alert(1)", "not an http or https URL: 'javascript:alert(1)'"),
        ("JavaScript:alert(1)", "not an http or https URL: 'JavaScript:alert(1)'"),
        ("java\u200bscript:x", "not an http or https URL: 'javascript:x'"),
        ("data:image/png;base64,AA", "not an http or https URL: 'data:image/png;base64,AA'"),
        ("a:b.png", "not an http or https URL: 'a:b.png'"),
        ("1:b.png", "not an http or https URL: '1:b.png'"),
        (":b.png", "not an http or https URL: ':b.png'"),
        ("http:i.png", "not a URL: 'http:i.png' has no host"),
        ("///i.png", "not a URL: 'http:///i.png' has no host"),
        ("//user@b.org/", "not a public URL: it holds a user name or a password"),
        ("#", "not a URL: '#' has no path"),
        ("", "empty"),
    ],
)
def test_reference_to_anything_else_is_refused(text: str, fault: str) -> None:
    assert why(convert_reference, text) == fault


@given(st.text() | telling)
@example("1a:b")
@example(";x")
@example("java\nscript:x")
def test_reference_that_is_good_is_a_good_address_below_any(text: str) -> None:
    try:
        reference = convert_reference(text)
    except BadValue:
        return
    for base in ("http://a.org/", "https://a.org/feeds/", "https://[::1]:80/%C3%BC/x/"):
        joined = urljoin(base, reference)
        assert clean_url(joined) == joined
        assert joined.isascii()


def test_email_looks_like_one() -> None:
    assert convert_email("a@b.org") == "a@b.org"
    for bad in ("nobody", "a@b", "Ann <a@b.org>", "a@b@c.org", "a b@c.org"):
        assert why(convert_email, bad) == f"not an e-mail address: {bad!r}"


def test_database_is_a_file_or_an_address_of_postgresql() -> None:
    for good in ("/var/lib/x.sqlite", "postgresql://u:p@h:1/d?options=-cx%3Dy", "postgres:///d"):
        assert convert_database(good) == good
    fault = "neither a file nor postgresql://: 'mysql' databases aren't supported"
    assert why(convert_database, "mysql://user:secret@x") == fault


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("NL", "nl"),
        ("pt-br", "pt-BR"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("SR-latn", "sr-Latn"),
        ("es-419", "es-419"),
        ("de-ch-1996", "de-CH-1996"),
        ("ca-VALENCIA", "ca-valencia"),
    ],
)
def test_language_gets_its_usual_case(text: str, tag: str) -> None:
    assert convert_language(text) == tag


@pytest.mark.parametrize("text", ["dutch", "n", "nl_NL", "nl-", "nl--be", "ñl", "nl-abcdefghi"])
def test_language_that_is_no_tag_is_refused(text: str) -> None:
    fault = f"not a language tag: {text!r}; write for example 'nl' or 'pt-BR'"
    assert why(convert_language, text) == fault


def test_zone_is_one_that_is_known() -> None:
    assert convert_zone("Europe/Amsterdam") == "Europe/Amsterdam"
    for bad in ("Mars", "../etc/passwd", "Europe", "x" * 190):
        fault = f"not a time zone: {bad!r}; write for example 'Europe/Amsterdam'"
        assert why(convert_zone, bad) == fault


def test_time_has_whole_seconds_and_no_zone() -> None:
    assert convert_time("09:30") == convert_time(time(9, 30)) == time(9, 30)
    assert convert_time("09:30:15.5") == convert_time(time(9, 30, 15, 500_000)) == time(9, 30, 15)
    assert why(convert_time, "25:00") == "not a time: '25:00'; write for example '12:00'"
    assert why(convert_time, "12:00Z") == "not a time: '12:00Z'; its zone is the setting timezone"


def test_pattern_compiles() -> None:
    assert convert_pattern(r"(a|b)\s+") == r"(a|b)\s+"
    assert why(convert_pattern, "") == "not a pattern: ''"
    assert why(convert_pattern, "(") == (
        "not a pattern: '(' (missing ), unterminated subpattern at position 0)"
    )
    assert why(convert_pattern, "(?a)(?u)") == (
        "not a pattern: '(?a)(?u)' (ASCII and UNICODE flags are incompatible)"
    )


@pytest.mark.parametrize("pattern", ["[[a]", "[a&&b]", "[a||b]", "[a--b]"])
def test_pattern_that_a_later_python_may_read_otherwise_is_refused(pattern: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as users have them
        assert why(convert_pattern, pattern).startswith(f"not a pattern: {pattern!r} (Possible ")


def test_glob_is_one_that_matches_something() -> None:
    assert convert_glob("/a/**/*.md") == "/a/**/*.md"
    assert why(convert_glob, 1) == "not a pattern: 1"
    assert why(convert_glob, "a//b") == "not a pattern: 'a//b': can match nothing: '' is no name"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("posts", "posts"),
        ("./posts/", "posts"),
        ("a/../b", "b"),
        (".", "."),
        ("..", ".."),
        ("../notes//x", "../notes/x"),
        ("/srv/.notes/", "/srv/.notes"),
        ("//srv", "/srv"),
        ("../.notes", "../.notes"),
        ("a  b", "a  b"),
    ],
)
def test_folder_is_named_as_shortly_as_can_be(value: str, name: str) -> None:
    assert convert_folder(value) == convert_folder(name) == name


@pytest.mark.parametrize("value", [".a", "a/.b", "./.a", "...", ".a/b", "..a"])
def test_hidden_folder_is_refused(value: str) -> None:
    assert why(convert_folder, value).startswith(f"hidden: {value!r}: what begins with a dot")


@pytest.mark.parametrize("value", ["", "a\0b", "a\nb", 1, ["a"], "\udce9"])
def test_what_names_no_folder_is_refused(value: object) -> None:
    assert why(convert_folder, value).startswith("not the name of a folder: ")


def test_table_stays_as_it_is() -> None:
    table = {"a": [1, {"b": 2}]}
    assert convert_table(table) is table
    assert why(convert_table, [1]) == "not a table: [1]"


def test_number_is_within_its_range() -> None:
    convert = convert_number(2, 100)
    assert [convert(value) for value in (2, "2", 100, "0100")] == [2, 2, 100, 100]
    assert why(convert, 1) == "out of range: 1 is not from 2 to 100"
    assert why(convert, "101") == "out of range: 101 is not from 2 to 100"
    assert why(convert, 1 << 20_000) == "out of range: a value of type int is not from 2 to 100"
    for bad in (True, 5.0, "5.0", "", "-5", "٣", "1" * 16, None):
        assert why(convert, bad) == f"not a whole number: {bad!r}"


def test_choice_is_one_of_its_words() -> None:
    convert = convert_choice("one", "two")
    assert convert("two") == "two"
    for bad in ("three", "One", "", 1, ["one"]):
        assert why(convert, bad) == f"not one of one, two: {bad!r}"


def test_list_is_of_values_that_are_good() -> None:
    convert = convert_list(convert_text, r"[\s,]+")
    assert convert(["a b", "c"]) == ("a b", "c")
    assert convert(" a, b\nc,") == ("a", "b", "c")
    assert convert([]) == convert("") == ()
    assert why(convert, 1) == "not a list: 1"
    assert why(convert, ["a", 1]) == "not text: 1"


def test_subset_keeps_the_order_of_its_words() -> None:
    convert = convert_subset("one", "two", "three")
    assert convert(["three", "one"]) == convert("three, one") == ("one", "three")
    assert convert([]) == convert("") == ()
    assert why(convert, ["one", "two", "one"]) == "names one twice: ['one', 'two', 'one']"
    assert why(convert, "one four") == "not one of one, two, three: 'four'"


@given(st.text())
def test_text_that_shows_something_is_kept(value: str) -> None:
    if clean_line(value):
        assert convert_text(value) == clean_line(value)
    else:
        assert why(convert_text, value) == "empty"
