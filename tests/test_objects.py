"""Objects: JSON read with where each value stands, and refused with where it is none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.readers.records.objects import Cursor, Malformed, Member, decode_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def fail(text: str, read: str = "value") -> str:
    """Read what can't be; return the line and the reason."""
    cursor = Cursor(text)

    def read_all() -> None:
        found = getattr(cursor, read)()
        if read != "value":
            list(found)
        cursor.end()

    with pytest.raises(Malformed) as caught:
        read_all()
    assert caught.value.what == "not JSON"
    return f"{caught.value.line}: {caught.value.why}"


@given(st.dictionaries(st.text(), VALUES), st.sampled_from((None, 1)), st.integers(1, 9))
def test_members_are_those_that_were_written(
    value: dict[str, Any], indent: int | None, line: int
) -> None:
    text = f"  \n{json.dumps(value, indent=indent)}\r\n\t"
    cursor = Cursor(text, line)
    members = list(cursor.members())
    cursor.end()
    assert {member.name: member.value for member in members} == value
    first = line + 1 + (indent is not None)
    assert [member.line for member in members[:1]] == [first][: len(members)]


@given(st.lists(VALUES))
def test_elements_come_with_their_places(values: list[Any]) -> None:
    text = json.dumps(values, indent=1)
    cursor = Cursor(text)
    elements = list(cursor.elements())
    cursor.end()
    assert [value for _, _, value in elements] == values
    assert [json.loads(text[begin:end]) for begin, end, _ in elements] == values


def test_each_member_has_its_line_and_the_first_may_be_any() -> None:
    text = '{"a": 1,\n"b": {\n"c": 2},\n\n"a": "\\n"}'
    assert list(Cursor(text, 7).members()) == [
        Member(7, "a", 1),
        Member(8, "b", {"c": 2}),
        Member(11, "a", "\n"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: Expecting value"),
        ("\n\n{\n,", "4: Expecting property name enclosed in double quotes"),
        ("[1,]", "1: Expecting value"),
        ("[01]", "1: Expecting ',' delimiter"),
        ('["\n"]', "1: Invalid control character at"),
        ('"\\x"', "1: Invalid \\escape"),
        ("[\n1] 2", "2: something after its end"),
        ("NaN", "1: NaN is no number"),
        ("[-Infinity]", "1: -Infinity is no number"),
        ("1" * 5000, "1: Exceeds the limit (4300 digits) for integer string conversion"),
        ("[" * 100_000, "1: lists and tables too deep in each other"),
        ('{"a":' * 100_000, "1: lists and tables too deep in each other"),
    ],
)
def test_value_that_is_none_is_refused_with_its_line(text: str, told: str) -> None:
    assert fail(text).startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "1: '{' is missing"),
        ("", "1: it ends too early"),
        ('{"a": 1', "1: it ends too early"),
        ('{"a": 1,}', "1: a name is missing"),
        ("{\n\n1: 2}", "3: a name is missing"),
        ('{"a"\n1}', "2: ':' is missing"),
        ('{"a": 1\n"b": 2}', "2: '}' is missing"),
    ],
)
def test_object_that_is_none_is_refused_with_its_line(text: str, told: str) -> None:
    assert fail(text, "members") == told


@given(st.text() | st.text(alphabet='{}[],:"\\ \n019aeEtrufls.-'))
def test_fuzz_what_is_read_is_what_json_is(text: str) -> None:
    try:
        expected = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    except (ValueError, RecursionError, pytest.fail.Exception):
        assert fail(text)
        return
    cursor = Cursor(text)
    assert cursor.value() == expected
    cursor.end()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_file_is_decoded_by_how_it_begins(encoding: str) -> None:
    text = '{"a": "é€🍞"}'
    assert decode_json(text.encode(encoding)) == text


def test_byte_that_can_not_be_decoded_is_refused_with_its_line() -> None:
    with pytest.raises(Malformed) as caught:
        decode_json(b'{"a":\n"caf\xe9"}')
    assert (caught.value.line, caught.value.why) == (2, "a byte that UTF-8 doesn't have")
