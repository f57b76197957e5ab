"""Items: records of JSON, whatever is in them, become articles or are refused with their line."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import ArticleError
from feedsvc.model import Reading
from feedsvc.readers import read_record
from feedsvc.readers.fields.names import _KNOWN
from feedsvc.readers.media import find_nothing
from feedsvc.readers.records import Record
from feedsvc.readers.records.keys import BODIES
from feedsvc.settings import load_settings

SETTINGS = load_settings(Path(__file__).parent, environ={})
NAMES = st.sampled_from([*_KNOWN, *BODIES, "x", "extra", "$date"])
TEXTS = st.text() | st.sampled_from(
    [
        *("2024-05-01T10:00:00Z", "https://example.org/a", "yes", "a.jpg", "mailto:a@example.org"),
        *("<p>Text <b>of", "&amp;", "\ud800", "\x00", "# A\n\n> b", "javascript:a", "/a/b/", "nl"),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            NAMES | st.sampled_from(["name", "url", "rendered", "$oid"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)
COMMON = [b"", b"\x80", b"\x81\xa8language\xa2nl"]


def try_to_read(path: str, record: Record) -> tuple[Reading | None, int]:
    """Read a record; return what became of it, and the line that it is refused for."""
    try:
        return read_record(path, record, SETTINGS, find_nothing), record.line
    except ArticleError as fault:
        return None, fault.line


@given(st.dictionaries(NAMES, VALUES, max_size=6), st.sampled_from(COMMON), st.booleans())
def test_fuzz_items_are_read_or_refused(
    members: dict[str, Any], common: bytes, indented: bool
) -> None:
    said = {"title": "A title", "date": "2024-05-01", "text": "Text."} | members
    record = Record(7, json.dumps(said, indent=1 if indented else None).encode(), common)
    lines = range(7, 8 + record.data.count(b"\n"))
    reading, line = try_to_read("a.json/-", record)
    assert line in lines
    assert reading is None or reading.article.title
    told = (*reading.findings, *reading.rules) if reading else ()
    assert all(each.line in lines for each in told)


@given(st.binary())
def test_fuzz_bytes_that_are_no_item_are_refused(data: bytes) -> None:
    reading, line = try_to_read("a.jsonl/0", Record(3, data))
    assert reading is None or data.strip()[:1] == b"{"
    assert 3 <= line <= 3 + data.count(b"\n")
