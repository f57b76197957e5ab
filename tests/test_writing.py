"""Writing: several processes write what one does; who is killed leaves nothing half done."""

import json
import multiprocessing
import os
import pickle
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.errors import ArticleError, BadValue, ExportError, SettingsError, Superseded
from feedsvc.export import MANIFEST, Export, export
from feedsvc.model import Document
from feedsvc.publication import Publication
from tests.conftest import Site


@pytest.fixture
def history(make_site: Callable[..., Site]) -> Site:
    """Give a few articles that are in many documents."""
    site = make_site(url="https://example.org/", entries=2, archive_size=3)
    for number in range(12):
        site.write(f"{number}.txt", date=f"2023-{number + 1:02}-01", text="Text.\nArt\nShare this:")
    site.ingest()
    return site


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def list_names(out: Path) -> set[str]:
    """List the files that are there, while others are written."""
    found = ((os.path.relpath(home, out), names) for home, _, names in os.walk(out))
    return {os.path.normpath(os.path.join(home, name)) for home, names in found for name in names}


def read(out: Path) -> dict[str, bytes]:
    files = (file for file in out.rglob("*") if not file.is_dir())
    return {str(file.relative_to(out)): file.read_bytes() for file in files}


@pytest.mark.parametrize("share", [1, 7, 400])
def test_several_processes_write_what_one_does(
    history: Site, out: Path, tmp_path: Path, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.export.SHARE", share)
    done = export(history.publication, tmp_path / "one")
    assert export(history.publication, out, jobs=2) == done
    assert read(out) == read(tmp_path / "one")
    assert export(history.publication, out, jobs=2) == Export(unchanged=done.written)


@pytest.mark.parametrize("jobs", [1, 2, None])
def test_listener_is_told_how_far_it_is(history: Site, out: Path, jobs: int | None) -> None:
    told: list[tuple[int, int]] = []
    export(history.publication, out, jobs=jobs, listen=lambda *numbers: told.append(numbers))
    total = len(list(history.publication.paths()))
    assert told == sorted(set(told))
    assert {numbers[1] for numbers in told} == {total}
    assert told[-1] == (total, total)
    told.clear()
    export(history.publication, out, jobs=jobs, listen=lambda *numbers: told.append(numbers))
    assert told == []


def test_what_newest_documents_link_to_is_there_before_them(
    history: Site, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.export.SHARE", 1)
    names = {path[1:] for path in history.publication.paths() if path.endswith("atom.xml")}
    archives = {name for name in names if "archive/" in name}
    facets = names - archives - {"atom.xml"}
    looks: list[set[str]] = []
    export(history.publication, out, jobs=3, listen=lambda *_: looks.append(list_names(out)))
    assert any(seen & archives and not seen >= archives for seen in looks)
    assert any(seen & facets and "atom.xml" not in seen for seen in looks)
    for seen in looks:
        assert not seen & facets or seen >= archives
        assert not seen & {"atom.xml", "index.html"} or seen >= archives | facets


def test_process_that_is_killed_is_told_and_the_next_run_completes(
    history: Site, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.export.SHARE", 1)

    def kill(done: int, total: int) -> None:
        for process in multiprocessing.active_children():
            process.kill()
            process.join()

    with pytest.raises(ExportError, match=r"out: a process that wrote has ended: .* code is -9"):
        export(history.publication, out, jobs=2, listen=kill)
    export(history.publication, out, jobs=2)
    export(history.publication, tmp_path / "one")
    assert read(out) == read(tmp_path / "one")


def test_fault_of_a_process_is_the_export_s(history: Site, out: Path) -> None:
    export(history.publication, out)
    (out / "atom.xml").unlink()
    (out / "atom.xml").mkdir()
    with pytest.raises(ExportError, match=r"atom\.xml: can't be written: Is a directory"):
        export(history.publication, out, jobs=2)
    assert not multiprocessing.active_children()


def test_next_export_waits_for_the_processes_of_a_killed_one(
    history: Site, out: Path, tmp_path: Path
) -> None:
    """Killed at moments spread over its run, and begun again at once: nothing is left over."""

    def command(output: Path) -> list[str]:
        begin = [sys.executable, "-m", "feedsvc", "export", str(history.folder)]
        return [*begin, "--output", str(output), "--url", "https://example.org/", "--jobs", "2"]

    dice = random.Random(1)
    for number in range(4):
        history.write("0.txt", title=f"Title {number}", date="2023-01-01", text="Text. " * 50_000)
        with subprocess.Popen(command(out), stderr=-3, stdout=-3) as run:
            time.sleep(dice.uniform(0.3, 0.9))
            run.kill()
        subprocess.run(command(out), stderr=-3, stdout=-3, check=True)
        names = set(read(out))
        assert not [name for name in names if ".feedsvc-tmp" in name]
        assert names == json.loads((out / MANIFEST).read_text()).keys() | {MANIFEST}
    subprocess.run(command(tmp_path / "one"), stderr=-3, stdout=-3, check=True)
    assert read(out) == read(tmp_path / "one")


@pytest.mark.parametrize(("fate", "written"), [("edited", True), ("gone", False)])
def test_document_that_is_superseded_is_planned_again(
    history: Site, out: Path, fate: str, written: bool
) -> None:
    class Late(Publication):
        """A publication that comes too late for one document."""

        late = True

        def render(self, document: Document) -> bytes:
            if document.path == "/category/art/atom.xml" and self.late:
                self.late = False
                if fate == "gone":
                    for file in history.folder.glob("*.txt"):
                        file.unlink()
                    history.ingest(allow_empty=True)
                raise Superseded(document.path, "superseded")
            return super().render(document)

    export(Late(history.settings, history.index), out)
    assert (out / "category" / "art" / "atom.xml").exists() == written


def test_faults_pass_from_one_process_to_another() -> None:
    for fault in (
        Superseded("/x", "superseded", "version 1"),
        BadValue("what"),
        ArticleError("a.txt", 3, "field", "what", "why"),
        SettingsError(["one", "two"]),
    ):
        same = pickle.loads(pickle.dumps(fault))
        assert (type(same), str(same), vars(same)) == (type(fault), str(fault), vars(fault))
