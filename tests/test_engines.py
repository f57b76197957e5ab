"""The engines of the index: which one a setting asks for."""

import sys

import pytest

from feedsvc.errors import IndexUnusable
from feedsvc.index.engines import open_index
from feedsvc.index.postgres import PostgresIndex
from feedsvc.index.sqlite import SqliteIndex


def test_address_asks_for_postgresql_and_all_else_for_a_file() -> None:
    assert isinstance(open_index("/tmp/index.sqlite"), SqliteIndex)
    assert isinstance(open_index(":memory:", create=True), SqliteIndex)
    for scheme in ("postgresql", "postgres"):
        assert isinstance(open_index(f"{scheme}://example.org/feeds"), PostgresIndex)


def test_driver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "feedsvc.index.postgres")
    monkeypatch.delitem(sys.modules, "feedsvc.index.connections")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(IndexUnusable, match=r"pip install 'feedsvc\[postgres\]'"):
        open_index("postgresql://example.org/feeds")
