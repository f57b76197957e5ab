"""A real feed reader subscribes to the real server: newsboat, from Debian."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.conftest import SEEDS

pytestmark = pytest.mark.skipif(
    not shutil.which("newsboat"), reason="newsboat isn't installed (Debian's package newsboat)"
)


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_newsboat_lists_the_seeds_and_polls_them_for_nothing(
    seeds_served: str, tmp_path: Path, name: str
) -> None:
    (tmp_path / "urls").write_text(f"{seeds_served}{name}\n")
    (tmp_path / "config").touch()
    files = ["-u", "urls", "-c", "cache.db", "-C", "config"]

    def run(*command: str) -> str:
        done = subprocess.run(
            ["newsboat", *files, "-x", *command],
            cwd=tmp_path,
            env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def ask(sql: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
            return cache.execute(sql).fetchall()

    run("reload")
    assert run("print-unread").startswith("9 unread")
    listed = {title for (title,) in ask("SELECT title FROM rss_item")}
    assert listed == {
        path.read_text(encoding="utf-8").split("\n")[0] for path in SEEDS.glob("*.txt")
    }
    assert set(ask("SELECT author FROM rss_item")) == {("De redactie van Seeds",)}
    run("reload")  # newsboat has no row to keep the validators in before the first
    asked = Request(f"{seeds_served}{name}", headers={"Accept-Encoding": "gzip"})
    with urlopen(asked) as answer:
        expected = answer.headers["ETag"], parsedate_to_datetime(answer.headers["Last-Modified"])
    ((etag, modified),) = ask("SELECT etag, lastmodified FROM rss_feed")
    assert (etag, datetime.fromtimestamp(int(modified), UTC)) == expected
    run("reload")
    assert run("print-unread").startswith("9 unread")
