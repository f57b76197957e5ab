"""Who asks for all of a document too often is bidden to wait; nobody else is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import create_environ

from feedsvc import create_app
from feedsvc.polls import HOUR, Polls
from feedsvc.proxies import read_networks
from feedsvc.replay import Replay
from tests.conftest import Site
from tests.serving import Start, wait_for

MOST = 3
READER = "Reader/1.0"


@pytest.fixture
def app(make_site: Callable[..., Site]) -> Iterator[Flask]:
    site = make_site(polls_per_hour=MOST)
    (site.folder / "a.jpg").write_bytes(b"a picture")
    site.write("a.txt", text="a.jpg")
    site.ingest()
    app = create_app(site.settings)
    yield app
    app.extensions["feedsvc"].index.close()


def ask(
    app: Flask,
    path: str = "/atom.xml",
    method: str = "GET",
    address: str = "192.0.2.1",
    agent: str = READER,
    **headers: str,
) -> tuple[int, dict[str, str]]:
    """Ask as a client at an address; the status and the headers of the answer."""
    environ = create_environ(path, method=method)
    environ |= {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    started: list[Any] = []
    polls: Any = app.wsgi_app
    chunks = polls(environ, lambda *told: started.extend(told))
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    assert body or method == "HEAD" or started[0].startswith("304")
    return int(started[0][:3]), dict(started[1])


def exhaust(app: Flask) -> str:
    """Ask as often as is allowed; the document's tag."""
    answers = [ask(app) for _ in range(MOST)]
    assert {status for status, _ in answers} == {200}
    return answers[0][1]["ETag"]


def test_a_client_without_validators_waits_for_the_rest_of_the_hour(app: Flask) -> None:
    exhaust(app)
    for _ in range(2):
        status, headers = ask(app)
        assert status == 429
        assert HOUR - 60 < int(headers["Retry-After"]) <= HOUR
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "ETag" not in headers


def test_a_client_that_waits_may_send_a_validator_and_is_served(app: Flask) -> None:
    tag = exhaust(app)
    assert ask(app, if_none_match=tag)[0] == 304
    assert ask(app, if_none_match='"older"')[0] == 200
    assert ask(app, if_modified_since="Sun, 01 Jan 2012 00:00:00 GMT")[0] == 200
    assert ask(app, method="HEAD")[0] == 200
    assert ask(app)[0] == 429


def test_validators_and_head_count_as_no_polls(app: Flask) -> None:
    for _ in range(2 * MOST):
        ask(app, if_none_match='"older"')
        ask(app, method="HEAD")
    exhaust(app)


def test_other_clients_and_other_documents_are_counted_apart(app: Flask) -> None:
    exhaust(app)
    assert ask(app, agent="Other/1.0")[0] == 200
    assert ask(app, address="192.0.2.2")[0] == 200
    assert ask(app, path="/rss.xml")[0] == 200
    assert ask(app)[0] == 429


def test_behind_a_trusted_proxy_clients_are_told_apart(
    make_site: Callable[..., Site],
) -> None:
    site = make_site(polls_per_hour=MOST)
    site.write("a.txt")
    site.ingest()
    app = create_app(site.settings, trusted=read_networks(["192.0.2.1"]))
    for _ in range(MOST):
        assert ask(app, x_forwarded_for="198.51.100.7")[0] == 200
    assert ask(app, x_forwarded_for="198.51.100.7")[0] == 429
    assert ask(app, x_forwarded_for="198.51.100.7", address="192.0.2.9")[0] == 200
    assert ask(app, x_forwarded_for="198.51.100.8")[0] == 200
    app.extensions["feedsvc"].index.close()


def test_what_has_no_validator_or_never_changes_is_not_counted(app: Flask) -> None:
    (picture,) = app.extensions["feedsvc"].index.media_names("", 10)
    for path in ("/healthz", "/nothing", f"/media/{picture}"):
        for _ in range(2 * MOST):
            assert ask(app, path=path)[0] == (404 if path == "/nothing" else 200)


def test_after_the_hour_it_may_ask_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.polls.HOUR", 1)
    exhaust(app)
    status, headers = ask(app)
    assert (status, headers["Retry-After"]) == (429, "1")
    wait_for(lambda: ask(app)[0] == 200)
    for _ in range(MOST - 1):
        ask(app)
    assert ask(app)[0] == 429


def test_only_so_many_clients_are_counted_and_the_oldest_leave(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.polls.MOST_CLIENTS", 10)
    exhaust(app)
    for number in range(9):
        ask(app, agent=f"Reader/{number}")
    assert ask(app)[0] == 429
    ask(app, agent="one more")
    assert ask(app)[0] == 200


def test_no_address_is_kept(app: Flask) -> None:
    ask(app, address="198.51.100.7")
    polls: Any = app.wsgi_app
    assert len(polls._hours) == 1
    assert "198.51.100.7" not in repr(vars(polls))


def test_the_layer_is_there_only_where_it_is_asked_for(make_site: Callable[..., Site]) -> None:
    site = make_site()
    site.write("a.txt")
    site.ingest()
    for most, layer in ((0, Replay), (1, Polls)):
        site.options["polls_per_hour"] = most
        app = create_app(site.settings)
        assert type(app.wsgi_app) is layer
        app.extensions["feedsvc"].index.close()


def test_a_served_folder_tells_the_client_to_wait(start: Start, site: Site) -> None:
    site.write("a.txt")
    (site.folder / "feedsvc.toml").write_text(f"polls_per_hour = {MOST}\n")
    server = start(site.folder, "--trusted-proxy", "127.0.0.1")
    client = {"User_Agent": READER, "X_Forwarded_For": "198.51.100.7"}
    answers = [server.ask("/atom.xml", **client) for _ in range(MOST + 1)]
    assert [response.status for response, _ in answers] == [200] * MOST + [429]
    refused, text = answers[-1]
    assert 0 < int(refused.headers["Retry-After"]) <= HOUR
    assert text.startswith(b"Too many requests without If-None-Match")
    held = {"If_None_Match": answers[0][0].headers["ETag"]}
    assert server.ask("/atom.xml", **client, **held)[0].status == 304
    assert server.ask("/atom.xml", User_Agent=READER)[0].status == 200  # another's address
