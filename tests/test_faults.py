"""What happens when: each fault of the README's table, done for real, while a client reads on."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from feedsvc import load_settings
from feedsvc.index.engines import open_index
from feedsvc.ingest import ingest
from feedsvc.publication import Publication
from feedsvc.server import claim_port
from tests.faults import (
    await_end,
    bind,
    damage,
    fill,
    find_family,
    is_running,
    make_folder,
    mount,
    read_on,
    remount,
    unmount,
    write,
)
from tests.kill import run_rounds
from tests.serving import COMMAND, Server, Start, feedsvc, wait_for
from tests.test_live import find_companion, said, see, shows

LONGEST_END = 16.0
"""Seconds after SIGTERM, on a busy machine, at which nothing may be left."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    servers: list[Server] = []

    def start_server(folder: Path, *options: str) -> Server:
        port = claim_port("127.0.0.1", 0)[1]
        server = Server(
            folder,
            tmp_path / f"log-{len(servers)}",
            "--port",
            str(port),
            "--workers",
            "2",
            *options,
        )
        server.address = f"http://127.0.0.1:{port}/"  # that which is set isn't served
        servers.append(server)
        return server

    yield start_server
    for server in servers:
        family = find_family(server.process.pid)
        server.stop()
        await_end(family)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "articles")


@pytest.fixture
def mounts() -> Iterator[ExitStack]:
    """What is mounted in it is unmounted when all servers have ended, whatever happens."""
    with ExitStack() as stack:
        yield stack


def heal(server: Server, folder: Path, title: str) -> None:
    """All is well by itself: what changes is seen, and nothing is told to be wrong."""
    write(folder, "healed.txt", title)

    def is_well() -> bool:
        with contextlib.suppress(OSError):  # a worker that was killed
            return shows(server, title) and b'"trouble":[]' in server.ask("/healthz")[1]
        return False

    wait_for(is_well)
    assert "Traceback" not in server.log.read_text()


def list_ids(server: Server) -> set[str]:
    """The ids of all entries, which are in the main feed or its archives."""
    ids = set()
    for path in ("/feed.json", "/archive/2020/feed.json", "/archive/2024/feed.json"):
        response, body = server.ask(path)
        if response.status == 200:
            ids |= {part.partition('"')[0] for part in body.decode().split('"id":"')[1:]}
    return ids


# Disks


def test_full_disk_of_the_index_is_waited_for(
    mounts: ExitStack, start: Start, folder: Path, tmp_path: Path
) -> None:
    disk = mounts.enter_context(mount(tmp_path / "disk", "2m"))
    server = start(folder, "--database", str(disk / "index.sqlite"))
    with read_on(server):
        filler = fill(disk)
        write(folder, "large.txt", "Too large", text=os.urandom(600_000).hex())
        said(server, "index.sqlite: the index can't be used: ")
        assert not shows(server, "Too large")
        filler.unlink()
        see(server, "Too large")
        heal(server, folder, "After the full disk")


def test_export_to_a_full_disk_leaves_every_file_whole(
    mounts: ExitStack, folder: Path, tmp_path: Path
) -> None:
    disk = mounts.enter_context(mount(tmp_path / "disk", "16m"))
    output, other = disk / "out", tmp_path / "other"
    assert feedsvc("export", folder, "--output", output).returncode == 0
    before = read_all(output)
    filler = fill(disk)
    write(folder, "large.txt", "Too large", text=os.urandom(60_000).hex())
    outcome = feedsvc("export", folder, "--output", output)
    assert (outcome.returncode, "No space left" in outcome.stderr) == (1, True)
    assert "Traceback" not in outcome.stderr
    filler.unlink()
    assert feedsvc("export", folder, "--output", other).returncode == 0
    expected, found = read_all(other), read_all(output)
    assert {name for name in found if ".feedsvc-tmp-" in name} == set()
    for name in before.keys() - {".feedsvc-manifest.json"}:
        assert found[name] in (before[name], expected[name])
    assert feedsvc("export", folder, "--output", output).returncode == 0
    assert read_all(output) == expected


def read_all(output: Path) -> dict[str, bytes]:
    files = [path for path in output.rglob("*") if path.is_file() and path.name != ".fill"]
    return {str(path.relative_to(output)): path.read_bytes() for path in files}


