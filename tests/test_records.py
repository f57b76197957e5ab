"""Records: files of many articles, and what becomes of each of these."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from feedsvc.errors import ArticleError
from feedsvc.folder import File
from feedsvc.index import MAIN, Row
from feedsvc.model import Finding
from feedsvc.records import find_part, has_articles
from feedsvc.splits import split_file
from tests.conftest import BOTH, Site, list_rows, mark_schema
from tests.test_ingest import count, disguise

ENGINES = BOTH
MakeSite = Callable[..., Site]
Members = dict[str, Any]


def post(number: int, **members: Any) -> Members:
    """Make a row of a database: with an id of its own, as they have."""
    date = f"2024-05-{number:02}T10:00:00Z"
    return {"id": number, "title": f"Post {number}", "date": date, "text": "Text."} | members


def write(site: Site, name: str, content: str | bytes) -> Path:
    """Write a file that is long settled, and never twice the same."""
    path = site.write(name)
    stamp = path.stat().st_mtime_ns
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, ns=(stamp, stamp))
    return path


def write_lines(site: Site, name: str, *records: Members | str) -> Path:
    lines = (each if isinstance(each, str) else json.dumps(each) for each in records)
    return write(site, name, "".join(f"{line}\n" for line in lines))


def rows(site: Site) -> dict[str, Row]:
    """The rows of entries that aren't withdrawn, by their ids."""
    return {row.id: row for row in list_rows(site.index) if row.state != "withdrawn"}


def titles(site: Site) -> list[str]:
    digests = [stamp.digest for stamp in site.index.newest(MAIN, 1000)]
    articles = site.index.articles(digests)
    return sorted(articles[digest].title for digest in digests)


def refused(site: Site) -> list[str]:
    return [str(finding) for finding in site.index.refused()]


def test_each_line_of_a_file_is_an_article(site: Site) -> None:
    write_lines(site, "posts.jsonl", post(1), "", post(2))
    write_lines(site, "more/of.ndjson", post(1, id="tag:example.org,2024:x"))
    site.write("a.txt")
    assert count(site.ingest()) == (4, 0, 0, 0, 0)
    assert titles(site) == ["A title", "Post 1", "Post 1", "Post 2"]
    assert "tag:example.org,2024:x" in rows(site)


def test_file_of_known_size_and_time_is_not_opened(site: Site) -> None:
    write_lines(site, "posts.jsonl", post(1), post(2))
    write(site, "posts.json", json.dumps([post(3)]))
    site.ingest()
    for name in ("posts.jsonl", "posts.json"):
        disguise(site, name, "Post", "Past")
    assert count(site.ingest()) == (0, 0, 3, 0, 0)
    assert titles(site) == ["Post 1", "Post 2", "Post 3"]


def test_file_written_a_moment_ago_is_read_once_more(site: Site) -> None:
    path = write_lines(site, "posts.jsonl", post(1), post(2))
    stamp = time.time() + 3600
    os.utime(path, (stamp, stamp))
    site.ingest()
    disguise(site, "posts.jsonl", "Post 1", "Past 1")
    assert count(site.ingest()) == (0, 1, 1, 0, 0)


def test_touched_file_with_the_same_records_changes_nothing(site: Site) -> None:
    path = write_lines(site, "posts.jsonl", post(1), post(2))
    site.ingest()
    before, revision = rows(site), site.index.revision()
    os.utime(path, (1, 1))
    assert count(site.ingest()) == (0, 0, 2, 0, 0)
    write_lines(site, "posts.jsonl", post(2), "", post(1))
    assert count(site.ingest()) == (0, 0, 2, 0, 0)
    assert (rows(site), site.index.revision()) == (before, revision)
    disguise(site, "posts.jsonl", "Post 1", "Past 1")
    assert count(site.ingest()) == (0, 0, 2, 0, 0)


