"""Events: what is done to a folder is told, if it may concern an article or a medium."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.events import Events
from tests.serving import wait_for
from tests.test_folder import open_folder, unprivileged


@pytest.fixture
def events(tmp_path: Path) -> Iterator[Events]:
    events = Events(os.path.realpath(tmp_path))
    yield events
    events.close()


def gather(events: Events, *expected: str) -> set[str]:
    """Wait until these are told; return all that is."""
    told: set[str] = set()

    def come() -> bool:
        told.update(events.wait(0.1))
        return told >= set(expected)

    wait_for(come)
    return told


def test_articles_media_folders_and_settings_are_told(events: Events, tmp_path: Path) -> None:
    for name in ("a.TXT", "cat.jpg", "feedsvc.toml", "notes.xyz", ".hidden.txt", "README"):
        (tmp_path / name).touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").touch()
    (tmp_path / "sub").mkdir()
    expected = {"a.TXT", "cat.jpg", "feedsvc.toml", "sub"}
    assert gather(events, *expected) == expected


def test_what_is_gone_may_have_been_a_folder(events: Events, tmp_path: Path) -> None:
    (tmp_path / "README").touch()
    (tmp_path / "a.txt").touch()
    gather(events, "a.txt")
    (tmp_path / "README").unlink()
    assert gather(events, "README") == {"README"}


def test_new_folder_is_told_again_as_it_was_not_watched_at_once(
    events: Events, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    assert gather(events, "sub") == {"sub"}
    assert gather(events, "sub") == {"sub"}


def test_folder_is_told_when_it_can_not_be_read_and_when_it_can_again() -> None:
    with open_folder() as place, unprivileged():
        sub = Path(place) / "sub"
        sub.mkdir()
        events = Events(place)
        try:
            os.utime(sub)  # tells nothing
            (Path(place) / "a.txt").touch()
            assert gather(events, "a.txt") <= {"a.txt", "sub"}  # it may be told as a new one
            sub.chmod(0)
            assert "sub" in gather(events, "sub")
            events.hidden = frozenset({"sub"})
            sub.chmod(0o755)
            assert gather(events, "sub") == {"sub"}
        finally:
            events.close()


def test_folder_that_can_not_be_watched_is_said(tmp_path: Path) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, most[1]))
    try:
        events = Events(str(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)
    assert events.fault.startswith("can't be watched: ")
    assert events.wait(0.01) == set()
    events.close()


def test_folder_itself_is_told_when_it_goes(events: Events, tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    gather(events, "a.txt")
    tmp_path.rename(tmp_path.with_name("moved"))
    try:
        assert gather(events, "") == {""}
    finally:
        tmp_path.with_name("moved").rename(tmp_path)


def test_wait_can_be_ended_and_ends_by_itself(events: Events) -> None:
    events.wake()
    assert events.wait(3600) == set()
    assert events.wait(0) == set()


def test_configuration_of_a_site_is_told_though_it_is_hidden(
    events: Events, tmp_path: Path
) -> None:
    (tmp_path / ".hidden").mkdir()
    for name in (".hidden/_config.yml", "_config.yml", ".eleventy.js", "other.yml", "b.txt"):
        (tmp_path / name).touch()
    assert gather(events, "b.txt", ".eleventy.js") == {"_config.yml", ".eleventy.js", "b.txt"}


def test_folders_out_of_the_first_are_told_by_their_names(tmp_path: Path) -> None:
    for name in ("home", "notes/.hidden", "far"):
        (tmp_path / name).mkdir(parents=True)
    far = str(tmp_path / "far")
    events = Events(str(tmp_path / "home"), ("../notes", "../gone", far))
    try:
        for name in ("home/a.txt", "notes/b.txt", "notes/.hidden/c.txt", "far/d.txt", "e.txt"):
            (tmp_path / name).touch()
        expected = {"a.txt", "../notes/b.txt", f"{far}/d.txt"}
        assert gather(events, *expected) == expected
        (tmp_path / "notes").rename(tmp_path / "moved")
        gather(events, "../notes")
    finally:
        events.close()
