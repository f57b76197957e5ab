"""Patterns: what Jekyll and Hugo write for permalinks is parted, and nothing else is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import BadValue
from feedsvc.patterns import LONGEST_SHOWN, PLACEHOLDERS, STYLES, Part, part_pattern, tell_known


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("/:year/", [Part("/"), Part(name="year"), Part("/")]),
        (":title:output_ext", [Part(name="title"), Part(name="output_ext")]),
        ("/W:week", [Part("/W"), Part(name="week")]),
        (":year_:month", [Part(name="year"), Part("_"), Part(name="month")]),
        (":i_month_of", [Part(name="i_month"), Part("_of")]),
        (r"a\:b", [Part("a"), Part(":"), Part("b")]),
        (":sections[1:]", [Part(name="sections", slice="1:")]),
        (":sections[last]/x", [Part(name="sections", slice="last"), Part("/x")]),
        (":sections[:last]", [Part(name="sections", slice=":last")]),
        (":sections[0]", [Part(name="sections", slice="0")]),
        ("/about/", [Part("/about/")]),
        ("a:", [Part("a:")]),
        ("", []),
    ],
)
def test_pattern_is_parted(pattern: str, parts: list[Part]) -> None:
    assert list(part_pattern(pattern)) == parts


def test_style_is_a_pattern_with_a_name() -> None:
    for name, pattern in STYLES.items():
        assert part_pattern(name) == part_pattern(pattern)


def test_every_placeholder_is_one() -> None:
    for name in PLACEHOLDERS:
        assert part_pattern(f":{name}") == (Part(name=name),)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (":foo", ":foo; known are :categories, :contentbasename, :day, "),
        (":_year", ":_year; known are"),
        ("/:yearly_/", ":yearly_; known are"),
        (":section[1]", ":section[1]; write for example :sections[1:]"),
        (":sections[a]", ":sections[a]; write"),
        (":sections[]", ":sections[]; write"),
        (":sections_x[1]", ":sections_x[1]; write"),
        (":sections[1:2:3]", ":sections[1:2:3]; write"),
    ],
)
def test_unknown_placeholder_is_refused_with_those_known(pattern: str, why: str) -> None:
    with pytest.raises(BadValue) as caught:
        part_pattern(pattern)
    assert caught.value.what == "unknown placeholder"
    assert caught.value.why.startswith(why)


def test_all_placeholders_are_told() -> None:
    assert tell_known().count(":") == len(PLACEHOLDERS)


def try_to_part(pattern: str) -> tuple[Part, ...] | BadValue:
    try:
        return part_pattern(pattern)
    except BadValue as fault:
        return fault


@given(st.text("/:_ab[]1\\-") | st.text())
def test_any_pattern_is_parted_or_refused_fuzz(pattern: str) -> None:
    parts = try_to_part(pattern)
    if isinstance(parts, BadValue):
        assert len(parts.why) < LONGEST_SHOWN + len(tell_known()) + 50
        return
    assert all(bool(part.text) != bool(part.name) for part in parts)
    written = "".join(part.text for part in parts if part.text)
    assert len(written) <= len(STYLES.get(pattern, pattern))
