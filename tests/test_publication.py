"""The publication and its feeds: paths, versions, bytes by version, and when each was seen."""

import gzip
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from feedsvc.encodings import Encoding
from feedsvc.errors import IndexUnusable, Superseded
from feedsvc.index import MAIN, Change, digest_entry, pack_article
from feedsvc.index.engines import open_index
from feedsvc.ingest import ingest
from feedsvc.model import Article, Document, Enclosure, Person, Picture
from feedsvc.publication import STRIPES, Publication
from tests.conftest import BOTH, NOW, Site, list_rows

ENGINES = BOTH
MakeSite = Callable[..., Site]
FEEDS = ("/atom.xml", "/rss.xml", "/feed.json", "/")
PATHS = ("/feed.css", "/feeds.opml", *FEEDS)
OTHER = "Another paragraph that ends as one."
KIND: dict[str, str] = {
    "/": "text/html",
    "/atom.xml": "application/atom+xml",
    "/rss.xml": "application/rss+xml",
    "/feed.json": "application/feed+json",
    "/feeds.opml": "text/x-opml",
    "/feed.css": "text/css",
}


def plan(publication: Publication, path: str = "/atom.xml") -> Document:
    document = publication.document(path)
    assert document
    return document


def versions(site: Site) -> dict[str, str]:
    return {document.path: document.version for document in site.publication.documents()}


def bodies(site: Site) -> dict[str, bytes]:
    return {path: site.body(path) for path in PATHS}


