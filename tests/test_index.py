"""The index: rows in, rows out, on real SQLite files."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from feedsvc.errors import FeedsvcError, IndexDamaged, IndexMissing, IndexUnusable
from feedsvc.index import MAIN, Index, digest_entry, pack_article
from feedsvc.index.engines import open_index
from feedsvc.index.schema import SCHEMA, TABLES, Change, Counts, Labelled, Look, Row
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.locks import hold
from feedsvc.model import Article, Finding
from tests.conftest import BOTH, list_rows, mark_schema
from tests.test_folder import open_folder, unprivileged

ENGINES = BOTH
T = 1_700_000_000


@pytest.fixture
def place(locate: Callable[[str], str]) -> str:
    return locate("index")


@pytest.fixture
def index(place: str) -> Iterator[Index]:
    index = open_index(place, create=True)
    yield index
    index.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[SqliteIndex]:
    file = SqliteIndex(str(tmp_path / ".feedsvc" / "index.sqlite"), create=True)
    yield file
    file.close()


def make(path: str, id: str = "", updated: int = T, **values: Any) -> tuple[Row, bytes]:
    """Make a row and its text, alike but for what is said."""
    id = id or f"https://example.org/{path}"
    text, packed = pack_article(Article(values.pop("title", path), "<p>Text.</p>"))
    row = Row(
        id,
        path,
        True,
        10,
        20,
        "source",
        digest_entry(id, text),
        updated,
        updated,
        0,
        T,
        "published",
    )
    return replace(row, **values), packed


def put(index: Index, *made: tuple[Row, bytes]) -> None:
    with index.transaction():
        for row, packed in made:
            old = index.find(row.id)
            index.put([Change(row, feeds_of(row), packed, old.digest if old else "")])


def feeds_of(row: Row) -> dict[str, str]:
    return {MAIN: ""} if row.state == "published" else {}


def put_one(index: Index, row: Row, packed: bytes) -> None:
    index.put([Change(row, feeds_of(row), packed)])


def end_run(index: Index, now: int = T, *, changed: bool = True) -> None:
    with index.transaction():
        if changed:
            index.begin_run(same_rules=True)
        index.finish_run(now, "rules")


def ids(index: Index, limit: int = 100) -> list[str]:
    return [stamp.id for stamp in index.newest(MAIN, limit)]


def test_rows_come_by_code_point_and_go_on_after_the_last(index: Index) -> None:
    paths = ["a-b.txt", "a.txt", "a/b.txt", "a0.txt", "ab.txt", "Ä.txt", "é.txt", "\uffee", "🍞"]
    put(index, *(make(path, updated=T + at) for at, path in enumerate(reversed(paths))))
    assert [row.path for row in list_rows(index)] == sorted(paths)
    assert [glance.path for glance in index.glances("a.txt", 2, T)] == ["a/b.txt", "a0.txt"]
    assert index.glances("🍞", 2, T) == []


def test_row_comes_back_as_it_was_put(index: Index) -> None:
    row, packed = make("a.txt", size=2**40, mtime=2**62, edited=T + 5, seen=3, published=-(10**10))
    put(index, (row, packed))
    assert list_rows(index) == [row]
    assert index.find(row.id) == row
    assert index.find("https://example.org/other") is None


def test_row_replaces_the_one_of_its_path(index: Index) -> None:
    put(index, make("a.txt"))
    row, packed = make("a.txt", updated=T + 9, title="Other")
    put(index, (row, packed))
    assert list_rows(index) == [row]
    assert [(stamp.digest, stamp.updated) for stamp in index.newest(MAIN, 9)] == [
        (row.digest, datetime.fromtimestamp(T + 9, UTC))
    ]


def test_file_that_takes_over_an_id_takes_the_row(index: Index) -> None:
    put(index, make("b.txt", "urn:x"))
    put(index, make("a.txt", "urn:x", T + 1))
    assert [row.path for row in list_rows(index)] == ["a.txt"]
    assert ids(index) == ["urn:x"]


def test_due_are_those_whose_time_has_come_by_path(index: Index) -> None:
    late, soon = make("a.txt", updated=T + 2, state="waiting"), make("b.txt", state="waiting")
    put(index, late, soon, make("c.txt", updated=T - 9))
    assert ids(index) == ["https://example.org/c.txt"]
    assert index.due(T - 1) == []
    assert [row.path for row in index.due(T)] == ["b.txt"]
    assert [row.path for row in index.due(T + 2)] == ["a.txt", "b.txt"]


def test_due_are_those_that_expire_too_but_not_what_is_hidden(index: Index) -> None:
    states = ("published", "unlisted", "waiting", "draft", "withdrawn", "expired")
    put(
        index,
        *(
            make(f"{at}.txt", updated=T + at, state=state, expires=T + 50, published=T + 99)
            for at, state in enumerate(states)
        ),
        make("9.txt", updated=T + 9),
    )
    assert index.due(T + 49) == []
    assert [row.state for row in index.due(T + 50)] == ["published", "unlisted", "waiting"]


def enter(index: Index, name: str, updated: int, **feeds: str) -> None:
    row, packed = make(name, updated=updated)
    with index.transaction():
        facets = {f"category/{slug}/": label for slug, label in feeds.items()}
        index.put([Change(row, {MAIN: ""} | facets, packed)])


def test_facet_has_the_commonest_label_and_all_entries(index: Index) -> None:
    enter(index, "a", T, news="News")
    enter(index, "b", T + 1, news="news", art="Art")
    enter(index, "c", T + 2, news="news")
    enter(index, "d", T + 3, art="ART")
    assert index.facets("category") == [
        Labelled("category/art/", "ART", 2),  # as often: the first by code point
        Labelled("category/news/", "news", 3),
    ]
    assert index.facet("category/news/") == Labelled("category/news/", "news", 3)
    assert index.facet("category/new/") is None
    assert index.facets("author") == []


def test_entry_that_leaves_a_facet_is_counted_no_more(index: Index) -> None:
    enter(index, "a", T, news="News", art="Art")
    enter(index, "b", T + 1, news="news")
    enter(index, "a", T, news="news")
    assert index.facet("category/art/") is None
    assert index.facet("category/news/") == Labelled("category/news/", "news", 2)
    assert index.memberships("https://example.org/a") == {MAIN: "", "category/news/": "news"}
    row, _ = make("b", updated=T + 1, state="withdrawn")
    with index.transaction():
        index.put([Change(row, {})])
    assert index.facet("category/news/") == Labelled("category/news/", "news", 1)
    assert ids(index) == ["https://example.org/a"]
    assert index.memberships("https://example.org/b") == {}


def test_entries_between_two_moments_come_newest_first_then_by_id(index: Index) -> None:
    for at, published in enumerate((T, T + 5, T + 5, T + 9)):
        put(index, make(f"{at}", f"urn:{at}", T + at, published=published))
    between = index.between(MAIN, T, T + 9)
    assert [stamp.id for stamp in between] == ["urn:1", "urn:2", "urn:0"]
    assert index.count(MAIN, T, T + 9, 99) == 3
    assert index.count(MAIN, T, T + 9, 2) == 2
    assert (index.last_before(MAIN, T + 9), index.last_before(MAIN, T)) == (T + 5, None)
    assert (index.first_from(MAIN, T + 6), index.first_from(MAIN, T + 10)) == (T + 9, None)


def test_pages_are_found_by_slug_while_they_are_public(index: Index) -> None:
    states = ("published", "unlisted", "waiting", "draft", "withdrawn", "expired")
    put(
        index,
        *(
            make(f"{at}", updated=T + at, state=state, slug=f"s{at}", paged=True)
            for at, state in enumerate(states)
        ),
        make("none", updated=T + 9),
        make("named", updated=T + 10, slug="named"),
    )
    assert index.page("named") is None
    assert index.slugs("", 9) == ["s0", "s1"]
    assert index.slugs("s0", 9) == ["s1"]
    pages = [index.page(f"s{at}") for at in range(6)]
    assert [page.slug if page else None for page in pages] == ["s0", "s1", *[None] * 4]
    assert index.page("") is None
    assert index.has_slug("s4", "https://example.org/0")
    assert not index.has_slug("s4", "https://example.org/4")


def test_more_articles_than_a_statement_takes_are_found(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.index.catalogue.MOST_NAMES", 2)
    made = [make(f"{at}", updated=T + at) for at in range(5)]
    put(index, *made)
    digests = [row.digest for row, _ in made]
    assert sorted(index.articles(digests)) == sorted(digests)


def test_next_free_second_is_the_first_gap(index: Index) -> None:
    assert index.next_free(T, "urn:new", T + 9999) == T
    put(index, *(make(f"{at}.txt", f"urn:{at}", T + at) for at in (0, 1, 2, 4, 9)))
    assert index.next_free(T, "urn:new", T + 9999) == T + 3
    assert index.next_free(T + 4, "urn:new", T + 9999) == T + 5
    assert index.next_free(T + 6, "urn:new", T + 9999) == T + 6
    assert index.next_free(T - 1, "urn:new", T + 9999) == T - 1
    assert index.next_free(T + 1, "urn:1", T + 9999) == T + 1, "an entry isn't in its own way"


def test_newest_are_the_last_updated_and_no_more_than_asked(index: Index) -> None:
    put(index, *(make(f"{at}.txt", f"urn:{at}", T + at) for at in (2, 0, 3, 1)))
    put(index, make("9.txt", "urn:9", T + 9, state="withdrawn"))
    assert ids(index) == ["urn:3", "urn:2", "urn:1", "urn:0"]
    assert ids(index, 2) == ["urn:3", "urn:2"]
    assert index.newest("no such feed", 9) == ()


def test_two_entries_never_share_a_second(index: Index) -> None:
    put(index, make("a.txt"))
    with pytest.raises(IndexUnusable):
        put(index, make("b.txt"))
    assert [row.path for row in list_rows(index)] == ["a.txt"]


def test_replaced_text_stays_until_the_revision_after(index: Index) -> None:
    old, new = make("a.txt"), make("a.txt", title="Edited")
    put(index, old)
    end_run(index)
    put(index, new)
    end_run(index)
    end_run(index, changed=False)
    both = [old[0].digest, new[0].digest]
    assert {digest: a.title for digest, a in index.articles(both).items()} == {
        both[0]: "a.txt",
        both[1]: "Edited",
    }
    end_run(index)
    assert list(index.articles(both)) == both[1:]
    assert index.articles([]) == {}


def test_withdrawn_text_goes_and_the_row_stays(index: Index) -> None:
    row, packed = make("a.txt")
    put(index, (row, packed))
    end_run(index)
    with index.transaction():
        index.put([Change(replace(row, state="withdrawn"), {}, replaces=row.digest)])
    end_run(index)
    assert (ids(index), list(index.articles([row.digest]))) == ([], [row.digest])
    end_run(index)
    assert index.articles([row.digest]) == {}
    assert index.find(row.id) == replace(row, state="withdrawn")


def test_text_that_comes_back_stays(index: Index) -> None:
    old, new = make("a.txt"), make("a.txt", title="Edited")
    for made in (old, new, old):
        put(index, made)
        end_run(index)
    end_run(index)
    assert list(index.articles([old[0].digest])) == [old[0].digest]


def test_touched_file_is_known_by_its_new_look(index: Index) -> None:
    row, packed = make("a.txt")
    put(index, (row, packed))
    with index.transaction():
        index.touch([Look("a.txt", 11, 21, "s")])
    assert index.find(row.id) == replace(row, size=11, mtime=21, source="s")


def test_statement_runs_once_for_each_of_many(index: Index) -> None:
    sql = "INSERT INTO used VALUES (:id, :path, '')"
    index.execute_many(sql, [{"id": "a", "path": str(at)} for at in range(3)])
    with index.transaction():
        index.execute_many(sql, [{"id": "b", "path": "9"}])
        index.execute_many(sql, [])
    assert (sorted(index.used("a")), sorted(index.used("b"))) == (["0", "1", "2"], ["9"])
    with pytest.raises(IndexUnusable):
        index.execute_many(sql, [{"id": "a", "path": "1"}])


def test_lock_is_waited_for_and_goes_with_its_process(index: Index, place: str) -> None:
    code = (
        "import sys, time; from feedsvc.index.engines import open_index\n"
        "with open_index(sys.argv[1], create=True).exclusive():\n"
        "    print('locked', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, place]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        ended: list[int] = []

        def wait() -> None:
            with index.exclusive():
                ended.append(process.poll() or 0)

        waiter = threading.Thread(target=wait)
        waiter.start()
        waiter.join(0.2)
        assert ended == []
        process.kill()
        process.wait()
        waiter.join(20)
    assert len(ended) == 1


def test_refusals_are_those_of_the_last_run_in_order(index: Index) -> None:
    first, second = Finding("a", 2, "url", "bad"), Finding("a", 10, "url", "bad", "why")
    with index.transaction():
        index.refuse([Finding("z", 1, "title", "missing")])
        index.refuse([second, first])
    assert index.refused() == [first, second]


def test_revision_counts_runs_that_changed_something(index: Index) -> None:
    with pytest.raises(IndexMissing):
        index.revision()
    end_run(index, T, changed=False)
    end_run(index, T + 1, changed=False)
    assert (index.revision(), index.reading()) == (T, "rules")
    end_run(index, T + 1)
    assert index.revision() == T + 1
    assert index.counts().time == T + 1


def test_counts_are_by_state(index: Index) -> None:
    states = ["published", "published", "published", "waiting", "waiting", "withdrawn"]
    put(index, *(make(f"{at}", updated=T + at, state=s) for at, s in enumerate(states)))
    with index.transaction():
        index.refuse([Finding("z", 1, "title", "missing")])
    put(index, make("7", updated=T + 7, state="draft"))
    assert index.counts() == Counts(
        published=3,
        waiting=2,
        withdrawn=1,
        draft=1,
        unlisted=0,
        expired=0,
        unread=0,
        refused=1,
        time=0,
    )
    assert index.hidden() == {"waiting": 2, "draft": 1}


def test_each_edition_has_a_later_time_whatever_the_clock_says(index: Index) -> None:
    assert index.edition("/x") is None
    for version, now in (("1", T), ("1", T + 5), ("2", T), ("3", T - 99), ("4", T + 9)):
        with index.transaction():
            index.record("/x", version, now)
            index.record("/other", "o", T)
        edition = index.edition("/x")
        assert edition
        seconds = int(edition[1].timestamp())
        assert (version, seconds) in {("1", T), ("2", T + 1), ("3", T + 2), ("4", T + 9)}
        assert edition == (version, datetime.fromtimestamp(seconds, UTC))
    assert index.edition("/other") == ("o", datetime.fromtimestamp(T, UTC))


def test_digest_tells_entries_apart_by_id_and_by_each_word() -> None:
    article = Article("T", "<p>C</p>")
    texts = [pack_article(one)[0] for one in (article, replace(article, summary="s"))]
    digests = {digest_entry(id, text) for id in ("a", "b") for text in texts}
    assert len(digests) == 4
    assert pack_article(Article("T", "<p>C</p>"))[0] == texts[0]


def test_failed_transaction_leaves_nothing_behind(index: Index) -> None:
    put(index, make("a.txt"))

    def fail() -> None:
        with index.transaction():
            put_one(index, *make("b.txt", updated=T + 1))
            index.finish_run(T, "other")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [row.path for row in list_rows(index)] == ["a.txt"]
    assert index.reading() == ""
    put(index, make("c.txt", updated=T + 2))
    assert len(list_rows(index)) == 2


def test_transaction_survives_that_the_index_was_closed_in_it(index: Index) -> None:
    def fail() -> None:
        with index.transaction():
            put_one(index, *make("a.txt"))
            index.close()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list_rows(index) == []


def test_index_without_create_is_missing_until_it_was_made(place: str) -> None:
    reading = open_index(place)
    with pytest.raises(IndexMissing, match="no index yet"):
        reading.revision()
    made = open_index(place, create=True)
    put(made, make("a.txt"))
    assert len(list_rows(reading)) == 1
    reading.close()
    made.close()


def test_index_of_another_schema_is_missing_to_who_only_reads(place: str) -> None:
    make_other_schema(place)
    reading = open_index(place)
    with pytest.raises(IndexMissing, match="of another version"):
        reading.revision()
    reading.close()


def make_other_schema(place: str) -> Row:
    row, packed = make("a.txt", edited=T + 7, seen=T - 7, slug="a")
    index = open_index(place, create=True)
    put(index, (row, packed))
    with index.transaction():
        index.refuse([Finding("z", 1, "title", "missing")])
    mark_schema(index, SCHEMA + 1)
    index.close()
    return row


def test_second_of_an_entry_that_is_yet_to_be_read_again_is_kept_free(place: str) -> None:
    make_other_schema(place)
    index = open_index(place, create=True)
    put(index, make("b.txt", updated=T + 1), make("c.txt", updated=T - 1))
    assert index.next_free(T, "urn:new", T + 9) == T + 2
    assert index.next_free(T - 1, "urn:new", T + 1) == T - 2
    assert index.next_free(T, "https://example.org/a.txt", T + 9) == T, "it is its own"
    index.close()


def test_withdrawn_entry_stays_withdrawn_in_an_index_made_anew(place: str) -> None:
    index = open_index(place, create=True)
    put(index, make("a.txt", state="withdrawn"))
    mark_schema(index, SCHEMA + 1)
    index.close()
    index = open_index(place, create=True)
    [row] = list_rows(index)
    assert (row.source, row.state) == ("source", "withdrawn"), "another file isn't taken for it"
    index.close()


def test_index_of_another_schema_is_made_anew_but_for_identities(place: str) -> None:
    row = make_other_schema(place)
    index = open_index(place, create=True)
    blank = replace(row, size=-1, mtime=0, digest="", state="unread", tied=True)
    assert list_rows(index) == [blank]
    assert (ids(index), index.refused(), index.reading()) == ([], [], "")
    index.close()
    reading = open_index(place)
    assert list_rows(reading) == [blank], "whoever serves takes it"
    reading.close()


def test_index_of_the_first_schema_keeps_its_identities(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    row = make_other_schema(str(path))
    old = sqlite3.connect(path)
    old.execute("DROP INDEX article_slug")
    old.execute("ALTER TABLE article DROP COLUMN slug")
    old.execute("PRAGMA user_version = 1")
    old.close()
    index = SqliteIndex(str(path), create=True)
    assert [(found.id, found.seen, found.slug) for found in list_rows(index)] == [
        (row.id, row.seen, "")
    ]
    index.close()


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "app.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE users (name TEXT)")
    other.close()
    index = SqliteIndex(str(path), create=True)
    try:
        with pytest.raises(IndexUnusable):
            index.revision()
    finally:
        index.close()
    other = sqlite3.connect(path)
    tables = other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    other.close()
    assert tables == [("users",)]


def test_process_that_waited_keeps_what_the_first_one_made(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    first = sqlite3.connect(path, isolation_level=None)
    first.execute("PRAGMA journal_mode = WAL")
    first.execute("BEGIN IMMEDIATE")
    index = SqliteIndex(str(path), create=True)
    revisions: list[int] = []
    second = threading.Thread(target=lambda: revisions.append(index.revision()))
    second.start()
    second.join(0.3)  # by now it has seen that there is no table, and waits to make them
    for statement in TABLES:
        first.execute(statement)
    first.execute("UPDATE revision SET number = 7")
    first.execute(f"PRAGMA user_version = {SCHEMA}")
    first.execute("COMMIT")
    first.close()
    second.join()
    index.close()
    assert revisions == [7]


def test_process_that_waited_takes_away_nothing_of_the_first_ones(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    index = SqliteIndex(str(path), create=True)
    with hold(str(tmp_path), fcntl.LOCK_EX, os.O_DIRECTORY):
        second = threading.Thread(target=index.reading)
        second.start()
        second.join(0.3)  # by now it has seen that there is no file, and waits to make one
        path.touch()
        (tmp_path / "index.sqlite.suspect").touch()
    second.join()
    index.close()
    assert (tmp_path / "index.sqlite.suspect").exists()


def test_folder_of_the_index_is_no_business_of_gits(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    index = SqliteIndex(str(tmp_path / "deep" / ".feedsvc" / "index.sqlite"), create=True)
    index.reading()
    index.close()
    assert (tmp_path / "deep" / ".feedsvc" / ".gitignore").read_text() == "*\n"
    beside = SqliteIndex(str(tmp_path / "index.sqlite"), create=True)
    beside.reading()
    beside.close()
    assert not (tmp_path / ".gitignore").exists()


def test_index_in_memory_needs_no_folder() -> None:
    index = SqliteIndex(":memory:", create=True)
    put(index, make("a.txt"))
    assert len(list_rows(index)) == 1
    index.close()


def test_file_isnt_made_by_who_only_reads(tmp_path: Path) -> None:
    reading = SqliteIndex(str(tmp_path / "index.sqlite"))
    with pytest.raises(IndexMissing):
        reading.revision()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_garbage_is_reported_as_a_damaged_index(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "index.sqlite"
    path.write_bytes(b"This is no database at all. " * 100)
    with pytest.raises(IndexDamaged, match=r"index\.sqlite"):
        SqliteIndex(str(path), create=create).revision()
    assert path.read_bytes().startswith(b"This is no database")


def test_database_cut_short_is_reported_as_damaged(file: SqliteIndex) -> None:
    put(file, *(make(f"{at:0200}.txt", updated=T + at) for at in range(200)))
    file.close()
    with open(file.path, "r+b") as data:
        data.truncate(3 * 4096)
    with pytest.raises(IndexUnusable):
        list_rows(file)


@pytest.mark.parametrize("create", [True, False])
def test_folder_in_place_of_the_index_makes_it_unusable(tmp_path: Path, create: bool) -> None:
    (tmp_path / "index.sqlite").mkdir()
    with pytest.raises(IndexUnusable, match=r"index\.sqlite"):
        SqliteIndex(str(tmp_path / "index.sqlite"), create=create).revision()


def test_file_in_place_of_the_folder_makes_it_unusable(tmp_path: Path) -> None:
    (tmp_path / ".feedsvc").write_text("")
    with pytest.raises(IndexUnusable, match="can't be written: "):
        SqliteIndex(str(tmp_path / ".feedsvc" / "index.sqlite"), create=True).revision()


def test_place_that_may_not_be_written_is_reported() -> None:
    with open_folder() as folder:
        os.chmod(folder, 0o555)
        with unprivileged():
            for name in ("index.sqlite", ".feedsvc/index.sqlite"):
                with pytest.raises(IndexUnusable, match=name.partition("/")[0]):
                    SqliteIndex(f"{folder}/{name}", create=True).revision()


@pytest.mark.parametrize("create", [True, False])
def test_place_that_may_not_be_seen_is_reported(create: bool) -> None:
    with open_folder() as folder:
        os.mkdir(f"{folder}/.feedsvc")
        os.chmod(f"{folder}/.feedsvc", 0o000)
        with unprivileged(), pytest.raises(FeedsvcError, match=r"\.feedsvc"):
            SqliteIndex(f"{folder}/.feedsvc/inner/index.sqlite", create=create).revision()


def test_threads_may_share_an_index(index: Index) -> None:
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for at in range(20):
                with index.transaction():
                    free = index.next_free(T, "", T + 9999)
                    put_one(index, *make(f"{number}-{at}", updated=free))
                assert index.newest(MAIN, 5)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(row.updated for row in list_rows(index)) == list(range(T, T + 120))


def test_other_process_writes_and_this_one_sees_it(index: Index, place: str) -> None:
    put(index, make("a.txt"))
    code = (
        "import sys; from feedsvc.index.engines import open_index\n"
        "index = open_index(sys.argv[1], create=True)\n"
        "with index.transaction(): index.finish_run(5, 'theirs')\n"
        "index.close()"
    )
    subprocess.run([sys.executable, "-c", code, place], check=True)
    assert (index.revision(), index.reading()) == (5, "theirs")
    put(index, make("b.txt", updated=T + 1))


def test_readers_go_on_while_another_connection_writes(index: Index, place: str) -> None:
    put(index, make("a.txt"))
    other = open_index(place)
    with index.transaction():
        put_one(index, *make("b.txt", updated=T + 1))
        assert [row.path for row in list_rows(other)] == ["a.txt"]
    assert len(list_rows(other)) == 2
    other.close()


def test_lock_that_cannot_be_made_is_told(file: SqliteIndex) -> None:
    (Path(f"{file.path}.lock")).mkdir(parents=True)
    with pytest.raises(IndexUnusable, match="can't be written: Is a directory"), file.exclusive():
        pass


def test_index_that_vanished_is_served_on_till_another_is_there(file: SqliteIndex) -> None:
    end_run(file, 5)
    reading = SqliteIndex(file.path)
    assert reading.revision() == 5
    file.close()
    os.remove(file.path)
    assert reading.revision() == 5
    end_run(file, 7)
    assert reading.revision() == 7
    reading.close()


def test_next_free_second_is_before_where_all_are_to_come(index: Index) -> None:
    put(index, make("a.txt", updated=T + 5), make("b.txt", updated=T + 4))
    assert index.next_free(T + 5, "new", T + 6) == T + 6
    assert index.next_free(T + 5, "new", T + 5) == T + 3
    assert index.next_free(T + 5, "new", T) == T + 3


def test_one_process_leads_until_it_lets_go(tmp_path: Path) -> None:
    first, second = (SqliteIndex(str(tmp_path / "i.sqlite"), create=True) for _ in range(2))
    with first.lead() as leads:
        with second.lead() as leads_too:
            assert (leads, leads_too) == (True, False)
        with second.exclusive():  # ingests are another matter
            pass
    with second.lead() as leads:
        assert leads
    with SqliteIndex(":memory:", create=True).lead() as leads:
        assert leads


def test_index_that_was_taken_away_is_made_anew_by_who_writes(tmp_path: Path) -> None:
    path = tmp_path / "i.sqlite"
    index = SqliteIndex(str(path), create=True)
    with index.transaction():
        index.finish_run(T, "rules")
    assert index.revision() == T
    for name in list(tmp_path.iterdir()):
        name.unlink()
    with pytest.raises(IndexMissing):
        index.revision()
    assert path.exists()
    index.close()


def test_other_settings_count_as_a_revision_and_are_kept(index: SqliteIndex) -> None:
    numbers = []
    for settings in ("a", "a", "b", None, "b"):
        with index.transaction():
            index.finish_run(T, "rules", settings)
        numbers.append(index.revision() - T)
    assert numbers == [0, 0, 1, 1, 1]
    assert index.settings() == "b"


def test_trouble_is_kept_until_it_is_over(index: SqliteIndex) -> None:
    for trouble in ("", "the folder is away", ""):
        with index.transaction():
            index.tell(trouble)
        assert index.trouble() == trouble