def test_only_what_is_edited_is_written(site: Site) -> None:
    write_lines(site, "posts.jsonl", *(post(number) for number in range(1, 6)))
    site.ingest()
    before = {row.path: row for row in list_rows(site.index)}
    edited = [post(number) for number in range(1, 6)]
    edited[2] |= {"title": "Edited", "date": "2024-04-01"}
    write_lines(site, "posts.jsonl", post(9), *edited)
    assert count(site.ingest()) == (1, 1, 4, 0, 0)
    after = {row.path: row for row in list_rows(site.index)}
    same = [path for path in before if before[path] == after[path]]
    assert len(same) == 4
    [(old, new)] = [(before[path], after[path]) for path in before if path not in same]
    assert (old.id, old.slug, old.seen) == (new.id, new.slug, new.seen)


def test_record_that_is_gone_is_withdrawn_and_comes_back_with_its_id(site: Site) -> None:
    write_lines(site, "posts.jsonl", post(1), post(2))
    site.ingest()
    before = rows(site)
    write_lines(site, "posts.jsonl", post(2))
    assert count(site.ingest()) == (0, 0, 1, 1, 0)
    assert titles(site) == ["Post 2"]
    write_lines(site, "posts.jsonl", post(2), post(1))
    assert count(site.ingest()) == (0, 1, 1, 0, 0)
    assert rows(site).keys() == before.keys()


def test_file_that_is_gone_takes_its_records_with_it(site: Site) -> None:
    site.write("a.txt")
    path = write_lines(site, "posts.jsonl", post(1), post(2))
    site.ingest()
    path.unlink()
    assert count(site.ingest()) == (0, 0, 1, 2, 0)
    assert site.index.execute("SELECT count(*) FROM collection")[0][0] == 0
    assert count(site.ingest()) == (0, 0, 1, 0, 0)


def test_line_that_can_not_be_read_costs_only_itself_and_withdraws_nothing(site: Site) -> None:
    write_lines(site, "posts.jsonl", post(1), post(2), post(3))
    site.ingest()
    write_lines(site, "posts.jsonl", post(1), '{"id": 2, "title"', post(4))
    assert count(site.ingest()) == (1, 0, 1, 0, 1)
    assert refused(site) == ["posts.jsonl:2: record: not JSON: it ends too early"]
    assert titles(site) == ["Post 1", "Post 2", "Post 3", "Post 4"]
    write_lines(site, "posts.jsonl", post(1), post(4))
    assert count(site.ingest()) == (0, 0, 2, 2, 0)


def test_refused_record_keeps_its_last_good_entry_and_is_looked_at_again(site: Site) -> None:
    write_lines(site, "posts.jsonl", post(1), post(2))
    site.ingest()
    body = site.body("/atom.xml")
    write_lines(site, "posts.jsonl", post(1), post(2, date="no date"))
    for _ in range(2):
        assert count(site.ingest()) == (0, 0, 1, 0, 1)
        assert refused(site)[0].startswith("posts.jsonl:2: date: not a date: 'no date'")
        assert site.body("/atom.xml") == body
    write_lines(site, "posts.jsonl", post(1), post(2))
    assert count(site.ingest()) == (0, 0, 2, 0, 0)
    assert site.body("/atom.xml") == body