def differ(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Name the feed's documents that differ."""
    return {path for path in FEEDS if before[path] != after[path]}


def test_each_path_has_a_document_and_nothing_else_has(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    publication = site.publication
    assert tuple(publication.paths()) == PATHS
    assert [document.path for document in publication.documents()] == list(PATHS)
    assert {path: plan(publication, path).media_type for path in PATHS} == KIND
    assert publication.document("/index.html") == publication.document("/")
    for path in ("", "/x/index.html", "/atom.xml/", "/ATOM.xml", "/other", "atom.xml"):
        assert publication.document(path) is None


def test_browsers_see_xml_where_the_settings_say_so(make_site: MakeSite) -> None:
    site = make_site(media_type="browser", poll_minutes=5)
    site.ingest()
    assert [plan(site.publication, path).media_type for path in FEEDS] == [
        "application/xml",
        "application/xml",
        "application/feed+json",
        "text/html",
    ]
    assert {document.max_age for document in site.publication.documents()} == {300}


def test_address_is_made_from_the_url_alone(make_site: MakeSite) -> None:
    site = make_site(url="https://example.org/feeds")
    site.ingest()
    window = plan(site.publication, "/").window
    assert window.feed.address("/") == "https://example.org/feeds/"
    address = window.feed.address("/category/中文/atom.xml")
    assert address == "https://example.org/feeds/category/%E4%B8%AD%E6%96%87/atom.xml"


def test_plan_is_kept_until_the_revision_moves(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    publication = site.publication
    first = plan(publication)
    assert plan(publication) is first
    site.ingest()
    assert plan(publication) is first
    site.write("a.txt", text=OTHER)
    site.ingest()
    assert plan(publication).version != first.version


def test_version_that_nobody_recorded_is_recorded_when_first_planned(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    recorded = plan(site.publication)
    site.write("a.txt", text=OTHER)
    ingest(site.settings, site.index, site.now + timedelta(hours=1))
    first = plan(site.publication)
    assert first.modified
    assert recorded.modified
    assert first.modified > recorded.modified, "the time of the last version isn't this one's"
    assert plan(site.publication) == first


def test_version_has_no_date_while_the_index_cant_be_written(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    site.options["title"] = "Other"
    reading = open_index(site.settings.database)
    publication = Publication(site.settings, reading)
    with site.index.transaction():
        site.index.execute("UPDATE edition SET modified = modified")
        assert site.index.reading()  # which waits for the statement before
        assert plan(publication).modified is None
    assert plan(publication).modified
    reading.close()


def test_newest_are_those_updated_last_and_those_of_the_open_archive(make_site: MakeSite) -> None:
    site = make_site(entries=3, archive_size=2)
    for day in (2, 5, 1, 4, 3):
        site.write(f"{day}.txt", date=f"2024-05-0{day}")
    site.ingest()

    def names() -> list[str]:
        return [stamp.id[-5:] for stamp in plan(site.publication).window.stamps]

    assert names() == ["5.txt", "4.txt", "3.txt"]
    site.write("1.txt", date="2024-05-01", text=OTHER)
    site.ingest()
    assert names() == ["1.txt", "5.txt", "4.txt"]
    site.options |= {"entries": 1, "archive_size": 100}
    assert names() == ["1.txt", "5.txt", "4.txt", "3.txt", "2.txt"]
    site.options["archives"] = "none"
    assert names() == ["1.txt"]


def test_documents_of_different_paths_never_share_a_version(site: Site) -> None:
    site.ingest()
    assert len(set(versions(site).values())) == len(PATHS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "https://other.example/"),
        ("title", "Other"),
        ("description", "Other"),
        ("language", "nl"),
        ("author_name", "Other"),
        ("author_email", "other@example.org"),
        ("author_url", "https://example.org/other"),
        ("rights", "Other"),
        ("timezone", "Pacific/Kiritimati"),
        ("content", "summary"),
        ("poll_minutes", 99),
        ("hubs", "https://hub.example.org/"),
        ("icon", "icon.png"),
        ("logo", "logo.png"),
        ("labels", "always"),
        ("default_time", "13:00"),
        ("boilerplate", ["Nieuws"]),
    ],
)
def test_version_changes_wherever_a_setting_changes_bytes(
    site: Site, name: str, value: object
) -> None:
    site.write("a.txt", date="2024-05-01", text="One paragraph.\nNieuws")
    site.write("b.txt", date="2024-05-02T20:00:00")
    site.ingest()
    before = versions(site), bodies(site)
    site.options[name] = value
    site.ingest()
    changed = differ(before[1], bodies(site))
    assert changed
    assert changed <= differ(before[0], versions(site))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("media_type", "browser"), ("cache_mb", 1), ("max_article_bytes", 999_999)),
        *(("entries", 51), ("archives", "main"), ("archive_size", 99), ("polls_per_hour", 9)),
    ],
)
def test_version_stays_where_a_setting_changes_no_bytes(
    site: Site, name: str, value: object
) -> None:
    site.write("a.txt")
    site.ingest()
    before = versions(site), bodies(site)
    site.options[name] = value
    site.ingest()
    assert (versions(site), bodies(site)) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Other"},
        {"date": "2024-05-03"},
        {"date": None},
        {"url": "https://example.org/other"},
        {"text": OTHER},
        {"text": "A paragraph that ends as one.\nLabel\nShare this article"},
    ],
)
def test_version_changes_wherever_an_article_changes_bytes(
    site: Site, changes: dict[str, Any]
) -> None:
    site.write("a.txt")
    site.ingest()
    before = versions(site), bodies(site)
    site.write("a.txt", **changes)
    site.ingest()
    assert differ(before[0], versions(site)) == set(FEEDS)
    assert differ(before[1], bodies(site)) >= {"/atom.xml", "/rss.xml", "/feed.json"}


FIELDS: dict[str, Any] = {
    "title": "Other",
    "content": "<p>Other.</p>",
    "summary": "Other",
    "url": "https://example.org/other",
    "published": NOW,
    "updated": NOW,
    "authors": (Person("Other", "o@example.org"),),
    "categories": ("Other",),
    "language": "fr",
    "image": Picture("https://example.org/p.jpg", "Alt", "image/jpeg"),
    "enclosures": (Enclosure("https://example.org/e.mp3", "audio/mpeg", 9),),
}


@pytest.mark.parametrize("field", FIELDS)
def test_version_changes_with_each_field_of_an_article(site: Site, field: str) -> None:
    site.write("a.txt")
    site.ingest()
    [row] = list_rows(site.index)
    assert set(FIELDS) == {name for name in Article.__struct_fields__ if name != "id"}
    before = versions(site)
    article = msgspec.structs.replace(
        site.index.articles([row.digest])[row.digest], **{field: FIELDS[field]}
    )
    text, packed = pack_article(article)
    digest = digest_entry(row.id, text)
    with site.index.transaction():
        site.index.put([Change(msgspec.structs.replace(row, digest=digest), {MAIN: ""}, packed)])
    assert differ(before, versions(site)) == set(FEEDS)
    assert all(bodies(site).values())


