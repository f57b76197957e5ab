"""Clients that mean harm, or know no better: none takes what the others need."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from feedsvc import limits
from feedsvc.limits import CONNECTIONS, HEADER_BYTES, OTHER_FILES, count_connections
from feedsvc.server import DOWNLOADS
from tests.bench.client import find_children, read_memory
from tests.conftest import Site
from tests.serving import PATIENCE, Server, ask, wait_for

HOST = b"Host: example.org\r\n"
GET = b"GET /atom.xml HTTP/1.1\r\n" + HOST
MOST_GROWTH = 24
"""MiB that a worker may grow by in a flood: what it takes once, whatever the flood's length."""
IMPATIENT = """
import feedsvc.limits as limits
limits.HEADER_SECONDS = limits.STALLED_SECONDS = 1
limits.CONNECTIONS = 30
from feedsvc.__main__ import main
main()
"""


def serve(folder: Path) -> Iterator[Server]:
    """Serve an article with a large file beside it."""
    site = Site(folder)
    (folder / "a.mp3").write_bytes(bytes(16_000_000))
    site.write("a.txt", text="a.mp3")
    site.ingest()
    site.close()
    server = Server(folder, folder.parent / "log")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for tests that change nothing."""
    yield from serve(tmp_path_factory.mktemp("limits") / "articles")


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose limits are narrow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.serving.COMMAND", [sys.executable, "-c", IMPATIENT])
        yield from serve(tmp_path_factory.mktemp("impatient") / "articles")


def connect(server: Server, *, buffer: int | None = None) -> socket.socket:
    """Connect to a server; `buffer` is how much may come before it is read."""
    parts = urlsplit(server.address)
    client = socket.socket()
    client.settimeout(PATIENCE)
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.connect((parts.hostname, parts.port))
    return client


@contextmanager
def crowd(server: Server, size: int, said: bytes, buffer: int | None = None) -> Iterator[None]:
    """Keep `size` connections that say something and then nothing more."""
    with ExitStack() as stack:
        for _ in range(size):
            client = stack.enter_context(connect(server, buffer=buffer))
            client.sendall(said)
        yield


def read_status(client: socket.socket) -> int | None:
    """Return the status that a client is answered with, None where it is not answered."""
    line = client.recv(1000).partition(b"\r\n")[0].split()
    return int(line[1]) if line else None


def measure_workers(server: Server) -> float:
    """Return the MiB of the server's processes."""
    return sum(read_memory(child, "VmRSS") for child in find_children(server.process.pid))


def find_medium(server: Server) -> tuple[str, bytes]:
    """Return the path of the large file, and a request for all of it."""
    path = "/media/" + server.ask("/atom.xml")[1].partition(b"/media/")[2].split(b'"')[0].decode()
    return path, f"GET {path} HTTP/1.1\r\nHost: example.org\r\n\r\n".encode()


# What is answered


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (GET + b"X: " + b"a" * (HEADER_BYTES - 100) + b"\r\n\r\n", 200),
        (GET + b"X: " + b"a" * HEADER_BYTES + b"\r\n\r\n", 431),
        (GET + b"X: " + b"a" * 1_000_000, 431),
        (GET + b"".join(b"X-%d: a\r\n" % number for number in range(101)) + b"\r\n", 431),
        (b"GET /" + b"a" * 8000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 404),
        (b"GET /" + b"a" * 64_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431),
        (b"BREW /atom.xml HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"CONNECT example.org:443 HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"A" * 9000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"GET /atom.xml HTTP/9.9\r\n" + HOST + b"\r\n", 400),
        (b"GET /atom.xml\r\n\r\n", 400),
        (b"\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03" + bytes(200), 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), None),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 405),
    ],
    ids=[
        *("long header", "too long a header", "endless header", "too many headers"),
        *("long path", "too long a path", "unknown method", "CONNECT", "long method"),
        *("unknown version", "no version", "TLS", "HTTP/2", "faulty chunk"),
    ],
)
def test_an_odd_request_gets_its_status(
    server: Server, request_: bytes, status: int | None
) -> None:
    with connect(server) as client:
        try:
            client.sendall(request_)
        except OSError:
            assert status == 431  # it is answered while it still sends
        assert read_status(client) == status
    assert server.ask("/atom.xml")[0].status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_is_answered_before_it_has_come_and_never_read(server: Server, method: str) -> None:
    before, piece, sent = measure_workers(server), bytes(1_000_000), 0
    head = f"{method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n"
    with connect(server) as client:
        client.sendall(head.encode())
        assert read_status(client) == (200 if method == "GET" else 405)
        try:
            while sent < 200:
                client.sendall(piece)
                sent += 1
        except OSError:
            pass
    assert sent < 100
    assert measure_workers(server) - before < MOST_GROWTH