@pytest.mark.parametrize(
    ("name", "before", "after", "what"),
    [
        (
            "p.json",
            json.dumps([post(1)]),
            json.dumps([post(1), post(2)], indent=1)[:-9],
            "12: file: not JSON",
        ),
        ("p.json", json.dumps([post(1)]), "", "1: records: none in it"),
        ("p.json", json.dumps([post(1)]), '{"name": "a package"}', "1: records: none in it"),
        ("p.jsonl", json.dumps(post(1)), "", "1: records: none in it"),
        ("p.jsonl", json.dumps(post(1)), '{"level": 3}\n', "1: records: none in it"),
        (
            "p.rss",
            "<rss><channel><item><guid>1</guid><title>One</title><description>1</description></item></channel></rss>",
            "<rss><channel>\n<item><guid>1</guid><title>One</title><description>1</description></item></channel>",
            "2: file: not well-formed",
        ),
        (
            "p.xml",
            "<rss><channel><item><guid>1</guid><title>One</title><description>1</description></item></channel></rss>",
            "<html/>",
            "1: records: none in it",
        ),
    ],
)
def test_file_that_can_not_be_read_or_is_empty_withdraws_nothing(
    site: Site, name: str, before: str, after: str, what: str
) -> None:
    site.write("other.txt")
    write(site, name, before)
    assert site.ingest().new == 2
    write(site, name, after)
    for _ in range(2):
        assert count(site.ingest()) == (0, 0, 1, 0, 1)
        [line] = refused(site)
        assert line.startswith(f"{name}:{what}")
        assert len(titles(site)) == 2
    if "none in it" in what:
        assert site.ingest(allow_empty=True).withdrawn == 1
        assert site.ingest().refused == []
    else:
        write(site, name, before)
        assert count(site.ingest()) == (0, 0, 2, 0, 0)


def test_only_file_that_is_emptied_is_told_as_an_empty_folder(site: Site) -> None:
    write_lines(site, "posts.jsonl", post(1), post(2))
    site.ingest()
    write(site, "posts.jsonl", "")
    write(site, "data.json", '{"version": 3}')
    report = site.ingest()
    assert (report.withdrawn, report.kept) == (0, 2)
    assert len(titles(site)) == 2
    assert not has_articles(site.settings)
    assert site.ingest(allow_empty=True).withdrawn == 2


def test_what_holds_no_article_is_counted_and_not_opened_twice(site: Site) -> None:
    site.write("a.txt")
    data = write(site, "vocabulary.json", '{"x": "words", "list": [1, 2], "html": 3}')
    write(site, "map.XML", "<map/>")
    write(site, "log.jsonl", '{"level": 3}\n' * 300)
    ignored = {".json": 1, ".XML": 1, ".jsonl": 1}
    for _ in range(2):
        report = site.ingest()
        assert (report.refused, report.ignored) == ([], ignored)
        disguise(site, data.name, '"x": "words"', '"date": 2024')


def test_of_the_same_record_the_first_in_the_file_stays(site: Site) -> None:
    write_lines(site, "posts.jsonl", post(1), post(2), post(1, title="Again"), post(1))
    assert count(site.ingest()) == (2, 0, 0, 0, 2)
    assert refused(site) == [
        f"posts.jsonl:{line}: id: the same as in line 1: the first in the file stays"
        for line in (3, 4)
    ]
    assert titles(site) == ["Post 1", "Post 2"]


def test_of_the_same_record_in_two_files_the_first_by_path_stays(site: Site) -> None:
    url = "https://example.org/same"
    write_lines(site, "b.jsonl", post(2), post(1, url=url, title="In b"))
    site.ingest()
    write_lines(site, "a.jsonl", post(1, url=url, title="In a"))
    site.write("c.txt", url=url)
    assert count(site.ingest()) == (0, 1, 1, 0, 2)
    same = f"id: the same as that of a.jsonl: {url}; the first by path stays"
    assert refused(site) == [f"b.jsonl:2: {same}", f"c.txt:1: {same}"]
    assert titles(site) == ["In a", "Post 2"]
    assert count(site.ingest()) == (0, 0, 2, 0, 2)
    (site.folder / "a.jsonl").unlink()
    site.ingest()
    assert refused(site) == [f"c.txt:1: {same.replace('a.jsonl', 'b.jsonl')}"]
    assert titles(site) == ["In b", "Post 2"]


