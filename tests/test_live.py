"""A folder that is watched, as it is run: files are written, and what a server answers changes."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from feedsvc.errors import FeedsvcError
from feedsvc.events import REST, Rest
from feedsvc.index.engines import open_index
from feedsvc.server import claim_port
from tests.conftest import Site
from tests.serving import COMMAND, PATIENCE, Server, Start, ask, feedsvc, wait_for


def write(folder: Path, name: str, title: str = "A title", *fields: str) -> Path:
    """Write an article now, whole and at once, as an author's tools do."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (title, "2024-05-01T10:00:00Z", f"https://example.org/{name}", *fields)
    whole = path.with_name(f".{path.name}")
    whole.write_text("\n".join((*head, "", "A paragraph that ends as one.")))
    whole.rename(path)
    return path


def shows(server: Server, text: str, path: str = "/atom.xml") -> bool:
    response, body = server.ask(path)
    return response.status == 200 and text.encode() in body


def see(server: Server, text: str, path: str = "/atom.xml") -> None:
    wait_for(lambda: shows(server, text, path))


def miss(server: Server, text: str) -> None:
    wait_for(lambda: not shows(server, text))


def said(server: Server, text: str) -> None:
    wait_for(lambda: text in server.log.read_text())


def find_companion(server: Server) -> int | None:
    """The process that ingests for a server."""
    listed = subprocess.run(
        ["ps", "-ww", "--ppid", str(server.process.pid), "-o", "pid=,args="],
        capture_output=True,
        text=True,
    )
    found = [line.split()[0] for line in listed.stdout.splitlines() if "--watch" in line]
    return int(found[0]) if found else None


