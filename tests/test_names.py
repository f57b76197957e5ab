"""Names: every spelling of a field's name is the same name, and each generator's are known."""

import re

import pytest

from feedsvc.readers.fields.names import CONTAINERS, LONGEST, NAMES, find_name, match_line


@pytest.mark.parametrize(
    "name",
    [
        *("last_modified_at", "Last-Modified-At", "lastModifiedAt", "LAST MODIFIED AT"),
        *("last:modified:at", "lastmodifiedat", "last.modified_at", " last  modified at "),
    ],
)
def test_name_is_the_same_however_it_is_written(name: str) -> None:
    known = find_name(name)
    assert known is not None
    assert (known.field, known.loose) == ("updated", False)


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("title", "title headline og:title"),
        (
            "published",
            "date published pubDate created publishDate published_at date_published datePublished"
            " created_at article:published_time dcterms.created post_date publish",
        ),
        (
            "updated",
            "updated modified lastmod last_modified_at updatedDate date_modified dateModified"
            " updated_at last_update article:modified_time lastUpdated",
        ),
        ("address", "url link permalink canonical external_url canonical_url path og:url"),
        ("slug", "slug post_name"),
        ("author", "author authors by creator byline"),
        (
            "category",
            "tags categories category tag topics section taxonomies article:tag articleSection",
        ),
        ("summary", "summary description excerpt lead abstract og:description"),
        ("language", "lang language locale og:locale inLanguage"),
        (
            "image",
            "image cover thumbnail og_image og:image hero heroImage coverImage cover_image"
            " featured_image featuredImage feature_image banner_image thumbnailUrl",
        ),
        ("enclosure", "enclosure enclosures audio attachments podcast"),
        ("draft", "draft isDraft private"),
        ("unlisted", "unlisted eleventyExcludeFromCollections"),
        ("expires", "expires expiryDate unpublishDate expiry_date"),
        ("id", "id guid uuid"),
        ("elsewhere", "aliases redirect_from"),
        ("keywords", "keywords news_keywords"),
    ],
)
def test_each_generators_names_are_known(field: str, names: str) -> None:
    for name in names.split():
        known = find_name(name)
        assert known is not None, name
        assert known.field == field, name


@pytest.mark.parametrize(
    "name", ["", "layout", "datum", "ſummary", "title2", "weight", "_", "x" * 10**6]
)
def test_other_name_is_unknown(name: str) -> None:
    assert find_name(name) is None


def test_name_that_is_too_long_is_not_looked_at_whole() -> None:
    assert find_name("-" * (LONGEST - 5) + "title") == find_name("title")
    assert find_name("-" * LONGEST + "title") is None


@pytest.mark.parametrize(
    "names",
    [
        "publishDate date published pubDate created",
        "updated modified lastmod last_modified_at",
        "url permalink canonical link external_url path",
        "summary excerpt lead description",
        "title headline og:title",
        "image cover thumbnail og_image",
        "language lang locale",
    ],
)
def test_names_of_a_field_are_in_order(names: str) -> None:
    known = [find_name(name) for name in names.split()]
    assert len({one.field for one in known if one}) == 1
    ranks = [one.rank for one in known if one]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("date", ()),
        ("category", ()),
        ("tags", ("plural",)),
        ("date_gmt", ("gmt",)),
        ("cover", ("loose",)),
    ],
)
def test_name_says_how_its_value_is_read(name: str, marks: tuple[str, ...]) -> None:
    known = find_name(name)
    assert known is not None
    said = known._asdict()
    assert [mark for mark in ("loose", "plural", "gmt") if said[mark]] == [*marks]


def test_table_that_is_looked_into_is_no_field() -> None:
    assert [name for name in CONTAINERS if find_name(name)] == []


def test_fields_of_the_text_form_are_known_by_the_same_names() -> None:
    for name in NAMES:
        known = find_name(name)
        assert known is not None
        assert known.field == name
        assert match_line((3, f"{name.upper()}: x")) == (3, name, " x")
    assert match_line((3, "date: x")) is None
    assert re.fullmatch("[a-z ]+", " ".join(NAMES))
