"""Inheritance: articles as they may be matched, and what feedsvc.ids says of those that are."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from feedsvc.adoption import Match
from feedsvc.errors import ArticleError
from feedsvc.ids import Identity, read_ids, write_ids
from feedsvc.inheritance import inherit, list_candidates
from feedsvc.readers.records.traces import Trace
from tests.conftest import Site, list_rows

MAY, JUNE = datetime(2024, 5, 1, 10, tzinfo=UTC), datetime(2024, 6, 1, 10, tzinfo=UTC)


def give(site: Site, **traces: Trace) -> tuple[dict[str, Identity], list[str]]:
    """Match entries with articles; return the identities, and who keeps another."""
    matches = [Match("link", trace, (f"{name}.txt",)) for name, trace in traces.items()]
    identities, kept = inherit(site.settings, site.index, matches)
    assert [identity.path for identity in identities] == sorted(each.path for each in identities)
    return {each.path.removesuffix(".txt"): each for each in identities}, [
        match.path.removesuffix(".txt") for match in kept
    ]


def seconds(time: datetime) -> int:
    return int(time.timestamp())


def test_every_article_is_a_candidate_by_all_that_it_is_known_by(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.inheritance.MANY", 1)
    site = make_site(url="https://feeds.example/")
    site.write("a.txt", "A", "2024-05-01T10:00:00Z\nid: tag:e.example,2024:a")
    site.write("b.txt", "B", "2024-05-01\ndraft: yes\nupdated: 2024-06-01T10:00:00Z", url=None)
    site.write("c.txt", "C", date=None, url=None)
    gone = site.write("gone.txt")
    site.ingest()
    gone.unlink()
    site.ingest()
    a, b, c = list_candidates(site.settings, site.index)
    assert (a.path, a.title, a.dates) == ("a.txt", "A", (MAY,))
    assert "tag:e.example,2024:a" in a.ids
    assert "https://example.org/a.txt" in a.links
    assert (b.path, b.dates) == ("b.txt", (MAY.replace(hour=12), JUNE))
    assert "https://feeds.example/entry/b/" in b.links
    assert (c.path, c.dates) == ("c.txt", ())


def test_article_gets_the_id_and_keeps_its_own_dates(site: Site) -> None:
    site.write("a.txt", date="2024-05-01T10:00:00Z\nupdated: 2024-05-02T10:00:00Z")
    site.ingest()
    (row,) = list_rows(site.index)
    identities, kept = give(site, a=Trace("old", published=JUNE, updated=JUNE))
    assert identities == {"a": Identity("a.txt", "old", source=row.source)}
    assert kept == []


def test_article_without_dates_gets_those_of_the_feed(site: Site) -> None:
    for name in "abc":
        site.write(f"{name}.txt", date=None)
    site.write("d.txt")
    site.ingest()
    identities, _ = give(
        site,
        a=Trace("a", published=MAY, updated=JUNE),
        b=Trace("b", updated=MAY),
        c=Trace("c"),
        d=Trace("d", updated=JUNE),
    )
    times = {
        name: (each.published, each.updated, each.edited, each.seen)
        for name, each in identities.items()
    }
    may, june = seconds(MAY), seconds(JUNE)
    assert times == {
        "a": (may, june, june, may),
        "b": (may, may, 0, may),
        "c": (0, 0, 0, 0),
        "d": (0, june, june, 0),
    }


def test_id_that_is_made_of_the_article_gives_way(site: Site) -> None:
    site.write("a.txt")
    site.write("b b.txt", url=None)
    site.write("c.txt", date="2024-05-01\nid: tag:e.example,2024:c")
    site.ingest()
    write_ids(str(site.folder), (Identity(str(row.path), row.id) for row in list_rows(site.index)))
    site.ingest()
    identities, kept = give(site, **{"a": Trace("1"), "b b": Trace("2"), "c": Trace("3")})
    assert {name: each.id for name, each in identities.items()} == {"a": "1", "b b": "2", "c": "3"}
    assert kept == []


def test_id_that_was_taken_over_stays(site: Site) -> None:
    for name in "ab":
        site.write(f"{name}.txt")
    before = [Identity("a.txt", "wall & 1", slug="one"), Identity("b.txt", "tag:x,2024:b")]
    write_ids(str(site.folder), before)
    site.ingest()
    identities, kept = give(site, a=Trace("data:,wall%20%26%201"), b=Trace("other"))
    assert list(identities.values()) == before
    assert kept == ["b"]


def test_id_of_a_file_that_is_gone_is_given_on(site: Site) -> None:
    site.write("new.txt")
    write_ids(str(site.folder), [Identity("gone.txt", "a"), Identity("other.txt", "b")])
    site.ingest()
    identities, _ = give(site, new=Trace("a"))
    assert {name: each.id for name, each in identities.items()} == {"new": "a", "other": "b"}
    write_ids(str(site.folder), identities.values())
    assert list(read_ids(str(site.folder), print)) == list(identities.values())


def test_file_of_identities_with_a_fault_is_never_written_over(site: Site) -> None:
    (site.folder / "feedsvc.ids").write_text("a.txt\n")
    with pytest.raises(ArticleError, match=r"^feedsvc\.ids:1: "):
        inherit(site.settings, site.index, [])


def test_entries_known_by_another_id_get_the_dates_too(site: Site) -> None:
    for name in "abc":
        site.write(f"{name}.txt", date=None)
    site.write("d.txt")
    site.ingest()
    before = {row.path: row for row in list_rows(site.index)}
    traces = {name: Trace(f"urn:{name}", published=MAY) for name in "ab"}
    identities, _ = give(site, **traces, c=Trace("urn:c"), d=Trace("urn:d", updated=JUNE))
    write_ids(str(site.folder), identities.values())
    site.ingest()
    rows = {row.id: (row.published, row.updated) for row in list_rows(site.index)}
    may = seconds(MAY)
    assert rows == {
        "urn:a": (may, may + 1),  # another has that second
        "urn:b": (may, may + 2),
        "urn:c": (before["c.txt"].published, before["c.txt"].updated),
        "urn:d": (may, seconds(JUNE)),
    }
    assert site.ingest().changed == 0
