"""Golden pairs: an article, and the exact documents that it becomes.

`GOLDEN=write make test` writes the documents anew; what changed is then for git to show.
"""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from feedsvc.encodings import LIBRARIES
from feedsvc.formats import FORMATS, identify_renderer
from tests.conftest import Site
from tests.validity import check_document

DATA = Path(__file__).parent / "data"
NAMES = sorted(
    path.name.removesuffix(".txt") for path in DATA.glob("*.txt") if "reader_" not in path.name
)

MakeSite = Callable[..., Site]


def publish(make_site: MakeSite, name: str, **options: str) -> Site:
    site = make_site(
        url="https://feeds.example.org/",
        title="Golden & true",
        author_name="The editors",
        author_email="editors@example.org",
        hubs="https://hub.example.org/",
        rights="© The editors",
        **options,
    )
    shutil.copy(DATA / f"{name}.txt", site.folder)
    report = site.ingest()
    assert not report.refused
    return site


@pytest.mark.parametrize(
    ("path", "suffix"), [("/atom.xml", "atom.xml"), ("/rss.xml", "rss.xml"), ("/feed.json", "json")]
)
@pytest.mark.parametrize("name", NAMES)
def test_article_becomes_exactly_this_document(
    make_site: MakeSite, name: str, path: str, suffix: str
) -> None:
    body = publish(make_site, name).body(path)
    golden = DATA / f"{name}.{suffix}"
    if os.environ.get("GOLDEN") == "write":
        golden.write_bytes(body)
    assert body.decode() == golden.read_bytes().decode()


@pytest.mark.parametrize("content", ["full", "summary"])
@pytest.mark.parametrize("name", NAMES)
def test_every_document_of_the_pairs_is_valid(make_site: MakeSite, name: str, content: str) -> None:
    site = publish(make_site, name, content=content)
    for path in site.publication.paths():
        check_document(path, site.body(path))


def test_feed_without_entries_is_valid(site: Site) -> None:
    site.ingest(allow_empty=True)
    atom, rss = (etree.fromstring(site.body(path)) for path in ("/atom.xml", "/rss.xml"))
    assert atom.findtext("{*}updated") == "1970-01-01T00:00:00+00:00"
    assert rss.findtext("channel/lastBuildDate") == "Thu, 01 Jan 1970 00:00:00 +0000"
    for path in site.publication.paths():
        check_document(path, site.body(path))


def test_summary_setting_keeps_the_text_out(make_site: MakeSite) -> None:
    site = publish(make_site, "plain", content="summary")
    for path in ("/atom.xml", "/rss.xml"):
        assert b"The first paragraph" in site.body(path)
        assert b"The second paragraph" not in site.body(path)


def test_entry_without_address_leads_to_its_page_which_has_all_its_text(
    make_site: MakeSite,
) -> None:
    site = publish(make_site, "undated", content="summary")
    entry = etree.fromstring(site.body("/atom.xml")).find("{*}entry")
    assert entry is not None
    link = entry.find("{*}link")
    assert link is not None
    assert link.get("href") == "https://feeds.example.org/entry/undated/"
    assert entry.find("{*}content") is None
    assert b"<p>It has no address either.</p>" in site.body("/entry/undated/")


def test_categories_have_a_scheme_where_they_have_feeds(make_site: MakeSite) -> None:
    for facets, scheme in (("category", "https://feeds.example.org/category/dieren/"), ("", None)):
        site = publish(partial(make_site, facets or "none"), "fields.nl", facets=facets)
        category = etree.fromstring(site.body("/atom.xml")).find("{*}entry/{*}category")
        assert category is not None
        assert category.get("scheme") == scheme


def test_guid_is_a_permalink_exactly_where_it_is_the_url(make_site: MakeSite) -> None:
    for number, (name, permalink) in enumerate([("plain", "true"), ("undated", "false")]):
        site = make_site(f"guid{number}")
        shutil.copy(DATA / f"{name}.txt", site.folder)
        site.ingest()
        guid = etree.fromstring(site.body("/rss.xml")).find("channel/item/guid")
        assert guid is not None
        assert guid.get("isPermaLink") == permalink


def test_feedgen_says_nothing_of_itself(make_site: MakeSite) -> None:
    site = publish(make_site, "plain")
    for path in ("/atom.xml", "/rss.xml"):
        assert b"python-feedgen" not in site.body(path)


def test_entry_whose_language_is_the_feeds_does_not_repeat_it(make_site: MakeSite) -> None:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    for language, expected in (("nl", None), ("en", "nl")):
        site = publish(partial(make_site, language), "utf16.nl", language=language)
        entry = etree.fromstring(site.body("/atom.xml")).find("{*}entry")
        assert entry is not None
        assert entry.get(lang) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_renderer_names_each_library_with_its_version(name: str) -> None:
    identity = identify_renderer(name)
    assert identity.startswith(f"{name} feedsvc/")
    assert len(identity.split()) == 2 + len(FORMATS[name].libraries) + len(LIBRARIES)
