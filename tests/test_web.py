"""WIRE.md's tables, row by row: what a request gets."""

import gzip
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from feedsvc import create_app
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.replay import PATIENCE
from feedsvc.web import create_blueprint
from tests.conftest import Site

PATHS = ("/", "/atom.xml", "/rss.xml")
FEEDS = ("/atom.xml", "/rss.xml")
URL = "https://feeds.example.org/"


@pytest.fixture
def open_client() -> Iterator[Callable[[Site], FlaskClient]]:
    """Make the app of a site, and a client of it."""
    indexes: list[SqliteIndex] = []

    def make(site: Site) -> FlaskClient:
        app = create_app(site.settings)
        indexes.append(app.extensions["feedsvc"].index)
        client: FlaskClient = app.test_client()
        return client

    yield make
    for index in indexes:
        index.close()


@pytest.fixture
def published(make_site: Callable[..., Site]) -> Site:
    """A site with two articles, ingested at `published.now`."""
    site = make_site(url=URL)
    site.write("a.txt", title="First")
    site.write("b.txt", title="Second")
    site.ingest()
    return site


@pytest.fixture
def client(published: Site, open_client: Callable[[Site], FlaskClient]) -> FlaskClient:
    return open_client(published)


def tag_of(site: Site, path: str) -> str:
    document = site.publication.document(path)
    assert document is not None
    return document.version


def date_in(time: datetime) -> str:
    return format_datetime(time, usegmt=True)


def ask(client: FlaskClient, path: str = "/atom.xml", **headers: str) -> TestResponse:
    """GET a path with headers: `if_none_match="*"`."""
    return client.get(
        path, headers={name.replace("_", "-"): held for name, held in headers.items()}
    )


# Media types


@pytest.mark.parametrize(
    ("setting", "types"),
    [
        ("specific", ("text/html", "application/atom+xml", "application/rss+xml")),
        ("browser", ("text/html", "application/xml", "application/xml")),
    ],
)
def test_each_document_has_its_media_type_and_its_charset(
    make_site: Callable[..., Site],
    open_client: Callable[[Site], FlaskClient],
    setting: str,
    types: tuple[str, ...],
) -> None:
    site = make_site(media_type=setting)
    site.ingest()
    client = open_client(site)
    sent = [client.get(path).headers["Content-Type"] for path in PATHS]
    assert sent == [f"{kind}; charset=utf-8" for kind in types]


# Status: 200 and 304


@pytest.mark.parametrize("path", PATHS)
def test_head_gets_the_headers_of_get_and_no_body(client: FlaskClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert (get.status_code, head.status_code) == (200, 200)
    assert list(head.headers) == list(get.headers)
    assert (len(get.data), head.data) == (int(get.headers["Content-Length"]), b"")


FORMS = ('"{}"', 'W/"{}"', '"{}-gzip"', 'W/"{}-gzip"', '"{}-br"', '"{}-zstd"', "*")
LISTS = ('"other", "{}"', 'W/"other" , W/"{}-br", "more"', '"with, comma", "{}"')


@pytest.mark.parametrize("form", FORMS + LISTS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_held_tag_in_any_form_gets_304(
    published: Site, client: FlaskClient, method: str, form: str
) -> None:
    tags = form.format(tag_of(published, "/atom.xml"))
    response = client.open("/atom.xml", method=method, headers={"If-None-Match": tags})
    assert (response.status_code, response.data) == (304, b"")


@pytest.mark.parametrize("form", ['"other"', 'W/"x-{}"', '"{}-deflate"', "", '"*"'])
def test_another_tag_gets_200_and_the_date_beside_it_is_ignored(
    published: Site, client: FlaskClient, form: str
) -> None:
    tags = form.format(tag_of(published, "/atom.xml"))
    date = date_in(published.now)
    assert ask(client, if_none_match=tags, if_modified_since=date).status_code == 200


def test_a_held_tag_gets_304_though_the_date_beside_it_is_old(
    published: Site, client: FlaskClient
) -> None:
    tag = f'"{tag_of(published, "/atom.xml")}"'
    date = date_in(published.now - timedelta(days=9))
    assert ask(client, if_none_match=tag, if_modified_since=date).status_code == 304


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, 304), (1, 304), (10**9, 304), (-1, 200), (-(10**8), 200)]
)
def test_a_date_alone_gets_304_from_last_modified_on(
    published: Site, client: FlaskClient, seconds: int, status: int
) -> None:
    date = date_in(published.now + timedelta(seconds=seconds))
    assert ask(client, if_modified_since=date).status_code == status


