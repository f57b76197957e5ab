"""The agenda of a hub: what it is told of, in which order, and that nothing is lost on the way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.agenda import FORMATS, Agenda, forget_others
from feedsvc.errors import HubError, IndexMissing, IndexUnusable, NotPublic
from feedsvc.feeds import list_feeds
from feedsvc.index.engines import open_index
from feedsvc.index.sqlite import SqliteIndex
from feedsvc.model import Document
from feedsvc.paths import Place
from feedsvc.publication import Publication
from feedsvc.websub import Publisher
from tests.conftest import BOTH, Site
from tests.websub import Answer, Quiet, Told, run_http

on_both = pytest.mark.parametrize("engine", BOTH)
URL = "https://example.org/feeds/"
MAIN = ["atom.xml", "rss.xml", "feed.json"]
NEWS = [f"category/news/{name}" for name in MAIN]
SPORT = [f"category/sport/{name}" for name in MAIN]

MakeSite = Callable[..., Site]


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(url=URL)


def label(site: Site, name: str, *labels: str, **article: Any) -> None:
    site.write(name, text="\n".join(["A paragraph.", *labels, "Share this article:"]), **article)


def drain(agenda: Agenda, hub: str) -> None:
    """Tell a hub all that is on its agenda, whatever it says."""
    with closing(Publisher(hub)) as publisher:
        agenda.renew()
        while not agenda.is_done:
            with suppress(HubError):
                agenda.tell_next(publisher)


class Ear:
    """A hub at one address, and who tells it: again and again, each time anew."""

    def __init__(self, address: str, hub: Told) -> None:
        self.address, self._hub = address, hub

    def hear(self, site: Site, *answers: Answer, **options: Any) -> list[str]:
        """Be told all there is to be told; return of what, below the site's address."""
        self._hub.answers += answers
        drain(Agenda(site.publication, self.address, **options), self.address)
        heard = [topic.removeprefix(site.settings.url) for topic in self._hub.topics]
        self._hub.topics.clear()
        return heard


@pytest.fixture
def ear() -> Iterator[Ear]:
    hub = Told()
    with hub.run() as address:
        yield Ear(address, hub)


# What a hub is told of


def test_new_hub_is_told_of_every_newest_document_the_main_feed_first(
    make_site: MakeSite, ear: Ear
) -> None:
    site = make_site(url=URL, archive_size=2, entries=2)
    for number in range(9):
        label(site, f"{number}.txt", "News", "Sport", date=f"2024-01-0{number + 1}T10:00:00Z")
    site.ingest()
    assert ear.hear(site) == [*MAIN, *NEWS, *SPORT]
    assert ear.hear(site) == []


@on_both
def test_hub_is_told_of_feeds_that_an_article_came_to_changed_in_or_left(
    site: Site, ear: Ear
) -> None:
    label(site, "a.txt", "News")
    label(site, "b.txt", "Sport")
    site.ingest()
    ear.hear(site)
    label(site, "c.txt", "Sport")
    site.ingest()
    assert ear.hear(site) == [*MAIN, *SPORT]
    label(site, "a.txt", "News", title="Another title")
    site.ingest()
    assert ear.hear(site) == [*MAIN, *NEWS]
    label(site, "c.txt", "News")
    site.ingest()
    assert ear.hear(site) == [*MAIN, *NEWS, *SPORT]
    (site.folder / "c.txt").unlink()
    site.ingest()
    assert ear.hear(site) == [*MAIN, *NEWS]
    site.ingest()
    assert ear.hear(site) == []


def test_hub_is_told_where_only_the_text_changes_and_no_date(site: Site, ear: Ear) -> None:
    fields = {"date": "2024-05-01T10:00:00Z\nupdated: 2024-05-02T10:00:00Z"}
    label(site, "a.txt", "News", **fields)
    site.ingest()
    ear.hear(site)
    label(site, "a.txt", "News", title="Another title", **fields)
    site.ingest()
    assert ear.hear(site) == [*MAIN, *NEWS]