@pytest.mark.parametrize(("old", "new"), [("a.jsonl", "b.jsonl"), ("b.jsonl", "a.jsonl")])
def test_record_that_goes_to_another_file_keeps_its_entry(site: Site, old: str, new: str) -> None:
    moved = post(1, id="tag:example.org,2024:1")
    write_lines(site, old, moved, post(2))
    write_lines(site, new, post(3))
    site.ingest()
    before = rows(site)["tag:example.org,2024:1"]
    write_lines(site, old, post(2))
    write_lines(site, new, post(3), moved)
    report = site.ingest()
    assert (report.new, report.refused) == (0, [])
    after = rows(site)["tag:example.org,2024:1"]
    assert after.path
    assert after.path.startswith(f"{new}/")
    assert replace(after, path=before.path) == before
    assert titles(site) == ["Post 1", "Post 2", "Post 3"]


def test_record_that_gets_an_id_keeps_the_entry_of_its_address(site: Site) -> None:
    write_lines(site, "a.jsonl", {"title": "A", "url": "https://example.org/a", "text": "Text."})
    site.ingest()
    [before] = rows(site)
    write_lines(site, "a.jsonl", post(1, url="https://example.org/a"))
    site.ingest()
    assert list(rows(site)) == [before]


def test_records_are_told_apart_by_slug_or_by_title_and_date_where_they_have_no_id(
    site: Site,
) -> None:
    plain = {"title": "Weekly", "text": "Text."}
    dated = [plain | {"date": f"2024-05-0{day}"} for day in (1, 2)]
    write_lines(
        site, "a.jsonl", *dated, plain | {"slug": "w"}, {"text": "Hm", "date": "2024-05-03"}
    )
    assert site.ingest().new == 4
    before = rows(site)
    write_lines(site, "a.jsonl", *reversed(dated), plain | {"slug": "w", "title": "Renamed"})
    assert count(site.ingest()) == (0, 1, 2, 1, 0)
    assert rows(site).keys() <= before.keys()


def test_object_that_is_alone_in_its_file_is_told_by_the_file(make_site: MakeSite) -> None:
    site = make_site(url="https://feeds.example.org/")
    write(site, "about us.json", json.dumps({"title": "A", "date": "2024-05-01", "text": "Text."}))
    site.ingest()
    tag = "tag:feeds.example.org,2024-05-01:about%20us.json"
    assert {id: row.slug for id, row in rows(site).items()} == {tag: "about-us"}
    write(site, "about us.json", json.dumps({"title": "B", "date": "2023-05-01", "text": "Other."}))
    assert count(site.ingest()) == (0, 1, 0, 0, 0)
    assert list(rows(site)) == [tag]
    write(site, "about us.json", json.dumps([post(1)]))
    assert count(site.ingest()) == (1, 0, 0, 1, 0)
    write(site, "about us.json", json.dumps(post(1)))
    assert count(site.ingest()) == (0, 1, 0, 0, 0)


def test_byte_order_mark_is_no_part_of_a_line_unless_lines_are_none_of_utf_8(site: Site) -> None:
    line = json.dumps(post(1))
    write(site, "a.jsonl", line.encode("utf-8-sig"))
    write(site, "b.jsonl", line.encode("utf-16"))
    write(site, "c.json", json.dumps([post(2)]).encode("utf-16"))
    assert count(site.ingest()) == (2, 0, 0, 0, 1)
    assert refused(site) == ["b.jsonl:1: encoding: not UTF-8: it is UTF-16; save it as UTF-8"]


def test_record_that_is_too_large_costs_only_itself(make_site: MakeSite) -> None:
    site = make_site(max_article_bytes=200)
    large = post(2, text="word " * 100)
    write_lines(site, "a.jsonl", post(1), large, post(3))
    write(site, "b.json", json.dumps([post(4), large, post(5)]))
    assert count(site.ingest()) == (4, 0, 0, 0, 2)
    assert [line.partition(" bytes")[0] for line in refused(site)] == [
        "a.jsonl:2: record: too large: over max_article_bytes (200)",
        "b.json:1: record: too large: 572",
    ]


