"""Front matter: fields as generators write them, each with its line; or a refusal with its line."""

import re
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import ArticleError
from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown.frontmatter import LONGEST, Front, read_front
from feedsvc.readers.markdown.notations import MOST_VALUES

BELOW = "The text.\n"
FORMS = {
    "YAML": '---\ntitle: A title\ntags: [one, "two"]\n---\n',
    "TOML": '+++\ntitle = "A title"\ntags = ["one", "two"]\n+++\n',
    "JSON": '{ "title": "A title",\n"tags": ["one", "two"] }\n',
    "header": "Title: A title\nTags: one\n    two\n\n",
}


def read(text: str) -> Front:
    return read_front(text, Notes("a.md"))


def fields(text: str) -> dict[str, object]:
    return {field.name: field.value for field in read(text).fields}


def lines(text: str) -> dict[str, int]:
    return {field.name: field.line for field in read(text).fields}


def refuse(text: str) -> str:
    begun = time.process_time()
    with pytest.raises(ArticleError) as caught:
        read(text)
    assert time.process_time() - begun < 1
    assert "\n" not in str(caught.value)
    assert caught.value.field == "front matter"
    return str(caught.value).removeprefix("a.md:").replace(" front matter:", "")


def rules(text: str) -> list[str]:
    notes = Notes("a.md")
    read_front(text, notes)
    assert not notes.findings
    return [str(rule).removeprefix("a.md:") for rule in notes.rules]


@pytest.mark.parametrize("notation", FORMS)
def test_every_notation_gives_the_same_fields(notation: str) -> None:
    front = read(FORMS[notation] + BELOW)
    assert front.notation == notation
    assert [field.name.lower() for field in front.fields] == ["title", "tags"]
    assert [field.value for field in front.fields] == ["A title", ["one", "two"]]
    assert front.text == BELOW
    assert front.line == (FORMS[notation] + BELOW).count("\n")
    assert rules(FORMS[notation]) == [f"1: front matter: {notation}"]


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("---\ntitle: A\n...\nThe text.", "YAML"),
        ("\n \t\n---  \ntitle: A\n---\t\nThe text.", "YAML"),
        ("---yaml\ntitle: A\n---\nThe text.", "YAML"),
        ("---\n{title: A}\n---\nThe text.", "YAML"),
        ("---\n# a comment\n\ntitle: A\n---\nThe text.", "YAML"),
        ('---\n"title": A\n---\nThe text.', "YAML"),
        ('---toml\ntitle = "A"\n---\nThe text.', "TOML"),
        ('---JSON\n{"title": "A"}\n---\nThe text.', "JSON"),
        (';;;\n"title": "A"\n;;;\nThe text.', "JSON"),
        (';;;\n{"title": "A"}\n;;;\nThe text.', "JSON"),
        ('\n{"title": "A"}The text.', "JSON"),
        ("title: A\n---\nThe text.", "header"),
        ("   Title:A\nThe text.", "header"),
    ],
)
def test_fences_are_as_generators_have_them(text: str, notation: str) -> None:
    front = read(text)
    assert (front.notation, front.text) == (notation, "The text.")
    assert [field.value for field in front.fields] == ["A"]
    assert text.split("\n")[front.line - 1].endswith("The text.")


@pytest.mark.parametrize(
    "text", ["---\n---\nThe text.", "---\n\n# none\n---\nThe text.", "---yaml\n~\n---\nThe text."]
)
def test_two_fences_with_nothing_between_are_front_matter_without_fields(text: str) -> None:
    assert read(text) == Front("YAML", (), "The text.", text.count("\n") + 1)


@pytest.mark.parametrize(
    "text",
    [
        "The text.",
        "",
        "# A title\n\n---\nnot: this\n---\n",
        "Note: this is no field.\n\nThe text.",
        "Name: may be anything.\n",
        "----\ntitle: A\n----\n",
        "Title\n---\nThe text.",
        "{{< figure >}}\n",
        "{: .note}\n",
        "{% include a %}",
        "\nTitle: below a blank line\n",
    ],
)
def test_text_without_front_matter_is_text(text: str) -> None:
    assert read(text) == Front("", (), text, 1)
    assert rules(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "---",
        "---\n\nSome text.\n",
        "---\nSome text\n---\nNote: here\n",
        "---\n\nhttps://example.org/ is it.\n\nNote: this\n",
        "---\n- a: b\n---\n",
        "---\n# A heading\n",
    ],
)
def test_line_across_the_page_above_what_is_no_field_is_text(text: str) -> None:
    assert read(text) == Front("", (), text, 1)
    (rule,) = rules(text)
    assert rule == (
        "1: front matter: none: what follows is no field; taken as a line across the page"
    )


