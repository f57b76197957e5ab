"""Feeds: which there are beside the main one, what they say, and how others name them."""

from collections.abc import Callable
from typing import Any

import pytest

from feedsvc.feeds import describe_feed, has_archives, link_main, list_feeds, list_links
from feedsvc.model import Feed, Person
from tests.conftest import Site

MakeSite = Callable[..., Site]
AWKWARD = ["C", "C++", "C#", ".NET", "R&D", "AC/DC", "New York", "中文", "العربية", "🚲 Fietsen"]


def label(site: Site, name: str, *labels: str, **article: Any) -> None:
    site.write(name, text="\n".join(["A paragraph.", *labels, "Share this article:"]), **article)


def describe(site: Site, path: str = "") -> Feed:
    feed = describe_feed(site.settings, site.index, path)
    assert feed
    return feed


def paths(site: Site) -> list[str]:
    return [feed.path for feed in list_feeds(site.settings, site.index)]


def test_main_feed_says_of_itself_what_the_settings_say(make_site: MakeSite) -> None:
    site = make_site(
        title="T", description="D", url="https://e.org", author_name="N", hubs="", icon="i.png"
    )
    site.ingest()
    feed = describe(site)
    assert (feed.url, feed.title, feed.description) == ("https://e.org/", "T", "D")
    assert (feed.author, feed.hubs, feed.rights) == (Person("N"), (), None)
    assert (feed.icon, feed.logo) == ("https://e.org/i.png", None)
    assert paths(site) == [""]


def test_every_label_has_a_feed_at_an_address_of_its_own(make_site: MakeSite) -> None:
    site = make_site(title="T", url="https://e.org/")
    for number, name in enumerate(AWKWARD):
        label(site, f"{number}.txt", name)
    site.ingest()
    feeds = {feed.title: feed for feed in list_feeds(site.settings, site.index)}
    assert set(feeds) == {"T", *(f"T: {name}" for name in AWKWARD)}
    assert len({feed.url for feed in feeds.values()}) == len(feeds)
    assert feeds["T: C++"].url == "https://e.org/category/c-plus-plus/"
    assert feeds["T: 中文"].url == "https://e.org/category/%E4%B8%AD%E6%96%87/"
    assert feeds["T: C#"].description == "C#: The newest articles of T"
    assert all(describe(site, feed.path) == feed for feed in feeds.values())


def test_labels_that_differ_in_case_share_a_feed_named_as_most_are(site: Site) -> None:
    label(site, "a.txt", "NIEUWS")
    for name in "bc":
        label(site, f"{name}.txt", "nieuws")
    site.ingest()
    assert paths(site) == ["category/nieuws/", ""]
    assert describe(site, "category/nieuws/").title == "Articles: nieuws"


def test_languages_have_feeds_where_there_are_several(make_site: MakeSite) -> None:
    site = make_site(language="nl", title="T")
    site.write("a.txt")
    site.ingest()
    assert paths(site) == [""]
    assert describe_feed(site.settings, site.index, "language/nl/") is None
    site.write("b.ar.txt")
    site.ingest()
    assert paths(site) == ["language/ar/", "language/nl/", ""]
    feed = describe(site, "language/ar/")
    assert (feed.title, feed.language) == ("T: العربية", "ar")


def test_kinds_that_the_settings_leave_out_have_no_feeds(make_site: MakeSite) -> None:
    site = make_site(facets="author")
    label(site, "a.txt", "Nieuws")
    site.write("b.fr.txt")
    site.ingest()
    assert paths(site) == [""]
    assert describe_feed(site.settings, site.index, "category/nieuws/") is None
    site.options["facets"] = "category, language"
    site.ingest()
    assert paths(site) == ["category/nieuws/", "language/en/", "language/fr/", ""]


@pytest.mark.parametrize("path", ["category/none/", "language/xx/", "category//", "author/a/"])
def test_facet_without_entries_is_not_there(site: Site, path: str) -> None:
    label(site, "a.txt", "Nieuws")
    site.write("b.fr.txt")
    site.ingest()
    assert describe_feed(site.settings, site.index, path) is None


def test_facet_says_what_its_override_says(make_site: MakeSite) -> None:
    site = make_site(url="https://e.org/", logo="logo.png")
    (site.folder / "feedsvc.toml").write_text(
        '[category."BUITENLAND"]\ntitle = "Verre landen"\ndescription = "D"\nimage = "far.png"\n'
        '[category.Sport]\ntitle = "Bal"\n'
    )
    label(site, "a.txt", "Buitenland")
    label(site, "b.txt", "Sport")
    site.ingest()
    feed = describe(site, "category/buitenland/")
    assert (feed.title, feed.description) == ("Verre landen", "D")
    assert feed.logo == "https://e.org/far.png"
    assert describe(site, "category/sport/").logo == "https://e.org/logo.png"


def test_links_name_the_main_feed_then_each_kind_by_label(make_site: MakeSite) -> None:
    site = make_site(title="T", url="https://e.org/", min_entries=2)
    for name in ("a", "b"):
        label(site, f"{name}.txt", "zoo", "Apen")
        label(site, f"{name}.fr.txt", "Rare" if name == "a" else "Other")
    site.ingest()
    links = list_links(site.settings, site.index)
    assert [(link.kind, link.label, link.url) for link in links] == [
        ("", "T", "https://e.org/"),
        ("category", "Apen", "https://e.org/category/apen/"),
        ("category", "zoo", "https://e.org/category/zoo/"),
        ("language", "English", "https://e.org/language/en/"),
        ("language", "Français", "https://e.org/language/fr/"),
    ]
    assert [link.language for link in links] == ["en", "en", "en", "en", "fr"]
    assert links[0] == link_main(site.settings)
    assert describe(site, "category/rare/").title == "T: Rare", "it is there, only not listed"


def test_archives_are_where_the_settings_say(site: Site) -> None:
    label(site, "a.txt", "Nieuws")
    site.ingest()
    both = describe(site), describe(site, "category/nieuws/")
    for archives, expected in (("all", (1, 1)), ("main", (1, 0)), ("none", (0, 0))):
        site.options["archives"] = archives
        assert tuple(has_archives(site.settings, feed) for feed in both) == expected