def test_file_that_is_read_whole_has_a_limit_and_one_of_lines_has_none(make_site: MakeSite) -> None:
    site = make_site(max_article_bytes=100)
    many = [post(1, id=number, text="x") for number in range(200)]
    write(site, "a.json", json.dumps(many))
    write(site, "b.json", json.dumps(["word"] * 2000))
    write_lines(site, "c.jsonl", *many)
    report = site.ingest()
    assert (report.new, report.ignored) == (200, {".json": 1})
    assert refused(site) == [
        "a.json:1: file: too large: over 64 times max_article_bytes (100);"
        " lines of JSON may be any number"
    ]


def test_files_beside_are_found_and_what_names_them_is_read_again(site: Site) -> None:
    (site.folder / "img").mkdir()
    (site.folder / "img" / "cat.jpg").write_bytes(b"\xff\xd8\xff")
    os.utime(site.folder / "img" / "cat.jpg", (1, 1))
    write_lines(site, "a.jsonl", post(1, html='<p>A cat: <img src="img/cat.jpg"></p>'), post(2))
    site.ingest()
    [name] = site.index.media_names("", 9)
    assert name.encode() in site.body("/atom.xml")
    (site.folder / "img" / "cat.jpg").write_bytes(b"\xff\xd8\xff\xff")
    os.utime(site.folder / "img" / "cat.jpg", (2, 2))
    assert count(site.ingest()) == (0, 1, 1, 0, 0)
    assert site.index.media_names("", 9) != [name]
    assert count(site.ingest()) == (0, 0, 2, 0, 0)


def test_file_that_is_being_written_is_left_for_later(site: Site) -> None:
    write_lines(site, "a.jsonl", post(1))
    site.ingest()
    write_lines(site, "a.jsonl", post(2))
    report = site.ingest(rests=lambda path, size, mtime: path != "a.jsonl")
    assert (count(report), report.restless) == ((0, 0, 0, 0, 0), ["a.jsonl"])
    assert titles(site) == ["Post 1"]
    site.ingest()
    assert titles(site) == ["Post 2"]


def test_record_whose_medium_is_being_written_is_left_for_later(site: Site) -> None:
    (site.folder / "cat.jpg").write_bytes(b"\xff\xd8\xff")
    write_lines(site, "a.jsonl", post(1, image="cat.jpg"), post(2))
    report = site.ingest(rests=lambda path, size, mtime: path != "cat.jpg")
    assert report.new == 1
    assert set(report.restless) == {"cat.jpg", find_path(site, 1)}
    assert site.ingest().new == 1


def find_path(site: Site, line: int) -> str:
    split = split_file(site.settings, "a.jsonl")
    assert split
    return next(part.path for part in split.parts() if part.line == line)


def test_record_that_changes_while_it_is_read_is_refused_until_it_rests(site: Site) -> None:
    path = write_lines(site, "a.jsonl", post(1), post(2))
    path_in = find_path(site, 2)
    file = File("a.jsonl/")
    part = find_part(site.settings, file, path_in)
    assert part
    assert find_part(site.settings, file, f"{path_in}0") is None
    path.write_text(path.read_text().replace("Post 2", "Past 2"))
    with pytest.raises(Exception, match=r"^a\.jsonl:2: record: not read: its file is being"):
        part.load()  # type: ignore[attr-defined]  # it is a Part
    path.unlink()
    with pytest.raises(Exception, match=r"^a\.jsonl:2: record: can't be read: "):
        part.load()  # type: ignore[attr-defined]  # it is a Part
    assert find_part(site.settings, file, path_in) is None


def test_record_that_changes_before_it_is_read_keeps_its_last_good_entry(site: Site) -> None:
    path = write_lines(site, "a.jsonl", post(1), post(2))
    site.ingest()
    write_lines(site, "a.jsonl", post(1), post(2, title="Edited"))

    def rests(name: str, size: int, mtime: int) -> bool:
        if name.startswith("a.jsonl/"):  # it is split by now
            path.write_text(path.read_text().replace("Edited", "Addled"))
        return True

    assert count(site.ingest(rests=rests)) == (0, 0, 1, 0, 1)
    assert refused(site) == ["a.jsonl:2: record: not read: its file is being written"]
    assert titles(site) == ["Post 1", "Post 2"]
    site.ingest()
    assert titles(site) == ["Addled", "Post 1"]