# Floods


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET /no/{} HTTP/1.1\r\n", 404),
        ("M{} /atom.xml HTTP/1.1\r\n", 405),
        ("GET /atom.xml HTTP/1.1\r\nAccept-Encoding: gzip;q=0.{}\r\n", 200),
        ('GET /atom.xml HTTP/1.1\r\nIf-None-Match: "{}"\r\n', 200),
    ],
    ids=["paths", "methods", "packings", "tags"],
)
def test_a_flood_leaves_the_memory_as_it_was(server: Server, request_: str, status: int) -> None:
    before = measure_workers(server)
    flood = (request_.format(number) + "Host: a\r\n\r\n" for number in range(100, 2100))
    with connect(server) as client:
        client.sendall("".join(flood).encode() + GET + b"Connection: close\r\n\r\n")
        received = b"".join(iter(partial(client.recv, 1_000_000), b""))
    assert received.count(b"HTTP/1.1 %d " % status) == 2000 + (status == 200)
    assert measure_workers(server) - before < MOST_GROWTH


# Those who do nothing


@pytest.mark.parametrize("said", [b"", GET, GET + b"\r\n"], ids=["none", "half", "whole"])
def test_readers_are_served_beside_a_crowd_that_stands_still(server: Server, said: bytes) -> None:
    size = 1200  # more than granian lets in by itself
    if count_connections() < size + OTHER_FILES:
        pytest.skip("this machine lets a process open too few files")
    before = measure_workers(server)
    with crowd(server, size, said, 2048):
        for path in ("/atom.xml", "/rss.xml", "/nothing"):
            assert server.ask(path)[0].status in (200, 404)
        assert measure_workers(server) - before < 300
    assert server.ask("/atom.xml")[0].status == 200


@pytest.mark.parametrize("said", [b"", GET], ids=["none", "half"])
def test_who_asks_for_nothing_is_hung_up_on(impatient: Server, said: bytes) -> None:
    with connect(impatient) as client:
        client.sendall(said)
        assert client.recv(100) == b""


def test_who_has_been_answered_is_hung_up_on_later(impatient: Server) -> None:
    with closing(impatient.connect()) as connection:
        assert ask(connection, "/atom.xml")[0].status == 200
        assert connection.sock.recv(100) == b""


def test_those_beyond_the_limit_wait_until_others_are_gone(impatient: Server) -> None:
    with crowd(impatient, 200, GET):
        for child in find_children(impatient.process.pid):
            assert len(os.listdir(f"/proc/{child}/fd")) < 100
        assert impatient.ask("/atom.xml")[0].status == 200


def test_who_takes_nothing_makes_room_for_others(impatient: Server) -> None:
    path, said = find_medium(impatient)
    with crowd(impatient, DOWNLOADS, said, 2048):
        wait_for(lambda: impatient.ask(path, Range="bytes=0-9")[0].status == 503)
        wait_for(lambda: impatient.ask(path, Range="bytes=0-9")[0].status == 206)


def test_a_download_that_is_broken_off_makes_room_at_once(server: Server) -> None:
    path, said = find_medium(server)
    with crowd(server, DOWNLOADS, said, 2048):
        wait_for(lambda: server.ask(path, Range="bytes=0-9")[0].status == 503)
    wait_for(lambda: server.ask(path, Range="bytes=0-9")[0].status == 206)


# What the system allows


def test_a_process_may_open_as_many_files_as_it_needs() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 500), hard))
    allowed = count_connections()
    try:
        assert 0 < allowed <= CONNECTIONS
        assert resource.getrlimit(resource.RLIMIT_NOFILE) >= (allowed, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(("files", "connections"), [(1024, 1024 - OTHER_FILES), (100, 50)])
def test_where_few_files_are_allowed_there_are_fewer_connections(
    files: int, connections: int
) -> None:
    code = (
        "import resource; from feedsvc.limits import count_connections;"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({files // 2}, {files}));"
        "print(count_connections(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(connections), str(files), str(files)]


def test_the_limit_is_set_on_the_socket_that_connections_come_by(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(limits, "STALLED_SECONDS", 7)
    with socket.create_server(("127.0.0.1", 0)) as server, open(tmp_path / "file", "w"):
        limits.drop_stalled()
        with socket.create_connection(server.getsockname()[:2]):
            accepted, _ = server.accept()
            with accepted:
                limit = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert limit == 7000