@pytest.mark.parametrize("date", ["", "yesterday", "0", "2030-01-01T00:00:00Z-", "Sun, 99 Foo"])
def test_a_date_that_is_none_gets_200(client: FlaskClient, date: str) -> None:
    assert ask(client, if_modified_since=date).status_code == 200


ODD_HEADERS = (
    ("A-IM", "feed"),
    ("Accept", "application/json"),
    ("Accept", "application/rss+xml"),
    ("Accept", "text/html, */*;q=0"),
    ("Accept-Language", "fr"),
    ("Cookie", "session=1"),
    ("Range", "bytes=0-1"),
    ("Host", "evil.example"),
    ("X-Forwarded-Host", "evil.example"),
)


@pytest.fixture
def other_client(published: Site, open_client: Callable[[Site], FlaskClient]) -> FlaskClient:
    """A client of an app of its own, that replays nothing of what `client` was answered."""
    return open_client(published)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", ODD_HEADERS)
def test_what_else_a_client_sends_changes_nothing(
    client: FlaskClient, other_client: FlaskClient, path: str, header: tuple[str, str]
) -> None:
    plain, odd = client.get(path), other_client.get(path, headers=[header])
    assert (odd.status_code, list(odd.headers), odd.data) == (200, list(plain.headers), plain.data)


@pytest.mark.parametrize("query", ["?", "?utm_source=x", "?path=/rss.xml&x=%00"])
def test_a_query_changes_nothing(
    client: FlaskClient, other_client: FlaskClient, query: str
) -> None:
    plain, odd = client.get("/atom.xml"), other_client.get(f"/atom.xml{query}")
    assert (odd.status_code, list(odd.headers), odd.data) == (200, list(plain.headers), plain.data)


def test_the_page_is_also_where_a_static_host_has_it(client: FlaskClient) -> None:
    page, file = client.get("/"), client.get("/index.html")
    assert (file.status_code, list(file.headers), file.data) == (200, list(page.headers), page.data)


# Status: the others


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/atom.xml/", "/Atom.xml", "/index.html.gz", "/../x", "/%FF", "/a%0d%0aX: y"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_unknown_path_gets_404_in_a_line_of_text(
    client: FlaskClient, method: str, path: str
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(response.data.splitlines()) == (1 if method == "GET" else 0)
    assert not {"Location", "ETag", "Last-Modified", "Set-Cookie"} & set(response.headers.keys())


def test_doubled_slashes_are_never_redirected(client: FlaskClient) -> None:
    statuses = []
    for path in ("//atom.xml", "///", "/a//b", "/healthz/"):
        # Flask's client takes what follows two slashes for a host.
        response = client.get("/", environ_overrides={"PATH_INFO": path})
        statuses.append(response.status_code)
        assert "Location" not in response.headers
    assert statuses == [200, 200, 404, 404]


