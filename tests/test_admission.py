"""Admission: a private feed is there for whoever has its address, and for nobody else."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from feedsvc import create_app
from feedsvc.admission import MOST_SUBSCRIBERS
from feedsvc.errors import ExportError
from feedsvc.export import export
from feedsvc.replay import PATIENCE
from feedsvc.settings import load_settings
from tests.conftest import Site
from tests.serving import Start, wait_for
from tests.subscribers import Newsboats

ALICE, BOB = "alice-0123456789abcdef", "bob_0123456789ABCDEF"
URL = "https://feeds.example.org/"
CONFIG = (
    f"url = {URL!r}\nentries = 2\narchive_size = 2\nhubs = ['https://hub.example/']\n[access]\n"
)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def allow(site: Site, **tokens: str) -> None:
    lines = "".join(f'{name} = "{token}"\n' for name, token in tokens.items())
    (site.folder / "feedsvc.toml").write_text(CONFIG + lines)


@pytest.fixture
def private(site: Site) -> Site:
    allow(site, alice=ALICE, bob=BOB)
    for number in range(5):
        date = f"202{number}-05-01T10:00:00Z\ncategory: Boats"
        site.write(f"{number}.txt", f"Number {number}", date, url=None, text=f"Secret {number}.")
    site.ingest(lead=True)
    return site


@pytest.fixture
def app(private: Site) -> Iterator[Flask]:
    settings = load_settings(private.folder, environ={})
    app = create_app(settings, follow=True)
    yield app
    app.extensions["feedsvc"].index.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def list_paths(private: Site) -> list[str]:
    return list(private.publication.paths())


def test_nothing_is_there_for_who_has_no_token(private: Site, client: FlaskClient) -> None:
    other = "mallory-0123456789abcdef"
    for path in list_paths(private):
        for asked in (path, f"/{other}{path}", f"/{ALICE}x{path}", f"/{ALICE[:-1]}{path}"):
            response = client.get(asked)
            assert response.status_code == 404
            assert b"Secret" not in response.data
    assert client.get(f"/{ALICE}").status_code == 404


def test_all_feeds_are_there_for_who_has_one(private: Site, client: FlaskClient) -> None:
    for path in list_paths(private):
        response = client.get(f"/{ALICE}{path}")
        assert response.status_code == (404 if path == "/feeds.opml" else 200), path
        if response.status_code == 200:
            assert response.headers["Cache-Control"].startswith("private, max-age=")
            assert "stale" not in response.headers["Cache-Control"]
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Robots-Tag"] == "noindex"
            tag = response.headers["ETag"]
            assert client.get(f"/{ALICE}{path}", headers={"If-None-Match": tag}).status_code == 304


def test_feed_leads_its_subscriber_only_to_where_they_may_go(
    private: Site, client: FlaskClient
) -> None:
    feed: Any = etree.fromstring(client.get(f"/{ALICE}/atom.xml").data)
    links = feed.xpath("a:link/@href", namespaces=ATOM)
    assert f"{URL}{ALICE}/atom.xml" in links
    assert all(link.startswith(f"{URL}{ALICE}/") for link in links)  # no hub either
    for link in links:
        assert client.get(link.removeprefix(URL.rstrip("/"))).status_code == 200
    pages = feed.xpath("a:entry/a:link[@rel='alternate']/@href", namespaces=ATOM)
    assert len(pages) == 2
    for page in pages:
        assert b"Secret" in client.get(page.removeprefix(URL.rstrip("/"))).data


def test_entries_have_the_same_ids_for_all(private: Site, client: FlaskClient) -> None:
    def list_ids(token: str) -> Any:
        feed: Any = etree.fromstring(client.get(f"/{token}/atom.xml").data)
        return feed.xpath("a:entry/a:id/text()", namespaces=ATOM)

    assert list_ids(ALICE) == list_ids(BOB)
    assert not any(ALICE in id for id in list_ids(ALICE))


def test_no_page_has_a_token_or_leads_to_what_isnt_there(
    private: Site, client: FlaskClient
) -> None:
    pages = [path for path in list_paths(private) if path.endswith("/")]
    assert any("/archive/" in path for path in pages)
    assert any("/entry/" in path for path in pages)
    for path in pages:
        response = client.get(f"/{ALICE}{path}")
        told = response.data.decode() + str(response.headers)
        assert ALICE not in told
        assert URL not in told
        for link in re.findall(r'<a[^>]* href="([^"#]+)"', response.text):
            base = f"http://h/{ALICE}{path}"
            target = client.get(urljoin(base, link).removeprefix("http://h"))
            assert target.status_code == 200, (path, link)


def test_nobody_sees_anothers_token(private: Site, client: FlaskClient) -> None:
    for path in list_paths(private):
        assert BOB.encode() not in client.get(f"/{ALICE}{path}").data


def test_token_that_is_revoked_leads_nowhere_at_once(private: Site, client: FlaskClient) -> None:
    assert client.get(f"/{ALICE}/atom.xml").status_code == 200
    allow(private, bob=BOB)
    private.ingest(lead=True)
    time.sleep(PATIENCE)
    assert client.get(f"/{ALICE}/atom.xml").status_code == 404
    assert client.get(f"/{BOB}/atom.xml").status_code == 200


def test_site_becomes_public_and_private_again(private: Site, client: FlaskClient) -> None:
    (private.folder / "feedsvc.toml").write_text(CONFIG)
    private.ingest(lead=True)
    time.sleep(PATIENCE)
    response = client.get("/atom.xml")
    assert response.status_code == 200
    assert response.headers["Cache-Control"].startswith("public")
    assert client.get(f"/{ALICE}/atom.xml").status_code == 404
    allow(private, alice=ALICE)
    private.ingest(lead=True)
    time.sleep(PATIENCE)
    assert client.get("/atom.xml").status_code == 404
    assert client.get(f"/{ALICE}/atom.xml").status_code == 200


def test_tokens_are_kept_nowhere(private: Site, client: FlaskClient) -> None:
    client.get(f"/{ALICE}/atom.xml")
    private.index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in Path(private.folder, ".feedsvc").iterdir():
        assert ALICE.encode() not in file.read_bytes()


def test_media_are_for_who_knows_their_address(private: Site, client: FlaskClient) -> None:
    (private.folder / "sound.mp3").write_bytes(b"sound" * 100)
    private.write("heard.txt", date="2024-05-01T10:00:00Z\nenclosure: sound.mp3")
    private.ingest(lead=True)
    feed: Any = etree.fromstring(client.get(f"/{ALICE}/atom.xml").data)
    [link] = feed.xpath("a:entry/a:link[@rel='enclosure']/@href", namespaces=ATOM)
    response = client.get(link.removeprefix(URL.rstrip("/")))
    assert (response.status_code, len(response.data)) == (200, 500)
    assert response.headers["Cache-Control"].startswith("private, ")


def test_health_is_told_to_all_without_a_token(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert ALICE.encode() not in response.data


def test_who_asked_last_is_remembered(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site()
    names = {f"n{number}": f"token-{number:016}" for number in range(MOST_SUBSCRIBERS + 2)}
    allow(site, **names)
    site.write("a.txt")
    site.ingest(lead=True)
    app = create_app(load_settings(site.folder, environ={}), follow=True)
    client = app.test_client()
    for token in [*names.values(), *names.values()]:
        assert client.get(f"/{token}/atom.xml").status_code == 200
    app.extensions["feedsvc"].index.close()


# As subscribers and others see it


def test_newsboat_follows_a_private_feed_until_its_token_is_revoked(
    start: Start, tmp_path: Path
) -> None:
    folder, log, newsboat = tmp_path / "articles", tmp_path / "log", Newsboats(tmp_path)
    folder.mkdir()
    config = "metrics = true\nhubs = ['http://127.0.0.1:9/']\n"
    (folder / "feedsvc.toml").write_text(f"{config}[access]\nalice = '{ALICE}'\nbob = '{BOB}'\n")
    (folder / "a.txt").write_text("A secret\n2024-05-01\n\nA paragraph that ends.\n")
    server = start(folder, "--access-log", str(log), "--workers", "2")
    root = f"http://{server.connect().host}:{server.connect().port}/"
    newsboat.subscribe([f"{root}{ALICE}/atom.xml"])
    assert newsboat.poll() == {f"{root}{ALICE}/atom.xml": ["A secret"]}
    (folder / "b.txt").write_text("Another secret\n2024-05-02\n\nA paragraph that ends.\n")
    wait_for(lambda: b"Another secret" in server.ask(f"/{ALICE}/atom.xml")[1])
    assert newsboat.poll() == {f"{root}{ALICE}/atom.xml": ["Another secret"]}
    (folder / "feedsvc.toml").write_text(f"{config}[access]\nbob = '{BOB}'\n")
    wait_for(lambda: server.ask(f"/{ALICE}/atom.xml")[0].status == 404)
    assert server.ask(f"/{BOB}/atom.xml")[0].status == 200
    told = [server.ask(path)[1].decode() for path in ("/", "/feeds.opml", "/healthz", "/metrics")]
    for text in [*told, log.read_text(), server.log.read_text()]:
        assert ALICE not in text
        assert BOB not in text
    assert json.loads(told[2])["hubs"] == []
    assert '"GET /-/atom.xml HTTP/1.1" 200' in log.read_text()


def test_private_feeds_are_not_exported(private: Site, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="the feeds are private"):
        export(private.publication, tmp_path / "out")
    assert not (tmp_path / "out").exists()
