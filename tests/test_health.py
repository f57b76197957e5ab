"""Health: checks turn red for the fault that they name, and for no other."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedsvc import create_app
from feedsvc.health import CHECKS, tell_check, tell_health
from feedsvc.index import Hub
from tests.conftest import BOTH, Site
from tests.serving import Start, wait_for

ENGINES = BOTH
HUB = "https://hub.example/"
MakeClient = Callable[[Site], FlaskClient]


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    apps: list[Flask] = []

    def make(site: Site) -> FlaskClient:
        apps.append(create_app(site.settings))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["feedsvc"].index.close()


@pytest.fixture
def published(make_site: Callable[..., Site]) -> Site:
    """A site with two articles, ingested just now."""
    site = make_site(url="https://feeds.example.org/", hubs=HUB)
    site.now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    site.write("a.txt", title="First")
    site.write("b.txt", title="Second")
    site.ingest()
    return site


def list_red(client: FlaskClient) -> dict[str, str]:
    """Ask for each check, as a monitor does; return those that fail, with why."""
    red = {}
    for name in CHECKS:
        response = client.get(f"/healthz/{name}")
        assert response.headers["Cache-Control"] == "no-store"
        assert response.status_code == (200 if response.text == "ok\n" else 503)
        if response.status_code == 503:
            red[name] = response.text.rstrip("\n")
    told = client.get("/healthz").get_json()["checks"]
    assert {name: fault for name, fault in told.items() if fault} == red or len(told) == 1
    return red


def test_all_is_green_where_all_is_well(published: Site, make_client: MakeClient) -> None:
    client = make_client(published)
    assert list_red(client) == {}
    assert client.get("/healthz").get_json()["status"] == "ok"
    assert client.get("/healthz/other").status_code == 404
    assert client.post("/healthz/index").status_code == 405


def test_health_counts_and_names_what_is_refused(published: Site, make_client: MakeClient) -> None:
    published.write("bad.txt", date="2024-99-99")
    published.write("later.txt", date="2099-01-01")
    os.remove(published.folder / "b.txt")
    published.now -= timedelta(hours=1)
    published.ingest()
    client = make_client(published)
    response = client.get("/healthz")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert response.headers["Cache-Control"] == "no-store"
    health = response.get_json()
    (refused,) = health.pop("articles_refused")
    assert (refused["path"], refused["line"], refused["field"]) == ("bad.txt", 2, "published")
    assert 0 <= health.pop("age") < 60
    assert health == {
        "status": "ok",
        "revision": published.index.revision(),
        "ingested": published.now.isoformat().replace("+00:00", "Z"),
        "stale_after": 3600,
        "published": 1,
        "waiting": 1,
        "withdrawn": 1,
        "draft": 0,
        "unlisted": 0,
        "expired": 0,
        "unread": 0,
        "refused": 1,
        "trouble": [],
        "hubs": [],
        "checks": {"index": "", "ingest": "", "articles": "1 refused", "hubs": ""},
    }
    assert list_red(client) == {"articles": "1 refused"}


def test_health_lists_a_hundred_refusals_and_counts_all(
    site: Site, make_client: MakeClient
) -> None:
    for number in range(105):
        site.write(f"{number:03}.txt", title="", date=None, url=None, text="")
    site.ingest()
    health = make_client(site).get("/healthz").get_json()
    assert (health["refused"], len(health["articles_refused"])) == (105, 100)


def test_health_without_an_index_is_503(site: Site, make_client: MakeClient) -> None:
    client = make_client(site)
    response = client.get("/healthz")
    assert response.status_code == 503
    status = json.loads(response.data)["status"]
    assert status in ("no index yet", "nothing was ingested yet")
    assert client.head("/healthz").data == b""
    assert list_red(client) == dict.fromkeys(CHECKS, status)


def test_what_troubles_whoever_ingests_is_told(published: Site, make_client: MakeClient) -> None:
    with published.index.transaction():
        published.index.tell("articles: can't be read\nentries: not a number")
    client = make_client(published)
    response = client.get("/healthz")
    health = response.get_json()
    assert (response.status_code, health["status"]) == (200, "troubled")
    assert health["trouble"] == ["articles: can't be read", "entries: not a number"]
    assert list_red(client) == {"ingest": "articles: can't be read; entries: not a number"}


@pytest.mark.parametrize(
    ("stale", "rescan", "minutes", "red"),
    [
        (60, 10, 59, False),
        (60, 10, 61, True),
        (60, 40, 79, False),
        (60, 40, 81, True),
        (0, 10, 999, False),
        (60, 0, 999, False),
    ],
)
def test_ingest_that_is_late_is_told(
    published: Site, stale: int, rescan: int, minutes: int, red: bool
) -> None:
    published.options |= {"stale_minutes": stale, "rescan_minutes": rescan}
    now = published.now + timedelta(minutes=minutes)
    fault = tell_check(published.publication, "ingest", now)
    assert fault == (f"nobody has ingested for {minutes} minutes" if red else "")
    assert tell_health(published.publication, now)[1]["status"] == ("troubled" if red else "ok")


def test_hub_that_is_down_is_told(published: Site, make_client: MakeClient) -> None:
    with published.index.transaction():
        hub = Hub(HUB, heard=0, terms="", waiting=2, trouble="can't be reached")
        published.index.keep_hub(published.settings.url, hub)
    client = make_client(published)
    health = client.get("/healthz").get_json()
    assert health["hubs"] == [{"hub": HUB, "feeds_waiting": 2, "trouble": "can't be reached"}]
    assert health["status"] == "troubled"
    assert list_red(client) == {"hubs": f"{HUB}: can't be reached"}


def test_running_server_turns_red_and_green_again(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "feedsvc.toml").write_text('title = "Articles"\n')
    (folder / "a.txt").write_text("A title\n2024-05-01\n\nA paragraph that ends.\n")
    server = start(folder)

    def is_red(name: str) -> bool:
        return server.ask(f"/healthz/{name}")[0].status == 503

    assert not any(is_red(name) for name in CHECKS)
    bad = folder / "bad.txt"
    bad.write_text("A title\n2024-99-99\n\nText.\n")
    wait_for(lambda: is_red("articles"))
    bad.unlink()
    wait_for(lambda: not is_red("articles"))
    config = (folder / "feedsvc.toml").read_text()
    (folder / "feedsvc.toml").write_text("entries = 0\n")
    wait_for(lambda: is_red("ingest"))
    hub = 'hubs = ["http://127.0.0.1:9/"]\n'  # nobody listens there
    (folder / "feedsvc.toml").write_text(config + hub)
    time.sleep(0.1)
    wait_for(lambda: is_red("hubs") and not is_red("ingest"))
    assert server.ask("/healthz")[0].status == 200
    (folder / "feedsvc.toml").write_text(config)
    wait_for(lambda: not any(is_red(name) for name in CHECKS))
