"""The companion: a process of its own, that is there as long as it is wanted."""

import pytest

from feedsvc.companion import Companion
from tests.serving import wait_for


def test_what_ends_is_started_again_and_what_it_says_is_passed_on() -> None:
    said: list[str] = []
    told: list[str] = []
    companion = Companion(["ingest", "--help"], said.append, told.append)
    wait_for(lambda: len(told) > 1)
    companion.end()
    assert companion.spoke.is_set()
    assert said.count("Usage: feedsvc ingest [OPTIONS] [FOLDER]") > 1
    assert set(told) == {"feedsvc: who ingests has ended (0), and is started again"}


def test_end_waits_for_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.companion.FIRST_PAUSE", 3600.0)
    told: list[str] = []
    companion = Companion(["ingest", "--help"], lambda line: None, told.append)
    wait_for(lambda: told)
    companion.end()
    assert len(told) == 1


def test_what_does_not_end_in_time_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: str
) -> None:
    companion = Companion(["ingest", str(tmp_path), "--watch"], lambda line: None, print)
    companion.spoke.wait(20)
    monkeypatch.setattr("feedsvc.companion.PATIENCE", 0.0)
    companion.end()
    companion.rescan()  # there is nobody any more
