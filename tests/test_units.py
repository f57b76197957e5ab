"""The units of systemd in deploy/: systemd takes them, and what they start does what they say."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SEEDS
from tests.deploying import DEPLOY, ask, find_port, run
from tests.questions import Question
from tests.serving import COMMAND, wait_for

UNITS = ("feedsvc.service", "feedsvc-export.service", "feedsvc-export.timer")
INSTALLED = "/srv/feedsvc/bin/feedsvc"


def read(unit: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", (DEPLOY / unit).read_text(), re.M)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The folders that the units name, here; and what they set in the environment."""
    places = {name: f"{tmp_path}/{name.strip('/')}" for name in ("/srv/articles", "/srv/feeds")}
    places["/var/lib/feedsvc"] = f"{tmp_path}/state"
    (tmp_path / "srv").mkdir()
    (tmp_path / "state").mkdir()
    shutil.copytree(SEEDS, places["/srv/articles"], ignore=shutil.ignore_patterns(".feedsvc"))
    for unit in UNITS:
        for assigned in read(unit, "Environment"):
            name, _, value = assigned.partition("=")
            monkeypatch.setenv(name, value.replace("/var/lib/feedsvc", places["/var/lib/feedsvc"]))
    return places


def command(unit: str, machine: dict[str, str]) -> list[str]:
    """Return what a unit starts, with the folders of here and the feedsvc of these tests."""
    (line,) = read(unit, "ExecStart")
    words = shlex.split(line)
    assert words[0] == INSTALLED
    return [*COMMAND, *(machine.get(word, word) for word in words[1:])]


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd isn't installed (Debian's package systemd)"
)
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        # It looks whether there is such a program.
        (tmp_path / unit).write_text((DEPLOY / unit).read_text().replace(INSTALLED, sys.executable))
    files = [f"{tmp_path}/{unit}" for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", *files], capture_output=True, text=True, check=True
    )
    assert done.stdout + done.stderr == ""


def test_service_serves_by_the_address_that_it_sets(
    machine: dict[str, str], tmp_path: Path
) -> None:
    words = command("feedsvc.service", machine)
    words[words.index("8000")] = str(port := find_port())
    with run(words, port, tmp_path / "log"):
        wait_for(lambda: ask(port, Question("the feed")).status == 200)
        answer = ask(port, Question("the feed"))
    assert '<https://feeds.example.org/atom.xml>; rel="self"' in answer.headers["link"]
    assert os.listdir(machine["/var/lib/feedsvc"])
    assert not os.path.exists(f"{machine['/srv/articles']}/.feedsvc")


def test_export_writes_into_the_folder_of_the_server_and_nowhere_else(
    machine: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        command("feedsvc-export.service", machine), capture_output=True, text=True, check=True
    )
    assert done.stdout + done.stderr == ""
    feed = Path(machine["/srv/feeds"]) / "atom.xml"
    assert 'href="https://feeds.example.org/atom.xml"' in feed.read_text(encoding="utf-8")
    assert read("feedsvc-export.service", "ReadWritePaths") == ["/srv/feeds"]
    assert not os.path.exists(f"{machine['/srv/articles']}/.feedsvc")