def test_hub_is_not_told_of_what_changed_in_archives_alone(make_site: MakeSite, ear: Ear) -> None:
    site = make_site(url=URL, entries=1, archive_size=2)
    for number in range(1, 7):
        day = f"2024-0{number}-01T10:00:00Z"
        site.write(f"{number}.txt", date=f"{day}\nupdated: {day}")
    site.ingest()
    ear.hear(site)
    day = "2024-01-01T10:00:00Z"
    site.write("1.txt", title="Another title", date=f"{day}\nupdated: {day}")
    site.ingest()
    assert ear.hear(site) == []


@on_both
def test_feed_that_is_gone_is_forgotten_and_told_when_it_is_back(site: Site, ear: Ear) -> None:
    label(site, "a.txt", "News")
    label(site, "b.txt", "Sport")
    site.ingest()
    ear.hear(site)
    topic = f"{URL}{SPORT[0]}"
    assert site.index.announced(ear.address, topic)
    (site.folder / "b.txt").unlink()
    site.ingest()
    assert ear.hear(site) == MAIN
    assert site.index.announced(ear.address, topic) == ""
    label(site, "b.txt", "Sport")
    site.ingest()
    assert ear.hear(site) == [*MAIN, *SPORT]


@on_both
def test_feed_of_a_language_is_told_when_another_makes_it_public(site: Site, ear: Ear) -> None:
    def write(name: str, language: str) -> None:
        site.write(name, url=f"https://example.org/{name}\nlanguage: {language}")

    write("a.txt", "nl")
    site.ingest()
    assert ear.hear(site) == MAIN
    write("b.txt", "de")
    site.ingest()
    dutch, german = ([f"language/{tag}/{name}" for name in MAIN] for tag in ("nl", "de"))
    assert ear.hear(site) == [*MAIN, *german, *dutch]
    (site.folder / "b.txt").unlink()
    site.ingest()
    assert ear.hear(site) == MAIN
    assert site.index.announced(ear.address, f"{URL}{dutch[0]}") == ""
    write("b.txt", "de")
    site.ingest()
    assert ear.hear(site) == [*MAIN, *german, *dutch]


def test_other_settings_are_told_where_they_change_documents(make_site: MakeSite, ear: Ear) -> None:
    site = make_site(url=URL)
    label(site, "a.txt", "News")
    site.ingest()
    ear.hear(site)
    site.options["cache_mb"] = 9
    site.options["media_type"] = "browser"
    assert ear.hear(site) == []
    site.options["title"] = "Another title"
    assert ear.hear(site) == [*MAIN, *NEWS]
    assert ear.hear(site) == []
    site.options["facets"] = "author"
    ear.hear(site)
    assert site.index.announced(ear.address, f"{URL}{NEWS[0]}") == ""


def test_each_address_of_the_feeds_is_told_for_itself(make_site: MakeSite, ear: Ear) -> None:
    site = make_site(url=URL)
    site.write("a.txt")
    site.ingest()
    assert ear.hear(site) == MAIN
    site.options["url"] = "https://elsewhere.example/"
    assert ear.hear(site) == MAIN
    site.options["url"] = URL
    assert ear.hear(site) == []


def test_each_hub_is_told_for_itself(site: Site, ear: Ear) -> None:
    site.write("a.txt")
    site.ingest()
    assert ear.hear(site) == MAIN
    other = Told()
    with other.run() as address:
        assert Ear(address, other).hear(site) == MAIN
    assert ear.hear(site) == []


def test_topic_is_what_the_document_says_of_itself(site: Site, ear: Ear) -> None:
    label(site, "a.txt", "Ça va")
    site.ingest()
    ear.hear(site)
    for path in ("/atom.xml", "/category/ça-va/atom.xml"):
        document = site.publication.document(path)
        assert document
        address = document.window.feed.address(path)
        assert f'href="{address}" rel="self"'.encode() in site.body(path)
        assert site.index.announced(ear.address, address) == document.version


def test_hub_is_told_nothing_before_the_first_ingest(site: Site, ear: Ear) -> None:
    with pytest.raises(IndexMissing):
        ear.hear(site)


# Hubs that come and go


