"""Push, end to end: an article is written, and whoever subscribes at a hub has it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from feedsvc.export import export
from feedsvc.push import Push, tell_hubs
from tests.conftest import Site
from tests.faults import await_end, find_family
from tests.serving import COMMAND, PATIENCE, Server, Start, feedsvc, wait_for
from tests.test_live import said, see, write
from tests.websub import Host, Hub, Silence, Subscriber, Told, find_port

DOCUMENTS = ("atom.xml", "rss.xml", "feed.json")
"""Of each feed that a hub is told of."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that is up for all tests."""
    hub = Hub(tmp_path_factory.mktemp("hub"))
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Hub]:
    """A hub that a test may end; it isn't up yet."""
    hub = Hub(tmp_path / "hub")
    yield hub
    hub.stop()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with Subscriber().run() as subscriber:
        yield subscriber


def configure(folder: Path, *hubs: str, **settings: str) -> Path:
    """Write the settings of a folder, whole and at once."""
    whole = folder / ".feedsvc.toml"
    lines = [f'{name} = "{value}"' for name, value in settings.items()]
    whole.write_text("\n".join([f"hubs = {list(hubs)}", *lines]))
    whole.rename(folder / "feedsvc.toml")
    return folder


@pytest.fixture
def folder(site: Site) -> Path:
    site.write("first.txt", title="The first")
    return site.folder


def health(server: Server) -> str:
    return server.ask("/healthz")[1].decode()


# From `serve`


def test_article_that_is_written_is_delivered_in_every_format(
    start: Start, folder: Path, hub: Hub, subscriber: Subscriber
) -> None:
    server = start(configure(folder, hub.address))
    for name in DOCUMENTS:
        subscriber.subscribe(hub, server.address + name)
    write(folder, "new.txt", "Quite new")
    subscriber.await_text("Quite new", len(DOCUMENTS))
    write(folder, "new.txt", "Edited since")
    subscriber.await_text("Edited since", len(DOCUMENTS))
    assert server.stop() == 0


def test_several_workers_all_have_the_article_when_the_hub_comes(
    start: Start, folder: Path, hub: Hub, subscriber: Subscriber
) -> None:
    server = start(configure(folder, hub.address), "--workers", "3")
    subscriber.subscribe(hub, f"{server.address}atom.xml")
    for number in range(3):
        write(folder, f"{number}.txt", f"News {number}")
        subscriber.await_text(f"News {number}")


def test_hub_that_was_down_is_told_when_it_is_up_again(
    start: Start, folder: Path, mortal: Hub, subscriber: Subscriber
) -> None:
    mortal.start()
    server = start(configure(folder, mortal.address))
    subscriber.subscribe(mortal, f"{server.address}atom.xml")
    mortal.stop()
    write(folder, "new.txt", "Quite new")
    said(server, f"feedsvc: {mortal.address}: can't be reached: Connection refused")
    wait_for(lambda: '"feeds_waiting":1' in health(server))
    assert '"status":"troubled"' in health(server)
    write(folder, "newer.txt", "Newer still")  # which is told with the other
    see(server, "Newer still")
    mortal.start()
    subscriber.await_text("Newer still")
    said(server, f"feedsvc: over: {mortal.address}: can't be reached")
    wait_for(lambda: '"feeds_waiting":0,"trouble":""' in health(server))
    assert server.log.read_text().count("can't be reached") == 2


def test_kill_between_commit_and_ping_loses_nothing(
    start: Start, folder: Path, hub: Hub, subscriber: Subscriber
) -> None:
    configure(folder, hub.address)
    port = str(find_port())
    server = start(folder, "--port", port)
    topic = f"{server.address}atom.xml"
    subscriber.subscribe(hub, topic)
    wait_for(lambda: '"feeds_waiting":0' in health(server))
    for number in range(10):  # until the test itself was in time
        write(folder, f"{number}.txt", f"News {number}")
        see(server, f"News {number}")
        family = find_family(server.process.pid)
        for process in family:
            os.kill(process, signal.SIGKILL)
        await_end(family)
        in_time = subscriber.find(f"News {number}") is None
        server = start(folder, "--port", port)
        subscriber.await_text(f"News {number}")
        if in_time:
            return
    raise AssertionError("never in time")