@pytest.mark.parametrize("path", [*PATHS, "/healthz", "/nothing"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"])
def test_other_methods_get_405_with_allow(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert len(response.data.splitlines()) == 1


def assert_unavailable(client: FlaskClient) -> None:
    for path in PATHS:
        response = client.get(path)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert len(response.data.splitlines()) == 1
    assert client.get("/nothing").status_code == 404


def test_before_the_first_ingest_documents_get_503(
    site: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    client = open_client(site)
    assert_unavailable(client)
    assert not (site.folder / ".feedsvc").exists()
    site.ingest()
    assert client.get("/atom.xml").status_code == 200


def test_until_the_first_ingest_has_ended_documents_get_503(
    site: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    client = open_client(site)
    site.index.execute("SELECT 1")  # the tables are made
    assert_unavailable(client)
    site.ingest()
    assert client.get("/atom.xml").status_code == 200


@pytest.mark.parametrize("content", [b"no database " * 1000, b"SQLite format 3\0" + b"\1" * 5000])
def test_a_damaged_index_gets_503(
    site: Site, open_client: Callable[[Site], FlaskClient], content: bytes
) -> None:
    (site.folder / ".feedsvc").mkdir()
    Path(site.settings.database).write_bytes(content)
    client = open_client(site)
    assert_unavailable(client)
    health = client.get("/healthz")
    assert (health.status_code, health.get_json()["status"][:23]) == (
        503,
        "the index is damaged",
    )


def test_a_document_whose_text_is_gone_gets_503_and_304_still(
    published: Site, client: FlaskClient
) -> None:
    published.index.execute("DELETE FROM content")
    assert_unavailable(client)
    tag = f'"{tag_of(published, "/rss.xml")}"'
    assert ask(client, "/rss.xml", if_none_match=tag).status_code == 304


# Headers of 200 and 304


def expect_headers(site: Site, path: str) -> dict[str, str]:
    """What both 200 and 304 carry, without Content-Length, Content-Type and Vary's company."""
    return {
        "ETag": f'"{tag_of(site, path)}"',
        "Last-Modified": date_in(site.now),
        "Cache-Control": "public, max-age=900, stale-while-revalidate=900, stale-if-error=86400",
        "Vary": "Accept-Encoding",
        "Content-Language": "en",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; sandbox",
        "Link": f'<{URL}{path[1:]}>; rel="self", <{URL}>; rel="alternate"; type="text/html"',
    }


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_has_the_headers_of_the_contract_and_no_others(
    published: Site, client: FlaskClient, path: str
) -> None:
    response = client.get(path)
    assert dict(response.headers) == expect_headers(published, path) | {
        "Content-Type": f"application/{path[1:-4]}+xml; charset=utf-8",
        "Content-Length": str(len(response.data)),
    }


@pytest.mark.parametrize("path", FEEDS)
def test_304_has_the_headers_of_200_but_those_of_a_body(
    published: Site, client: FlaskClient, path: str
) -> None:
    expected = expect_headers(published, path)
    date = expected["Last-Modified"]
    for headers in ({"If-None-Match": expected["ETag"]}, {"If-Modified-Since": date}):
        response = client.get(path, headers=headers)
        assert (response.status_code, dict(response.headers)) == (304, expected)


@pytest.mark.parametrize("validator", [{}, {"If-None-Match": "*"}])
def test_the_page_allows_its_own_style_and_no_script(
    client: FlaskClient, validator: dict[str, str]
) -> None:
    headers = client.get("/", headers=validator).headers
    rules = dict(
        rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";")
    )
    assert (rules["default-src"], rules["style-src"][:8]) == ("'none'", "'sha256-")
    assert "script-src" not in rules
    assert headers["Link"] == f'<{URL}>; rel="self"'


def test_self_hubs_and_page_are_linked_in_double_quotes(
    make_site: Callable[..., Site], open_client: Callable[[Site], FlaskClient]
) -> None:
    site = make_site(
        url="https://example.org/b", hubs="https://one.example/, https://two.example/h"
    )
    site.ingest()
    client = open_client(site)
    hubs = '<https://one.example/>; rel="hub", <https://two.example/h>; rel="hub"'
    page = '<https://example.org/b/>; rel="alternate"; type="text/html"'
    expected = f'<https://example.org/b/rss.xml>; rel="self", {hubs}, {page}'
    assert ask(client, "/rss.xml").headers["Link"] == expected
    assert ask(client, "/rss.xml", if_none_match="*").headers["Link"] == expected
    assert ask(client, "/").headers["Link"] == f'<https://example.org/b/>; rel="self", {hubs}'


def test_the_settings_say_language_and_how_often_to_ask(
    make_site: Callable[..., Site], open_client: Callable[[Site], FlaskClient]
) -> None:
    site = make_site(language="pt-br", poll_minutes=60)
    site.ingest()
    headers = ask(open_client(site)).headers
    assert headers["Content-Language"] == "pt-BR"
    assert headers["Cache-Control"].startswith("public, max-age=3600, stale-while-revalidate=3600,")


# Encodings


@pytest.mark.parametrize("path", PATHS)
def test_gzip_is_another_form_of_the_same_version(
    published: Site, client: FlaskClient, path: str
) -> None:
    plain, packed = ask(client, path), ask(client, path, accept_encoding="gzip")
    assert gzip.decompress(packed.data) == plain.data == published.body(path)
    assert packed.data[3:8] == bytes(5)  # neither a name nor a time
    differing = {"ETag", "Content-Encoding", "Content-Length"}
    assert dict(packed.headers) == dict(plain.headers) | {
        name: packed.headers[name] for name in differing
    }
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert packed.headers["ETag"] == f'"{tag_of(published, path)}-gzip"'
    held = ask(client, path, accept_encoding="gzip", if_none_match=packed.headers["ETag"])
    assert (held.status_code, held.headers["ETag"]) == (304, packed.headers["ETag"])
    assert held.headers["Vary"] == "Accept-Encoding"


TAKES_GZIP = ("gzip", "GZIP", "gzip, deflate, br, zstd", "gzip;q=0.001", "*", "br, *;q=0.1")
PREFERS_GZIP = ("identity;q=0, *", "identity;q=0.5, gzip;q=0.5", "identity;q=0.1, gzip")
REFUSES_GZIP = ("gzip;q=0", "gzip;q=0, *", "*;q=0", "br", "", "identity", "identity, gzip;q=0.5")
MAKES_NO_SENSE = (";;,q=1", "gzip;q=nonsense")
TAKES_NOTHING = ("identity;q=0",)  # better a body it doesn't want than 406


@pytest.mark.parametrize("accepted", TAKES_GZIP + PREFERS_GZIP)
def test_gzip_is_sent_to_who_takes_it(client: FlaskClient, accepted: str) -> None:
    response = ask(client, accept_encoding=accepted)
    assert (response.status_code, response.headers["Content-Encoding"]) == (200, "gzip")
    assert response.headers["ETag"].endswith('-gzip"')


@pytest.mark.parametrize("accepted", REFUSES_GZIP + MAKES_NO_SENSE + TAKES_NOTHING)
def test_plain_bytes_are_sent_to_all_others(client: FlaskClient, accepted: str) -> None:
    response = ask(client, accept_encoding=accepted)
    assert (response.status_code, response.headers["Vary"]) == (200, "Accept-Encoding")
    assert "Content-Encoding" not in response.headers
    assert "-gzip" not in response.headers["ETag"]


# Changes


def test_an_edit_gives_the_bytes_anew_and_a_later_date(
    published: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    before = ask(open_client(published))
    published.write("a.txt", title="First, edited")
    published.ingest()
    tag, date = before.headers["ETag"], before.headers["Last-Modified"]
    for held in ({"if_none_match": tag}, {"if_modified_since": date}):
        after = ask(open_client(published), **held)
        assert (after.status_code, b"First, edited" in after.data) == (200, True)
        assert after.headers["Last-Modified"] == date_in(published.now)
        assert after.headers["ETag"] != tag


def test_nothing_new_keeps_tag_and_date(
    published: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    before = ask(open_client(published))
    published.ingest()
    after = ask(open_client(published))
    assert list(after.headers) == list(before.headers)


def test_last_modified_is_never_in_the_future(
    published: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    published.write("a.txt", title="Edited")
    published.now = datetime.now(UTC) + timedelta(days=1)  # a clock that was set back since
    published.ingest()
    client = open_client(published)
    for _ in range(2):
        response = ask(client)
        assert (response.status_code, "Last-Modified" in response.headers) == (200, False)
        assert ask(client, if_none_match=response.headers["ETag"]).status_code == 304


def test_two_changes_in_one_second_are_never_one_date(
    published: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    client = open_client(published)
    date = ask(client).headers["Last-Modified"]
    published.write("a.txt", title="Edited at once")
    published.now -= timedelta(hours=1)
    published.ingest()
    response = ask(open_client(published), if_modified_since=date)
    assert response.status_code == 200
    assert response.headers["Last-Modified"] == date_in(published.now + timedelta(seconds=1))


def test_a_date_is_no_proof_where_none_was_sent(
    published: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    published.write("a.txt", title="Edited")
    published.now = datetime.now(UTC) + timedelta(days=1)
    published.ingest()
    client = open_client(published)
    assert ask(client, if_modified_since=date_in(published.now)).status_code == 200


def test_an_index_that_was_made_anew_is_seen(
    published: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    client = open_client(published)
    assert b"Second" in ask(client).data
    shutil.rmtree(published.folder / ".feedsvc")
    os.remove(published.folder / "b.txt")
    published.index.close()
    published.ingest()
    time.sleep(PATIENCE)
    assert b"Second" not in ask(client).data


def test_edition_that_is_held_is_served_while_the_index_can_not_be_asked(
    published: Site, open_client: Callable[[Site], FlaskClient]
) -> None:
    client = open_client(published)
    before = client.get("/atom.xml")
    index = Path(published.settings.database)
    index.rename(index.with_name("away"))
    index.mkdir()
    client.application.extensions["feedsvc"].index.close()  # what is open would serve on
    time.sleep(PATIENCE)
    try:
        for headers in ({}, {"If-Modified-Since": "Sun, 01 Jan 2012 00:00:00 GMT"}):
            answer = client.get("/atom.xml", headers=headers)
            assert (answer.status_code, answer.data) == (200, before.data)
        held = client.get("/atom.xml", headers={"If-None-Match": before.headers["ETag"]})
        assert held.status_code == 304
        other = client.get("/rss.xml")
        assert (other.status_code, other.headers["Retry-After"]) == (503, "5")
        health = client.get("/healthz")
        assert health.status_code == 200
        assert health.get_json()["status"].startswith("the index can't be used")
    finally:
        index.rmdir()
        index.with_name("away").rename(index)
    assert client.get("/rss.xml").status_code == 200


def test_app_that_follows_serves_by_the_settings_of_whoever_ingests(published: Site) -> None:
    app = create_app(published.settings, follow=True)
    client = app.test_client()
    publication = app.extensions["feedsvc"]
    assert b"<title>Articles</title>" in client.get("/atom.xml").data  # nobody left any
    tags = set()
    for options in (
        {"title": "Ours"},
        {"title": "Ours", "facets": []},
        {"url": "https://a.example/"},
    ):
        published.options = options
        published.ingest(lead=True)
        time.sleep(PATIENCE)
        answer = client.get("/atom.xml")
        assert answer.data == published.body("/atom.xml")
        assert answer.headers["Link"].startswith(f"<{published.settings.url}atom.xml>")
        assert publication.settings == published.settings
        tags.add(answer.headers["ETag"])
    assert len(tags) == 3
    with_others = create_app(published.settings)
    assert with_others.extensions["feedsvc"].settings == published.settings
    for used in (app, with_others):
        used.extensions["feedsvc"].index.close()


# In somebody else's site


@pytest.fixture
def guest(make_site: Callable[..., Site]) -> Any:
    site = make_site(url="https://example.org/blog/")
    site.write("a.txt")
    site.ingest()
    app = Flask("somebody_else")
    app.register_blueprint(create_blueprint(site.settings), url_prefix="/blog")
    app.add_url_rule("/", view_func=lambda: "theirs", endpoint="home")
    return site, app.test_client()


def test_a_blueprint_publishes_under_its_prefix(guest: tuple[Site, FlaskClient]) -> None:
    site, client = guest
    for path in PATHS:
        response = client.get(f"/blog{path}")
        assert (response.status_code, response.data) == (200, site.body(path))
        address = f"<https://example.org/blog{path}>"
        assert response.headers["Link"].startswith(f'{address}; rel="self"')
        held = {"If-None-Match": response.headers["ETag"]}
        assert client.get(f"/blog{path}", headers=held).status_code == 304
    assert client.get("/").data == b"theirs"


def test_a_blueprint_answers_for_its_prefix_alone(guest: tuple[Site, FlaskClient]) -> None:
    _, client = guest
    assert client.get("/blog/healthz/index").text == "ok\n"
    assert client.get("/blog/nothing").status_code == 404
    assert client.options("/blog/atom.xml").status_code == 405
    assert client.get("/atom.xml").status_code == 404
