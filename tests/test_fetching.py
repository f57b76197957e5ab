"""Fetching: by HTTP alone, on a real host, within limits; every fault in a line."""

import gzip
import socket

import pytest

from feedsvc import fetching
from feedsvc.errors import FetchError
from feedsvc.fetching import Fetched, fetch
from tests.hosting import Host


def refuse(url: str) -> str:
    with pytest.raises(FetchError) as refused:
        fetch(url)
    assert str(refused.value).startswith(f"{url}: ")
    assert "\n" not in str(refused.value)
    return str(refused.value).removeprefix(f"{url}: ")


def test_document_comes_with_the_encoding_that_it_was_sent_with(host: Host) -> None:
    plain = host.put("/plain", b"<a/>")
    typed = host.put("/typed", b"<b/>", type="application/rss+xml; charset=ISO-8859-1")
    assert fetch(plain) == Fetched(plain, b"<a/>")
    assert fetch(typed) == Fetched(typed, b"<b/>", "iso-8859-1")


def test_address_is_taken_as_people_write_it(host: Host) -> None:
    host.put("/caf%C3%A9%20au%20lait", b"<a/>")
    assert fetch(f"{host.address}/café au lait").data == b"<a/>"


def test_packed_document_is_unpacked(host: Host) -> None:
    packed = (("Content-Encoding", "gzip"),)
    assert fetch(host.put("/a", gzip.compress(b"<a/>"), headers=packed)).data == b"<a/>"
    assert "can't be fetched: " in refuse(host.put("/b", b"<a/>", headers=packed))
    cut = gzip.compress(b"<a/>" * 1000)[:-20]
    assert "can't be fetched: " in refuse(host.put("/c", cut, headers=packed))


def redirect(host: Host, path: str, to: str) -> str:
    return host.put(path, status=301, headers=(("Location", to),))


def test_redirection_is_followed_to_where_it_leads(host: Host) -> None:
    host.put("/new/feed", b"<a/>")
    assert fetch(redirect(host, "/old", "/new/feed")) == Fetched(
        f"{host.address}/new/feed", b"<a/>"
    )


@pytest.mark.parametrize("to", ["file:///etc/hostname", "ftp://127.0.0.1/feed", "data:,a"])
def test_redirection_leads_nowhere_but_to_http(host: Host, to: str) -> None:
    assert refuse(redirect(host, "/old", to))
    assert host.asked == ["/old"]


def test_redirections_that_never_end_are_left(host: Host) -> None:
    assert "HTTP status 301" in refuse(redirect(host, "/loop", "/loop"))
    for number in range(50):
        redirect(host, f"/{number}", f"/{number + 1}")
    host.asked.clear()
    assert "HTTP status 301" in refuse(f"{host.address}/0")
    assert len(host.asked) < 20


def test_status_that_is_no_success_is_told(host: Host) -> None:
    assert refuse(f"{host.address}/nothing") == "HTTP status 404: Not Found"
    assert refuse(host.put("/broken", status=500)) == "HTTP status 500: Internal Server Error"


def test_host_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "can't be fetched: " in refuse(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "url", ["http:///feed", "https://jan:secret@e.example/", "ftp://e.example/"]
)
def test_address_that_is_none_is_told(url: str) -> None:
    assert " URL" in refuse(url)


def test_document_that_is_too_large_is_left(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST", 1000)
    assert fetch(host.put("/a", b"a" * 1000)).data == b"a" * 1000
    assert refuse(host.put("/b", b"a" * 1001)) == "too large: over 1000 bytes"
    packed = gzip.compress(b"a" * 1001)
    why = refuse(host.put("/c", packed, headers=(("Content-Encoding", "gzip"),)))
    assert why == "too large: over 1000 bytes when it is unpacked"


def test_document_that_takes_too_long_is_left(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LONGEST", -1.0)
    assert refuse(host.put("/a", b"a")).startswith("too slow: ")