def test_hub_that_keeps_silent_delays_no_other_nor_the_end(
    start: Start, folder: Path, hub: Hub, subscriber: Subscriber
) -> None:
    with closing(Silence()) as silence:
        server = start(configure(folder, silence.address, hub.address))
        subscriber.subscribe(hub, f"{server.address}atom.xml")
        write(folder, "new.txt", "Quite new")
        subscriber.await_text("Quite new")
        assert silence.address not in server.log.read_text()  # it is still being waited for
        assert server.stop() == 0


def test_hub_is_asked_again_when_it_says(start: Start, folder: Path) -> None:
    answers = [(500, {}), (410, {"Retry-After": "2"})]
    hub = Told(*answers)
    with hub.run() as address:
        server = start(configure(folder, address))
        wait_for(lambda: len(hub.topics) == len(DOCUMENTS))
        early, late = (hub.tries[1] - hub.tries[0], hub.tries[2] - hub.tries[1])
        assert early >= 1  # the first pause of our own
        assert late >= 2  # as it asked for
        said(server, "feedsvc: over: ")
        log = server.log.read_text()
        for status, _ in answers:
            assert log.count(f"feedsvc: {address}: answers {status}: to {server.address}") == 1


def test_hubs_come_and_go_with_the_settings(start: Start, folder: Path) -> None:
    first, second = Told(), Told()
    with first.run() as one, second.run() as other:
        server = start(configure(folder, one))
        wait_for(lambda: len(first.topics) == len(DOCUMENTS))
        configure(folder, other)
        wait_for(lambda: len(second.topics) == len(DOCUMENTS))
        wait_for(lambda: one not in health(server))
        write(folder, "new.txt", "Quite new")
        wait_for(lambda: len(second.topics) == 2 * len(DOCUMENTS))
        assert len(first.topics) == len(DOCUMENTS)
        configure(folder)
        wait_for(lambda: '"hubs":[]' in health(server))


def test_only_who_leads_tells_the_hubs(start: Start, folder: Path) -> None:
    hub, ports = Told(), (find_port(), find_port())
    addresses = [f"http://127.0.0.1:{port}/" for port in ports]
    with hub.run() as address:
        configure(folder, address, url=addresses[0])
        first = start(folder, "--port", str(ports[0]))
        wait_for(lambda: len(hub.topics) == len(DOCUMENTS))
        second = start(folder, "--port", str(ports[1]))
        second.address = addresses[1]
        write(folder, "new.txt", "Quite new")
        see(second, "Quite new")
        wait_for(lambda: len(hub.topics) == 2 * len(DOCUMENTS))
        first.stop()
        write(folder, "newer.txt", "Newer still")
        see(second, "Newer still")
        wait_for(lambda: len(hub.topics) == 3 * len(DOCUMENTS))


# The threads


@contextmanager
def push(site: Site, served_at: str | None = None) -> Iterator[tuple[Push, list[str]]]:
    said: list[str] = []
    with closing(Push(site.index, served_at, said.append)) as push:
        yield push, said