@contextlib.contextmanager
def watch(folder: Path, log: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `feedsvc ingest --watch`."""
    command = [*COMMAND, "ingest", str(folder), "--watch", *options]
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


@pytest.fixture
def folder(site: Site) -> Path:
    site.write("first.txt", title="The first")
    return site.folder


# What changes in the folder


def test_new_edited_and_deleted_files_are_seen_within_a_second(start: Start, folder: Path) -> None:
    server = start(folder)
    see(server, "The first")
    begun = time.monotonic()
    write(folder, "new.txt", "Quite new")
    see(server, "Quite new")
    assert time.monotonic() - begun < 5  # a second, on a machine that has nothing else to do
    write(folder, "new.txt", "Edited since")
    see(server, "Edited since")
    (folder / "new.txt").unlink()
    miss(server, "Edited since")
    assert shows(server, "The first")
    lines = [line for line in server.log.read_text().splitlines() if line[:1] == "/"]
    assert [line.partition(": ")[2] for line in lines[1:]] == ["1 new", "1 changed", "1 withdrawn"]


def test_file_that_is_being_written_is_not_published_before_it_is_whole(
    start: Start, folder: Path
) -> None:
    server = start(folder)
    see(server, "The first")
    for number in range(10):  # until the test itself was in time
        longest, seen = 0.0, False
        with open(folder / f"slow-{number}.txt", "w") as file:
            file.write(f"Half of it {number}\n2024-05-01T10:00:00Z\n\n")
            last = time.monotonic()
            for _ in range(60):
                file.write("Another line that ends as one.\n")
                file.flush()
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
                seen = seen or shows(server, f"Half of it {number}")
                time.sleep(0.005)
        if longest < REST / 2e9:
            break
        see(server, f"Half of it {number}")
    assert not seen
    see(server, f"Half of it {number}")


def test_records_of_a_file_are_followed_and_a_half_of_it_waits(start: Start, folder: Path) -> None:
    path = folder / "posts.jsonl"

    def record(number: int) -> str:
        date = f"2024-05-{number + 1:02}"
        return json.dumps({"id": number, "title": f"Row {number}.", "date": date, "text": "Text."})

    path.write_text(f"{record(1)}\n{record(2)}\n")
    server = start(folder)
    see(server, "Row 2.")
    with open(path, "a") as file:
        for number in range(3, 20):
            file.write(f"{record(number)}\n")
            file.flush()
            time.sleep(0.005)
    see(server, "Row 19.")
    path.write_text(f"{record(1)}\n" + '{"id": 2, "ti')
    said(server, "posts.jsonl:2: record: not JSON")
    assert shows(server, "Row 2.")
    assert shows(server, "Row 19.")
    path.write_text(f"{record(1)}\n")
    miss(server, "Row 2.")
    assert shows(server, "Row 1.")
    path.unlink()
    miss(server, "Row 1.")
    assert shows(server, "The first")


def test_folders_that_come_move_and_go_are_followed(start: Start, folder: Path) -> None:
    server = start(folder)
    write(folder, "new/deep/a.txt", "In a new folder")
    see(server, "In a new folder")
    write(folder, "new/deep/b.txt", "Beside it")
    see(server, "Beside it")
    entries = server.ask("/feed.json")[1]
    (folder / "new").rename(folder / "moved")
    said(server, ": 2 changed")
    assert server.ask("/feed.json")[1] == entries
    write(folder, "moved/deep/b.txt", "In the moved one")
    see(server, "In the moved one")
    shutil.rmtree(folder / "moved")
    miss(server, "In the moved one")


def test_what_no_event_tells_is_seen_at_a_rescan(start: Start, folder: Path) -> None:
    hidden = write(folder, ".hidden/a.txt", "Before")
    (folder / "a.txt").symlink_to(hidden)
    server = start(folder)
    see(server, "Before")
    write(folder, ".hidden/a.txt", "After a while")
    write(folder, "b.txt", "Something else")
    see(server, "Something else")
    assert not shows(server, "After a while")
    server.process.send_signal(signal.SIGHUP)
    see(server, "After a while")
    assert "Traceback" not in server.log.read_text()


def test_medium_is_published_when_it_comes_and_feeds_have_a_thread_of_their_own(
    start: Start, folder: Path
) -> None:
    write(folder, "a.txt", "With a film", "enclosure: film.mp4")
    server = start(folder)
    see(server, "With a film")
    assert not shows(server, "/media/")
    with open(folder / "film.mp4", "wb") as film:
        film.truncate(50 << 20)
    see(server, "/media/")
    _, body = server.ask("/feed.json")
    path = "/media/" + body.decode().partition("/media/")[2].partition('"')[0]

    def answers_beside_a_download() -> bool:
        with (
            contextlib.closing(server.connect()) as slow,
            contextlib.closing(server.connect()) as other,
        ):
            try:
                slow.request("GET", path)
                slow.getresponse()
                other.timeout = 1
                return ask(other, "/atom.xml")[0].status == 200
            except OSError:
                return False

    wait_for(answers_beside_a_download)


# Time


def test_future_date_and_expiry_take_effect_when_they_come(start: Start, folder: Path) -> None:
    server = start(folder)
    now = datetime.now(UTC)
    comes, goes = (now + timedelta(seconds=wait) for wait in (3, 8))
    path = write(folder, "later.txt", "Not yet", f"expires: {goes.isoformat()}")
    path.write_text(path.read_text().replace("2024-05-01T10:00:00Z", comes.isoformat()))
    see(server, "Not yet")
    assert datetime.now(UTC) >= comes.replace(microsecond=0)
    miss(server, "Not yet")
    assert datetime.now(UTC) >= goes.replace(microsecond=0)


# Settings


def test_changed_settings_are_taken_over_when_they_are_good(start: Start, folder: Path) -> None:
    server = start(folder, "--workers", "2")
    config = folder / "feedsvc.toml"
    config.write_text('title = "Renamed"\nfacets = []')
    see(server, "Renamed")
    for text in ("entries = 0", "not TOML", "nonsense = 1"):
        config.write_text(text)
        wait_for(lambda: b'"troubled"' in server.ask("/healthz")[1])
        assert shows(server, "Renamed")
    said(server, "did you mean")
    config.write_text('title = "Renamed again"\ndatabase = "other.sqlite"')
    see(server, "Renamed again")
    said(server, "database: to be changed by a new start only")
    config.unlink()
    see(server, "<title>Articles</title>")
    assert b'"trouble":[]' in server.ask("/healthz")[1]
    write(folder, "a.txt", "Still seen")
    see(server, "Still seen")


def test_settings_elsewhere_are_followed_too(start: Start, folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "elsewhere.toml"
    config.write_text('title = "One"\nrescan_minutes = 0')
    server = start(folder, "--config", str(config))
    see(server, "One")
    config.write_text('title = "Another"')
    see(server, "Another")


def test_server_without_ingest_follows_the_settings_of_the_one_that_does(
    start: Start, folder: Path, tmp_path: Path
) -> None:
    (folder / "feedsvc.toml").write_text('title = "Ours"\nurl = "https://feeds.example.org/"')
    database = str(tmp_path / "index.sqlite")
    with contextlib.chdir(tmp_path):
        server = Server.__new__(Server)
        log = tmp_path / "log"
        with open(log, "wb") as output:
            server.log = log
            server.process = subprocess.Popen(
                [*COMMAND, "serve", "--no-ingest", "--database", database, "--port", "0"],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
                start_new_session=True,
            )
    try:
        time.sleep(0.5)
        assert log.read_text() == ""  # there is no edition to be fetched yet
        assert feedsvc("ingest", folder, "--database", database).returncode == 0
        server.address = wait_for(server._find_address)
        see(server, "Ours")
        assert shows(server, 'href="https://feeds.example.org/atom.xml"')
        server.process.send_signal(signal.SIGHUP)  # nobody is there who would rescan
        assert shows(server, "Ours")
    finally:
        server.stop()


def test_changed_settings_withdraw_what_they_leave_out(start: Start, folder: Path) -> None:
    write(folder, "b.txt", "Another")
    write(folder, "README.txt", "About all this")
    server = start(folder)
    see(server, "Another")
    assert not shows(server, "About all this")
    (folder / "feedsvc.toml").write_text('exclude = ["b.*"]\ninclude = ["README.txt"]')
    see(server, "About all this")
    miss(server, "Another")
    (folder / "feedsvc.toml").unlink()
    see(server, "Another")
    miss(server, "About all this")


def test_configuration_of_a_generator_changes_what_is_published(start: Start, folder: Path) -> None:
    write(folder, "x/about.txt", "No article of the blog")
    write(folder, "x/_posts/a.txt", "In no site yet")
    server = start(folder)
    see(server, "No article of the blog")
    (folder / "x/_config.yml").touch()
    miss(server, "No article of the blog")
    assert shows(server, "The first")
    (folder / "x/_config.yml").unlink()
    see(server, "No article of the blog")


def test_folders_out_of_that_of_the_settings_are_watched(
    start: Start, folder: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    write(notes, "a.txt", "Out of the folder")
    (folder / "feedsvc.toml").write_text("rescan_minutes = 0")
    server = start(folder)
    see(server, "The first")
    (folder / "feedsvc.toml").write_text('rescan_minutes = 0\nfolders = [".", "../notes"]')
    see(server, "Out of the folder")
    write(notes, "b.txt", "Came after it")
    see(server, "Came after it")
    notes.rename(tmp_path / "away")
    said(server, "notes:1: file: can't be read")
    write(folder, "c.txt", "Goes on")
    see(server, "Goes on")
    assert shows(server, "Came after it")
    (tmp_path / "away").rename(notes)
    write(notes, "b.txt", "Back and edited")
    see(server, "Back and edited")


# Faults


def test_folder_that_goes_away_and_comes_back_loses_nothing(start: Start, site: Site) -> None:
    site.write("first.txt", title="The first")
    server = start(site.folder, "--database", str(site.folder.parent / "index.sqlite"))
    (site.folder / "feedsvc.toml").write_text('title = "Ours"')
    see(server, "<title>Ours</title>")
    away = site.folder.with_name("away")
    site.folder.rename(away)
    said(server, "can't be read: No such file")
    assert b"can't be read" in server.ask("/healthz")[1]
    assert shows(server, "The first")
    away.rename(site.folder)
    said(server, "feedsvc: over: ")
    write(site.folder, "a.txt", "Back again")
    see(server, "Back again")
    assert shows(server, "The first")
    assert server.log.read_text().count("can't be read") == 2  # when it begins, and when it ends


def test_emptied_folder_is_told_and_stays_published(start: Start, folder: Path) -> None:
    server = start(folder)
    (folder / "first.txt").unlink()
    said(server, "has no articles; the 1 published stay")
    assert shows(server, "The first")
    write(folder, "a.txt", "Another")
    see(server, "Another")
    said(server, "over: ")


def test_index_that_is_taken_away_is_made_anew_and_the_old_edition_holds(
    start: Start, folder: Path
) -> None:
    server = start(folder, "--workers", "2")
    answers: list[int] = []
    ended = threading.Event()

    def poll() -> None:
        while not ended.is_set():
            answers.append(server.ask("/atom.xml")[0].status)

    for _ in range(20):  # so that each worker holds the edition
        assert shows(server, "The first")
    poller = threading.Thread(target=poll)
    poller.start()
    try:
        shutil.rmtree(folder / ".feedsvc")
        wait_for((folder / ".feedsvc" / "index.sqlite").exists)
        write(folder, "a.txt", "In the new index")
        see(server, "In the new index")
    finally:
        ended.set()
        poller.join()
    assert set(answers) == {200}


def test_locked_index_is_told_and_waited_for(start: Start, folder: Path) -> None:
    server = start(folder)
    index = folder / ".feedsvc" / "index.sqlite"
    index.rename(index.with_name("kept"))
    index.mkdir()
    said(server, "can't be the index")
    index.rmdir()
    write(folder, "a.txt", "After all")
    see(server, "After all")


def test_place_for_the_index_is_waited_for(folder: Path, tmp_path: Path) -> None:
    database = tmp_path / "index"
    database.mkdir()
    with watch(folder, tmp_path / "log", "--database", str(database)) as process:
        wait_for(lambda: "can't be the index" in (tmp_path / "log").read_text())
        process.send_signal(signal.SIGHUP)  # there is nothing to look at yet
        database.rmdir()
        wait_for(lambda: "1 new, 0 changed" in (tmp_path / "log").read_text())
    assert (tmp_path / "log").read_text().count("can't be the index") == 2


def test_refused_article_is_told_once(start: Start, folder: Path) -> None:
    server = start(folder)
    bad = folder / "bad.txt"
    bad.write_text("Bad\n2024-99-99\n\nText.")
    said(server, "bad.txt:2: published")
    write(folder, "a.txt", "Another")
    see(server, "Another")
    server.process.send_signal(signal.SIGHUP)
    write(folder, "b.txt", "Yet another")
    see(server, "Yet another")
    assert server.log.read_text().count("bad.txt:2") == 1


# Several processes


def test_killed_companion_is_replaced(start: Start, folder: Path) -> None:
    server = start(folder)
    killed = wait_for(lambda: find_companion(server))
    os.kill(killed, signal.SIGKILL)
    assert wait_for(lambda: find_companion(server)) != killed
    write(folder, "a.txt", "Seen by another")
    see(server, "Seen by another")
    said(server, "is started again")


def test_companion_ends_with_its_server(start: Start, folder: Path) -> None:
    server = start(folder)
    companion = wait_for(lambda: find_companion(server))
    server.stop(signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{companion}").exists())


def test_another_server_takes_over_when_one_dies(start: Start, folder: Path) -> None:
    (folder / "feedsvc.toml").write_text('url = "https://feeds.example.org/"')
    servers = []
    for number in range(2):
        server = Server.__new__(Server)
        servers.append(server)
        server.log = folder.parent / f"log-{number}"
        port = claim_port("127.0.0.1", 0)[1]
        Server.__init__(server, folder, server.log, "--port", str(port))
        server.address = f"http://127.0.0.1:{port}/"
    first, second = servers
    try:
        write(folder, "a.txt", "Seen by one")
        see(first, "Seen by one")
        see(second, "Seen by one")
        assert ": 1 new" not in second.log.read_text()
        companion = wait_for(lambda: find_companion(first))
        first.stop(signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(companion, signal.SIGKILL)
        write(folder, "b.txt", "Seen by the other")
        see(second, "Seen by the other")
    finally:
        for server in servers:
            server.stop()


def has_moved(index: sqlite3.Connection, revision: int) -> bool:
    return bool(index.execute("SELECT number FROM revision").fetchone()[0] != revision)


def test_no_worker_answers_with_an_old_edition_for_long_nor_new_bytes_under_an_old_tag(
    start: Start, folder: Path
) -> None:
    write(folder, "a.txt", "Edition 0")
    server = start(folder, "--workers", "3")
    see(server, "Edition 0")
    committed = {0: time.monotonic()}
    bodies: dict[str, set[bytes]] = {}
    late: list[tuple[int, float]] = []
    ended = threading.Event()

    def poll() -> None:
        while not ended.is_set():
            asked, known = time.monotonic(), dict(committed)
            response, body = server.ask("/atom.xml")  # a new connection: any worker's
            bodies.setdefault(response.headers["ETag"], set()).add(body)
            shown = int(body.partition(b"Edition ")[2].partition(b"<")[0])
            newest = max(known)
            if shown < newest and asked - known[newest] > 0.25:
                late.append((newest, asked - known[newest]))

    pollers = [threading.Thread(target=poll) for _ in range(4)]
    for poller in pollers:
        poller.start()
    try:
        with contextlib.closing(
            sqlite3.connect(folder / ".feedsvc" / "index.sqlite", isolation_level=None)
        ) as index:
            revision = None
            for number in range(1, 11):
                (revision,) = index.execute("SELECT number FROM revision").fetchone()
                write(folder, "a.txt", f"Edition {number}")
                wait_for(partial(has_moved, index, revision))
                committed[number] = time.monotonic()
    finally:
        ended.set()
        for poller in pollers:
            poller.join()
    assert late == []
    assert len(bodies) > 1
    assert {len(forms) for forms in bodies.values()} == {1}


# Alone


def test_watch_without_a_server_ingests_until_it_is_stopped(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with watch(folder, log) as process:
        wait_for(lambda: "1 new, 0 changed" in log.read_text())
        write(folder, "a.txt", "Another")
        wait_for(lambda: ": 1 new\n" in log.read_text())
    assert process.returncode == 0
    assert "Traceback" not in log.read_text()


def test_watch_tells_how_far_a_long_run_is_and_is_quiet_where_it_shall(
    folder: Path, tmp_path: Path
) -> None:
    for number in range(6000):
        write(folder, f"{number}.txt")
    for name, options in (("loud", ()), ("quiet", ("--quiet", "--jobs", "2"))):
        log, database = tmp_path / name, str(tmp_path / f"{name}.sqlite")
        with watch(folder, log, "--database", database, *options):
            wait_for(partial(_holds, database, 6000))
        told = [line for line in log.read_text().splitlines() if "articles, " in line]
        assert bool(told) is (name == "loud"), log.read_text()
    assert log.read_text() == ""


def _holds(database: str, count: int) -> bool:
    try:
        with contextlib.closing(open_index(database)) as index:
            return index.counts().published >= count
    except FeedsvcError:
        return False


def test_file_rests_when_it_was_not_written_to_lately_or_looks_as_it_did() -> None:
    rest, now = Rest(), time.time_ns()
    assert rest.has_come("a", 1, now - 10 * REST)
    later = now + 10**12  # by the clock of another machine
    assert not rest.has_come("a", 1, later)
    rest.turn()
    assert not rest.has_come("a", 2, later)
    rest.turn()
    time.sleep(REST / 1e9)
    assert not rest.has_come("a", 3, later)
    rest.turn()
    time.sleep(REST / 1e9)
    assert rest.has_come("a", 3, later)
