"""Several machines on one PostgreSQL: the same answers from all, and answers while it is away."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from feedsvc.errors import IndexUnusable
from feedsvc.web import create_app
from tests.bench.corpus import write_corpus
from tests.conftest import SEEDS, Site
from tests.machines import watch_machines
from tests.postgres import Postgres

MakeSite = Callable[..., Site]
ENGINES = ("postgres",)
MOMENT = 2.5
"""Seconds: what is to take half of one must end by then on a machine that is busy."""


def publish(site: Site) -> None:
    """Publish the first article."""
    site.write("a.txt")
    site.ingest()


def change(site: Site) -> None:
    """Publish another one, which `shows_change` looks for."""
    site.write("b.txt", title="Something new")
    site.ingest()


def shows_change(answer: TestResponse) -> bool:
    return b"Something new" in answer.data


@pytest.fixture
def make_client(site: Site) -> Iterator[Callable[[], FlaskClient]]:
    """Start one more machine that serves the site."""
    apps: list[Flask] = []

    def make() -> FlaskClient:
        apps.append(create_app(site.settings))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.extensions["feedsvc"].index.close()


def ask(client: FlaskClient, path: str = "/atom.xml", **headers: str) -> TestResponse:
    return client.get(path, headers={name.replace("_", "-"): headers[name] for name in headers})


def wait_for(
    client: FlaskClient, done: Callable[[TestResponse], bool], path: str = "/atom.xml"
) -> Any:
    """Ask until the answer is as it is to be."""
    for _ in range(200):
        answer = ask(client, path)
        if done(answer):
            return answer
        time.sleep(0.05)
    pytest.fail(f"still {answer.status}: {answer.text[:500]}")


def is_served(answer: TestResponse) -> bool:
    return answer.status_code == 200


# The same everywhere


def describe(site: Site, now: datetime) -> dict[str, Any]:
    """Everything that is told of every document, each first asked for at one time."""
    with site.index.transaction():
        for document in site.publication.documents():
            address = document.window.feed.address(document.path)
            site.index.record(address, document.version, int(now.timestamp()))
    publication = site.publication
    found: dict[str, Any] = {}
    for path in publication.paths():
        planned = publication.document(path)
        assert planned
        body = b"" if planned.format == "media" else publication.body(planned, "gzip")
        found[path] = planned, body
    return found


@pytest.mark.parametrize("corpus", ["seeds", "made"])
def test_both_engines_publish_the_same(corpus: str, tmp_path: Path, postgres: Postgres) -> None:
    folder = tmp_path / "articles"
    if corpus == "made":
        folder.mkdir()
        write_corpus(folder, 50)
    else:
        folder.symlink_to(SEEDS)
    address = postgres.address(postgres.name())
    sites = [Site(folder, database=database) for database in (str(tmp_path / "index"), address)]
    for step in range(2):
        if step and corpus == "made":
            first, second, third = sorted(folder.glob("*/*.txt"))[:3]
            first.unlink()
            second.write_text(f"{second.read_text()}\nOne more paragraph, which is an edit.\n")
            third.rename(folder / "elsewhere.txt")
        reports = [site.ingest() for site in sites]
        assert reports[0] == reports[1]
        first_told, second_told = (describe(site, site.now + timedelta(1)) for site in sites)
        assert list(first_told) == list(second_told)
        assert first_told == second_told
    assert len(first_told) > 20
    for site in sites:
        site.close()


def test_machines_give_the_same_answers(site: Site, make_client: Callable[[], FlaskClient]) -> None:
    for day in range(1, 9):
        site.write(f"{day}.txt", date=f"2024-0{day % 4 + 1}-0{day}", url=None if day % 2 else "")
    site.options |= {"entries": 2, "archive_size": 2}
    site.ingest()
    first, second = make_client(), make_client()
    paths = list(site.publication.paths())
    assert len(paths) > 20
    for path in [*paths, "/nothing/atom.xml"]:
        for encoding in ("gzip", "identity"):
            answers = [ask(one, path, Accept_Encoding=encoding) for one in (second, first)]
            told = [(one.status, sorted(one.headers.items()), one.data) for one in answers]
            assert told[0] == told[1]


def test_change_reaches_all_machines(site: Site, make_client: Callable[[], FlaskClient]) -> None:
    publish(site)
    clients = [make_client(), make_client()]
    before = {ask(client).headers["ETag"] for client in clients}
    change(site)
    after = [wait_for(client, shows_change) for client in clients]
    assert len(before) == 1
    assert {(answer.headers["ETag"], answer.data) for answer in after} == {
        (after[0].headers["ETag"], after[0].data)
    }


# While the database is away


def check_held(client: FlaskClient, held: TestResponse, path: str = "/atom.xml") -> None:
    """Check that what a machine holds is given in every way."""
    tag, date = held.headers["ETag"], held.headers["Last-Modified"]
    again = ask(client, path, Accept_Encoding="gzip")
    assert (again.status_code, again.headers["ETag"], again.data) == (200, tag, held.data)
    assert client.head(path, headers={"Accept-Encoding": "gzip"}).status_code == 200
    for headers in (
        {"If_None_Match": tag},
        {"If_None_Match": f'"other", {tag}'},
        {"If_Modified_Since": date},
    ):
        fresh = ask(client, path, Accept_Encoding="gzip", **headers)
        assert (fresh.status_code, fresh.headers["ETag"]) == (304, tag)


def test_what_is_held_is_served_on_while_the_database_is_away(
    site: Site, make_client: Callable[[], FlaskClient], postgres: Postgres
) -> None:
    publish(site)
    client = make_client()
    held = ask(client, Accept_Encoding="gzip")
    with postgres.away():
        for _ in range(3):
            check_held(client, held)
            unknown = ask(client, "/rss.xml")
            assert (unknown.status_code, unknown.headers["Retry-After"]) == (503, "5")
            assert "the database can't be reached" in ask(client, "/healthz").text
            assert "the database can't be reached" in ask(client, "/healthz/index").text
            assert ask(client, "/healthz/index").status_code == 503
            time.sleep(0.1)
    assert wait_for(client, is_served, "/rss.xml")
    assert wait_for(client, is_served, "/healthz/index").text == "ok\n"
    check_held(client, held)
    change(site)
    wait_for(client, shows_change)


def test_what_was_planned_before_a_change_is_served_while_the_new_cant_be(
    site: Site, make_client: Callable[[], FlaskClient], postgres: Postgres
) -> None:
    publish(site)
    client = make_client()
    held, page = ask(client, Accept_Encoding="gzip"), ask(client, "/")
    change(site)
    wait_for(client, shows_change, "/")
    assert page.data
    with postgres.away():
        check_held(client, held)


def test_document_whose_new_text_is_out_of_reach_is_served_as_it_was(
    site: Site, make_client: Callable[[], FlaskClient], postgres: Postgres
) -> None:
    publish(site)
    client = make_client()
    publication = client.application.extensions["feedsvc"]
    held = ask(client, Accept_Encoding="gzip")
    change(site)
    planned = publication.document("/atom.xml")
    with postgres.away():
        with pytest.raises(IndexUnusable):
            publication.body(planned)
        check_held(client, held)
    os.remove(site.folder / "a.txt")
    os.remove(site.folder / "b.txt")
    site.ingest(allow_empty=True)
    wait_for(client, lambda answer: b"Something new" not in answer.data)


def test_text_that_cant_be_read_is_no_reason_to_wait(
    site: Site, make_client: Callable[[], FlaskClient]
) -> None:
    publish(site)
    client = make_client()
    site.index.execute("ALTER TABLE content RENAME TO elsewhere")
    assert ask(client).status_code == 503
    site.index.execute("ALTER TABLE elsewhere RENAME TO content")
    assert ask(client).status_code == 200


def test_machine_that_starts_while_the_database_is_away_serves_when_it_is_there(
    site: Site, make_client: Callable[[], FlaskClient], postgres: Postgres
) -> None:
    publish(site)
    with postgres.away():
        client = make_client()
        assert ask(client).status_code == 503
        assert ask(client, "/healthz").status_code == 503
    assert wait_for(client, is_served)


def test_database_that_hangs_holds_no_held_answer_up(
    site: Site, make_client: Callable[[], FlaskClient], postgres: Postgres
) -> None:
    publish(site)
    client = make_client()
    held = ask(client, Accept_Encoding="gzip")
    with postgres.hanging():
        for _ in range(10):
            start = time.monotonic()
            check_held(client, held)
            assert time.monotonic() - start < MOMENT
            time.sleep(0.05)
        assert ask(client, "/rss.xml").status_code == 503
    assert wait_for(client, is_served, "/rss.xml")


@contextmanager
def watch(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    """Watch the folder on one more machine."""
    command = [sys.executable, "-m", "feedsvc", "ingest", str(site.folder), "--watch"]
    command += ["--database", site.settings.database]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def test_another_machine_takes_over_when_the_one_that_watches_is_gone(
    site: Site, make_client: Callable[[], FlaskClient]
) -> None:
    client = make_client()
    with watch(site) as first:
        site.write("a.txt", title="The first one")
        wait_for(client, lambda answer: b"The first one" in answer.data)
        with watch(site):
            site.write("b.txt", title="The second one")
            wait_for(client, lambda answer: b"The second one" in answer.data)
            first.kill()
            site.write("c.txt", title="The third one")
            wait_for(client, lambda answer: b"The third one" in answer.data)


def test_two_watch_on_when_the_database_was_away(
    site: Site, make_client: Callable[[], FlaskClient], postgres: Postgres
) -> None:
    client = make_client()
    with watch(site), watch(site):
        site.write("a.txt", title="The first one")
        wait_for(client, lambda answer: b"The first one" in answer.data)
        with postgres.away():
            site.write("b.txt", title="The second one")
        wait_for(client, lambda answer: b"The second one" in answer.data)


def test_two_servers_tell_the_same_while_a_third_machine_ingests_and_the_database_restarts(
    tmp_path: Path, postgres: Postgres
) -> None:
    seen = watch_machines(tmp_path, postgres, seconds=6)
    assert seen.faults == []
    assert seen.commits >= 2
    assert max(seen.delays) < MOMENT
