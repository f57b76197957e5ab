"""`feedsvc serve` as it is run: a process of its own, asked over real sockets."""

import contextlib
import gzip
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest

from feedsvc import load_settings
from feedsvc.errors import ServeError
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.publication import Publication
from feedsvc.server import claim_port
from tests.conftest import SEEDS, Site
from tests.serving import PATIENCE, Server, Start, ask, feedsvc, wait_for

PATHS = ("/", "/atom.xml", "/rss.xml")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the seeds, for tests that change nothing."""
    home = tmp_path_factory.mktemp("server")
    shutil.copytree(SEEDS, home / "seeds", ignore=shutil.ignore_patterns(".feedsvc"))
    server = Server(home / "seeds", home / "log")
    yield server
    server.stop()


@pytest.fixture
def folder(site: Site) -> Path:
    site.write("a.txt", title="First")
    site.write("b.txt", title="Second")
    return site.folder


# HTTP


@pytest.mark.parametrize("path", PATHS)
def test_a_document_comes_over_http_as_it_is_published(seeds: Server, path: str) -> None:
    settings = load_settings(seeds.log.parent / "seeds", url=seeds.address)
    with closing(SqliteIndex(settings.database)) as index:
        publication = Publication(settings, index)
        document = publication.document(path)
        assert document
        body = publication.body(document)
    response, received = seeds.ask(path)
    assert (response.status, received) == (200, body)
    assert response.headers["Content-Type"] == f"{document.media_type}; charset=utf-8"
    assert response.headers["Link"].startswith(f'<{seeds.address[:-1]}{path}>; rel="self"')
    again, packed = seeds.ask(path, Accept_Encoding="gzip")
    assert (again.headers["Content-Encoding"], gzip.decompress(packed)) == ("gzip", body)


@pytest.mark.parametrize("path", PATHS)
def test_validators_and_head_get_no_body_over_http(seeds: Server, path: str) -> None:
    first, body = seeds.ask(path)
    for _ in range(2):
        head, nothing = seeds.ask(path, "HEAD")
        assert (head.status, nothing) == (200, b"")
        assert head.headers["Content-Length"] == str(len(body))
        held, nothing = seeds.ask(path, If_None_Match=first.headers["ETag"])
        assert (held.status, held.headers["ETag"], nothing) == (304, first.headers["ETag"], b"")
        later = "Fri, 01 Jan 2100 00:00:00 GMT"
        assert seeds.ask(path, If_Modified_Since=later)[0].status == 304


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("OPTIONS", "/atom.xml", 405), ("GET", "/healthz", 200)],
)
def test_other_requests_get_their_answers_over_http(
    seeds: Server, method: str, path: str, status: int
) -> None:
    assert seeds.ask(path, method)[0].status == status


def test_a_connection_is_kept_for_many_requests(seeds: Server) -> None:
    with closing(seeds.connect()) as connection:
        response, body = ask(connection, "/atom.xml")
        used = connection.sock
        assert used is not None
        ask(connection, "/atom.xml", "HEAD")
        ask(connection, "/rss.xml", If_None_Match="*")
        ask(connection, "/nothing")
        again, same = ask(connection, "/atom.xml")
        assert connection.sock is used
    assert (same, again.headers["ETag"]) == (body, response.headers["ETag"])


# Starting


@pytest.mark.parametrize("option", ["127.0.0.2", "localhost", "0.0.0.0"])
def test_links_begin_with_the_host_and_port_that_it_listens_on(
    start: Start, folder: Path, option: str
) -> None:
    server = start(folder, "--host", option)
    host = {"0.0.0.0": "127.0.0.1"}.get(option, option)
    assert urlsplit(server.address)[:3:2] == ("http", "/")
    assert urlsplit(server.address).hostname == host
    assert f"{server.address}atom.xml\n" in server.log.read_text()
    feed = feedparser.parse(server.ask("/atom.xml")[1])
    (own,) = [link.href for link in feed.feed.links if link.rel == "self"]
    assert own == f"{server.address}atom.xml"


def test_links_begin_with_the_url_that_is_set(start: Start, folder: Path) -> None:
    parts = urlsplit(start(folder).address)
    _, port = claim_port("127.0.0.1", 0)
    (folder / "feedsvc.toml").write_text('url = "https://feeds.example.org/"')
    server = start(folder, "--port", str(port))  # the last one given counts
    assert server.address == "https://feeds.example.org/"
    server.address = f"http://127.0.0.1:{port}/"
    assert b'href="https://feeds.example.org/atom.xml"' in server.ask("/atom.xml")[1]
    assert parts.port != port


def test_two_workers_answer_alike(start: Start, folder: Path) -> None:
    server = start(folder, "--workers", "2")
    answers = [server.ask("/atom.xml") for _ in range(20)]
    assert {response.status for response, _ in answers} == {200}
    assert len({response.headers["ETag"] for response, _ in answers}) == 1
    assert len({body for _, body in answers}) == 1


def test_a_refused_article_is_told_and_the_others_are_served(start: Start, site: Site) -> None:
    site.write("bad.txt", date="2024-99-99")
    site.write("good.txt", title="Good")
    server = start(site.folder)
    assert "bad.txt:2: published: " in server.log.read_text()
    assert b"Good" in server.ask("/atom.xml")[1]


def assert_not_started(outcome: subprocess.CompletedProcess[str], place: str) -> None:
    assert (outcome.returncode, "Traceback" in outcome.stderr) == (1, False)
    (line,) = outcome.stderr.splitlines()
    assert line.startswith(f"feedsvc: {place}: can't listen there: ")


def test_a_taken_port_is_said_plainly(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_not_started(feedsvc("serve", folder, "--port", str(port)), f"127.0.0.1:{port}")
    assert not (folder / ".feedsvc").exists()  # nothing was done for nothing


def test_a_port_that_another_feedsvc_serves_is_taken(seeds: Server, folder: Path) -> None:
    port = urlsplit(seeds.address).port
    assert_not_started(feedsvc("serve", folder, "--port", str(port)), f"127.0.0.1:{port}")


@pytest.mark.parametrize("host", ["no such host", "a..b", "192.0.2.1"])
def test_a_host_that_is_not_here_is_said_plainly(folder: Path, host: str) -> None:
    assert_not_started(feedsvc("serve", folder, "--host", host, "--port", "0"), f"{host}:0")


def test_a_port_is_claimed_as_asked_or_a_free_one() -> None:
    ip, port = claim_port("localhost", 0)
    assert (ip in ("127.0.0.1", "::1"), 0 < port < 65536) == (True, True)
    assert claim_port(ip, port) == (ip, port)
    message = r"127\.0\.0\.1:\d+: can't listen there: Address already in use"
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(ServeError, match=message),
    ):
        claim_port("127.0.0.1", other.getsockname()[1])


# Running


def test_an_edit_ingested_by_another_process_is_served(start: Start, folder: Path) -> None:
    assert feedsvc("ingest", folder).returncode == 0
    server = start(folder, "--no-ingest")
    first, before = server.ask("/atom.xml")
    old = {entry.id: entry for entry in feedparser.parse(before).entries}
    (folder / "a.txt").write_text(
        (folder / "a.txt").read_text().replace("A paragraph", "An edited paragraph")
    )
    assert "0 new, 1 changed, 1 unchanged" in feedsvc("ingest", folder).stdout
    held = {"If_None_Match": first.headers["ETag"]}
    wait_for(lambda: server.ask("/atom.xml", **held)[0].status == 200)
    new = {entry.id: entry for entry in feedparser.parse(server.ask("/atom.xml")[1]).entries}
    assert new.keys() == old.keys()
    (edited,) = [id for id in new if new[id] != old[id]]
    assert new[edited].title == "First"
    assert new[edited].updated > old[edited].updated
    assert new[edited].published == old[edited].published


def test_documents_stay_dated_after_another_process_ingested(start: Start, site: Site) -> None:
    site.write("a.txt")
    server = start(site.folder)
    tag = server.ask("/atom.xml")[0].headers["ETag"]
    site.write("b.txt")
    feedsvc("ingest", site.folder)
    wait_for(lambda: server.ask("/atom.xml")[0].headers["ETag"] != tag)
    # Two changes in one second are told apart by the second to come.
    wait_for(lambda: server.ask("/atom.xml")[0].headers["Last-Modified"])
    later = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert server.ask("/atom.xml", If_Modified_Since=later)[0].status == 304


# Stopping


@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGINT, True)],
    ids=["SIGTERM", "SIGINT", "Ctrl-C"],
)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_stops_it_cleanly(
    start: Start, folder: Path, number: int, group: bool, workers: str
) -> None:
    server = start(folder, "--workers", workers)
    with closing(server.connect()) as connection:
        ask(connection, "/atom.xml")  # a reader that keeps its connection stops nobody
        assert server.stop(number, group=group) == 0
    printed = server.log.read_text()
    _, told, after = printed.partition("Press Ctrl-C to stop.\n")
    # Where the first edition is there at once, what it holds is told a moment later.
    assert told
    assert re.fullmatch(rf"({re.escape(str(folder))}: \d+ new, .*\n)?", after)
    address = urlsplit(server.address)
    assert claim_port("127.0.0.1", address.port or 0) == ("127.0.0.1", address.port)


def test_killed_server_leaves_no_worker_behind(start: Start, site: Site) -> None:
    server = start(site.folder, "--workers", "2")
    parts = urlsplit(server.address)

    def is_free() -> bool:
        try:
            claim_port(parts.hostname or "", parts.port or 0)
        except ServeError:
            return False
        return True

    assert not is_free()
    server.stop(signal.SIGKILL)
    wait_for(is_free)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_in_quick_succession_stop_it_cleanly(
    start: Start, site: Site, number: signal.Signals
) -> None:
    """As when make passes on what its whole process group got."""
    server = start(site.folder)
    for _ in range(50):
        with contextlib.suppress(ProcessLookupError):
            server.process.send_signal(number)
    assert server.process.wait(PATIENCE) == 0


def test_log_level_sets_what_is_told_of_the_server(start: Start, folder: Path) -> None:
    quiet, chatty = start(folder), start(folder, "--log-level", "debug", "--no-ingest")
    assert "Spawning worker" not in quiet.log.read_text()
    assert "Spawning worker" in chatty.log.read_text()
