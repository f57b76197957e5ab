"""Documents: which JSON files hold articles, and how their records are told apart."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import ArticleError
from feedsvc.readers.records import ALONE, Found, name_record
from feedsvc.readers.records.documents import find_line, split_document
from feedsvc.readers.records.keys import make_key, resembles, unwrap

ARTICLE = {"title": "A", "date": "2024-05-01", "text": "Text."}


def split(value: Any) -> list[Found] | None:
    return split_document("a.json", [json.dumps(value).encode()])


@pytest.mark.parametrize(
    "value",
    [
        {"name": "a", "version": "1.0.0", "description": "b", "author": "c", "keywords": ["d"]},
        {"compilerOptions": {"target": "es2022"}, "include": ["src"]},
        {"$schema": "https://json-schema.org/", "title": "A", "description": "b", "type": "object"},
        {"title": "Start", "text": "Welkom", "content": "Inhoud"},  # the words of a site
        [{"title": "Home", "url": "/"}, {"title": "About", "url": "https://example.org/about"}],
        {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}, "paths": {}},
        {"type": "FeatureCollection", "features": [], "data": [1, 2]},
        {"items": []},
        [],
        {},
        [[1], "a", None],
        "text",
        3,
        None,
    ],
)
def test_file_of_something_else_holds_no_articles(value: Any) -> None:
    assert split(value) is None


@pytest.mark.parametrize(
    "value",
    [
        ARTICLE,
        {"headline": "A", "datePublished": "2024-05-01"},
        {"content_html": "b", "url": "https://example.org/"},
        {"Body": "b", "created-at": 1714557600},
    ],
)
def test_object_like_an_article_is_one_and_its_file_tells_it(value: Any) -> None:
    assert [found.key for found in split(value) or ()] == [ALONE]
    assert len(split([value]) or ()) == len(split({"count": 1, "posts": [value]}) or ()) == 1


def test_array_holds_articles_where_one_of_the_first_is_like_one() -> None:
    others = [{"weight": number} for number in range(200)]
    assert split([*others[:99], ARTICLE]) is not None
    assert split([*others, ARTICLE]) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[{"title": "A",\n"date": "2024-05-01", "text": "b"},\n{"title": "B', 3),
        ('{"title": "A",\n"date": "2024-05-01"\n"text": "b"}', 3),
        ('{"posts": [{"title": "A", "date": 3}]}\n}', 2),
        ('{"date": 3, "title": "caf\udce9"}', 1),
    ],
)
def test_file_that_is_no_json_is_refused_where_it_looks_as_if_it_held_articles(
    text: str, line: int
) -> None:
    with pytest.raises(ArticleError) as caught:
        split_document("a.json", [text.encode(errors="surrogateescape")])
    assert (caught.value.line, caught.value.what) == (line, "not JSON")


@pytest.mark.parametrize(
    "text", ["", "\x00\x01", '{"compilerOptions": {}, // a comment\n}', '{"title": "A",', "["]
)
def test_file_that_is_no_json_and_nothing_like_it_is_no_fault(text: str) -> None:
    assert split_document("a.json", [text.encode()]) is None


def test_json_feed_has_what_it_says_of_all_in_common() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1}, {"id": "b"}]}
    found = split(feed)
    assert found
    assert [each.key for each in found] == ["id 1", "id b"]
    assert all(each.record.common for each in found)
    other = split(feed | {"language": "nl"})
    assert other
    assert other[0].record.common != found[0].record.common


def test_record_is_told_by_its_id_then_its_address_then_its_slug_then_title_and_date() -> None:
    whole = {
        "date": "2024-05-01",
        "title": "A",
        "slug": "a",
        "permalink": "/a",
        "guid": "g",
        "id": 7,
        "text": "b",
    }
    keys = []
    for name in ("id", "guid", "permalink", "slug", "title", "text"):
        keys.append(make_key(whole.items()))
        del whole[name]
    assert keys == [
        "id 7",
        "id g",
        "address /a",
        "slug a",
        "title A\x002024-05-01",
        "title b\x002024-05-01",
    ]
    assert make_key(whole.items()) == ""


def test_key_is_the_same_however_the_same_is_written() -> None:
    assert make_key([("Post-Title", {"rendered": " A  b\n"})]) == make_key([("title", "A b")])
    assert make_key([("_id", {"$oid": "f"})]) == make_key([("ID", "f")])
    assert make_key([("id", {"b": 1, "a": 2})]) == make_key([("id", {"a": 2, "b": 1})])
    assert unwrap({"$date": {"$numberLong": "3"}}) == "3"
    assert unwrap({"date": 3}) == {"date": 3}


def test_names_of_records_sort_as_they_are_digests_and_the_lone_one_is_first() -> None:
    assert name_record(ALONE) < name_record("id 1")
    assert name_record("id \ud800") != name_record("id \ud801")
    assert len(name_record("x" * 10_000)) == 32


def test_site_s_own_words_are_like_articles_only_among_others() -> None:
    assert resembles(("title", "text"))
    assert not resembles(("title", "text"), alone=True)
    assert not resembles(("name", "text"))


LINES = st.binary() | st.sampled_from(
    [b"{}", b"[]", b'{"id": 1}', b'{"title": "A", "date": 1, "text": "b"}', b'{"id":"\\ud800"}']
)


@given(LINES)
def test_fuzz_line_is_found_or_refused(data: bytes) -> None:
    found, like = find_line("a.jsonl", 7, data)
    assert (found.record.line, found.record.data) == (7, data)
    assert bool(found.key) != bool(found.fault)
    assert not found.fault or found.fault.line >= 7
    assert like in (True, False)


MEMBERS = st.sampled_from(
    ["title", "date", "text", "html", "id", "url", "posts", "items", "version", "x", "authors"]
)
DOCUMENTS = st.recursive(
    st.none() | st.integers() | st.text() | st.just("https://jsonfeed.org/version/1.1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=20,
)


@given(DOCUMENTS, st.integers(0, 9))
def test_fuzz_document_is_split_or_refused(value: Any, cut: int) -> None:
    text = json.dumps(value)
    try:
        found = split_document("a.json", [text[: len(text) - cut].encode()])
    except ArticleError:
        return
    for each in found or ():
        assert bool(each.key) != bool(each.fault)
        json.loads(each.record.data)
