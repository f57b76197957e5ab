"""MDX: what is JavaScript in it is left out, and told; the Markdown stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown.mdx import drop_scripts
from feedsvc.readers.markdown.shortcodes import MOST_TOLD
from feedsvc.readers.markdown.tags import MOST_TAGS


def drop(text: str) -> str:
    return drop_scripts(text, 1, Notes("a.mdx"))


def rules(text: str) -> list[str]:
    notes = Notes("a.mdx")
    drop_scripts(text, 5, notes)
    assert not notes.findings
    return [str(rule).removeprefix("a.mdx:").replace(" MDX:", "") for rule in notes.rules]


CASES = {
    "import A from './a.jsx'\nimport {B} from 'b'\n\nText.": "\n\nText.",
    "export const a = {\n  b: 1\n}\n\nText.": "\n\nText.",
    "Text.\n\nimport A from 'a'": "Text.\n\n",
    "<Note type='a'>\n\n*Inside*\n\n</Note>": "\n\n*Inside*\n\n",
    '<Chart data={[1, 2].map(a => ({b: a}))} title="a > b" />': "",
    "<>a</>": "a",
    "Text.\n\n    {a}\n": "Text.\n\n    \n",
    "{props.a} and {/* a comment */}": " and ",
    "{'a b'}{\"c\"}": "a bc",
    "{f({a: '}'})}b": "b",
    "One.\n\n{/* truncate */}\n\nTwo.": "One.\n\n<!--more-->\n\nTwo.",
    "<Image src='/a.png' alt=\"An a\" width={3} />": '<img src="/a.png" alt="An a">',
    "import hero from './hero.jpg'\n\n<Image src={hero} alt={\"A hero\"} />": (
        '\n\n<img src="./hero.jpg" alt="A hero">'
    ),
    '<YouTube id="abc" />': '<a href="https://www.youtube.com/watch?v=abc">YouTube</a>',
    "<astro.Code lang='a' />": "<astro.Code lang='a' />",
}


@pytest.mark.parametrize("text", CASES)
def test_javascript_is_left_out_and_what_it_shows_is_kept(text: str) -> None:
    assert drop(text) == CASES[text]


@pytest.mark.parametrize(
    "text",
    [
        "`{a}` and\n\n```\n<A>{b}</A>\nimport a\n```\n",
        "We\nimport flour and\nexport bread.",
        "import taxes were high",
        "Text.\nimport A from 'a'",
        "export us",
        "a < b and <b>c</b>",
    ],
)
def test_code_and_prose_stay(text: str) -> None:
    assert drop(text) == text


@pytest.mark.parametrize(("text", "expected"), [("{a", "{a"), ("<A b", "&lt;A b"), ("</", "</")])
def test_what_has_no_end_is_text(text: str, expected: str) -> None:
    assert drop(text) == expected


def test_each_is_told_with_its_line() -> None:
    long = f"{{{'a' * 100}}}"
    assert rules(f"import A from 'a'\n\n<A>{{'b'}}</A>\n\n{long}\n") == [
        "5: import A from 'a': left out: JavaScript",
        "7: <A>: left out: its text is kept",
        "7: {'b'}: its text",
        "7: </A>: left out: its text is kept",
        f"9: {long[:60]}…: left out: an expression",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{" * 125_000,
        "<A" * 125_000,
        "{a}" * 25_000,
        "{'" * 75_000,
        "import A from 'a'\n\n" * 15_000,
    ],
)
def test_what_is_long_takes_little_time(text: str) -> None:
    begun = time.process_time()
    drop(text)
    assert time.process_time() - begun < 2


def test_of_many_some_are_told_and_of_too_many_the_rest_is_text() -> None:
    told = rules("{a}\n" * (MOST_TOLD + 2))
    assert len(told) == MOST_TOLD + 1
    assert told[-1].endswith("2 more: by the same rules")
    notes = Notes("a.mdx")
    text = drop_scripts("{a}\n" * (MOST_TAGS + 1), 1, notes)
    assert text.strip() == "{a}"
    (finding,) = notes.findings
    assert (finding.line, finding.what) == (MOST_TAGS + 1, "too many")


PIECES = ["import A from 'a'", "export const a", "{", "}", "<A", "/>", ">", "</A>", "'", '"', "`"]


@given(st.lists(st.sampled_from([*PIECES, "\n", "\n\n", "a=", "b", "    "])).map("".join))
def test_any_text_is_read_fuzz(text: str) -> None:
    assert isinstance(drop(text), str)