def test_link_out_of_the_folder_in_the_place_of_a_file_is_not_opened(site: Site) -> None:
    path = write_lines(site, "a.jsonl", post(1))
    path.rename(site.folder.with_name("out.jsonl"))
    path.symlink_to("../out.jsonl")
    with pytest.raises(ArticleError, match=r"^a\.jsonl:1: file: not opened: it leads out"):
        split_file(site.settings, "a.jsonl")
    path.unlink()
    path.mkdir()
    with pytest.raises(ArticleError, match=r"^a\.jsonl:1: file: can't be read: Is a directory"):
        split_file(site.settings, "a.jsonl")


def test_other_rules_read_every_record_again(site: Site) -> None:
    write_lines(site, "a.jsonl", post(1, date="2024-05-01 10:00"))
    site.ingest()
    site.options["timezone"] = "Europe/Amsterdam"
    assert count(site.ingest()) == (0, 1, 0, 0, 0)
    [stamp] = site.index.newest(MAIN, 9)
    assert stamp.published == datetime(2024, 5, 1, 8, tzinfo=UTC)


def test_index_of_another_version_keeps_the_ids_of_records(site: Site) -> None:
    write_lines(site, "a.jsonl", post(1), post(2))
    site.ingest()
    before = {row.id: (row.path, row.published, row.slug) for row in list_rows(site.index)}
    mark_schema(site.index, 1)
    site.index.close()
    site.ingest()
    assert {row.id: (row.path, row.published, row.slug) for row in list_rows(site.index)} == before


def test_id_that_is_no_iri_is_that_of_the_entry_where_it_may_be(make_site: MakeSite) -> None:
    site = make_site(url="https://feeds.example.org/")
    feed = (
        "<rss><channel><language>nl</language><item><title>Een</title><guid"
        ' isPermaLink="false">aflevering 1</guid><description>Tekst.</description>'
        "<pubDate>Wed, 1 May 2024 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    write(site, "podcast.rss", feed)
    site.ingest()
    assert b'<guid isPermaLink="false">aflevering 1</guid>' in site.body("/rss.xml")
    assert json.loads(site.body("/feed.json"))["items"][0]["id"] == "aflevering 1"
    assert b"<id>data:,aflevering%201</id>" in site.body("/atom.xml")
    site.options["url"] = "https://moved.example.org/"
    write(site, "podcast.rss", feed.replace("Tekst", "Andere tekst"))
    assert count(site.ingest()) == (0, 1, 0, 0, 0)
    assert list(rows(site)) == ["data:,aflevering%201"]


def test_draft_among_records_is_told_with_its_line(site: Site) -> None:
    write_lines(site, "a.jsonl", post(1), post(2, draft=True))
    told: list[Finding] = []
    site.ingest(listen=told.append)
    assert [str(finding) for finding in told] == ["a.jsonl:2: draft: not published: it is a draft"]
    assert titles(site) == ["Post 1"]


def test_records_are_the_same_by_one_process_and_by_several(
    site: Site, make_site: MakeSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from feedsvc import chunks, parsers

    write_lines(site, "a.jsonl", *(post(1, id=number) for number in range(1000)))
    write(site, "b.json", json.dumps([post(1, id=number, url="x:y") for number in range(3)]))
    monkeypatch.setattr(parsers, "FEW", 300)
    monkeypatch.setattr(chunks, "ROOM", 5000)
    report = site.ingest(jobs=2)
    other = make_site(database=str(tmp_path / "other.sqlite"))
    assert other.ingest(jobs=1) == report
    assert list_rows(other.index) == list_rows(site.index)
    assert report.new == 1000