def test_each_field_has_its_line() -> None:
    assert lines("\n---\n\ntitle: A\ntags:\n- b\n- c\ndate: 2024-05-01\n---\n") == {
        "title": 4,
        "tags": 5,
        "date": 8,
    }
    toml = '+++\ntitle = """\ndate = 1\n"""\ndate = 2024-05-01\n\n[extra]\nslug = "a"\n["x y"]\n+++'
    assert lines(toml) == {"title": 2, "date": 5, "extra": 7, "x y": 9}
    assert lines('{"title": "A",\n\n"tags": [\n"b"],\n"c": {}}') == {"title": 1, "tags": 3, "c": 5}
    assert lines(';;;\n"title": "A",\n"c": 1\n;;;') == {"title": 2, "c": 3}
    assert lines("Title: A\nSummary: b\n    c\nDate: d\n\n") == {
        "Title": 1,
        "Summary": 2,
        "Date": 4,
    }


def test_escaped_name_of_toml_stands_somewhere_in_the_front_matter() -> None:
    assert lines('+++\n"\\u0061" = 1\n+++\n') == {"a": 2}


@pytest.mark.parametrize(
    "written",
    [
        *("no", "on", "Yes", "true", "1:30", "012", "0x1F", "1_000", "1.10", "2e3", ".5"),
        *("2026-07-16 05:08:11 +0000", "2026-7-6 5:08:11", "2026-02-30", "2026-07-16", "12:00"),
        *("=", "C#", "a:b", "it's", "nullify", "'null'", "'~'", "!!str 012", "! 012", "!!int 1"),
    ],
)
def test_yaml_value_comes_through_as_it_is_written(written: str) -> None:
    value = written.split(" ", 1)[1] if written.startswith("!") else written.strip("'")
    text = f"---\ntitle: {written}\nlist: [{written}]\n---\n"
    assert fields(text) == {"title": value, "list": [value]}


@pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL", "# none", "!!null x"])
def test_yaml_value_that_is_none_says_nothing(written: str) -> None:
    assert fields(f"---\ntitle: {written}\nother: a\n---\n")["title"] is None


def test_yaml_values_may_have_any_form() -> None:
    text = """---
folded: >
  one
  two
kept: |
  one
  two
quoted: "a \\u00e9 \\"b\\""
list:
- a
- {b: c}
-
base: &base {x: 1, y: 2}
merged: {<<: *base, y: 3}
both: {<<: [*base, {z: 4}]}
"<<": [text]
word: &word <<
again: *word
---
"""
    assert fields(text) == {
        "folded": "one two\n",
        "kept": "one\ntwo\n",
        "quoted": 'a é "b"',
        "list": ["a", {"b": "c"}, None],
        "base": {"x": "1", "y": "2"},
        "merged": {"x": "1", "y": "3"},
        "both": {"x": "1", "y": "2", "z": "4"},
        "<<": ["text"],
        "word": "<<",
        "again": "<<",
    }


def test_toml_and_json_values_keep_their_types() -> None:
    toml = fields("+++\na = 1\nb = true\nc = 2024-05-01\nd = 2024-05-01T10:00:00+02:00\n+++\n")
    assert [type(value).__name__ for value in toml.values()] == ["int", "bool", "date", "datetime"]
    assert fields('{"a": 1, "b": null, "c": false}') == {"a": 1, "b": None, "c": False}


def test_header_joins_lines_of_text_and_lists_authors_and_tags() -> None:
    text = (
        "Title: A\nSummary: one\n    two\nAuthors: Jan Jansen\n\tPiet\n    \nTags: a, b,\n    c\n"
    )
    assert fields(text) == {
        "Title": "A",
        "Summary": "one two",
        "Authors": ["Jan Jansen", "Piet"],
    }
    assert fields(text.replace("    \n", ""))["Tags"] == "a, b, c"


def test_line_breaks_of_yaml_that_no_editor_shows_are_spaces() -> None:
    assert fields("---\ntitle: a\u2028b\x85c\n---\n") == {"title": "a b c"}
    assert refuse("---\ntitle: a\u2028b\nx: y: z\n---\n").startswith("3: not YAML")