def test_export_over_a_folder_in_place_of_a_file_tells_it(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert feedsvc("export", folder, "--output", output).returncode == 0
    expected = read_all(output)
    (output / "atom.xml").unlink()
    (output / "atom.xml").mkdir()
    outcome = feedsvc("export", folder, "--output", output)
    assert outcome.returncode == 1
    assert f"{output}/atom.xml" in outcome.stderr
    assert not [name for name in read_all(output) if ".feedsvc-tmp-" in name]
    (output / "atom.xml").rmdir()
    assert feedsvc("export", folder, "--output", output).returncode == 0
    assert read_all(output) == expected


def test_full_temporary_folder_is_not_needed(
    mounts: ExitStack,
    start: Start,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = mounts.enter_context(mount(tmp_path / "disk", "64k", "nr_inodes=2"))
    fill(disk)
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(disk))
    for number in range(3000):
        name, date = f"many/{number % 30}/{number}.txt", "2021-05-01T10:00:00Z"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Number {number}\n{date}\ncategory: News, C{number % 300}\n\nText.\n")
    outcome = feedsvc("ingest", folder, "--jobs", "2", "--quiet")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    server = start(folder)
    with read_on(server):
        heal(server, folder, "Without a temporary folder")


def test_folder_that_can_not_be_written_is_served_from_an_index_elsewhere(
    mounts: ExitStack, start: Start, tmp_path: Path
) -> None:
    disk = make_folder(mounts.enter_context(mount(tmp_path / "disk")))
    remount(disk, "ro")
    outcome = feedsvc("ingest", disk)
    assert (outcome.returncode, outcome.stderr) == (
        1,
        f"feedsvc: {disk}/.feedsvc/index.sqlite: can't be written: Read-only file system:"
        " the setting database moves it\n",
    )
    server = start(disk, "--database", str(tmp_path / "index.sqlite"))
    with read_on(server):
        remount(disk, "rw")
        heal(server, disk, "Writable after all")


def test_index_that_can_not_be_written_is_served_as_it_is(
    mounts: ExitStack, start: Start, tmp_path: Path
) -> None:
    disk = make_folder(mounts.enter_context(mount(tmp_path / "disk")))
    assert feedsvc("ingest", disk).returncode == 0
    remount(disk, "ro")
    server = start(disk)
    with read_on(server):
        said(server, "can't be written: Read-only file system: the setting database moves it")
        remount(disk, "rw")
        said(server, "feedsvc: over: ")
        heal(server, disk, "Writable after all")


# The folder


@pytest.mark.parametrize("inside", [True, False], ids=["with the index", "without the index"])
def test_unmounted_folder_withdraws_nothing(
    mounts: ExitStack, start: Start, folder: Path, tmp_path: Path, inside: bool
) -> None:
    place = tmp_path / "place"
    mounts.enter_context(bind(folder, place))
    server = start(place, *([] if inside else ["--database", str(tmp_path / "index.sqlite")]))
    with read_on(server):
        unmount(place)
        said(server, "are gone; what" if inside else "has no articles; the 7 published stay")
        assert list(place.iterdir()) == []
        mounts.enter_context(bind(folder, place))
        heal(server, place, "Mounted again")
        said(server, "feedsvc: over: ")


def break_settings(folder: Path) -> None:
    (folder / "feedsvc.toml").rename(folder / ".kept")
    (folder / "feedsvc.toml").write_text("entries = 0\nnonsense = 1\n")


def mend_settings(folder: Path) -> None:
    (folder / ".kept").rename(folder / "feedsvc.toml")


def rename_away(folder: Path) -> None:
    folder.rename(folder.with_name("away"))


def rename_back(folder: Path) -> None:
    assert not folder.exists()
    folder.with_name("away").rename(folder)


def hide_articles(folder: Path) -> None:
    (folder / ".kept").mkdir()
    for name in ("old", *(f"{number}.txt" for number in range(3)), "healed.txt"):
        with contextlib.suppress(FileNotFoundError):
            (folder / name).rename(folder / ".kept" / name)


def show_articles(folder: Path) -> None:
    for path in (folder / ".kept").iterdir():
        path.rename(folder / path.name)
    (folder / ".kept").rmdir()


def put_folder_in_place(folder: Path) -> None:
    (folder / "1.txt").rename(folder / ".kept")
    (folder / "1.txt").mkdir()


def put_file_back(folder: Path) -> None:
    (folder / "1.txt").rmdir()
    (folder / ".kept").rename(folder / "1.txt")


def test_faults_of_the_folder_withdraw_nothing_and_are_told(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:  # who may read whatever its mode is
        without = ["--bounding-set=-dac_override,-dac_read_search", "--"]
        monkeypatch.setattr("tests.serving.COMMAND", ["setpriv", *without, *COMMAND])
    server = start(folder)
    before = list_ids(server)
    steps: list[tuple[Callable[[Path], Any], str, Callable[[Path], Any]]] = [
        (rename_away, "articles and index are gone; what was published stays", rename_back),
        (
            lambda folder: (folder / "old").chmod(0),
            "old:1: file: can't be read: Permission denied",
            lambda folder: (folder / "old").chmod(0o755),
        ),
        (put_folder_in_place, "1.txt:1: file: not an article: a folder", put_file_back),
        (
            lambda folder: write(folder, "2.txt", "Article 2", "2024-99-99"),
            "2.txt:2: published: not a date",
            lambda folder: write(folder, "2.txt", "Article 2", "2024-04-03T10:00:00Z"),
        ),
        (hide_articles, "has no articles; the ", show_articles),
        (break_settings, "the settings stay as they were", mend_settings),
    ]
    with read_on(server):
        for number, (befall, told, mend) in enumerate(steps):
            befall(folder)
            said(server, told)
            assert before <= list_ids(server)
            mend(folder)
            heal(server, folder, f"After fault {number}")
    assert before <= list_ids(server)


# The index


def has_told_of_damage(server: Server, index: Path, times: int) -> bool:
    return server.log.read_text().count(f"kept as {index}.damaged") >= times


def test_damaged_index_is_made_anew_while_it_is_served(start: Start, folder: Path) -> None:
    write(folder, "1.txt", "Moved in time")
    server = start(folder)
    index = folder / ".feedsvc" / "index.sqlite"
    write(folder, "1.txt", "Moved in time", "2024-04-20T10:00:00Z")  # it keeps the id of its day
    see(server, "2024-04-20T10:00:00", "/archive/2024/atom.xml")
    before = list_ids(server)
    with read_on(server):
        for number, (kind, hurt) in enumerate(damage.items()):
            hurt(index)
            write(folder, "2.txt", f"Edited {number}", "2024-04-03T10:00:00Z")
            wait_for(partial(has_told_of_damage, server, index, number + 1))
            heal(server, folder, f"After fault {number}")
            assert Path(f"{index}.damaged").stat().st_size >= 0
            if kind == "overwritten":
                assert before <= list_ids(server)
        index.rename(index.with_name("kept"))
        index.mkdir()
        said(server, "can't be the index")
        index.rmdir()
        heal(server, folder, "After the folder")


@pytest.mark.parametrize("kind", list(damage))
def test_damaged_index_is_made_anew_by_the_next_ingest(folder: Path, kind: str) -> None:
    assert feedsvc("ingest", folder).returncode == 0
    index = folder / ".feedsvc" / "index.sqlite"
    damage[kind](index)
    if kind == "overwritten":  # a worker comes upon it
        Path(f"{index}.suspect").write_text("malformed")
    outcome = feedsvc("ingest", folder)
    assert outcome.returncode == 0
    if kind != "empty":
        warning = f"warning: the index was damaged: it is kept as {index}.damaged, and was made"
        assert outcome.stderr.startswith(warning)
    again = feedsvc("ingest", folder)
    assert (again.stderr, "7 unchanged" in again.stdout) == ("", True)


# The clock


def test_clock_that_is_set_back_or_ahead_hides_nothing_and_changes_no_id(
    start: Start, folder: Path
) -> None:
    for name in ("undated.txt", "undated-too.txt"):
        (folder / name).write_text("Without a date\n\nText of it.\n")
    assert feedsvc("ingest", folder).returncode == 0
    server = start(folder, "--no-ingest")
    before, updated = list_ids(server), list[str]()
    with read_on(server) as reader:
        for number, days in enumerate((-2, 0, 3, 0, -2)):
            write(folder, "1.txt", f"Edited {number}", "2024-04-02T10:00:00Z")
            (folder / "undated.txt").write_text(f"Without a date\n\nText {number}.\n")
            (folder / f"new-{number}.txt").write_text(f"Another\n\nNew {number}.\n")
            ingest_by(folder, datetime.now(UTC) + timedelta(days=days))
            for text in (f"Edited {number}", f"Text {number}", f"New {number}"):
                see(server, text)
            assert b'"waiting":0' in server.ask("/healthz")[1]
            assert before <= list_ids(server)
            before = list_ids(server)
            updated.append(tell_updated(server, f"Edited {number}"))
    assert updated == sorted(set(updated))
    for dates in reader.dates.values():
        moments = [parsedate_to_datetime(date) for date in dates]
        assert moments == sorted(moments)


def ingest_by(folder: Path, now: datetime) -> None:
    """Ingest as whoever has this clock does."""
    settings = load_settings(folder)
    with contextlib.closing(open_index(settings.database, create=True)) as index:
        ingest(settings, index, now, lead=True)
        Publication(settings, index).settle(now)


def tell_updated(server: Server, title: str) -> str:
    """When an entry of the main feed was updated."""
    body = server.ask("/atom.xml")[1].decode()
    entry = next(part for part in body.split("<entry>") if title in part)
    return entry.partition("<updated>")[2].partition("<")[0]


# Processes


def test_two_servers_of_a_folder_answer_alike_and_another_takes_over(
    start: Start, folder: Path
) -> None:
    first, second = start(folder), start(folder)
    answers = {server.ask("/atom.xml")[1] for server in (first, second) for _ in range(6)}
    assert len(answers) == 1
    with read_on(second):
        companion = wait_for(lambda: find_companion(first))
        first.stop(signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(companion, signal.SIGKILL)
        heal(second, folder, "Seen by the other")


def test_killed_processes_are_replaced(start: Start, folder: Path) -> None:
    server = start(folder)
    companion = wait_for(lambda: find_companion(server))
    with read_on(server, cut=50):
        os.kill(companion, signal.SIGKILL)
        said(server, "is started again")
        heal(server, folder, "After who ingests")
        again = wait_for(lambda: find_companion(server))
        (worker, *_) = find_family(server.process.pid) - {server.process.pid, again}
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: len(find_family(server.process.pid)) == 4)
        heal(server, folder, "After a worker")
    family = find_family(server.process.pid)
    server.stop(signal.SIGKILL)
    await_end(family)
    server = start(folder)
    with read_on(server):
        heal(server, folder, "After the main process")


def test_everything_ends_soon_whatever_hangs(folder: Path, start: Start, tmp_path: Path) -> None:
    hung = start(folder)
    family = find_family(hung.process.pid)
    assert len(family) == 4
    with socket.create_server(("127.0.0.1", 0)) as database:  # which never answers
        port = claim_port("127.0.0.1", 0)[1]
        address = f"postgresql://127.0.0.1:{database.getsockname()[1]}/feeds"
        options = ["--no-ingest", "--database", address, "--port", str(port)]
        with open(tmp_path / "log", "wb") as log:
            orphan = subprocess.Popen([*COMMAND, "serve", *options], stdout=log, stderr=log)
        try:
            wait_for(lambda: len(find_family(orphan.pid)) == 2)
            family |= find_family(orphan.pid)
            (worker,) = find_family(orphan.pid) - {orphan.pid}
            time.sleep(0.5)
            os.kill(worker, signal.SIGKILL)
            time.sleep(0.5)
            begun = time.monotonic()
            for pid in find_family(hung.process.pid) - {hung.process.pid}:
                os.kill(pid, signal.SIGSTOP)
            for process in (hung.process, orphan):
                process.send_signal(signal.SIGTERM)
            for process in (hung.process, orphan):
                process.wait(LONGEST_END)
            assert time.monotonic() - begun < LONGEST_END
            assert not any(map(is_running, family))
        finally:
            await_end(family)
            orphan.kill()
            orphan.wait()


def test_killed_anywhere_it_goes_on_where_it_was(tmp_path: Path) -> None:
    assert run_rounds(tmp_path, 2, seed=1) == []
