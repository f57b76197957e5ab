"""The WSGI entry: what is served by feedsvc's own server comes from another's too."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from feedsvc import load_settings
from feedsvc.settings import find_folder
from tests.conftest import Site
from tests.serving import PATIENCE, ask, feedsvc, wait_for

pytest.importorskip("gunicorn", reason="gunicorn isn't installed")


@pytest.fixture
def folder(site: Site) -> Path:
    site.write("a.txt", title="A title")
    assert feedsvc("ingest", site.folder, "--url", "https://example.org/").returncode == 0
    return site.folder


@pytest.fixture(params=[(), ("--preload",)])
def connection(
    folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[HTTPConnection]:
    """Serve by gunicorn, with two workers of several threads; it must have nothing to complain."""
    with socket.socket() as claim:
        claim.bind(("127.0.0.1", 0))
        port = claim.getsockname()[1]
    options = ["--workers", "2", "--threads", "4", "--bind", f"127.0.0.1:{port}", *request.param]
    command = [sys.executable, "-m", "gunicorn", *options, "feedsvc.wsgi:app"]
    log = tmp_path / "log"
    named = os.environ | {"FEEDSVC_FOLDER": str(folder)}
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=named)
    try:
        wait_for(lambda: log.read_text().count("Booting worker") == 2)
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as opened:
            yield opened
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert "Traceback" not in log.read_text()
    assert "ERROR" not in log.read_text()


def test_gunicorn_serves_what_was_ingested(connection: HTTPConnection, folder: Path) -> None:
    for _ in range(8):
        response, body = ask(connection, "/atom.xml")
        assert (response.status, b"A title" in body) == (200, True)
        assert b'href="https://example.org/atom.xml"' in body, "by the settings of who ingests"
        response, body = ask(connection, "/atom.xml", If_None_Match=response.headers["ETag"])
        assert (response.status, body) == (304, b"")
        response, body = ask(connection, "/atom.xml", "HEAD")
        assert (response.status, body) == (200, b"")
        connection.close()  # so that the next may be the other worker's
    (folder / "b.txt").write_text("Another\n2024-05-02\n\nText.")
    assert feedsvc("ingest", folder, "--url", "https://example.org/").returncode == 0
    for _ in range(4):
        wait_for(lambda: b"Another" in ask(connection, "/atom.xml")[1])
        connection.close()


def test_folder_is_the_named_one_this_one_or_its_seeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_folder() is None
    Path("seeds").mkdir()
    assert find_folder() == "seeds"
    Path("feedsvc.toml").touch()
    assert find_folder() == "."
    monkeypatch.setenv("FEEDSVC_FOLDER", "/elsewhere")
    assert find_folder() == "/elsewhere"
    assert load_settings(tmp_path).folder == str(tmp_path), "it is no setting"
