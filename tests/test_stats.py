"""`feedsvc stats` as somebody types it, on logs of a file, several, and a pipe."""

import gzip
import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedsvc.cli import main
from tests.serving import COMMAND, PATIENCE

FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; )"
LINE = (
    '{client} - - [{day:02}/Jan/2026:06:02:39 +0000] "GET {target} HTTP/1.1" 200 9 "-" "{agent}"\n'
)


def write(target: str, agent: str, day: int = 17, client: str = "198.51.100.77") -> str:
    return LINE.format(client=client, day=day, target=target, agent=agent)


LOG = "".join(
    (
        write("/atom.xml", FEEDLY, 2),
        write("/atom.xml", FEEDLY, 16),
        write("/rss.xml", "FreshRSS/1.28.0 (Linux; https://freshrss.org)"),
        write("/feeds/category/%1Ba/feed.json", "Newsboat/2.34.0 (Linux x86_64)"),
        write("/atom.xml", "curl/8.5.0"),
        write("/atom.xml", r"Evil\x1b[31m\" RSS/1"),
        "no line of a log\n",
    )
)
TOLD = """\
/ (atom, rss): 464
     462  Feedly
       1  Evil[31m" RSS (tells no number)
       1  FreshRSS (tells no number)
/feeds/category/\\x1ba/ (json): 1
       1  Newsboat (tells no number)
465 subscriptions from 2026-01-16 to 2026-01-17 (UTC)
requests not counted: 1 of bots
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, log: str = "") -> Result:
    return CliRunner().invoke(main, ["stats", *arguments], input=log, catch_exceptions=False)


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_log_is_read_from_a_pipe(arguments: tuple[str, ...]) -> None:
    done = run(*arguments, log=LOG)
    assert (done.exit_code, done.stdout) == (0, TOLD)
    assert done.stderr == "lines that are no requests: 1\n"
    whole = subprocess.run(
        [*COMMAND, "stats", *arguments], input=LOG, text=True, capture_output=True, timeout=PATIENCE
    )
    assert (whole.returncode, whole.stdout, whole.stderr) == (0, TOLD, done.stderr)


def test_logs_are_read_from_files_in_whichever_order() -> None:
    half = len(LOG.splitlines()) // 2
    lines = LOG.splitlines(keepends=True)
    Path("access.log").write_text("".join(lines[half:]), encoding="utf-8")
    Path("access.log.1.gz").write_bytes(gzip.compress("".join(lines[:half]).encode()))
    for names in (("access.log", "access.log.1.gz"), ("access.log.1.gz", "access.log")):
        assert run(*names).stdout == TOLD


def test_address_is_never_told() -> None:
    for options in ((), ("--json",)):
        assert "198.51" not in run(*options, log=LOG).output


def test_json_tells_the_same() -> None:
    done = run("--json", log=LOG)
    assert json.loads(done.stdout) == {
        "from": "2026-01-16",
        "to": "2026-01-17",
        "subscriptions": 465,
        "feeds": [
            {
                "path": "/",
                "formats": ["atom", "rss"],
                "subscribers": 464,
                "readers": [
                    {"name": "Feedly", "subscribers": 462, "tells": True},
                    {"name": 'Evil[31m" RSS', "subscribers": 1, "tells": False},
                    {"name": "FreshRSS", "subscribers": 1, "tells": False},
                ],
            },
            {
                "path": "/feeds/category/\\x1ba/",
                "formats": ["json"],
                "subscribers": 1,
                "readers": [{"name": "Newsboat", "subscribers": 1, "tells": False}],
            },
        ],
        "apart": {"bot": 1},
        "unread": 1,
    }


def test_days_limit_what_is_counted() -> None:
    assert run("--days", "1", log=LOG).stdout.splitlines()[0] == "/ (atom, rss): 2"
    assert "from 2026-01-02 to 2026-01-17" in run("--days", "16", log=LOG).stdout
    assert run("--days", "0").exit_code == 2


def test_empty_log_has_no_subscriptions() -> None:
    done = run(log="\n")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "0 subscriptions\n", "")
    told = json.loads(run("--json").stdout)
    assert (told["from"], told["subscriptions"], told["feeds"]) == (None, 0, [])


def test_log_that_cannot_be_read_is_told() -> None:
    done = run("gone.log")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("feedsvc: ")
    assert "gone.log" in done.stderr
    Path("cut.gz").write_bytes(gzip.compress(LOG.encode())[:-9])
    done = run("cut.gz")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("feedsvc: cut.gz: can't be unpacked: ")