FAULTS = {
    "---\ntitle: A\nBody.": "1: has no end: no line --- closes it; a line across the page is"
    " written ***",
    "---\n{title: A}\nBody.": "1: has no end: no line --- closes it; a line across the page is"
    " written ***",
    "+++\na = 1\n": "1: has no end: no line +++ closes it",
    ";;;\n": "1: has no end: no line ;;; closes it",
    "---json\n{}\n": "1: has no end: no line --- closes it",
    "---js\n{}\n---\n": "1: not read: it is JavaScript",
    '---\ntitle "A"\ndate: 2024\n---\n': "3: not YAML: mapping values are not allowed in this"
    " context; a value that holds a colon and a space is put in quotes",
    "---\ntitle: A: b\n---\n": "2: not YAML: mapping values are not allowed in this context;"
    " a value that holds a colon and a space is put in quotes",
    "---\na: b\nc\nd: e\n---\n": "4: not YAML: could not find expected ':'; each line is"
    " `name: value`",
    "---\na: 'it's'\n---\n": "2: not YAML: did not find expected key; look at the quotes and the"
    " indentation of this line",
    '---\na: 1\nb: "c\nd: e\n---\n': "3: not YAML: while scanning a quoted scalar: it has no end",
    "---\na: [b\n---\n": "2: not YAML: while parsing a flow sequence: it has no end",
    "---\na: b\nc\n---\n": "3: not YAML: could not find expected ':'; each line is `name: value`",
    "---\na: @b\n---\n": "2: not YAML: found character that cannot start any token; a value that"
    " begins with @ is put in quotes",
    "---\na: **b**\n---\n": "2: not YAML: did not find expected alphabetic or numeric character;"
    " a value that begins with * is put in quotes",
    "---\na: b\nc:\n\t- d\n---\n": "4: not YAML: found character that cannot start any token;"
    " indent with spaces",
    "---\na: {{ b }}\n---\n": "2: not understood: a key that is no text; a value that begins with"
    " { is put in quotes",
    "---\na: b\n---x\nb: c\n---\n": "4: not YAML: could not find expected ':'; each line is"
    " `name: value`",
    "---\na: \x01\n---\n": "2: not YAML: control characters are not allowed",
    "---\na: !!python/object:os.system x\n---\n": "2: not understood: the tag"
    " tag:yaml.org,2002:python/object:os.system",
    "---\na: !x [b]\n---\n": "2: not understood: the tag !x",
    "---\na: *b\n---\n": "2: not YAML: nothing above has the name *b",
    "---\na: &b [*b]\n---\n": "2: not YAML: nothing above has the name *b",
    "---\na: {<<: [b]}\n---\n": "2: not understood: << merges mappings, and nothing else",
    "---\na: 1\nb: 2\na: 3\n---\n": "4: given twice: 'a', first in line 2",
    "---\na:\n  b: 1\n  b: 2\n---\n": "4: given twice: 'b', first in line 3",
    "---yaml\n- a\n---\n": "2: not a mapping: each line is `name: value`",
    "---yaml\na\n---\n": "2: not a mapping: each line is `name: value`",
    "---\na: b\n--- c\nd: e\n---\n": "3: not YAML: a second document begins here",
    "+++\na = 1\nb =\n+++\n": "3: not TOML: Invalid value",
    "+++\na = 2026-02-30\n+++\n": "2: not TOML: Invalid date or datetime",
    "+++\na = [1\n\n+++\n": "2: not TOML: Unclosed array",
    "+++\na = 1\na = 2\n+++\n": "3: not TOML: Cannot overwrite a value",
    '{"a": 1,\n}': "2: not JSON: Expecting a name in double quotes",
    '{"a": 1\n"b": 2}': "2: not JSON: Expecting ','",
    '{"a" 1}': "1: not JSON: Expecting ':'",
    '{"a":\n}': "2: not JSON: Expecting value",
    '\n{\n  "a": 1': "3: not JSON: Expecting ','",
    "{ title: 1 }": "1: not JSON: Expecting a name in double quotes",
    '{"a": 1,\n"a": 2}': "2: given twice: 'a', first in line 1",
    '{"a": 1,\n"b": {"c": 1, "c": 2}}': "2: not JSON: 'c' is given twice",
    '{"a": NaN}': "1: not JSON: NaN is no number",
    ';;;\n{"a": 1} b\n;;;\n': "2: not JSON: something stands behind the braces",
}


@pytest.mark.parametrize("text", FAULTS)
def test_malformed_front_matter_is_a_refusal_with_its_line(text: str) -> None:
    assert refuse(text) == FAULTS[text]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP = "over 32 lists and mappings in each other"
