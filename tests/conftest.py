"""What the tests share: a folder to write articles into, and the rooms opened on it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from feedsvc.index import Index, Row
from feedsvc.index.engines import open_index
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.ingest import Report, ingest
from feedsvc.publication import Publication
from feedsvc.settings import Settings, load_settings
from tests.hosting import Host, run_host
from tests.postgres import Postgres, run_postgres
from tests.serving import Server, Start

hypothesis_settings.register_profile("default", deadline=None, derandomize=True)
hypothesis_settings.register_profile("fuzz", deadline=None, max_examples=20_000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SEEDS = Path(__file__).parents[1] / "seeds"
SHARED = Path(__file__).parents[2] / "shared"
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
BOTH = ("sqlite", "postgres")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)


def list_rows(index: Index) -> list[Row]:
    """Return the rows of all entries that have a file, in the order of their paths."""
    paths = [glance.path for glance in index.glances("", 1_000_000, 0)]
    return [row for _, row in sorted(index.at_paths(paths).items())]


def mark_schema(index: Index, version: int) -> None:
    """Make an index one of another version, as far as it says."""
    if isinstance(index, SqliteIndex):
        index.execute(f"PRAGMA user_version = {version}")
    else:
        index.execute(f"COMMENT ON TABLE revision IS 'feedsvc {version}'")


class Site:
    """A folder of articles as its author sees it, and its publication. Time is what we say."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder, self.options, self.now = folder, options, NOW
        self.writes = 0
        folder.mkdir(exist_ok=True)
        self.index = open_index(self.settings.database, create=True)

    @property
    def settings(self) -> Settings:
        return load_settings(self.folder, environ={}, **self.options)

    @property
    def publication(self) -> Publication:
        return Publication(self.settings, self.index)

    def write(
        self,
        name: str,
        title: str = "A title",
        date: str | None = "2024-05-01T10:00:00Z",
        url: str | None = "",
        text: str = "A paragraph that ends as one.",
    ) -> Path:
        """Write an article in the text form; where `url` is "", one is made of the name."""
        url = f"https://example.org/{name}" if url == "" else url
        head = "\n".join(line for line in (title, date, url) if line is not None)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head}\n\n{text}", encoding="utf-8")
        # Long settled, as a fresh file would be read once more; and never twice the same.
        self.writes += 1
        written = NOW.timestamp() - 10**6 + self.writes
        os.utime(path, (written, written))
        return path

    def ingest(self, **options: Any) -> Report:
        """Ingest an hour after the last time, and record the editions."""
        self.now += timedelta(hours=1)
        report = ingest(self.settings, self.index, self.now, **options)
        self.publication.settle(self.now)
        return report

    def body(self, path: str) -> bytes:
        publication = self.publication
        document = publication.document(path)
        assert document is not None
        return publication.body(document)

    def close(self) -> None:
        self.index.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as server:
        yield server


@pytest.fixture
def engine() -> str:
    return "sqlite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module that says so by `ENGINES` on each of these."""
    if "engine" in metafunc.fixturenames and hasattr(metafunc.module, "ENGINES"):
        metafunc.parametrize("engine", metafunc.module.ENGINES)


@pytest.fixture
def locate(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Return where the index of a name is, for this test alone."""
    if engine == "sqlite":

        def place(name: str) -> str:
            (tmp_path / name).mkdir(exist_ok=True)
            return str(tmp_path / name / ".feedsvc" / "index.sqlite")

        return place
    server: Postgres = request.getfixturevalue("postgres")
    prefix = server.name()
    return lambda name: server.address(f"{prefix}_{name}")


@pytest.fixture
def make_site(
    tmp_path: Path, engine: str, locate: Callable[[str], str]
) -> Iterator[Callable[..., Site]]:
    """Make sites in folders of their own: `make_site("name", url=...)`."""
    sites: list[Site] = []

    def make(name: str = "articles", **options: Any) -> Site:
        if engine != "sqlite":
            options = {"database": locate(name)} | options
        sites.append(Site(tmp_path / name, **options))
        return sites[-1]

    yield make
    for site in sites:
        site.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()


@contextmanager
def serve(folder: Path, database: Path) -> Iterator[str]:
    """Serve a folder by the real command; the address of its page."""
    command = [sys.executable, "-m", "feedsvc", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(
        [*command, "--database", str(database)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield next(line.strip() for line in process.stdout if line.startswith("  http"))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


@pytest.fixture
def seeds_served(tmp_path: Path) -> Iterator[str]:
    with serve(SEEDS, tmp_path / "served.sqlite") as address:
        yield address


@pytest.fixture
def host() -> Iterator[Host]:
    with run_host() as host:
        yield host


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    servers: list[Server] = []

    def start_server(folder: Path, *options: str) -> Server:
        servers.append(Server(folder, tmp_path / f"log-{len(servers)}", *options))
        return servers[-1]

    yield start_server
    for server in servers:
        server.stop()
