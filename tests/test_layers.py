"""The plan of the house, held: imports point downwards only, and each library has its room."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import feedsvc

HOUSE = Path(feedsvc.__file__).parent

LEVELS = {
    "cli": 15,
    "commands": 14,
    "service": 13,
    "wsgi": 13,
    "progress": 11,
    "web": 12,
    "export": 13,
    "server": 11,
    "live": 11,
    "writing": 11,
    "hosting": 11,
    "events": 10,
    "check": 11,
    "explain": 11,
    "companion": 10,
    "publication": 10,
    "replay": 10,
    "access": 11,
    "polls": 10,
    "limits": 10,
    "contents": 9,
    "rendering": 9,
    "ingest": 10,
    "chunks": 9,
    "parsers": 8,
    "scope": 9,
    "feeds": 8,
    "windows": 8,
    "paths": 8,
    "identity": 8,
    "matching": 7,
    "records": 8,
    "splits": 7,
    "parsing": 7,
    "media": 7,
    "places": 7,
    "selection": 7,
    "timeline": 7,
    "headers": 6,
    "index": 6,
    "folder": 6,
    "readers": 5,
    "terms": 5,
    "formats": 5,
    "sieve": 5,
    "settings": 4,
    "facets": 2,
    "converters": 2,
    "sources": 2,
    "files": 2,
    "listing": 2,
    "report": 1,
    "proxies": 1,
    "cache": 1,
    "encodings": 1,
    "locks": 1,
    "manifest": 1,
    "clean": 1,
    "dates": 1,
    "patterns": 1,
    "periods": 1,
    "ranges": 1,
    "languages": 1,
    "globs": 1,
    "grounds": 1,
    "rules": 1,
    "sites": 1,
    "late": 0,
    "model": 0,
    "errors": 0,
    "push": 12,
    "admission": 11,
    "metrics": 11,
    "health": 11,
    "agenda": 11,
    "oldfeed": 11,
    "exposition": 10,
    "websub": 10,
    "fetching": 10,
    "keeping": 10,
    "inheritance": 9,
    "stores": 7,
    "moves": 7,
    "takeover": 7,
    "readership": 6,
    "adoption": 6,
    "keys": 3,
    "tokens": 2,
    "ids": 2,
    "board": 1,
    "tally": 1,
    "useragents": 1,
    "logs": 1,
    "temporaries": 1,
}
CLOCK_FROM = LEVELS["ingest"]

# Where a library may be imported, or in which folder; all others may stand anywhere.
ROOMS_OF = {
    "feedgen": {"formats/atom_rss.py"},
    "flask": {"web.py"},
    "werkzeug": {"web.py"},
    "sqlite3": {"index/sqlite.py", "index/identities.py"},
    "psycopg": {"index/connections.py", "index/postgres.py"},
    "psycopg_pool": {"index/connections.py"},
    "dateutil": {"dates.py"},
    "granian": {"server.py"},
    "prometheus_client": {"exposition.py"},
    "watchfiles": {"events.py"},
    "click": {"cli.py", "commands"},
    "jinja2": {"formats/html.py"},
    "babel": {"languages.py"},
    "brotli": {"encodings.py"},
    "deflate": {"encodings.py"},
    "charset_normalizer": {"clean.py"},
    "idna": {"clean.py"},
    "nh3": {"readers/hygiene/__init__.py"},
    "rich": {"progress.py"},
    "turbohtml": {"readers/pages"},
    "zstandard": {"encodings.py", "index/texts.py"},
    "yaml": {"readers/markdown/yamls.py"},
    "tomllib": {"readers/markdown/notations.py", "sources.py"},
    "markdown_it": {"readers/markdown/commonmark.py"},
    "mdit_py_plugins": {"readers/markdown/commonmark.py"},
    "fsspec": {"stores/objects.py"},
}
CLOCKS = {"now", "utcnow", "today", "time_ns", "localtime", "gmtime"}


def rooms() -> list[Path]:
    """Every module but the package's own two, which only name what is public."""
    found = (path for path in HOUSE.rglob("*.py"))
    return sorted(path for path in found if path.parent != HOUSE or path.stem[0] != "_")


def name_room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of everything that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it points"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_room_has_a_level() -> None:
    assert {name_room(path) for path in rooms()} == set(LEVELS)


def test_contributors_read_of_the_same_house() -> None:
    text = (HOUSE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", text, re.M)
    shown = {
        name: int(level) for level, row in rows for name in re.findall(r"(?:^|; )`(\w+)/?`", row)
    }
    assert shown == LEVELS


@pytest.mark.parametrize("path", rooms(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_point_downwards(path: Path) -> None:
    room = name_room(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "feedsvc" or name == "feedsvc.__version__":
            continue
        assert parts[1] == room or LEVELS[parts[1]] < LEVELS[room], f"{room} imports {name}"


@pytest.mark.parametrize("path", rooms(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_each_library_stays_in_its_room(path: Path) -> None:
    for name in imports(path):
        allowed = ROOMS_OF.get(name.split(".")[0])
        here = path.relative_to(HOUSE)
        assert allowed is None or allowed & {str(here), str(here.parent)}, name
        assert not name.endswith(".TYPE_CHECKING")


@pytest.mark.parametrize("shared", ["fields", "hygiene"])
def test_what_readers_share_knows_of_no_reader(shared: str) -> None:
    for path in (HOUSE / "readers" / shared).rglob("*.py"):
        for name in imports(path):
            assert not re.match(r"feedsvc\.readers\.(markdown|pages|records|text)\b", name), path


@pytest.mark.parametrize("path", rooms(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_clock_is_read_below_ingest(path: Path) -> None:
    if LEVELS[name_room(path)] >= CLOCK_FROM:
        return
    tree = ast.parse(path.read_text())
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & CLOCKS
    # How long something takes is no clock: it dates nothing.
    found = {name for name in imports(path) if name.split(".")[0] == "time"}
    assert found <= {"time.monotonic"}


def test_only_settings_reads_the_environment() -> None:
    for path in rooms():
        names = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute)
        }
        assert name_room(path) == "settings" or not names & {"environ", "getenv"}, path


def test_rooms_stay_small() -> None:
    for path in rooms():
        assert len(path.read_text().splitlines()) <= 300, path
