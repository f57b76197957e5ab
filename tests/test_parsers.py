"""Parsers: processes that parse beside the one that writes, and end with it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from feedsvc import parsers
from feedsvc.chunks import CHUNK
from feedsvc.ingest import Report, ingest
from feedsvc.parsers import FEW, Chunk, parse_many
from feedsvc.parsing import Parsed, Wish, parse
from feedsvc.readers.media import find_nothing
from tests.conftest import Site, list_rows

MANY = FEW + 3 * CHUNK


def write_many(site: Site, count: int = MANY) -> None:
    for number in range(count):
        site.write(f"{number:05}.txt", text=f"Text {number}.")


def state(site: Site) -> Any:
    rows = list_rows(site.index)
    return rows, site.index.articles([row.digest for row in rows])


def test_index_is_the_same_by_one_process_and_by_several(
    site: Site, make_site: Any, tmp_path: Path
) -> None:
    write_many(site)
    site.write("00001.txt", date="yesterday")  # refused before and after there are processes
    site.write("02500.txt", date="yesterday")
    site.write("02501.txt", title="T\nimage: a.jpg A cat")  # what is beside is looked for here
    (site.folder / "a.jpg").write_bytes(b"\xff\xd8\xff")
    other = make_site(database=str(tmp_path / "other.sqlite"))
    reports = [site.ingest(), other.ingest(jobs=2)]
    assert reports[0] == reports[1]
    assert len(reports[0].refused) == 2
    assert state(site) == state(other)
    assert site.index.facets("language") == other.index.facets("language")


def test_second_run_by_several_processes_finds_what_the_first_wrote(site: Site) -> None:
    write_many(site)
    site.ingest(jobs=2)
    for name in ("00001.txt", "02500.txt"):
        site.write(name, title="Edited")
    for path in site.folder.glob("*.txt"):  # all look new, and have the same bytes
        stamp = path.stat().st_mtime_ns + 10**9
        os.utime(path, ns=(stamp, stamp))
    report = site.ingest(jobs=2)
    assert (report.new, report.changed, report.unchanged) == (0, 2, MANY - 2)


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start processes for the first file, as for thousands."""
    monkeypatch.setattr(parsers, "FEW", -1)


def chunks_of(site: Site, size: int = 1) -> list[Chunk]:
    paths = sorted(path.name for path in site.folder.glob("*.txt"))
    return [
        (number, dict.fromkeys(paths[start : start + size], Wish()))
        for number, start in enumerate(range(0, len(paths), size))
    ]


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_chunks_come_in_their_order_with_all_that_was_wanted(site: Site, count: int) -> None:
    write_many(site, count)
    chunks = chunks_of(site)
    done = list(parse_many(site.settings, iter(chunks), 2))
    assert [chunk for chunk, _ in done] == chunks
    assert [answers.keys() for _, answers in done] == [wanted.keys() for _, wanted in chunks]
    for _, answers in done:
        for path, parsed in answers.items():
            assert parsed == parse(site.settings, path, find_nothing)


@pytest.mark.usefixtures("_at_once")
def test_file_of_the_known_bytes_is_not_read(site: Site) -> None:
    write_many(site, 1)
    source = parse(site.settings, "00000.txt", find_nothing).source
    [(_, answers)] = parse_many(site.settings, iter([(0, {"00000.txt": Wish(source)})]), 2)
    assert answers == {"00000.txt": Parsed(source)}


def children() -> list[int]:
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.usefixtures("_at_once")
def test_what_a_process_that_died_had_to_parse_is_missing(site: Site) -> None:
    write_many(site, 9)
    done = parse_many(site.settings, iter(chunks_of(site)), 2)
    assert len(next(done)[1]) == 1
    for child in children():
        os.kill(child, signal.SIGKILL)
    rest = [answers for _, answers in done]
    assert len(rest) == 8
    assert rest[-1] == {}


def test_run_goes_on_alone_where_its_processes_die(site: Site) -> None:
    write_many(site)

    def kill(done: int) -> None:
        for child in children():
            os.kill(child, signal.SIGKILL)

    report: Report = ingest(site.settings, site.index, site.now, jobs=2, advance=kill)
    assert report.new == MANY


def test_processes_end_with_the_one_that_is_killed(site: Site) -> None:
    write_many(site, 9)
    code = (
        "import sys, time\n"
        "from feedsvc import parsers\n"
        "parsers.FEW = -1\n"
        "from feedsvc.settings import load_settings\n"
        "if __name__ == '__main__':\n"
        "    chunks = iter([(0, {}), (1, {}), (2, {})])\n"
        "    done = parsers.parse_many(load_settings(sys.argv[1]), chunks, 2)\n"
        "    next(done)\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    script = site.folder / "script.py"
    script.write_text(code)
    with subprocess.Popen(
        [sys.executable, str(script), str(site.folder)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        process.kill()
    pids = [int(pid) for pid in re.findall(r"\d+", found)]
    assert len(pids) >= 2
    until = time.monotonic() + 20
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < until, "orphans are left"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.usefixtures("_at_once")
def test_settings_are_those_of_who_asks(site: Site) -> None:
    site.write("a.txt", date="2024-05-01 10:00")
    settings = replace(site.settings, timezone="Europe/Amsterdam")
    [(_, answers)] = parse_many(settings, iter([(0, {"a.txt": Wish()})]), 2)
    assert answers["a.txt"].published == parse(settings, "a.txt", find_nothing).published
    assert answers["a.txt"].published != parse(site.settings, "a.txt", find_nothing).published
