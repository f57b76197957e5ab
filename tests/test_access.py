"""The access log: every request in a line that nobody forges, and no answer changed by it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import create_environ

from feedsvc import create_app
from feedsvc.access import AccessLog, LogFile
from feedsvc.proxies import read_networks
from tests.conftest import Site
from tests.serving import Start, feedsvc, wait_for
from tests.test_replay import call

LINE = re.compile(
    r'(\S+) - - \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000)\] "([^"]*)" (\d{3}) (\d+|-)'
    r' "([^"]*)" "([^"]*)"'
)


@pytest.fixture
def published(site: Site) -> Site:
    (site.folder / "talk.mp3").write_bytes(b"sound " * 30_000)
    site.write("a.txt", text="talk.mp3")
    site.ingest()
    return site


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


@pytest.fixture
def logged(published: Site, log: Path) -> Iterator[AccessLog]:
    app, file = create_app(published.settings), LogFile(str(log))
    with closing(app.extensions["feedsvc"].index), closing(file):
        yield AccessLog(app, file, read_networks(["127.0.0.1", "::1", "10.0.0.0/8"]))


def read_lines(log: Path) -> list[tuple[str, ...]]:
    matches = [LINE.fullmatch(line) for line in log.read_text().splitlines()]
    assert all(matches), log.read_text()
    return [match.groups() for match in matches if match]


def test_each_request_is_a_line_in_the_combined_format(logged: AccessLog, log: Path) -> None:
    bodies = [
        call(logged, user_agent="reader/1.0", referer="https://a.example/")[2],
        call(logged)[2],  # replayed
    ]
    call(logged, method="HEAD")
    call(logged, if_none_match="*")
    call(logged, "/nothing/ü?token=secret", REMOTE_ADDR="192.0.2.1")
    told = [(line[0], *line[2:]) for line in read_lines(log)]
    size = str(len(bodies[0]))
    asked = "/atom.xml HTTP/1.1"
    assert told[:4] == [
        ("-", f"GET {asked}", "200", size, "https://a.example/", "reader/1.0"),
        ("-", f"GET {asked}", "200", size, "-", "-"),
        ("-", f"HEAD {asked}", "200", "-", "-", "-"),
        ("-", f"GET {asked}", "304", "-", "-", "-"),
    ]
    assert told[4][:3] == ("192.0.2.1", "GET /nothing/%C3%BC HTTP/1.1", "404")
    assert "secret" not in log.read_text()


def test_stream_is_logged_when_it_is_closed_with_what_was_sent(
    published: Site, logged: AccessLog, log: Path
) -> None:
    (path,) = [path for path in published.publication.paths() if path.startswith("/media/")]
    assert len(call(logged, path)[2]) == 180_000
    chunks: Any = logged(create_environ(path), lambda *_: None)
    first = next(iter(chunks))
    assert len(read_lines(log)) == 1
    chunks.close()
    assert [line[4] for line in read_lines(log)] == ["180000", str(len(first))]


@pytest.mark.parametrize("broken", [False, True])
def test_body_that_can_not_be_closed_or_breaks_is_logged_too(log: Path, broken: bool) -> None:
    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b"abc"

        def close(self) -> None:
            raise OSError("broken")

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Body() if broken else iter([b"abc"])

    with closing(LogFile(str(log))) as file:
        if broken:
            with pytest.raises(OSError, match="broken"):
                call(AccessLog(app, file))
        else:
            assert call(AccessLog(app, file))[2] == b"abc"
    assert read_lines(log)[0][3:5] == ("200", "3")


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "a\r\nb", "a\tb", "a\x1b[2J", "a\x85\xff"])
def test_no_client_forges_a_line(logged: AccessLog, log: Path, text: str) -> None:
    call(logged, user_agent=text, referer=text, SERVER_PROTOCOL=text, PATH_INFO=f"/{text}")
    (line,) = read_lines(log)
    escaped = "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\x{ord(c):02x}" for c in text)
    assert line[5:] == (escaped, escaped)
    assert line[2].startswith("GET /a%")


def test_faults_are_told_before_anything_is_served(site: Site, tmp_path: Path) -> None:
    for options, fault in (
        (["--access-log", str(tmp_path)], f"feedsvc: {tmp_path}: can't be written: Is a directory"),
        (
            ["--trusted-proxy", "10.0.0.1/8"],
            "feedsvc: --trusted-proxy: not an address or a network",
        ),
    ):
        done = feedsvc("serve", site.folder, "--port", "0", *options)
        assert (done.returncode, done.stderr[: len(fault)]) == (1, fault)


def test_moved_file_is_begun_anew(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.access.LOOK", 0.0)
    with closing(LogFile(str(log))) as file:
        file.write("1\n")
        file.write("2\n")
        log.rename(f"{log}.1")
        file.write("3\n")
        log.unlink()
        log.parent.rename(f"{log.parent}.away")  # nowhere to begin: the old one goes on
        file.write("lost\n")
        Path(f"{log.parent}.away").rename(log.parent)
        file.write("4\n")
    assert (Path(f"{log}.1").read_text(), log.read_text()) == ("1\n2\n3\n"[:4], "4\n")


def test_standard_output_is_a_file_too() -> None:
    code = "from feedsvc.access import LogFile; f = LogFile('-'); f.write('a line\\n'); f.close()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"a line\n"


def test_workers_write_one_log_behind_a_trusted_proxy(
    published: Site, start: Start, log: Path
) -> None:
    server = start(
        published.folder, "--workers", "2", "--access-log", str(log), "--trusted-proxy", "127.0.0.1"
    )
    (path,) = [path for path in published.publication.paths() if path.startswith("/media/")]
    for number in range(20):
        server.ask("/atom.xml", X_Forwarded_For=f"6.6.6.6, 203.0.113.{number}")
    server.ask(path)
    lines = wait_for(lambda: [x for x in read_lines(log) if "/media/" in x[2]] and read_lines(log))
    told = {line[0] for line in lines if line[0].startswith("203.")}
    assert told == {f"203.0.113.{number}" for number in range(20)}
    assert [(line[0], line[3:5]) for line in lines if "/media/" in line[2]] == [
        ("127.0.0.1", ("200", "180000"))
    ]


# The law: nothing that is forwarded reaches an answer


FOREIGN = {
    "host": "evil.example",
    "x_forwarded_host": "evil.example",
    "x_forwarded_proto": "gopher",
    "x_forwarded_prefix": "/evil",
    "x_forwarded_for": "203.0.113.9",
    "x_original_url": "/evil",
    "x_rewrite_url": "/evil",
    "x_http_method_override": "DELETE",
    "forwarded": "for=203.0.113.9;host=evil.example;proto=https",
    "cookie": "a=b",
    "accept_language": "nl",
    "accept": "application/evil",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_nothing_that_is_forwarded_changes_an_answer(
    published: Site, logged: AccessLog, name: str
) -> None:
    flask = create_app(published.settings)
    with closing(flask.extensions["feedsvc"].index):
        for path in (*published.publication.paths(), "", "/nothing", "//", "/atom.xml/"):
            foreign = {"PATH_INFO": path, name: FOREIGN[name]}
            plain = call(flask, PATH_INFO=path)
            assert plain[0][:3] in ("200", "404"), "no redirect, ever"
            for app in (flask, logged):
                assert call(app, **foreign) == plain
            refused = call(flask, method="POST", PATH_INFO=path)
            assert call(flask, method="POST", **foreign) == refused
