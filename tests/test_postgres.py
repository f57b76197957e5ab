"""The index in PostgreSQL: what a file hasn't, connections, locks and schemas of a real server."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from feedsvc.errors import IndexDamaged, IndexMissing, IndexUnusable
from feedsvc.index.engines import open_index
from feedsvc.index.postgres import PostgresIndex
from feedsvc.index.schema import SCHEMA
from tests.conftest import mark_schema
from tests.postgres import Postgres
from tests.test_index import end_run, make, put

MOMENT = 2.5
"""Seconds: what is to take half of one must end by then on a machine that is busy."""


@pytest.fixture
def address(postgres: Postgres) -> str:
    return postgres.address(postgres.name())


@pytest.fixture
def writing(address: str) -> Iterator[PostgresIndex]:
    with closing(PostgresIndex(address, create=True)) as index:
        end_run(index, 7)
        yield index


@pytest.fixture
def reading(writing: PostgresIndex, address: str) -> Iterator[PostgresIndex]:
    with closing(PostgresIndex(address)) as index:
        assert index.revision() == 7
        yield index


def come_back(index: PostgresIndex) -> int:
    """Ask until the database is back, as a server does."""
    for _ in range(200):
        try:
            return index.revision()
        except IndexUnusable:
            time.sleep(0.05)
    return index.revision()


def cut(postgres: Postgres) -> None:
    """Cut every connection."""
    postgres.execute(
        "SELECT pg_terminate_backend(pid, 9999) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )


# The address


def test_password_is_in_no_message(postgres: Postgres) -> None:
    address = postgres.address("x").replace(str(postgres.port), "1")
    with closing(PostgresIndex(address, create=True)) as index:
        with pytest.raises(IndexUnusable, match="can't be reached: ") as fault, index.exclusive():
            pass
        assert str(fault.value).startswith("postgresql://127.0.0.1:1/postgres: ")
        assert "secret" not in str(fault.value)


@pytest.mark.parametrize("address", ["postgresql://u:sec%zzret@h/d", "postgres://h/d?sec=ret"])
def test_address_that_isnt_one_is_refused(address: str) -> None:
    with pytest.raises(IndexUnusable, match=r"^database: not an address of PostgreSQL$"):
        open_index(address)


def test_index_is_in_a_schema_of_its_own(postgres: Postgres) -> None:
    address = postgres.address("x").partition("?")[0]
    with closing(PostgresIndex(address, create=True)) as index:
        end_run(index, 7)
    schemas = "SELECT schemaname FROM pg_tables WHERE tablename = 'revision'"
    assert ("feedsvc",) in postgres.execute(schemas)
    postgres.execute("DROP SCHEMA feedsvc CASCADE")


def test_schema_made_beforehand_is_taken(postgres: Postgres) -> None:
    name = postgres.name()
    postgres.execute(f"CREATE SCHEMA {name}")
    with closing(PostgresIndex(postgres.address(name), create=True)) as index:
        end_run(index, 7)
        assert index.revision() == 7


def test_tables_of_others_in_the_schema_stay(postgres: Postgres) -> None:
    name = postgres.name()
    postgres.execute(f"CREATE SCHEMA {name}; CREATE TABLE {name}.users (name TEXT)")
    for _ in range(2):
        with closing(PostgresIndex(postgres.address(name), create=True)) as index:
            index.reading()
            mark_schema(index, SCHEMA + 1)
    assert postgres.execute(f"SELECT count(*) FROM {name}.users") == [(0,)]


def test_table_of_somebody_else_is_left_alone(postgres: Postgres) -> None:
    name = postgres.name()
    postgres.execute(f"CREATE SCHEMA {name}; CREATE TABLE {name}.article (name TEXT)")
    index = PostgresIndex(postgres.address(name), create=True)
    with closing(index), pytest.raises(IndexUnusable, match='"article" already exists'):
        index.reading()
    with pytest.raises(IndexUnusable, match='"article" already exists'), index.exclusive():
        pass
    assert postgres.execute(f"SELECT count(*) FROM {name}.article") == [(0,)]


def test_database_of_another_encoding_is_refused(postgres: Postgres) -> None:
    postgres.execute(
        "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"
    )
    address = postgres.address("x").replace("/postgres?", "/latin?")
    index = PostgresIndex(address, create=True)
    with closing(index), pytest.raises(IndexUnusable, match="encoding is LATIN1: it must be UTF8"):
        index.reading()


def test_tables_are_made_once_by_many_at_a_time(address: str) -> None:
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with closing(PostgresIndex(address, create=True)) as index:
                end_run(index, 7)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_whoever_serves_sees_tables_made_later(address: str) -> None:
    with closing(PostgresIndex(address)) as reading:
        with pytest.raises(IndexMissing, match="no index yet"):
            reading.revision()
        with closing(PostgresIndex(address, create=True)) as writing:
            end_run(writing, 7)
        assert reading.revision() == 7


def test_damaged_table_is_told_as_such(writing: PostgresIndex, postgres: Postgres) -> None:
    row, packed = make("a.txt")
    put(writing, (row, packed))
    [(path,)] = writing.execute("SELECT pg_relation_filepath('content')")
    postgres.execute("CHECKPOINT")
    writing.close()
    with postgres.away():
        postgres.damage(path)
    with pytest.raises(IndexDamaged, match="the index is damaged: "):
        writing.articles([row.digest])


# Connections


def test_connections_that_were_cut_are_made_again(
    reading: PostgresIndex, postgres: Postgres
) -> None:
    cut(postgres)
    assert reading.revision() == 7


def test_database_that_is_away_is_told_and_comes_back(
    reading: PostgresIndex, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres.away():
        for _ in range(3):
            with pytest.raises(IndexUnusable, match="the database can't be reached: "):
                reading.revision()
        assert "secret" not in caplog.text
        assert caplog.text.count("can't be reached") == 1
        start = time.monotonic()
        for _ in range(100):
            with pytest.raises(IndexUnusable):
                reading.revision()
        assert time.monotonic() - start < MOMENT
    assert come_back(reading) == 7
    assert caplog.text.count("the database is back") == 1


def test_database_that_hangs_is_left_alone_for_a_moment(
    reading: PostgresIndex, postgres: Postgres
) -> None:
    with postgres.hanging():
        start = time.monotonic()
        with pytest.raises(IndexUnusable, match="it doesn't answer"):
            reading.revision()
        for _ in range(100):
            with pytest.raises(IndexUnusable):
                reading.newest("", 9)
        assert time.monotonic() - start < MOMENT
    assert come_back(reading) == 7


def test_long_answer_is_waited_for(reading: PostgresIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on silence: as long as something comes, it is waited for."""
    assert reading.execute("SELECT pg_sleep(1)") == [("",)]
    monkeypatch.setattr("feedsvc.index.postgres.SILENCE", 0.3)
    with pytest.raises(IndexUnusable, match="it doesn't answer"):
        reading.execute("SELECT pg_sleep(1)")


