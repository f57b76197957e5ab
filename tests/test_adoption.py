"""Matching: an entry of an old feed is an article by id, link, or title and date."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from feedsvc.adoption import Adoption, Candidate, fold_link, fold_title, match_traces
from feedsvc.readers.records.traces import Trace

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def make(path: str, **known: object) -> Candidate:
    nothing = {"ids": (), "links": (), "title": "", "dates": ()}
    return Candidate(path, **{**nothing, **known})  # type: ignore[arg-type]  # the test says what


def match(traces: Sequence[Trace], *articles: Candidate) -> Adoption:
    return match_traces(traces, articles, AMSTERDAM)


def found(adoption: Adoption) -> dict[str, tuple[str, str]]:
    return {match.trace.id: (match.how, match.path) for match in adoption.certain}


def test_id_is_surer_than_link_and_link_than_title_and_date() -> None:
    traces = [
        Trace("a", ("https://e.example/b",), "C", MAY),
        Trace("x", ("https://e.example/b",), "C", MAY),
        Trace("y", ("https://e.example/c",), "C", MAY),
    ]
    articles = [
        make("a.md", ids=("tag:a", "a")),
        make("b.md", links=("https://e.example/b",), title="C", dates=(MAY,)),
        make("c.md", title="C", dates=(MAY,)),
        make("d.md"),
    ]
    adoption = match(traces, *articles)
    assert found(adoption) == {
        "a": ("id", "a.md"),
        "x": ("link", "b.md"),
        "y": ("title", "c.md"),
    }
    assert (adoption.doubtful, adoption.traces, adoption.paths) == ((), (), ("d.md",))


def test_id_that_is_an_address_is_a_link_too() -> None:
    adoption = match([Trace("http://e.example/a")], make("a.md", links=("https://e.example/a/",)))
    assert found(adoption) == {"http://e.example/a": ("link", "a.md")}


def test_link_as_it_is_written_is_surer_than_another_way_to_write_it() -> None:
    traces = [Trace("1", ("https://e.example/a#one",)), Trace("2", ("https://e.example/a#two",))]
    articles = [
        make("1.md", links=("https://e.example/a#one",)),
        make("2.md", links=("https://e.example/a#two",)),
    ]
    assert found(match(traces, *articles)) == {"1": ("link", "1.md"), "2": ("link", "2.md")}


@pytest.mark.parametrize(
    "other",
    [
        "https://e.example/a/b",
        "http://E.Example:80/a/b/",
        "https://e.example:443/a/b/index.html#top",
        "https://e.example/a/b/?utm_source=feed&utm_medium=rss",
        "https://e.example/%61/b/index.php",
    ],
)
def test_page_is_the_same_however_its_address_is_written(other: str) -> None:
    assert fold_link(other) == fold_link("https://e.example/a/b/")


@pytest.mark.parametrize(
    "other",
    [
        "https://e.example/a/B/",
        "https://other.example/a/b/",
        "https://e.example:8080/a/b/",
        "https://e.example/a/b/?p=1",
        "https://e.example/a/index",
        "https://[/a/b/",
        "tag:e.example,2024:/a/b/",
    ],
)
def test_page_is_another_where_the_rest_of_its_address_differs(other: str) -> None:
    assert fold_link(other) != fold_link("https://e.example/a/b/")


def test_title_is_the_same_in_fine_and_in_plain_type() -> None:
    assert fold_title("“Don’t” – <em>A&amp;B</em>  …") == fold_title('"don\'t" - A&B ...')
    assert fold_title("C++") != fold_title("C#")


def test_day_is_that_of_the_feed_the_settings_or_the_world() -> None:
    west = timezone(timedelta(hours=-8))
    traces = [
        Trace("1", title="One", published=datetime(2024, 5, 1, tzinfo=AMSTERDAM)),
        Trace("2", title="Two", published=datetime(2024, 5, 1, 23, tzinfo=west)),
        Trace("3", title="Three", updated=datetime(2024, 5, 1, 23, tzinfo=UTC)),
        Trace("4", title="Four", published=datetime(2024, 5, 3, tzinfo=UTC)),
        Trace("5", title="Five"),
    ]
    articles = [
        make("1.md", title="one", dates=(MAY,)),
        make("2.md", title="two", dates=(MAY,)),
        make("3.md", title="three", dates=(MAY + timedelta(days=1),)),
        make("4.md", title="four", dates=(MAY,)),
        make("5.md", title="five", dates=(MAY,)),
    ]
    adoption = match(traces, *articles)
    assert found(adoption) == {
        "1": ("title", "1.md"),
        "2": ("title", "2.md"),
        "3": ("title", "3.md"),
    }
    assert [trace.id for trace in adoption.traces] == ["4", "5"]
    assert adoption.paths == ("4.md", "5.md")


def test_time_tells_articles_of_one_day_and_title_apart() -> None:
    noon, night = MAY, MAY + timedelta(hours=9)
    traces = [
        Trace("1", title="Weather", published=noon),
        Trace("2", title="Weather", published=night),
    ]
    articles = [make(f"{time:%H}.md", title="Weather", dates=(time,)) for time in (night, noon)]
    assert found(match(traces, *articles)) == {"1": ("title", "12.md"), "2": ("title", "21.md")}


def test_what_could_be_two_is_left_alone_for_good() -> None:
    traces = [
        Trace("two articles", ("https://e.example/a",), "A", MAY),
        Trace("one of two entries", ("https://e.example/c",)),
        Trace("the other", ("http://e.example/c",)),
    ]
    articles = [
        make("a.md", links=("https://e.example/a",), title="A", dates=(MAY,)),
        make("b.md", links=("https://e.example/a",)),
        make("c.md", links=("https://e.example/c/",)),
    ]
    adoption = match(traces, *articles)
    assert (adoption.certain, adoption.traces, adoption.paths) == ((), (), ())
    assert [(each.how, each.trace.id, each.paths) for each in adoption.doubtful] == [
        ("link", "two articles", ("a.md", "b.md")),
        ("link", "one of two entries", ("c.md",)),
        ("link", "the other", ("c.md",)),
    ]


def test_entry_that_several_documents_of_a_feed_hold_is_one() -> None:
    traces = [Trace("a", title="New", published=MAY), Trace("a", title="Old", published=MAY)]
    assert found(match(traces, make("a.md", title="new", dates=(MAY,)))) == {"a": ("title", "a.md")}
