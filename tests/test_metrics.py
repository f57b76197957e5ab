"""Metrics: what is counted of requests, and told to Prometheus."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from feedsvc import create_app
from feedsvc.board import Board
from feedsvc.metrics import LONGEST, PATH, Meter
from feedsvc.server import claim_port
from tests.conftest import Site
from tests.faults import find_family
from tests.serving import Start, wait_for
from tests.test_live import find_companion
from tests.test_replay import call

FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; {} subscribers; )"


def read(meter: Meter) -> dict[str, float]:
    """Read the metrics as Prometheus does: values by name and labels."""
    status, headers, body = call(meter, PATH)
    assert status == "200 OK"
    assert dict(headers)["Content-Type"].startswith("text/plain; version=")
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


@pytest.fixture
def app(site: Site) -> Iterator[Flask]:
    site.write("a.txt", url=None)
    site.write("b.txt", date="nonsense")
    site.ingest()
    app = create_app(site.settings)
    yield app
    app.extensions["feedsvc"].index.close()


@pytest.fixture
def make_meter(app: Flask) -> Callable[[Board], Meter]:
    return lambda board: Meter(app.wsgi_app, board, app.extensions["feedsvc"].index)


@pytest.fixture
def meter(make_meter: Callable[[Board], Meter]) -> Meter:
    return make_meter(Board(1))


def test_requests_are_counted_by_document_and_status(meter: Meter) -> None:
    for _ in range(3):
        _, headers, _ = call(meter, "/atom.xml")
    call(meter, "/atom.xml", if_none_match=dict(headers)["ETag"])
    call(meter, "/archive/2024/atom.xml")
    call(meter, "/entry/a/")
    call(meter, "/nothing")
    call(meter, "/rss.xml", "POST")
    call(meter, "/healthz")
    counted = read(meter)
    assert {name: value for name, value in counted.items() if "requests" in name} == {
        "feedsvc_requests_total atom 200": 3,
        "feedsvc_requests_total atom 304": 1,
        "feedsvc_requests_total atom archive 200": 1,
        "feedsvc_requests_total entry 200": 1,
        "feedsvc_requests_total none 404": 1,
        "feedsvc_requests_total none 405": 1,
        "feedsvc_requests_total other 200": 1,
    }


def test_bytes_are_counted_as_they_are_sent_and_saved(meter: Meter) -> None:
    _, headers, body = call(meter, "/atom.xml")
    _, _, packed = call(meter, "/atom.xml", accept_encoding="gzip")
    call(meter, "/atom.xml", "HEAD")
    for _ in range(2):
        tag = dict(headers)["ETag"]
        call(meter, "/atom.xml", if_none_match=tag, accept_encoding="gzip")
    counted = read(meter)
    assert counted["feedsvc_sent_bytes_total atom"] == len(body) + len(packed)
    assert counted["feedsvc_saved_bytes_total atom"] == 2 * len(packed)


def test_media_are_counted_by_the_length_that_they_tell(site: Site, meter: Meter) -> None:
    (site.folder / "sound.mp3").write_bytes(b"sound" * 1000)
    site.write("heard.txt", date="2024-05-01T10:00:00Z\nenclosure: sound.mp3")
    site.ingest()
    [name] = site.index.media_names("", 9)
    assert call(meter, f"/media/{name}")[0] == "200 OK"
    assert call(meter, f"/media/{name}", range="bytes=0-99")[0].startswith("206")
    assert read(meter)["feedsvc_sent_bytes_total media"] == 5100


def test_subscribers_are_those_that_readers_tell(meter: Meter) -> None:
    for path, agent in {
        "/atom.xml": FEEDLY.format(12),
        "/rss.xml": FEEDLY.format(3),
        "/": FEEDLY.format(99),  # nobody subscribes to a page
        "/feed.json": "newsboat/2.21",
    }.items():
        call(meter, path, user_agent=agent)
    call(meter, "/atom.xml", user_agent=FEEDLY.format(14))
    call(meter, f"/category/{'x' * LONGEST}/atom.xml", user_agent=FEEDLY.format(5))
    told = {name: value for name, value in read(meter).items() if "subscribers" in name}
    assert told == {
        "feedsvc_subscribers /atom.xml Feedly": 14,
        "feedsvc_subscribers /rss.xml Feedly": 3,
    }


def test_articles_and_ingests_are_told(meter: Meter, site: Site) -> None:
    told = read(meter)
    assert told["feedsvc_articles published"] == 1
    assert told["feedsvc_articles refused"] == 1
    assert told["feedsvc_index_up"] == 1
    assert told["feedsvc_ingest_seconds_count"] == 1
    assert 0 <= told["feedsvc_ingest_seconds_sum"] < 60
    assert told["feedsvc_revision"] == site.index.revision()
    assert told["feedsvc_last_ingest_timestamp_seconds"] == int(site.now.timestamp())


def test_index_that_cant_be_asked_is_told(meter: Meter, site: Site, app: Flask) -> None:
    app.extensions["feedsvc"].index.close()
    (site.folder / ".feedsvc").rename(site.folder / ".away")
    assert read(meter) == {"feedsvc_index_up": 0}


def test_nothing_of_an_address_is_kept(meter: Meter) -> None:
    environ: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.77", "HTTP_X_FORWARDED_FOR": "192.0.2.78"}
    started: list[Any] = []
    environ |= {"PATH_INFO": "/atom.xml", "REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}
    environ |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_USER_AGENT": "x (me@y.z)"}
    b"".join(meter(environ, lambda *given: started.append(given)))
    text = call(meter, PATH)[2]
    assert b"192.0.2" not in text
    assert b"me@" not in text


def test_what_all_processes_have_counted_is_told_by_each(
    make_meter: Callable[[Board], Meter],
) -> None:
    board = Board(2)
    meters = [make_meter(board), make_meter(board)]
    for meter in meters:
        call(meter, "/atom.xml")
    name = "feedsvc_requests_total atom 200"
    wait_for(lambda: all(read(meter)[name] == 2 for meter in meters))


def test_counts_go_on_where_a_process_has_ended(
    make_meter: Callable[[Board], Meter], monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(1)
    first = make_meter(board)
    call(first, "/atom.xml")
    read(first)
    board._owners[0] = 0  # it has ended
    second = make_meter(board)
    call(second, "/atom.xml")
    assert read(second)["feedsvc_requests_total atom 200"] == 2


def test_process_without_a_slot_counts_for_itself(make_meter: Callable[[Board], Meter]) -> None:
    meter = make_meter(Board(0))
    call(meter, "/atom.xml")
    assert read(meter)["feedsvc_requests_total atom 200"] == 1


def test_floods_of_paths_are_forgotten(meter: Meter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.metrics.MOST_PATHS", 5)
    for number in range(50):
        call(meter, "/atom.xml", accept_encoding=f"x{number}")
        call(meter, f"/atom.xml{number}")
        call(meter, "/index.html")
    for path in ("/rss.xml", "/feed.json", "/", "/feed.css", "/feeds.opml", "/entry/a/"):
        call(meter, path)
    assert len(meter._lengths) <= 5
    assert len(meter._documents) <= 5
    assert read(meter)["feedsvc_requests_total atom 200"] == 50


def test_other_methods_of_the_metrics_are_the_apps_to_answer(meter: Meter) -> None:
    assert call(meter, PATH, "POST")[0].startswith("405")


def test_shows_what_it_counts_without_being_asked(make_meter: Callable[[Board], Meter]) -> None:
    board = Board(1)
    call(make_meter(board), "/atom.xml")
    wait_for(lambda: list(board.read()))


# Read by Prometheus


@pytest.mark.skipif(not shutil.which("prometheus"), reason="needs Debian's package prometheus")
def test_prometheus_reads_what_two_workers_count(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "feedsvc.toml").write_text("metrics = true\n")
    (tmp_path / "articles" / "a.txt").write_text("A title\n2024-05-01\n\nA paragraph.\n")
    server = start(tmp_path / "articles", "--workers", "2")
    for number in range(20):
        server.ask("/atom.xml", User_Agent=FEEDLY.format(number))
    with run_prometheus(tmp_path, urlsplit(server.address).netloc) as query:
        wait_for(lambda: query('feedsvc_requests_total{document="atom",status="200"}') == 20)
        assert query("up") == 1
        assert query('feedsvc_articles{state="published"}') == 1
        assert query('feedsvc_subscribers{path="/atom.xml",reader="Feedly"}') == 19
        others = {server.process.pid, find_companion(server)}
        workers = find_family(server.process.pid) - others
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        wait_for(lambda: len(find_family(server.process.pid) - others - workers) == 2)

        def is_answered() -> bool:
            with suppress(OSError):  # they have yet to listen
                return server.ask("/atom.xml")[0].status == 200
            return False

        wait_for(is_answered)
        wait_for(lambda: query('feedsvc_requests_total{document="atom",status="200"}') == 21)


@contextmanager
def run_prometheus(home: Path, target: str) -> Iterator[Callable[[str], float | None]]:
    """Let Prometheus read a target each half second; what it answers to a query."""
    (home / "prometheus.yml").write_text(
        "global: {scrape_interval: 500ms, scrape_timeout: 500ms}\n"
        f"scrape_configs: [{{job_name: feedsvc, static_configs: [{{targets: ['{target}']}}]}}]\n"
    )
    port = claim_port("127.0.0.1", 0)[1]
    command = ["prometheus", f"--config.file={home}/prometheus.yml"]
    command += [f"--storage.tsdb.path={home}/data", f"--web.listen-address=127.0.0.1:{port}"]
    with open(home / "prometheus.log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    def query(text: str) -> float | None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", f"/api/v1/query?query={quote(text)}")
                found = json.load(connection.getresponse())["data"]["result"]
        except (OSError, ValueError):  # it has yet to start
            return None
        return float(found[0]["value"][1]) if found else None

    try:
        yield query
    finally:
        process.terminate()
        process.wait()
