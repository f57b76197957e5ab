"""WebSub: what hubs are told, over real connections, and what becomes of each answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from feedsvc.errors import HubError, NotPublic
from feedsvc.websub import Publisher, listens, verify_public
from tests.websub import Answer, Quiet, Silence, Told, find_port, run_http

TOPIC = "https://example.org/feeds/atom.xml"


def fail(hub: str, topic: str = TOPIC) -> HubError:
    """Publish to a hub that isn't to be told."""
    with closing(Publisher(hub)) as publisher, pytest.raises(HubError) as raised:
        publisher.publish(topic)
    return raised.value


@contextmanager
def say(*answers: bytes) -> Iterator[str]:
    """A server that says these bytes to whoever comes, and hangs up; its address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer() -> None:
            for text in answers:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(text)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


# Hubs


@pytest.mark.parametrize("status", [200, 202, 204])
def test_hub_is_told_the_topic_by_every_name_that_hubs_read(status: int) -> None:
    hub = Told((status, {}))
    with hub.run() as address, closing(Publisher(f"{address}?key=a%26b")) as publisher:
        publisher.publish("https://example.org/a&b=c/atom.xml")
    topic = ["https://example.org/a&b=c/atom.xml"]
    assert hub.forms == [{"hub.mode": ["publish"], "hub.topic": topic, "hub.url": topic}]
    assert hub.paths == ["/hub?key=a%26b"]


def test_many_topics_go_by_one_connection_until_a_fault() -> None:
    hub = Told((202, {}), (202, {}), (500, {}), (202, {}), (202, {"Connection": "close"}))
    with hub.run() as address, closing(Publisher(address)) as publisher:
        publisher.publish(TOPIC)
        publisher.publish(TOPIC)
        with pytest.raises(HubError):
            publisher.publish(TOPIC)
        publisher.publish(TOPIC)
        assert len(hub.ports) == 1
        publisher.publish(TOPIC)
        publisher.publish(TOPIC)
        assert len(hub.ports) == 2
        publisher.close()
        publisher.publish(TOPIC)
    assert (len(hub.ports), len(hub.topics)) == (3, 6)


def test_answer_without_end_is_not_read() -> None:
    endless = b"HTTP/1.1 202 Accepted\r\n\r\n" + b"x" * 100_000
    with say(endless, endless) as address, closing(Publisher(address)) as publisher:
        publisher.publish(TOPIC)
        publisher.publish(TOPIC)


def test_answer_whose_end_never_comes_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.websub.PATIENCE", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        kept: list[socket.socket] = []

        def answer() -> None:
            kept.append(server.accept()[0])
            kept[0].sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with closing(Publisher(address)) as publisher:
            publisher.publish(TOPIC)
        thread.join()
        kept[0].close()


@pytest.mark.parametrize(
    ("status", "refused"),
    [(302, False), (404, True), (408, False), (410, True), (429, False), (500, False)],
)
def test_other_answers_are_faults_of_the_hub_or_refusals_of_the_topic(
    status: int, refused: bool
) -> None:
    hub = Told((status, {"Location": "/elsewhere"}))
    with hub.run() as address:
        error = fail(address)
    assert str(error) == f"{address}: answers {status}: to {TOPIC}"
    assert (error.refused, error.after, hub.topics) == (refused, 0, [])


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("120", 120, 120),
        ("9" * 400, 86_400, 86_400),
        ("soon", 0, 0),
        ("-5", 0, 0),
        ("", 0, 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
    ],
)
def test_hub_that_says_when_to_come_again_is_believed(value: str, least: int, most: int) -> None:
    with Told((503, {"Retry-After": value})).run() as address:
        assert least <= fail(address).after <= most


def test_hub_that_says_when_as_a_date_is_believed() -> None:
    value = format_datetime(datetime.now(UTC) + timedelta(seconds=1000), usegmt=True)
    with Told((503, {"Retry-After": value})).run() as address:
        assert 900 <= fail(address).after <= 1000


@pytest.mark.parametrize("status", [307, 308])
def test_hub_that_has_moved_is_told_where_it_is(status: int) -> None:
    moved = Told()
    with moved.run() as address:
        hub = Told(*[(status, {"Location": address})] * 2)
        with hub.run() as old, closing(Publisher(old)) as publisher:
            publisher.publish(TOPIC)
            publisher.publish(TOPIC)
    assert (hub.topics, moved.topics) == ([], [TOPIC, TOPIC])
    assert moved.forms[0] == hub.forms[0]


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({}, "answers 307: to https"),
        ({"Location": "ftp://127.0.0.1/"}, "can't be reached: not an http or https URL: 'ftp"),
        ({"Location": "http://:80/"}, "can't be reached: not an http or https URL: 'http://:80/'"),
        ({"Location": "http://[::1/"}, "can't be reached: Invalid IPv6 URL"),
        ({"Location": "/a b"}, "can't be reached: URL can't contain control characters"),
        ({"Location": "http://127.0.0.1:99999/"}, "can't be reached: Port out of range"),
    ],
)
def test_hub_that_moves_nowhere_is_left_where_it_is(headers: dict[str, str], fault: str) -> None:
    with Told((307, headers)).run() as address:
        assert fault in str(fail(address))


def test_hub_that_moves_in_a_circle_is_not_followed_for_ever() -> None:
    hub = Told(*[(307, {"Location": "/hub"})] * 9)
    with hub.run() as address:
        assert str(fail(address)) == f"{address}: answers 307: to {TOPIC}"
    assert len(hub.tries) == 5


def test_hub_that_is_not_there_is_told_as_such() -> None:
    address = f"http://127.0.0.1:{find_port()}/"
    assert str(fail(address)) == f"{address}: can't be reached: Connection refused"


@pytest.mark.parametrize(
    ("text", "fault"),
    [(b"SSH-2.0\r\n", "SSH-2.0"), (b"", "closed connection")],
)
def test_what_is_no_hub_is_no_success(text: bytes, fault: str) -> None:
    with say(text) as address:
        error = str(fail(address))
    assert f"{address}: can't be reached: " in error
    assert fault in error


def test_hub_that_keeps_silent_is_not_waited_for_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.websub.PATIENCE", 0.05)
    with closing(Silence()) as hub:
        assert str(fail(hub.address)) == f"{hub.address}: can't be reached: timed out"


def test_certificate_of_another_is_a_fault() -> None:
    with Told().run() as address:
        assert "can't be reached" in str(fail(address.replace("http:", "https:")))


# What is public


@contextmanager
def serve_bytes(body: bytes, *answers: Answer) -> Iterator[str]:
    """A server that gives these bytes at every path; the address of one."""
    answering = list(answers)

    class Handler(Quiet):
        def do_GET(self) -> None:  # noqa: N802  # the name that http.server looks for
            assert self.headers["Accept-Encoding"] == "identity"
            status, headers = answering.pop(0) if answering else (200, {})
            self.answer(status, body, **headers)

    with run_http(Handler) as address:
        yield f"{address}a/atom.xml?b"


def test_what_anybody_gets_is_public() -> None:
    with serve_bytes(b"The feed.") as address:
        verify_public(address, b"The feed.")


@pytest.mark.parametrize("other", [b"The feed", b"The feed..", b"THE FEED.", b""])
def test_other_bytes_are_not_public_yet(other: bytes) -> None:
    with serve_bytes(b"The feed.") as address, pytest.raises(NotPublic) as raised:
        verify_public(address, other)
    assert str(raised.value) == f"{address}: not public yet: other bytes are there"


@pytest.mark.parametrize("answer", [(404, {}), (301, {"Location": "/"}), (206, {})])
def test_what_is_answered_otherwise_is_not_public_yet(answer: Answer) -> None:
    with serve_bytes(b"The feed.", answer) as address, pytest.raises(NotPublic) as raised:
        verify_public(address, b"The feed.")
    assert str(raised.value) == f"{address}: not public yet: the answer is {answer[0]}"


def test_what_nobody_can_get_is_not_public_yet() -> None:
    address = f"http://127.0.0.1:{find_port()}/"
    assert not listens(address)
    with pytest.raises(NotPublic) as raised:
        verify_public(address, b"")
    assert str(raised.value) == f"{address}: not public yet: Connection refused"
    with serve_bytes(b"") as address:
        assert listens(address)