def test_hub_is_told_once_the_server_is_there(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    hub, port = Told(), find_port()
    with hub.run() as address, push(site, f"http://127.0.0.1:{port}/") as (pushing, _):
        site.options["hubs"] = address
        pushing.announce(site.settings)
        time.sleep(0.5)
        assert hub.topics == []
        with Told().run(port):
            wait_for(lambda: len(hub.topics) == len(DOCUMENTS))


def test_end_waits_for_no_server(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    hub = Told()
    with hub.run() as address:
        site.options["hubs"] = address
        with push(site, f"http://127.0.0.1:{find_port()}/") as (pushing, _):
            pushing.announce(site.settings)
            time.sleep(0.5)
        assert hub.topics == []


def test_hub_is_told_once_the_index_can_be_asked(site: Site) -> None:
    hub = Told()
    with hub.run() as address, push(site) as (pushing, complaints):
        site.options["hubs"] = address
        pushing.announce(site.settings)
        time.sleep(0.5)
        site.write("a.txt")
        site.ingest()
        wait_for(lambda: len(hub.topics) == len(DOCUMENTS))
        assert complaints == []


def test_index_that_is_away_is_no_fault_of_who_announces(site: Site, tmp_path: Path) -> None:
    hub = Told()
    away = Site(tmp_path / "away", database=str(tmp_path))  # no file
    with hub.run() as address, push(away) as (pushing, complaints):
        away.options["hubs"] = address
        pushing.announce(away.settings)
    assert (hub.topics, complaints) == ([], [])


# From `export` and `ping`


class Deploy:
    """A folder that is exported, and uploaded to a static host at the address `url`."""

    def __init__(self, folder: Path, home: Path, *hubs: str) -> None:
        self._port = find_port()
        self.url = f"http://127.0.0.1:{self._port}/"
        self.folder, self._hub = configure(folder, *hubs, url=self.url), hubs[0]
        self._output, self.public = home / "out", home / "public"
        self.public.mkdir()

    @contextmanager
    def run(self) -> Iterator["Deploy"]:
        with Host(self.public, self._hub, self._port).run():
            yield self

    def publish(self, *options: str) -> tuple[int, str, str]:
        """Export into what is public."""
        return self.export(*options, output=self.public)

    def export(self, *options: str, output: Path | None = None) -> tuple[int, str, str]:
        output = output or self._output
        done = feedsvc("export", self.folder, "--output", output, *options)
        told = [line for line in done.stdout.splitlines() if str(self.folder.parent) not in line]
        faults = [line for line in done.stderr.splitlines() if " documents, " not in line]
        return done.returncode, "\n".join(told), "\n".join(faults)

    def upload(self) -> None:
        shutil.copytree(self._output, self.public, dirs_exist_ok=True)

    def ping(self, *options: str) -> tuple[int, str, str]:
        done = feedsvc("ping", self.folder, *options)
        return done.returncode, done.stdout, done.stderr


LATER = "Not all of it is public yet: run feedsvc ping after the upload"


def test_article_is_delivered_after_the_upload_and_not_before(
    folder: Path, tmp_path: Path, hub: Hub, subscriber: Subscriber
) -> None:
    with Deploy(folder, tmp_path, hub.address).run() as deploy:
        waiting = f"{hub.address}: documents told: 0, feeds waiting: 1"
        hidden = f"feedsvc: {deploy.url}atom.xml: not public yet: "
        assert deploy.export() == (0, f"{waiting}\n{LATER}", "")
        assert deploy.ping() == (1, f"{waiting}\n", f"{hidden}the answer is 404\n")
        deploy.upload()
        assert deploy.ping() == (0, f"{hub.address}: documents told: 3, feeds waiting: 0\n", "")
        subscriber.subscribe(hub, f"{deploy.url}atom.xml")
        write(folder, "new.txt", "Quite new")
        assert deploy.export() == (0, f"{waiting}\n{LATER}", "")
        assert deploy.ping("--quiet") == (1, "", f"{hidden}other bytes are there\n")
        assert subscriber.got == []
        deploy.upload()
        assert deploy.ping("--quiet") == (0, "", "")
        subscriber.await_text("Quite new")
        assert deploy.ping() == (0, f"{hub.address}: documents told: 0, feeds waiting: 0\n", "")


def test_export_tells_of_what_is_public_already(folder: Path, tmp_path: Path) -> None:
    hub = Told()
    with hub.run() as address, Deploy(folder, tmp_path, address).run() as deploy:
        assert deploy.publish("--no-ping") == (0, "", "")
        assert hub.topics == []
        assert deploy.publish() == (0, f"{address}: documents told: 3, feeds waiting: 0", "")
        assert hub.topics == [deploy.url + name for name in DOCUMENTS]


def test_facet_that_is_not_public_waits_alone(site: Site, folder: Path, tmp_path: Path) -> None:
    hub = Told()
    with hub.run() as address, Deploy(folder, tmp_path, address).run() as deploy:
        for name in ("one", "two"):
            write(folder, f"{name}.txt", "A title", f"category: {name}")
        site.ingest()
        export(site.publication, deploy.public)
        document = deploy.public / "category" / "one" / "rss.xml"
        body = document.read_bytes()
        document.write_bytes(body.replace(b"A title", b"B title"))
        (outcome,) = tell_hubs(site.publication)
        assert (outcome.told, outcome.waiting, outcome.trouble) == (7, 1, None)
        (hidden,) = outcome.hidden
        topic = f"{deploy.url}category/one/rss.xml"
        assert str(hidden) == f"{topic}: not public yet: other bytes are there"
        document.write_bytes(body)
        (outcome,) = tell_hubs(site.publication)
        assert (outcome.told, outcome.waiting, outcome.hidden) == (2, 0, ())


def test_command_goes_on_with_a_hub_that_fails_and_delays_no_other(
    site: Site, folder: Path, tmp_path: Path
) -> None:
    hub, late, down = Told(), Told((500, {})), Told((503, {"Retry-After": "3600"}))
    with (
        hub.run() as one,
        late.run() as other,
        down.run() as third,
        Deploy(folder, tmp_path, one, other, third, one).run() as deploy,
    ):
        site.ingest()
        export(site.publication, deploy.public)
        outcomes = tell_hubs(site.publication)
        assert [(each.hub, each.told, each.waiting) for each in outcomes] == [
            (one, 3, 0),
            (other, 3, 0),
            (third, 0, 1),
        ]
        troubles = [str(each.trouble) for each in outcomes if each.trouble]
        assert troubles == [f"{third}: answers 503: to {deploy.url}atom.xml"]
        assert (len(hub.topics), len(late.topics), down.topics) == (3, 3, [])
        assert hub.tries[0] < late.tries[1]
        assert [each.waiting for each in tell_hubs(site.publication)] == [0, 0, 0]
        assert (len(hub.topics), len(down.topics)) == (3, 3)


def test_export_is_done_where_a_hub_is_not_told_and_ping_is_not(
    folder: Path, tmp_path: Path
) -> None:
    down = Told(*[(503, {"Retry-After": "3600"})] * 2)
    with down.run() as address, Deploy(folder, tmp_path, address).run() as deploy:
        deploy.publish("--no-ping")
        told = f"{address}: documents told: 0, feeds waiting: 1"
        fault = f"feedsvc: {address}: answers 503: to {deploy.url}atom.xml"
        assert deploy.publish() == (0, told, fault)
        assert deploy.ping() == (1, f"{told}\n", f"{fault}\n")


def test_what_changes_meanwhile_is_told_the_next_time(site: Site) -> None:
    hub = Told()
    with hub.run() as address:
        site.options["hubs"] = address
        site.write("a.txt")
        site.ingest()
        site.index.execute("DELETE FROM content")
        (outcome,) = tell_hubs(site.publication)
    (hidden,) = outcome.hidden
    assert str(hidden) == f"{site.settings.url}atom.xml: not public yet: it has just changed"
    assert (outcome.told, outcome.waiting, outcome.trouble, hub.topics) == (0, 1, None, [])


def test_ping_needs_hubs_and_an_index(folder: Path) -> None:
    done = feedsvc("ping", configure(folder, "https://hub.example/"))
    assert done.returncode == 1
    assert "no index yet" in done.stderr
    feedsvc("ingest", configure(folder))
    done = feedsvc("ping", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "warning: no hubs are set\n")


def test_interrupted_ping_ends(folder: Path, tmp_path: Path) -> None:
    hub = Told(*[(500, {})] * 9)
    with hub.run() as address, Deploy(folder, tmp_path, address).run() as deploy:
        deploy.publish("--no-ping")
        with subprocess.Popen([*COMMAND, "ping", str(folder)], stderr=subprocess.PIPE) as process:
            wait_for(lambda: hub.tries)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 1
            assert process.stderr
            assert process.stderr.read() == b"\nAborted!\n"
        assert hub.topics == []