@on_both
def test_hub_that_the_settings_name_no_more_is_forgotten(make_site: MakeSite, ear: Ear) -> None:
    site = make_site(url=URL, hubs=ear.address)
    site.write("a.txt")
    site.ingest()
    ear.hear(site)
    site.options["url"] = "https://elsewhere.example/"
    ear.hear(site)
    site.options["url"] = URL
    forget_others(site.settings, site.index)
    assert ear.hear(site) == []
    site.options["hubs"] = ""
    forget_others(site.settings, site.index)
    assert site.index.hubs(URL) == []
    assert site.index.announced(ear.address, f"{URL}atom.xml") == ""
    elsewhere = "https://elsewhere.example/"
    assert [hub.url for hub in site.index.hubs(elsewhere)] == [ear.address]
    assert site.index.announced(ear.address, f"{elsewhere}atom.xml")
    assert ear.hear(site) == MAIN


def test_hub_is_told_of_all_again_after_its_index_was_lost(site: Site, ear: Ear) -> None:
    site.write("a.txt")
    site.ingest()
    agenda = Agenda(site.publication, ear.address)
    drain(agenda, ear.address)
    site.index.forget_hubs(URL, [ear.address])
    drain(agenda, ear.address)
    assert ear.hear(site) == MAIN * 2


# Faults on the way


def test_hub_that_fails_is_told_the_same_again_and_no_more(site: Site, ear: Ear) -> None:
    label(site, "a.txt", "News")
    site.ingest()
    assert ear.hear(site, (202, {}), (500, {}), (503, {})) == [*MAIN, *NEWS]
    assert ear.hear(site) == []


def test_topic_that_is_refused_keeps_no_other_waiting(site: Site, ear: Ear) -> None:
    label(site, "a.txt", "News", "Sport")
    site.ingest()
    assert ear.hear(site, (404, {})) == [*NEWS, *SPORT, *MAIN]


@on_both
def test_index_tells_how_many_feeds_wait_and_why(site: Site, ear: Ear) -> None:
    label(site, "a.txt", "News")
    site.ingest()
    agenda = Agenda(site.publication, ear.address)
    agenda.renew()
    assert [(hub.waiting, hub.trouble) for hub in site.index.hubs(URL)] == [(2, "")]
    with Told((500, {})).run() as down, closing(Publisher(down)) as publisher:
        with pytest.raises(HubError) as raised:
            agenda.tell_next(publisher)
        agenda.renew()
        assert site.index.hubs(URL)[0].trouble == str(raised.value)
        agenda.tell_next(publisher)
        assert [(hub.waiting, hub.trouble) for hub in site.index.hubs(URL)] == [
            (1, str(raised.value))
        ]
        agenda.tell_next(publisher)
    assert (agenda.told, agenda.waiting) == (6, 0)
    assert [(hub.waiting, hub.trouble) for hub in site.index.hubs(URL)] == [(0, "")]


def test_newer_version_takes_the_place_of_one_that_waits(site: Site, ear: Ear) -> None:
    label(site, "a.txt", "News")
    site.ingest()
    ear.hear(site)
    label(site, "b.txt", "News")
    site.ingest()
    agenda = Agenda(site.publication, ear.address)
    agenda.renew()
    label(site, "c.txt", "Sport")
    site.ingest()
    drain(agenda, ear.address)
    assert ear.hear(site) == [*MAIN, *SPORT, *NEWS]


def test_what_is_not_public_waits_and_the_rest_is_told(site: Site, ear: Ear) -> None:
    label(site, "a.txt", "News", "Sport")
    site.ingest()
    hidden = f"{URL}{NEWS[1]}"

    def verify(address: str, document: Document) -> None:
        assert address == document.window.feed.address(document.path)
        if address == hidden:
            raise NotPublic(address, "not public yet")

    agenda = Agenda(site.publication, ear.address, verify)
    drain(agenda, ear.address)
    assert (agenda.told, agenda.waiting) == (7, 1)
    assert [str(fault) for fault in agenda.hidden.values()] == [f"{hidden}: not public yet"]
    assert site.index.hubs(URL)[0].waiting == 1
    assert ear.hear(site) == [*MAIN, NEWS[0], *SPORT, *NEWS[1:]]


@contextmanager
def writing(site: Site) -> Iterator[Callable[[], None]]:
    """Somebody else who writes the index; what ends that."""
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        with (
            closing(open_index(site.settings.database, create=True)) as index,
            index.transaction(),
        ):
            if not isinstance(index, SqliteIndex):
                index.execute("LOCK TABLE hub IN SHARE MODE")
                index.execute("SELECT 1")
            begun.set()
            ended.wait(20)

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait()
    try:
        yield ended.set
    finally:
        ended.set()
        thread.join()