def test_version_is_the_same_in_another_publication_and_index(make_site: MakeSite) -> None:
    made = [make_site(name, title="T") for name in ("first", "second")]
    for site in made:
        site.write("b.txt", url=None)
        site.write("a.txt")
        site.ingest()
    assert versions(made[0]) == versions(made[1])
    assert bodies(made[0]) == bodies(made[1])


def test_same_version_has_the_same_bytes_whenever_rendered(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    before = versions(site), bodies(site)
    site.now += timedelta(days=400)
    site.write("b.txt")
    site.ingest()
    (site.folder / "b.txt").unlink()
    site.ingest()
    assert (versions(site), bodies(site)) == before


def test_edit_after_planning_puts_no_new_bytes_under_the_old_version(site: Site) -> None:
    site.write("a.txt", title="Before")
    site.ingest()
    publication = site.publication
    planned = plan(publication)
    site.write("a.txt", title="After")
    site.ingest()
    body = publication.body(planned)
    assert b"Before" in body
    assert b"After" not in body
    assert b"After" in publication.body(plan(publication))


def test_plan_older_than_two_changes_is_superseded(site: Site) -> None:
    site.write("a.txt", title="Before")
    site.ingest()
    publication = site.publication
    planned, kept = plan(site.publication), plan(publication, "/rss.xml")
    body = publication.body(kept)
    for text in ("Second.", "Third."):
        site.write("a.txt", text=text)
        site.ingest()
    with pytest.raises(Superseded, match=r"^/atom\.xml: superseded: version "):
        site.publication.body(planned)
    assert publication.body(kept) == body, "what was rendered stays"
    assert b"Third." in publication.body(plan(publication))


def test_gzip_is_the_body_and_always_the_same(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    for path in PATHS:
        publication = site.publication
        document = plan(publication, path)
        packed = publication.body(document, "gzip")
        assert gzip.decompress(packed) == publication.body(document)
        assert packed == site.publication.body(document, "gzip")
        assert packed[:4] == b"\x1f\x8b\x08\0", "no name is in it"
        assert packed[4:8] == b"\0\0\0\0", "no time is in it"
        assert packed[9] == 255, "no system is in it"


def test_bytes_are_made_once_for_each_version_and_encoding(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    publication = site.publication
    document = plan(publication)
    encodings: tuple[Encoding, ...] = ("br", "zstd", "gzip", "identity")
    for encoding in encodings:
        assert publication.body(document, encoding) is publication.body(document, encoding)


def test_bodies_and_fragments_are_kept_within_one_budget(make_site: MakeSite) -> None:
    site = make_site(cache_mb=1)
    site.write("a.txt", text="A long paragraph, and on it goes. " * 12_000)  # 0.4 MB
    site.ingest()
    publication = site.publication
    atom, rss = plan(publication), plan(publication, "/rss.xml")
    body = publication.body(atom)
    assert publication.body(atom) is body
    publication.body(rss)
    again = publication.body(atom)
    assert again == body
    assert again is not body


def test_text_is_fetched_for_what_is_new_alone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        site.write(f"{number}.txt", text=OTHER)
    site.ingest()
    publication = site.publication
    fetched: list[list[str]] = []
    articles = site.index.articles

    def fetch(digests: list[str]) -> dict[str, Article]:
        fetched.append(digests)
        return articles(digests)

    monkeypatch.setattr(site.index, "articles", fetch)
    publication.body(plan(publication))
    assert [len(digests) for digests in fetched] == [3]
    publication.body(plan(publication, "/rss.xml"))
    assert len(fetched) == 1, "the formats of a window share it"
    monkeypatch.setattr("feedsvc.rendering.MOST_RECENT", 1)
    site.write("new.txt", date="2024-05-03")
    site.ingest()
    for path in ("/atom.xml", "/rss.xml"):
        publication.body(plan(publication, path))
    assert [len(digests) for digests in fetched] == [3, 1, 1], "long texts aren't kept"


def test_documents_are_made_side_by_side(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for one document doesn't keep others waiting, but those who ask for the same."""
    site = make_site()
    site.write("a.txt")
    site.ingest()
    publication = site.publication
    first, *others = publication.documents()
    turn = hash(first.version) % STRIPES
    other = next(one for one in others if hash(one.version) % STRIPES != turn)
    begun, go_on = threading.Event(), threading.Event()
    render = publication.render
    made: list[str] = []

    def wait(document: Document) -> bytes:
        made.append(document.path)
        if document is first:
            begun.set()
            assert go_on.wait(20)
        return render(document)

    monkeypatch.setattr(publication, "render", wait)
    bodies: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: bodies.append(publication.body(first))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    assert begun.wait(20)
    assert publication.body(other)
    go_on.set()
    for thread in threads:
        thread.join()
    assert bodies[0] is bodies[1]
    assert made == [first.path, other.path]


def test_document_larger_than_the_whole_budget_is_served(make_site: MakeSite) -> None:
    site = make_site(cache_mb=1)
    site.write("a.txt", text="A long paragraph, and on it goes. " * 60_000)
    site.ingest()
    publication = site.publication
    document = plan(publication)
    assert len(publication.body(document)) > 2_000_000
    assert gzip.decompress(publication.body(document, "gzip")) == publication.body(document)


def test_modified_is_when_a_version_was_first_recorded(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    first = site.now
    site.ingest()
    assert {plan(site.publication, path).modified for path in PATHS} == {first}
    site.write("a.txt", text=OTHER)
    site.ingest()
    assert {plan(site.publication, path).modified for path in FEEDS} == {site.now}


def test_version_that_comes_back_is_modified_later_all_the_same(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    version = plan(site.publication).version
    times = [plan(site.publication).modified]
    site.write("b.txt")
    site.ingest()
    times.append(plan(site.publication).modified)
    (site.folder / "b.txt").unlink()
    site.now -= timedelta(days=2)  # and the clock is set back
    site.ingest()
    assert plan(site.publication).version == version
    times.append(plan(site.publication).modified)
    assert all(times)
    assert times == sorted(set(times), key=str)


def test_publications_at_different_addresses_keep_their_own_times(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    first = site.now
    site.options["url"] = "https://other.example/"
    site.ingest()
    assert plan(site.publication).modified == site.now
    del site.options["url"]
    assert plan(site.publication).modified == first


def test_threads_get_the_same_bytes_while_another_process_edits(site: Site) -> None:
    site.write("a.txt")
    site.ingest()
    reading = open_index(site.settings.database)
    publication = Publication(site.settings, reading)
    seen: dict[str, set[bytes]] = {}
    faults: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                document = plan(publication)
                try:
                    body = publication.body(document)
                except Superseded:
                    continue
                seen.setdefault(document.version, set()).add(body)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(10):
        site.write("a.txt", text=f"Text {number}.")
        site.ingest()
    done.set()
    for thread in threads:
        thread.join()
    reading.close()
    assert faults == []
    assert seen
    assert all(len(made) <= 1 for made in seen.values())


# Facets, archives, pages


def fill(site: Site, dates: int = 9) -> None:
    """Write an article a month, each with a label, and one with a page of its own."""
    for month in range(1, dates + 1):
        label = "Nieuws\nAl\u00efs & Co" if month % 2 else "Nieuws"
        site.write(f"{month}.txt", date=f"2023-{month:02}-01", text=f"Text.\n{label}\nShare this:")
    site.write("page.txt", url=None, date="2022-01-01")
    site.ingest()


@pytest.fixture
def history(make_site: MakeSite) -> Site:
    site = make_site(url="https://e.org/", title="T", entries=2, archive_size=4, timezone="UTC")
    fill(site)
    return site


def test_paths_are_unique_and_each_has_the_document_that_is_planned(history: Site) -> None:
    documents = list(history.publication.documents())
    paths = [document.path for document in documents]
    assert len(set(paths)) == len(paths)
    assert paths == list(history.publication.paths())
    assert len({document.version for document in documents}) == len(paths)
    for document in documents:
        planned = history.publication.plan(document.path)
        assert planned
        assert msgspec.structs.replace(planned, modified=None) == document
    assert paths[0] == "/feed.css"
    assert paths[1] == "/entry/page/"
    assert tuple(paths[-4:]) == FEEDS
    assert "/feeds.opml" in paths
    assert {"/category/al\u00efs-and-co/"} <= set(paths)


def test_what_is_linked_to_comes_before_what_links_to_it(history: Site) -> None:
    paths = [path for path in history.publication.paths() if path.endswith("atom.xml")]
    main = [path for path in paths if path.startswith("/a")]
    assert main[:2] == ["/archive/2022/atom.xml", "/archive/2023-01/atom.xml"]
    assert main[-2:] == ["/archive/2023/atom.xml", "/atom.xml"]


def test_archive_is_of_its_feed_alone(history: Site) -> None:
    window = plan(history.publication, "/category/al\u00efs-and-co/archive/2023-03/rss.xml").window
    assert [stamp.id[-5:] for stamp in window.stamps] == ["3.txt"]
    assert (window.prev, window.next, window.closed) == ("2023-01", "2023-05", True)
    assert window.feed.url == "https://e.org/category/al%C3%AFs-and-co/"


def test_closed_archives_are_good_for_a_day_and_open_ones_as_long_as_the_newest(
    history: Site,
) -> None:
    ages = {
        path: plan(history.publication, path).max_age
        for path in ("/atom.xml", "/archive/2023-01/", "/archive/2023-09/", "/archive/2023/")
    }
    assert list(ages.values()) == [900, 86_400, 900, 900]


def test_period_that_is_merged_or_empty_is_answered_by_the_archive_there_is(history: Site) -> None:
    publication = history.publication
    for asked, answered in (("2022-01-01", "2022"), ("2022-07", "2022"), ("2023-10", "2023-09")):
        document = plan(publication, f"/archive/{asked}/atom.xml")
        assert document == plan(publication, f"/archive/{answered}/atom.xml")
        assert document.path == f"/archive/{answered}/atom.xml"
    for path in ("/archive/x/", "/archive/2023-13/atom.xml", "/category/none/archive/2023/"):
        assert publication.document(path) is None


@pytest.mark.parametrize(
    ("archives", "main", "facet"), [("all", 1, 1), ("main", 1, 0), ("none", 0, 0)]
)
def test_archives_are_published_where_the_settings_say(
    history: Site, archives: str, main: int, facet: int
) -> None:
    history.options["archives"] = archives
    publication = history.publication
    paths = set(publication.paths())
    for path, there in (
        ("/archive/2022/atom.xml", main),
        ("/category/nieuws/archive/2023-01/rss.xml", facet),
    ):
        assert (path in paths) == bool(there)
        assert (publication.document(path) is not None) == bool(there)


def test_archives_go_where_the_newest_window_holds_all(history: Site) -> None:
    history.options["entries"] = 99
    assert not [path for path in history.publication.paths() if "archive" in path]
    assert plan(history.publication).window.complete
    assert plan(history.publication, "/archive/2022/atom.xml"), "clients may be on their way"


def test_main_page_names_all_feeds_and_years_and_others_the_main_feed(history: Site) -> None:
    def guide(path: str) -> tuple[list[str], tuple[str, ...]]:
        found = plan(history.publication, path).window.guide
        return [link.label for link in found.feeds], found.periods

    everything = ["T", "Al\u00efs & Co", "Nieuws"]
    assert guide("/") == (everything, ("2023", "2022"))
    assert guide("/feeds.opml") == (everything, ())
    assert guide("/category/nieuws/") == (["T"], ("2023",))
    assert guide("/archive/2023/") == (
        ["T"],
        tuple(f"2023-0{month}" for month in range(9, 0, -1)),
    )
    assert guide("/archive/2022/") == (["T"], ())
    assert guide("/atom.xml") == ([], ())


def test_entry_without_url_has_its_page_as_permalink(history: Site) -> None:
    document = plan(history.publication, "/entry/page/")
    assert document.format == "entry"
    body = history.body("/archive/2022/atom.xml").decode()
    assert '<link href="https://e.org/entry/page/" rel="alternate" type="text/html"/>' in body
    assert "A paragraph that ends as one." in history.body("/entry/page/").decode()


def test_page_of_an_unlisted_article_names_no_feed_that_may_not_be_there(site: Site) -> None:
    site.write("a.txt", url=None)
    (site.folder / "a.txt").write_text("T\n2024-05-01\nunlisted: yes\ncategory: Rare\n\nText.")
    site.ingest()
    assert "/entry/a/" in site.publication.paths()
    assert plan(site.publication, "/entry/a/").window.feed.facets == ()
    body = site.body("/entry/a/").decode()
    assert "Rare" in body
    assert "/category/rare/" not in body
    assert not site.publication.document("/category/rare/")


def test_documents_that_go_while_they_are_listed_are_left_out(history: Site) -> None:
    documents = history.publication.documents()
    assert next(documents).path == "/feed.css"
    reading = open_index(history.settings.database)
    publication = Publication(history.settings, reading)
    listing = publication.documents()
    found = []
    for document in listing:
        found.append(document.path)
        if document.path.startswith("/category/nieuws/archive/"):
            break
    for path in history.folder.glob("*.txt"):
        path.unlink()
    history.ingest(allow_empty=True)
    found = [document.path for document in listing]
    assert not [path for path in found if "archive" in path and "rss" not in path][4:]
    assert found[-1] == "/"
    reading.close()


def test_plans_are_kept_for_the_paths_asked_for_last(
    history: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.publication.MOST_PLANS", 2)
    publication = history.publication
    first, second = plan(publication, "/atom.xml"), plan(publication, "/rss.xml")
    assert plan(publication, "/atom.xml") is first
    plan(publication, "/")
    assert plan(publication, "/atom.xml") is first
    assert plan(publication, "/rss.xml") == second
    assert plan(publication, "/rss.xml") is not second


def test_documents_are_held_for_the_paths_shown_last(
    history: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.publication.MOST_PLANS", 2)
    publication = history.publication
    paths = ("/feed.json", "/atom.xml", "/rss.xml")
    shown = {path: plan(publication, path) for path in paths}
    for document in shown.values():
        publication.body(document)
    history.index.execute("ALTER TABLE revision RENAME TO elsewhere")
    assert [plan(publication, path) for path in paths[1:]] == [shown[path] for path in paths[1:]]
    with pytest.raises(IndexUnusable):
        publication.document("/feed.json")


def test_page_of_no_entry_is_no_document(history: Site) -> None:
    for path in ("/entry/none/", "/entry/1/", "/entry//"):
        assert history.publication.document(path) is None


def test_page_that_goes_while_it_is_listed_is_left_out(
    history: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = history.publication
    slugs = history.index.slugs

    def withdraw_after(after: str, limit: int) -> list[str]:
        found = slugs(after, limit)
        (history.folder / "page.txt").unlink(missing_ok=True)
        history.ingest()
        return found

    monkeypatch.setattr(history.index, "slugs", withdraw_after)
    assert not [path for path in publication.paths() if path.startswith("/entry/")]


def test_links_within_an_article_are_to_its_page_wherever_that_is(site: Site) -> None:
    """In every format: what a reader shows of many articles in one page has one `#fn1`."""
    html = '<p>x <a href="#fn1">1</a> <code>href="#fn1"</code></p><p id="fn1">note</p>'
    records = [
        {"title": "Here", "date": "2024-05-01", "html": html},
        {"title": "There", "date": "2024-05-02", "html": html, "url": "https://e.org/there"},
    ]
    file = site.write("a.jsonl")
    file.write_text("\n".join(map(json.dumps, records)))
    site.ingest()
    items = {item["title"]: item for item in json.loads(site.body("/feed.json"))["items"]}
    for item in items.values():
        assert f'<a href="{item["url"]}#fn1">1</a>' in item["content_html"]
        assert '<code>href="#fn1"</code>' in item["content_html"]
    here = items["Here"]["url"]
    for path in ("/atom.xml", "/rss.xml", here.removeprefix(site.settings.url.rstrip("/"))):
        assert f"{here}#fn1" in site.body(path).decode()