MANY = f"over {MOST_VALUES} values"
HUGE = {
    f"---\n{BOMB}---\n": f"6: too large: {MANY}, aliases counted",
    f"---\na: {'[' * 90_000}\n---\n": f"2: too deep: {DEEP}",
    f"---\na: {'[' * 40}{']' * 40}\n---\n": f"2: too deep: {DEEP}",
    f"---\na: 1\nb: [{'1, ' * 20_000}]\n---\n": f"3: too large: {MANY}, aliases counted",
    "---\n" + "a: b\n" * 2_000_000 + "---\n": f"1: too large: over {LONGEST} characters",
    "---\na: '"
    + "b" * 10_000_000: "1: has no end: no line --- closes it; a line across the page is"
    " written ***",
    f"+++\na = {'[' * 90_000}\n+++\n": f"2: too deep: {DEEP}",
    f"+++\na = {'[' * 40}{']' * 40}\n+++\n": f"2: too deep: {DEEP}",
    f"+++\nb = 1\n{'.'.join('a' * 40_000)} = 1\n+++\n": f"3: too deep: {DEEP}",
    f"+++\na = {'9' * 5000}\n+++\n": "2: not TOML: Exceeds the limit (4300 digits) for integer"
    " string conversion: value has 5000 digits",
    "+++\n" + "a = 1\n" * 2_000_000 + "+++\n": f"1: too large: over {LONGEST} characters",
    f'{{"a": {"[" * 100_000}': f"1: too deep: {DEEP}",
    f'{{"a": {"[" * 40}{"]" * 40}}}': f"1: too deep: {DEEP}",
    f'{{"a": [{"1," * 20_000}1]}}': f"1: too large: {MANY}",
    f'{{"a": {"9" * 5000}}}': "1: not JSON: Exceeds the limit (4300 digits) for integer string"
    " conversion",
    "{" + ",".join(f'"{n}": 1' for n in range(900_000)) + "}": f"1: too large: {MANY}",
    f'{{"a": "{"x" * 10_000_000}"}}': f"1: too large: over {LONGEST} characters",
    "Title: A\n" + "Tags: b\n" * 1_000_000: f"1: too large: over {LONGEST} characters",
    "---" + " " * 1_000_000 + "\n" * 1_000_000 + "a: b": "1: has no end: no line --- closes it; a"
    " line across the page is written ***",
}


@pytest.mark.parametrize("number", range(len(HUGE)))
def test_what_is_too_deep_or_too_large_is_refused_in_under_a_second(number: int) -> None:
    text, expected = list(HUGE.items())[number]
    assert refuse(text) == expected


@pytest.mark.parametrize("text", [*FAULTS, *list(HUGE)[:3], *FORMS.values()])
def test_without_the_c_parser_the_same_is_read_and_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outcome() -> object:
        try:
            return read(text)
        except ArticleError as fault:
            return fault.what

    before = outcome()
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert outcome() == before


PIECES = st.sampled_from(
    [
        *("---", "+++", ";;;", "...", "---json", "title: A", "tags: [a, b]", "- a", "a: &b c"),
        *("d: *b", "  e: f", "\tg: h", "Title: A", "    more", "{", "}", '"a": 1,', '"b": [2]'),
        *('title = "A"', "[extra]", "date = 2024-05-01", "a.b = 1", "", " ", "# x", "'''", '"""'),
    ]
) | st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)


@given(st.lists(PIECES, max_size=12).map("\n".join))
def test_any_text_has_front_matter_or_none_or_is_refused_fuzz(text: str) -> None:
    try:
        front = read(text)
    except ArticleError as fault:
        error = fault
    else:
        check(front, text)
        return
    assert "\n" not in str(error)
    assert 1 <= error.line <= text.count("\n") + 1


def check(front: Front, text: str) -> None:
    assert text.endswith(front.text)
    assert front.line == text[: len(text) - len(front.text)].count("\n") + 1 or not front.text
    for field in front.fields:
        assert 1 <= field.line <= text.count("\n") + 1
    assert bool(front.notation) or front.text == text


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1),
        st.recursive(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
        max_size=4,
    )
)
def test_what_pyyaml_writes_is_read_back_fuzz(table: dict[str, object]) -> None:
    written = yaml.safe_dump(table, allow_unicode=False, default_style='"', sort_keys=False)
    if table:
        text = "---yaml\n" + re.sub(r"^(---|\.\.\.)$", "", written, flags=re.M) + "---\n"
        assert fields(text) == table