@on_both
def test_whoever_ingests_is_waited_for(site: Site, ear: Ear) -> None:
    site.write("a.txt")
    site.ingest()
    with closing(open_index(site.settings.database)) as index, writing(site) as end:
        threading.Timer(0.3, end).start()
        agenda = Agenda(Publication(site.settings, index), ear.address)
        drain(agenda, ear.address)
    assert agenda.told == len(MAIN)


@on_both
def test_whoever_writes_without_end_is_not(
    site: Site, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write("a.txt")
    site.ingest()
    monkeypatch.setattr("feedsvc.agenda.PATIENCE", 0.05)
    with closing(open_index(site.settings.database)) as index, writing(site):
        agenda = Agenda(Publication(site.settings, index), ear.address)
        with pytest.raises(IndexUnusable):
            agenda.renew()


# Whoever is killed


class _Killed(Exception):
    """Whoever tells is killed."""


class World:
    """A site, a hub, and a subscriber who has the version that a document had when it was told."""

    def __init__(self, folder: Path) -> None:
        self._site = Site(folder, url=URL)
        self.held: dict[str, str] = {}
        self._hangs_up_at = -1

    def write(self, name: str, labels: str, version: int) -> None:
        """Write an article; of the same version, it is the same again."""
        date = f"2024-05-01T10:00:00Z\nupdated: 2024-05-0{version}T10:00:00Z"
        label(self._site, name, labels, title=f"Version {version}", date=date)
        self._site.ingest()

    def remove(self, name: str) -> None:
        (self._site.folder / name).unlink(missing_ok=True)
        self._site.ingest(allow_empty=True)

    def tell(self, hub: str, before: int = -1, after: int = -1) -> None:
        """Tell the hub, until killed before or after some document."""
        count = iter(range(1000))
        self._hangs_up_at = after

        def verify(address: str, document: Document) -> None:
            if next(count) == before:
                raise _Killed

        agenda = Agenda(self._site.publication, hub, verify)
        with closing(Publisher(hub)) as publisher, suppress(_Killed, HubError):
            agenda.renew()
            while not agenda.is_done:
                agenda.tell_next(publisher)

    @contextmanager
    def run_hub(self) -> Iterator[str]:
        world = self

        class Handler(Quiet):
            def do_POST(self) -> None:  # noqa: N802  # the name that http.server looks for
                topic = parse_qs(self.read().decode())["hub.topic"][0]
                path = unquote(topic.removeprefix(URL[:-1]))
                document = world._site.publication.plan(path)
                assert document
                world.held[path] = document.version
                if world._hangs_up_at == 0:
                    self.close_connection = True
                else:
                    self.answer(202)
                world._hangs_up_at -= 1

        with run_http(Handler) as address:
            yield address

    def check(self) -> None:
        publication = self._site.publication
        for feed in list_feeds(self._site.settings, self._site.index):
            for path in (Place(format, feed.path).path for format in FORMATS):
                document = publication.plan(path)
                assert document
                assert self.held[path] == document.version, path

    def close(self) -> None:
        self._site.close()


NAMES = st.sampled_from(["a.txt", "b.txt"])
STEPS = st.one_of(
    st.tuples(st.just("write"), NAMES, st.sampled_from(["News", "Sport"]), st.integers(2, 3)),
    st.tuples(st.just("remove"), NAMES),
    st.tuples(st.just("tell"), st.integers(-1, 6), st.integers(-1, 6)),
)


@given(st.lists(STEPS, min_size=4, max_size=8))
@settings(max_examples=max(10, settings().max_examples // 8))
def test_fuzz_no_kill_leaves_a_subscriber_behind(steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as home:
        world = World(Path(home) / "articles")
        with closing(world), world.run_hub() as hub:
            world.write("a.txt", "News", 2)
            world.tell(hub)
            for step, *values in steps:
                if step == "tell":
                    world.tell(hub, *values)
                else:
                    getattr(world, step)(*values)
            world.tell(hub)
            world.check()