# Locks


def terminate_locker(postgres: Postgres) -> None:
    """Cut the connections that hold a lock, as the end of their machine does."""
    postgres.execute(
        "SELECT pg_terminate_backend(pid, 9999) FROM pg_locks WHERE locktype = 'advisory'"
    )


def test_who_lost_the_lock_writes_nothing_more(writing: PostgresIndex, postgres: Postgres) -> None:
    def lose() -> None:
        with writing.exclusive():
            with writing.transaction():
                writing.record("/first", "1", 7)
            with writing.transaction():
                writing.record("/second", "1", 7)
                terminate_locker(postgres)
                writing.record("/third", "1", 7)

    with pytest.raises(IndexUnusable):
        lose()
    editions = {path: writing.edition(path) for path in ("/first", "/second", "/third")}
    assert [path for path, edition in editions.items() if edition] == ["/first"]
    with writing.exclusive(), writing.transaction():
        writing.record("/second", "1", 7)
    assert writing.edition("/second")


def test_indexes_of_two_sites_have_locks_of_their_own(postgres: Postgres) -> None:
    first, second = (
        PostgresIndex(postgres.address(postgres.name()), create=True) for _ in range(2)
    )
    with closing(first), closing(second), first.exclusive(), second.exclusive():
        pass


def test_one_of_many_leads(writing: PostgresIndex, address: str) -> None:
    with closing(PostgresIndex(address, create=True)) as other:
        with writing.lead() as leads, other.lead() as too:
            assert (leads, too) == (True, False)
            with writing.exclusive():
                pass
        with other.lead() as leads:
            assert leads


def test_lead_that_was_lost_is_taken_again(
    writing: PostgresIndex, address: str, postgres: Postgres
) -> None:
    with writing.lead():
        terminate_locker(postgres)
        with writing.exclusive():
            pass
        with closing(PostgresIndex(address, create=True)) as other, other.lead() as leads:
            assert not leads


def test_lead_that_went_to_another_is_respected(
    writing: PostgresIndex, address: str, postgres: Postgres
) -> None:
    with closing(PostgresIndex(address, create=True)) as other, writing.lead():
        terminate_locker(postgres)
        with other.lead() as leads:
            assert leads
            with pytest.raises(IndexUnusable, match="another process"), writing.exclusive():
                pass
        with writing.exclusive():
            pass


def test_damaged_text_is_for_the_server_to_mend(writing: PostgresIndex) -> None:
    writing.execute("INSERT INTO content VALUES ('a', :text, NULL)", {"text": b"no text"})
    with pytest.raises(IndexDamaged, match="a stored text is no text"):
        writing.articles(["a"])
    assert not writing.is_suspect()
    with pytest.raises(IndexUnusable, match="for its server to mend"):
        writing.set_aside()
