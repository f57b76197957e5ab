"""The plan of the house, held: imports point downwards only, and each library has its room."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import feedsvc

HOUSE = Path(feedsvc.__file__).parent

LEVELS = {
    "cli": 13,
    "commands": 12,
    "service": 11,
    "progress": 10,
    "web": 10,
    "export": 11,
    "server": 10,
    "live": 10,
    "writing": 10,
    "events": 9,
    "check": 10,
    "explain": 10,
    "companion": 9,
    "publication": 9,
    "replay": 9,
    "contents": 8,
    "rendering": 8,
    "ingest": 9,
    "chunks": 8,
    "parsers": 7,
    "scope": 8,
    "feeds": 7,
    "windows": 7,
    "paths": 7,
    "identity": 7,
    "matching": 6,
    "records": 7,
    "splits": 6,
    "parsing": 6,
    "media": 6,
    "places": 6,
    "selection": 6,
    "timeline": 6,
    "index": 5,
    "folder": 5,
    "readers": 4,
    "terms": 4,
    "formats": 4,
    "sieve": 4,
    "settings": 3,
    "facets": 2,
    "converters": 2,
    "sources": 2,
    "files": 2,
    "listing": 2,
    "report": 1,
    "cache": 1,
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
    "watchfiles": {"events.py"},
    "click": {"cli.py", "commands"},
    "jinja2": {"formats/html.py"},
    "babel": {"languages.py"},
    "deflate": {"rendering.py"},
    "charset_normalizer": {"clean.py"},
    "idna": {"clean.py"},
    "nh3": {"readers/hygiene/__init__.py"},
    "rich": {"progress.py"},
    "turbohtml": {"readers/pages"},
    "zstandard": {"index/texts.py"},
    "yaml": {"readers/markdown/yamls.py"},
    "tomllib": {"readers/markdown/notations.py", "sources.py"},
    "markdown_it": {"readers/markdown/commonmark.py"},
    "mdit_py_plugins": {"readers/markdown/commonmark.py"},
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
