"""Fields: each value that a person may write is understood as one thing, or refused by its line."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.clean import clean_line, clean_url
from feedsvc.errors import ArticleError, MediumRefused
from feedsvc.model import Enclosure, Person, Picture, Selection
from feedsvc.readers.fields import NAMES, Field, Fields, find_field, read_fields
from feedsvc.readers.fields.addresses import Address
from feedsvc.readers.media import TYPES
from feedsvc.settings import Settings

DEFAULTS = Settings(
    folder="/", url="http://a/", title="T", description="D", database="/x", author=Person("A")
)
DATE = datetime(2024, 5, 1, 10, tzinfo=UTC)


def read(*written: str, published: datetime | None = None, **settings: object) -> Fields:
    """Read fields that are written `name: value`, from line 2 on."""
    given = [Field(line, *text.partition(": ")[::2]) for line, text in enumerate(written, 2)]
    return read_fields(
        "a.txt", given, replace(DEFAULTS, **settings), published=published, strict=True
    )


def refuse(*written: str) -> str:
    with pytest.raises(ArticleError) as caught:
        read(*written)
    return str(caught.value)


def rules(fields: Fields) -> list[str]:
    return [str(rule).removeprefix("a.txt:") for rule in fields.rules]


def test_no_field_says_nothing() -> None:
    assert read() == Fields()


def test_each_field_is_told_as_a_rule() -> None:
    assert rules(read("author:  Jan \u202e Jansen ", "draft: yes")) == [
        "2: author: Jan Jansen",
        "3: draft: yes",
    ]


@pytest.mark.parametrize(
    ("line", "name", "text"),
    [
        ("author: Jan", "author", " Jan"),
        ("AUTHOR:Jan", "author", "Jan"),
        ("Category\u00a0: Kunst: nu", "category", " Kunst: nu"),
        ("Summary： 短い", "summary", " 短い"),
        ("id:urn:a", "id", "urn:a"),
        ("draft:", "draft", ""),
    ],
)
def test_line_is_a_field_however_it_is_written(line: str, name: str, text: str) -> None:
    assert find_field((7, line)) == Field(7, name, text)


@pytest.mark.parametrize(
    "line",
    [
        *("", "Jan", "Note: this", "authors: Jan", "the author: Jan", "author Jan"),
        *("image://a.org/b.jpg", "ſummary: x", "2024-05-01T10:00:00Z", "https://a.org/id:1"),
    ],
)
def test_other_line_is_no_field(line: str) -> None:
    assert find_field((1, line)) is None


def test_every_field_there_is_is_tried_below() -> None:
    tried = "author category draft enclosure expires id image language summary unlisted updated"
    assert set(tried.split()) == NAMES


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Jan Jansen", [Person("Jan Jansen")]),
        ("Jan <jan@a.org>", [Person("Jan", "jan@a.org")]),
        ("Jan (https://a.org/é)", [Person("Jan", None, "https://a.org/%C3%A9")]),
        ("Jan <jan@a.org> (http://a.org)", [Person("Jan", "jan@a.org", "http://a.org")]),
        ("Jan (http://a.org) <jan@a.org>", [Person("Jan", "jan@a.org", "http://a.org")]),
        ("Jan (http://a.org/B_(C))", [Person("Jan", None, "http://a.org/B_(C)")]),
        ("Jan (ANP)", [Person("Jan (ANP)")]),
        ("Jan, Piet & co", [Person("Jan, Piet & co")]),
        ("Jan; Piet <p@a.org>;", [Person("Jan"), Person("Piet", "p@a.org")]),
        ("Jan; JAN <jan@a.org>", [Person("Jan")]),
        ("\u200f\u05d3\u05e0\u05d4 👩\u200d🚀", [Person("\u200f\u05d3\u05e0\u05d4 👩\u200d🚀")]),
    ],
)
def test_author_is_a_name_and_where_to_find_it(text: str, people: list[Person]) -> None:
    assert read(f"author: {text}").authors == tuple(people)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        (" \u200b\u202e", "empty"),
        (" ; ;", "empty"),
        ("<jan@a.org>", "no name: '<jan@a.org>'"),
        ("(https://a.org)", "no name: '(https://a.org)'"),
        ("Jan <jan>", "not an e-mail address: 'jan'"),
        ("Jan <>", "empty"),
        ("Jan (https://u:p@a.org/)", "not a public URL: it holds a user name or a password"),
    ],
)
def test_author_that_is_none_is_refused(text: str, fault: str) -> None:
    assert refuse("draft: no", f"author: {text}") == f"a.txt:3: author: {fault}"


def test_authors_and_categories_are_added_up_and_told_once() -> None:
    fields = read(
        "author: Jan", "category: Sport, C++,, Kunst", "author: JAN; Piet", "category: sport"
    )
    assert fields.authors == (Person("Jan"), Person("Piet"))
    assert fields.categories == ("Sport", "C++", "Kunst")
    assert rules(fields) == [
        "2: author: Jan",
        "3: category: Sport, C++,, Kunst",
        "4: author: JAN; Piet: again: jan",
        "5: category: sport: again: sport",
    ]


def test_category_of_commas_is_refused() -> None:
    assert refuse("category: ,,") == "a.txt:2: category: empty"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *(("yes", True), ("True", True), ("1", True), ("ON", True)),
        *(("no", False), ("false", False), ("0", False), ("Off", False)),
    ],
)
@pytest.mark.parametrize("name", ["draft", "unlisted"])
def test_marks_are_yes_or_no(name: str, word: str, value: bool) -> None:
    selection = read(f"{name}: {word}").selection
    assert selection == (Selection(draft=value) if name == "draft" else Selection(unlisted=value))


@pytest.mark.parametrize("word", ["yep", "ja", "2", "yes.", "true false"])
def test_mark_that_is_neither_is_refused(word: str) -> None:
    assert refuse(f"draft: {word}") == f"a.txt:2: draft: not yes or no: {word!r}"


def test_moments_are_completed_by_the_settings() -> None:
    fields = read(
        *("updated: 2024-07-01", "expires: 1 July 2025 00:00"),
        timezone="Europe/Amsterdam",
        default_time=time(9, 30),
    )
    assert fields.updated == datetime(2024, 7, 1, 7, 30, tzinfo=UTC)
    assert fields.selection == Selection(expires=datetime(2025, 6, 30, 22, tzinfo=UTC))


@pytest.mark.parametrize("name", ["updated", "expires"])
def test_moment_that_is_none_is_refused(name: str) -> None:
    assert refuse(f"{name}: 01/02/2023").startswith(f"a.txt:2: {name}: ambiguous date: '01/02/")


@pytest.mark.parametrize("name", ["updated", "expires"])
def test_moment_before_the_publication_is_told(name: str) -> None:
    before, same = "2024-05-01T09:59:59Z", "2024-05-01T10:00:00Z"
    assert [str(finding) for finding in read(f"{name}: {before}", published=DATE).findings] == [
        f"a.txt:2: {name}: before the publication: "
        "2024-05-01T09:59:59+00:00 is before 2024-05-01T10:00:00+00:00"
    ]
    assert read(f"{name}: {same}", published=DATE).findings == ()
    assert read(f"{name}: {before}").findings == ()


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        ("https://a.org/b.jpg", Picture("https://a.org/b.jpg", "", "image/jpeg")),
        ("https://a.org/B.PNG?x=1", Picture("https://a.org/B.PNG?x=1", "", "image/png")),
        ("https://a.org/b  A cat, & more", Picture("https://a.org/b", "A cat, & more")),
        (
            "https://ä.org/b.svg\u00a0Kat",
            Picture("https://xn--4ca.org/b.svg", "Kat", "image/svg+xml"),
        ),
    ],
)
def test_image_is_an_address_and_what_it_shows(text: str, picture: Picture) -> None:
    assert read(f"image: {text}").image == picture


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ftp://a.org/a.jpg", "not an http or https URL: 'ftp://a.org/a.jpg'"),
        ("b.mp3 x", "not an image: 'b.mp3' is audio/mpeg"),
        ("ANP", "not an http or https URL: 'ANP'"),
        ("https:///a.jpg", "not a URL: 'https:///a.jpg' has no host"),
        ("https://a.org/b.mp3 x", "not an image: 'https://a.org/b.mp3' is audio/mpeg"),
    ],
)
def test_image_that_is_none_is_refused(text: str, fault: str) -> None:
    assert refuse(f"image: {text}") == f"a.txt:2: image: {fault}"


@pytest.mark.parametrize(
    ("text", "enclosure"),
    [
        ("https://a.org/b.mp3", Enclosure("https://a.org/b.mp3", "audio/mpeg")),
        ("https://a.org/b.mp3 123", Enclosure("https://a.org/b.mp3", "audio/mpeg", 123)),
        ("https://a.org/b 12 Audio/OGG", Enclosure("https://a.org/b", "audio/ogg", 12)),
        ("https://a.org/b audio/ogg 12", Enclosure("https://a.org/b", "audio/ogg", 12)),
        ("https://a.org/b.mp3 a/x.y+z", Enclosure("https://a.org/b.mp3", "a/x.y+z")),
        ("https://a.org/é.pdf", Enclosure("https://a.org/%C3%A9.pdf", "application/pdf")),
        ("https://a.org/b.mov#t=1", Enclosure("https://a.org/b.mov#t=1", "video/quicktime")),
    ],
)
def test_enclosure_is_an_address_its_length_and_its_type(text: str, enclosure: Enclosure) -> None:
    assert read(f"enclosure: {text}").enclosures == (enclosure,)


@pytest.mark.parametrize("suffix", TYPES)
def test_enclosure_of_each_known_suffix_has_a_type(suffix: str) -> None:
    (enclosure,) = read(f"enclosure: https://a.org/b.{suffix.upper()}").enclosures
    assert enclosure.type == TYPES[suffix]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ANP", "not an http or https URL: 'ANP'"),
        ("b.mp3 1", "more than a file: '1'; the length and the type are read from the file"),
        ("https://a.org/b.exe", "no media type: 'https://a.org/b.exe' tells none; write for"),
        ("https://example.mov", "no media type: 'https://example.mov' tells none; write for"),
        ("https://a.org/b.mp3 1 2", "not a length or a media type: '2'"),
        ("https://a.org/b.mp3 a/b c/d", "not a length or a media type: 'c/d'"),
        ("https://a.org/b.mp3 -1", "not a length or a media type: '-1'"),
        ("https://a.org/b.mp3 ١٢", "not a length or a media type: '١٢'"),
        ("https://a.org/b.mp3 12MB", "not a length or a media type: '12MB'"),
        ("https://a.org/b.mp3 1234567890123456", "not a length or a media type: '123456"),
    ],
)
def test_enclosure_that_is_none_is_refused(text: str, fault: str) -> None:
    assert refuse(f"enclosure: {text}").startswith(f"a.txt:2: enclosure: {fault}")


def test_file_that_is_not_there_is_left_out_with_a_finding() -> None:
    fields = read("image: gone/a.jpg A cat", "enclosure: b.mp3", "enclosure: https://a.org/b.mp3")
    assert (fields.image, len(fields.enclosures)) == (None, 1)
    assert [str(finding) for finding in fields.findings] == [
        "a.txt:2: image: no such file: 'gone/a.jpg'",
        "a.txt:3: enclosure: no such file: 'b.mp3'",
    ]
    assert read("image: /gone.jpg", site_url="https://a.org/").image is None
    assert refuse("image: gone.jpg", "image: https://a.org/b.jpg").startswith(
        "a.txt:3: image: given twice"
    )


def test_enclosures_are_added_up_each_address_once() -> None:
    fields = read(
        *("enclosure: https://a.org/a.mp3 5", "enclosure: https://a.org/A.mp3"),
        "enclosure: https://a.org/a.mp3 audio/ogg",
    )
    assert fields.enclosures == (
        Enclosure("https://a.org/a.mp3", "audio/mpeg", 5),
        Enclosure("https://a.org/A.mp3", "audio/mpeg"),
    )
    assert rules(fields)[2].endswith(": again: https://a.org/a.mp3")


@pytest.mark.parametrize("id", ["tag:a.org,2024:b", "urn:uuid:0", "https://a.org/?p=1", "x:é"])
def test_id_is_an_iri(id: str) -> None:
    assert read(f"id: {id}").id == id


@pytest.mark.parametrize("id", ["12", "a b:c", "tag:a b", "tag:<b>", ":a", "é:a", "tag:", 'x:"'])
def test_id_that_is_no_iri_is_refused(id: str) -> None:
    assert refuse(f"id: {id}").startswith(f"a.txt:2: id: not an IRI: {id!r}; write for example")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("id", "9e107d9d-372b-4826-81d0-ae55ee4fba1e"),
        ("language", "nl_BE"),
        ("updated", "1714564800"),
        ("expires", "0000-00-00"),
        ("image", "my cat.jpg"),
        ("draft", ""),
    ],
)
def test_text_form_takes_what_a_person_writes_and_no_program(name: str, text: str) -> None:
    assert refuse(f"{name}: {text}").startswith(f"a.txt:2: {name}: ")


def test_language_is_a_tag() -> None:
    assert read("language: PT-br").language == "pt-BR"
    assert refuse("language: Dutch!").startswith("a.txt:2: language: not a language tag: 'Dutch!'")


def test_summary_is_a_line_of_text() -> None:
    assert read("summary:  We <b>did</b>\u202e  x: y ").summary == "We <b>did</b> x: y"


@pytest.mark.parametrize("name", ["author", "category", "id"])
def test_name_that_no_index_could_sort_is_refused(name: str) -> None:
    long = f"urn:{'a' * 496}"
    assert read(f"{name}: {long}") is not None
    assert refuse(f"{name}: {long}a").startswith(f"a.txt:2: {name}: too long: 'urn:")


@pytest.mark.parametrize(
    "text",
    [
        *("draft: no", "expires: 2024-05-01", "id: urn:a", "image: https://a.org/b"),
        *("language: nl", "summary: x", "unlisted: no", "updated: 2024-05-01"),
    ],
)
def test_field_that_has_one_value_is_not_given_twice(text: str) -> None:
    name = text.partition(":")[0]
    assert refuse(text, "author: Jan", text) == f"a.txt:4: {name}: given twice: first in line 2"


VALUES = st.text() | st.sampled_from(
    [
        *("yes", "0", "2024-05-01", "01/02/2023", "https://a.org/b.jpg Alt", "tag:a,1:b", "nl-NL"),
        *("https://a.org/b.mp3 1 a/b", "Jan <j@a.org>; Piet (https://a.org)", "<>", "(https://"),
        *(";,", "\0", "http://[", "https://ex ample/b.jpg", "9" * 5000, "﷽" * 300),
    ]
)


def try_to_read(written: list[tuple[str, str]]) -> Fields | ArticleError:
    given = [Field(line, *field) for line, field in enumerate(written, 1)]
    try:
        return read_fields("a.txt", given, DEFAULTS, published=DATE, strict=True)
    except ArticleError as fault:
        return fault


@given(st.lists(st.tuples(st.sampled_from(sorted(NAMES)), VALUES), max_size=6))
@example([("author", "a" * 10**5 + " (https://" * 10**4), ("author", "<" * 10**5)])
@example([("author", "\u00a0" * 10**5 + "x"), ("id", "a:" + "b" * 10**5 + " ")])
@example(
    [("enclosure", "https://a.org/" + "." * 10**5), ("image", "https://a.org/" + ".a" * 10**5)]
)
def test_any_fields_are_refused_or_sound_fuzz(written: list[tuple[str, str]]) -> None:
    fields = try_to_read(written)
    if isinstance(fields, ArticleError):
        assert fields.field == written[fields.line - 1][0]
        assert "\n" not in str(fields)
        return
    assert [rule.field for rule in fields.rules] == [name for name, _ in written]
    addresses = [enclosure.url for enclosure in fields.enclosures]
    addresses += [person.url for person in fields.authors if person.url]
    addresses += [fields.image.url] if fields.image else []
    assert addresses == [clean_url(address) for address in addresses]
    names = [person.name for person in fields.authors]
    alt = [fields.image.alt] if fields.image and fields.image.alt else []
    texts = [*names, *fields.categories, *alt, *([fields.summary] if fields.summary else [])]
    assert texts == [clean_line(text) for text in texts]
    assert all(texts)


# What follows is typed, and named as generators name it.


def take(
    given: dict[str, Any], path: str = "a.md", lenient: bool = False, **options: Any
) -> Fields:
    """Read fields of a front matter, one a line, from line 2 on."""
    fields = [Field(line, name, value) for line, (name, value) in enumerate(given.items(), 2)]
    settings = replace(DEFAULTS, **options)
    return read_fields(path, fields, settings, lenient=lenient)


def reject(**given: Any) -> str:
    with pytest.raises(ArticleError) as caught:
        take(given)
    return str(caught.value).removeprefix("a.md:")


def tell(fields: Fields) -> list[str]:
    return [str(rule).removeprefix("a.md:") for rule in fields.rules]


NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NAIVE, FIRST, LAST = (  # as YAML gives them
    moment.replace(tzinfo=None)
    for moment in (NOON, datetime.min, datetime.max)  # noqa: DTZ901  # the ends themselves
)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (date(2024, 5, 1), NOON),
        (NAIVE, NOON),
        (datetime(2024, 5, 1, 14, tzinfo=timezone(timedelta(hours=2))), NOON),
        (datetime(2024, 5, 1, 12, 0, 0, 999_999, UTC), NOON),
        ("2024-05-01", NOON),
        ("2024-05-01T12:00:00.000Z", NOON),
        ("2024-05-01 5:00:00 -0700", NOON),
        ("2024/5/1 12:00:00", NOON),
        ("2024-05-01_1200", NOON),
        ("Wed, 01 May 2024 12:00:00 GMT", NOON),
        ("Wed May 01 2024 14:00:00 GMT+0200 (Central European Summer Time)", NOON),
        (20240501, NOON),
        ("20240501120000", NOON),
        (202405011200, NOON),
        ("20240501T120000", NOON),
        (1714564800, NOON),
        (1714564800000, NOON),
        ("1714564800", NOON),
        (1714564800.5, NOON),
        ({"date": "2024-05-01", "author": "Jan"}, NOON),
        ([[date(2024, 5, 1)]], NOON),
    ],
)
@pytest.mark.parametrize("name", ["date", "lastmod", "expiryDate"])
def test_moment_is_read_as_it_is_typed(name: str, value: Any, moment: datetime) -> None:
    fields = take({name: value})
    read = {
        "date": fields.published,
        "lastmod": fields.updated,
        "expiryDate": fields.selection.expires,
    }
    assert read.pop(name) == moment
    assert set(read.values()) == {None}


def test_moment_without_a_zone_is_in_that_of_the_settings() -> None:
    options: dict[str, Any] = {"timezone": "Europe/Amsterdam", "default_time": time(9)}
    fields = take({"date": NAIVE + timedelta(hours=2), "updated": date(2024, 5, 2)}, **options)
    assert fields.published == NOON
    assert fields.updated == datetime(2024, 5, 2, 7, tzinfo=UTC)
    assert take({"date_gmt": "2024-05-01 12:00:00"}, **options).published == NOON


def test_date_keeps_the_zone_that_it_is_written_in() -> None:
    local = take({"date": "2024-05-01T23:30:00-08:00"}).local
    assert local is not None
    assert local.isoformat() == "2024-05-01T23:30:00-08:00"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (2024, "not a date: 2024; write year-month-day"),
        (202405, "not a date: 202405; write year-month-day"),
        (True, "not a date: True; write year-month-day"),
        (1.5, "not a date: 1.5; write year-month-day"),
        ("2024", "not a whole date: '2024' lacks the day"),
        ("01/02/2023", "ambiguous date: '01/02/2023' is"),
        ("yesterday", "not a date: 'yesterday'"),
        (time(10), "not a whole date: '10:00:00' lacks"),
        (date(1, 1, 2), "not a date: '0001-01-02' is not from 1000 to 9998"),
        (LAST, "not a date: '9999-12-31T23:59:59.999999'"),
        ([1, 2], "not text: [1, 2]"),
        ({"day": 1}, "not text: None"),
        (float("nan"), "not a date: nan; write"),
        pytest.param(10**5000, "not a date: a value of type int; write", id="huge"),
    ],
)
@pytest.mark.parametrize("name", ["date", "modified", "expires"])
def test_moment_that_is_none_of_these_is_refused(name: str, value: Any, fault: str) -> None:
    assert reject(**{name: value}).startswith(f"2: {name}: {fault}")


@pytest.mark.parametrize(
    "value",
    [
        *(
            "0000-00-00 00:00:00",
            "0001-01-01T00:00:00Z",
            FIRST,
            False,
            None,
            "",
            " ",
            [],
        ),
        *("Last Modified", "git Created", [None], [""], {}),
    ],
)
def test_date_that_says_that_there_is_none_is_left_out_with_a_rule(value: Any) -> None:
    fields = take({"date": value, "created": "2024-05-01"})
    assert fields.published == NOON
    assert tell(fields)[0].startswith("2: date: not used: ")


@pytest.mark.parametrize(
    ("given", "draft"),
    [
        ({"draft": True}, True),
        ({"draft": False}, False),
        ({"draft": "yes"}, True),
        ({"draft": 1}, True),
        ({"isDraft": "false"}, False),
        ({"published": False}, True),
        ({"published": "no"}, True),
        ({"published": True}, False),
        ({"publish": False}, True),
        ({"is_published": True}, False),
        ({"published": date(2024, 5, 1)}, False),
        ({"draft": False, "published": False}, True),
        ({"draft": True, "published": True}, True),
        ({"status": "draft"}, True),
        ({"status": "Private"}, True),
        ({"status": "published"}, False),
        ({"status": "hidden"}, False),
        ({"status": ["draft"]}, False),
        ({"visibility": "paid"}, True),
        ({"post_status": "auto-draft"}, True),
        ({"password": "secret"}, True),
        ({"password": ""}, False),
        ({"extra": {"draft": True}}, True),
        ({"draft": None}, False),
    ],
)
def test_draft_is_what_any_field_says_not_to_publish(given: dict[str, Any], draft: bool) -> None:
    assert take(given).selection.draft is draft


def test_published_that_says_yes_is_no_date() -> None:
    fields = take({"published": True, "pubDate": "2024-05-01"})
    assert fields.published == NOON
    assert tell(fields)[0] == "2: published: not used: it says so, but not when"


@pytest.mark.parametrize("name", ["unlisted", "eleventyExcludeFromCollections", "nofeed"])
def test_article_that_is_to_be_in_no_list_is_unlisted(name: str) -> None:
    assert take({name: True}).selection == Selection(unlisted=True)
    assert take({"status": "hidden"}).selection == Selection(unlisted=True)


def test_mark_that_is_neither_yes_nor_no_is_refused_wherever_it_stands() -> None:
    assert reject(draft="yep") == "2: draft: not yes or no: 'yep'"
    assert reject(extra={"draft": [1]}) == "2: extra.draft: not text: [1]"
    assert reject(params={"expires": "never"}).startswith("2: params.expires: not a date: 'never'")


@pytest.mark.parametrize(
    ("value", "labels"),
    [
        (["Sport", "Kunst"], ["Sport", "Kunst"]),
        ("Sport, Kunst", ["Sport", "Kunst"]),
        ("Sport; Kunst, nu", ["Sport", "Kunst, nu"]),
        ("Sport", ["Sport"]),
        ("a b", ["a b"]),
        ([2024, 1.5, True, date(2024, 5, 1)], ["2024", "1.5", "true", "2024-05-01"]),
        ([["A", ["B"]], "C"], ["A", "B", "C"]),
        ([{"name": "A", "slug": "a"}, {"title": "B"}], ["A", "B"]),
        (["a", None, "", "A"], ["a"]),
        (["a, b"], ["a, b"]),
        (2024, ["2024"]),
        ({"name": "A"}, ["A"]),
        (("A",), ["A"]),
    ],
)
def test_tags_are_a_list_however_they_are_written(value: Any, labels: list[str]) -> None:
    assert take({"tags": value}).categories == tuple(labels)


def test_category_is_one_as_its_name_says() -> None:
    assert take({"category": "Sport, Kunst"}).categories == ("Sport, Kunst",)
    assert take({"section": "a; b"}).categories == ("a; b",)


def test_labels_of_all_names_add_up_in_the_order_of_the_article() -> None:
    fields = take(
        {
            "tags": ["c"],
            "category": "a",
            "taxonomies": {"tags": ["d", "A"], "authors": ["Jan"], "genres": ["x"]},
            "categories": "b",
        }
    )
    assert fields.categories == ("c", "a", "d", "b")
    assert fields.filed == ("a", "b")
    assert fields.authors == (Person("Jan"),)
    assert "4: taxonomies.tags: d, A: again: a" in tell(fields)
    assert "4: taxonomies.genres: not used: no field that is known" in tell(fields)


def test_labels_of_a_jekyll_post_are_parted_by_spaces_too() -> None:
    path = "_posts/2024-05-01-a.md"
    assert take({"tags": "a b"}, path).categories == ("a", "b")
    assert take({"tags": "a b, c"}, path).categories == ("a b", "c")
    assert take({"category": "a b"}, path).categories == ("a b",)


def test_taxonomies_may_be_a_list() -> None:
    assert take({"taxonomies": ["a", "b"]}).categories == ("a", "b")


def test_keywords_and_aliases_are_known_and_not_used() -> None:
    fields = take({"keywords": "a, b", "aliases": ["/old/"], "redirect_from": "/older/"})
    assert fields == Fields(rules=fields.rules)
    assert tell(fields) == [
        "2: keywords: not used: they are for search engines: tags are categories",
        "3: aliases: not used: it names other addresses of the article",
        "4: redirect_from: not used: it names other addresses of the article",
    ]


@pytest.mark.parametrize(
    ("name", "value", "people"),
    [
        ("author", "Jan Jansen", [Person("Jan Jansen")]),
        ("author", "Jan, Piet", [Person("Jan, Piet")]),
        ("author", "Jan; Piet", [Person("Jan"), Person("Piet")]),
        ("authors", "Jan, Piet", [Person("Jan"), Person("Piet")]),
        ("authors", "Jansen, Jan; Piet", [Person("Jansen, Jan"), Person("Piet")]),
        (
            "authors",
            ["Jan, jr.", "Piet <p@a.org>"],
            [Person("Jan, jr."), Person("Piet", "p@a.org")],
        ),
        ("by", ["Jan", None, ""], [Person("Jan")]),
        ("author", {"name": "Jan", "email": "j@a.org"}, [Person("Jan", "j@a.org")]),
        ("author", {"name": "Jan", "website": "http://a.org"}, [Person("Jan", url="http://a.org")]),
        ("author", {"Name": "Jan", "Email": "mailto:j@a.org"}, [Person("Jan", "j@a.org")]),
        ("authors", [{"display_name": "Jan"}, {"login": "p"}], [Person("Jan"), Person("p")]),
        ("author", {"name": "Jan", "uri": "/jan/"}, [Person("Jan", url="https://b.org/s/jan/")]),
        ("author", 5, [Person("5")]),
    ],
)
def test_author_is_text_a_table_or_a_list(name: str, value: Any, people: list[Person]) -> None:
    assert take({name: value}, site_url="https://b.org/s/").authors == tuple(people)


def test_page_of_an_author_on_a_site_that_is_not_known_is_left_out() -> None:
    assert take({"author": {"name": "Jan", "url": "/jan/"}}).authors == (Person("Jan"),)


def test_address_beside_the_only_author_is_that_authors() -> None:
    beside = {"author_email": "j@a.org", "author_url": "https://a.org/"}
    assert take({"author": "Jan"} | beside).authors == (Person("Jan", "j@a.org", "https://a.org/"),)
    assert take({"author": "Jan; Piet"} | beside).authors == (Person("Jan"), Person("Piet"))
    assert take(beside).authors == ()


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"email": "j@a.org"}, "no name: {'email': 'j@a.org'}"),
        ({"name": "Jan", "email": "jan"}, "not an e-mail address: 'jan'"),
        ({"name": "Jan", "url": "ftp://a.org"}, "not an http or https URL: 'ftp://a.org'"),
        ([{"name": []}], "no name: {'name': []}"),
        ([["a", {"name": {"b": "c"}}]], "not text: None"),
    ],
)
def test_author_that_has_no_name_is_refused(value: Any, fault: str) -> None:
    assert reject(author=value) == f"2: author: {fault}"


@pytest.mark.parametrize(
    ("value", "picture"),
    [
        ("https://a.org/b.jpg", Picture("https://a.org/b.jpg", "", "image/jpeg")),
        ("//a.org/b.jpg", Picture("https://a.org/b.jpg", "", "image/jpeg")),
        ("https://a.org/b.jpg A cat", Picture("https://a.org/b.jpg", "A cat", "image/jpeg")),
        ({"url": "https://a.org/b", "alt": "A cat"}, Picture("https://a.org/b", "A cat")),
        ({"src": "https://a.org/b", "caption": "C"}, Picture("https://a.org/b", "C")),
        ({"image": {"path": "https://a.org/b"}, "alt": "A"}, Picture("https://a.org/b", "A")),
        ({"src": "https://a.org/b", "alt": 5}, Picture("https://a.org/b")),
        (["https://a.org/b", "https://a.org/c"], Picture("https://a.org/b")),
        ({"feature": "https://a.org/b", "credit": "Jan"}, Picture("https://a.org/b")),
        ([{"url": ["https://a.org/b"]}], Picture("https://a.org/b")),
        ("my cat.jpg", Picture("/f/my%20cat.jpg", "", "image/jpeg")),
        ("![[my cat.jpg|300]]", Picture("/f/my%20cat.jpg", "", "image/jpeg")),
        ("a/cat.jpg A cat", Picture("/f/a/cat.jpg", "A cat", "image/jpeg")),
        ({"file": "cat.jpg"}, Picture("/f/cat.jpg", "", "image/jpeg")),
        ("/gone.jpg", Picture("https://b.org/s/gone.jpg", "", "image/jpeg")),
    ],
)
def test_image_is_text_a_table_or_a_list(value: Any, picture: Picture) -> None:
    settings = replace(DEFAULTS, site_url="https://b.org/s/")

    def find(reference: str) -> Enclosure:
        if "gone" in reference:
            raise MediumRefused("no such file", reference)
        return Enclosure(f"/f/{reference}", "image/jpeg")

    for name in ("image", "cover_image", "og:image"):
        assert read_fields("a.md", [Field(1, name, value)], settings, find).image == picture


def test_file_that_may_not_be_published_is_no_file_of_the_site() -> None:
    def find(reference: str) -> Enclosure:
        raise MediumRefused("too large", reference)

    settings = replace(DEFAULTS, site_url="https://b.org/s/")
    fields = read_fields("a.md", [Field(1, "image", "/a.jpg")], settings, find)
    assert fields.image is None
    assert [str(finding) for finding in fields.findings] == ["a.md:1: image: too large: /a.jpg"]


def test_file_of_a_site_that_is_not_known_is_left_out_with_a_finding() -> None:
    fields = take({"image": "/gone.jpg", "cover": "https://a.org/b.jpg"})
    assert [str(finding) for finding in fields.findings] == [
        "a.md:2: image: no such file: '/gone.jpg'"
    ]
    assert fields.image == Picture("https://a.org/b.jpg", "", "image/jpeg")


@pytest.mark.parametrize(
    "value", ["red", "fa-icon", {"a": 1}, {"src": {}}, 5, True, "data:x", "a.mp3"]
)
def test_cover_that_is_no_picture_is_left_out_with_a_rule(value: Any) -> None:
    fields = take({"cover": value, "thumbnail": "https://a.org/b.jpg"})
    assert fields.image == Picture("https://a.org/b.jpg", "", "image/jpeg")
    assert tell(fields)[0].startswith("2: cover: not used: ")
    assert not fields.findings


def test_image_that_is_a_table_without_an_address_is_left_out_with_a_rule() -> None:
    fields = take({"image": {"credit": "Jan", "src": None}})
    assert fields == Fields(rules=fields.rules)
    assert tell(fields)[0].startswith("2: image: not used: no address: {'credit': 'Jan'")


def test_image_that_is_typed_but_none_is_refused() -> None:
    assert reject(image="red").startswith("2: image: not an http or https URL: 'red'")
    nested: Any = "https://a.org/b"
    for _ in range(6):
        nested = {"image": nested}
    assert reject(image=nested).startswith("2: image: not text: {'image': 'https")


def test_alternative_text_beside_the_image_is_the_images() -> None:
    given = {"image": "https://a.org/b.jpg", "image_alt": "A cat"}
    assert take(given).image == Picture("https://a.org/b.jpg", "A cat", "image/jpeg")
    given["image"] += " A dog"
    assert take(given).image == Picture("https://a.org/b.jpg", "A dog", "image/jpeg")
    assert take({"image_alt": "A cat"}).image is None


@pytest.mark.parametrize(
    ("value", "enclosure"),
    [
        ("https://a.org/b.mp3", Enclosure("https://a.org/b.mp3", "audio/mpeg")),
        (
            "https://a.org/b.mp3\n123\naudio/mpeg\n",
            Enclosure("https://a.org/b.mp3", "audio/mpeg", 123),
        ),
        (
            {"url": "https://a.org/b", "type": "audio/ogg", "length": 12},
            Enclosure("https://a.org/b", "audio/ogg", 12),
        ),
        (
            {"url": "https://a.org/b.mp3", "size_in_bytes": "12", "title": "T"},
            Enclosure("https://a.org/b.mp3", "audio/mpeg", 12, "T"),
        ),
        (
            {"file": "my talk.mp3", "type": "x/y", "length": 1, "title": "T"},
            Enclosure("/f/my%20talk.mp3", "audio/mpeg", 9, "T"),
        ),
        (
            {"mime_type": "audio/ogg", "href": "https://a.org/b"},
            Enclosure("https://a.org/b", "audio/ogg"),
        ),
    ],
)
@pytest.mark.parametrize("name", ["enclosure", "audio", "attachments"])
def test_enclosure_is_text_a_table_or_a_list(name: str, value: Any, enclosure: Enclosure) -> None:
    def find(reference: str) -> Enclosure:
        return Enclosure(f"/f/{reference}", "audio/mpeg", 9)

    for written in (value, [value, None]):
        fields = read_fields("a.md", [Field(1, name, written)], DEFAULTS, find)
        assert fields.enclosures == (enclosure,)


def test_film_that_has_no_type_is_left_out_with_a_rule() -> None:
    fields = take({"video": "https://films.example/watch?v=1", "podcast": {"season": 1}})
    assert fields.enclosures == ()
    assert [rule.what for rule in fields.rules] == ["not used", "not used"]
    assert reject(enclosure="https://films.example/watch").startswith("2: enclosure: no media type")
    assert reject(enclosure={"url": "https://a.org/b", "type": "x"}).startswith(
        "2: enclosure: not a"
    )
    assert reject(enclosures=[5]) == "2: enclosures: not text: 5"


@pytest.mark.parametrize(
    ("value", "id"),
    [
        ("tag:a.org,2024:b", "tag:a.org,2024:b"),
        ("9E107D9D-372B-4826-81D0-AE55EE4FBA1E", "urn:uuid:9e107d9d-372b-4826-81d0-ae55ee4fba1e"),
        ({"rendered": "https://a.org/?p=1"}, "https://a.org/?p=1"),
        ("my-doc", None),
        (123, None),
        ("urn:" + "a" * 500, None),
        ([], None),
    ],
)
def test_id_that_is_no_iri_is_left_out_with_a_rule(value: Any, id: str | None) -> None:
    for name in ("id", "guid", "uuid"):
        assert take({name: value}).id == id


@pytest.mark.parametrize(
    ("value", "tag"),
    [("nl", "nl"), ("nl_BE.UTF-8", "nl-BE"), ("pt-br", "pt-BR"), (["nl", "fr"], "nl")],
)
def test_language_may_be_a_locale(value: Any, tag: str) -> None:
    assert take({"lang": value}).language == tag


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"url": "https://a.org/é"}, Address("https://a.org/%C3%A9")),
        ({"link": "//a.org/b"}, Address("https://a.org/b")),
        ({"url": "/about/"}, Address("https://b.org/s/about/")),
        ({"permalink": "about"}, Address("https://b.org/s/about")),
        ({"permalink": "/a/index.html"}, Address("https://b.org/s/a/")),
        ({"permalink": "/a:b/"}, Address("https://b.org/s/a:b/")),
        ({"permalink": "a:b/"}, Address(pattern="")),
        ({"path": "a/b"}, Address("https://b.org/s/a/b/")),
        ({"path": "/a/b"}, Address("https://b.org/s/a/b")),
        ({"path": "a/b.html"}, Address("https://b.org/s/a/b.html")),
        ({"path": "2018/07/27/slug.md"}, Address(source="2018/07/27/slug.md")),
        ({"permalink": "/:year/:title/"}, Address(pattern="/:year/:title/")),
        ({"permalink": "/{{ page.date }}/"}, Address()),
        ({"permalink": False}, Address()),
        ({"url": "../../x"}, Address("https://b.org/x")),
        ({"url": None, "canonical": "https://a.org/"}, Address("https://a.org/")),
        ({"link": "mailto:a@b.org"}, Address()),
    ],
)
def test_address_is_a_url_or_a_path_or_a_pattern(given: dict[str, Any], address: Address) -> None:
    if given.get("permalink") == "a:b/":
        assert reject(**given).startswith("2: permalink: not an http or https URL: 'a:b/'")
        return
    assert take(given, site_url="https://b.org/s/").address == address


def test_path_on_a_site_that_is_not_known_is_kept_as_it_is() -> None:
    assert take({"url": "/about/"}).address == Address(path="/about/")
    assert reject(url="ftp://a.org/").startswith("2: url: not an http or https URL")
    assert reject(url=["https://a.org/"]).startswith("2: url: not text")


def test_slug_is_text_that_no_other_program_completes() -> None:
    assert take({"slug": "a-b"}).slug == "a-b"
    assert take({"slug": 2024}).slug == "2024"
    assert take({"slug": "{{ title | slugify }}"}).slug == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("A title", "A title"),
        (2024, "2024"),
        (True, "true"),
        (date(2024, 5, 1), "2024-05-01"),
        ({"rendered": "A &amp; b"}, "A & b"),
        ({"rendered": "<i>A</i> &#8211; b"}, "A – b"),
        ({"raw": "A"}, "A"),
    ],
)
def test_title_and_summary_are_a_line_of_text(value: Any, text: str) -> None:
    assert take({"title": value}).title == text
    if value is not True:
        assert take({"excerpt": value}).summary == text


def test_title_that_is_no_text_is_refused() -> None:
    assert reject(title=["a", "b"]) == "2: title: not text: ['a', 'b']"
    assert reject(title={"a": 1}) == "2: title: not text: None"


def test_first_name_by_order_decides_and_the_others_are_told() -> None:
    fields = take({"created": "2020-01-01", "date": "2024-05-01", "pubDate": "01/02/2023"})
    assert fields.published == NOON
    assert tell(fields) == [
        "2: created: not used: date comes first",
        "3: date: 2024-05-01: read as published",
        "4: pubDate: not used: date comes first",
    ]
    assert fields.lines == {"published": 3}


def test_name_that_stands_twice_decides_by_the_first() -> None:
    fields = read_fields(
        "a.md", [Field(1, "og:image", x) for x in ("https://a.org/1", "https://a.org/2")], DEFAULTS
    )
    assert fields.image == Picture("https://a.org/1")
    assert tell(fields)[1] == "1: og:image: not used: og:image comes first"


def test_tables_of_unknown_fields_are_looked_into_last() -> None:
    given: dict[str, Any] = {
        "extra": {"author": "Jan", "title": "Other", "hero": {"x": 1}, 5: "x", "a\nb": 1},
        "params": {"seo": {"description": "S", "author": "Piet"}},
        "title": "T",
    }
    fields = take(given)
    assert (fields.title, fields.summary) == ("T", "S")
    assert fields.authors == (Person("Jan"), Person("Piet"))
    assert "2: extra.title: not used: title comes first" in tell(fields)
    assert "2: extra.a b: not used: no field that is known" in tell(fields)
    assert take(given | {"author": "Kees"}).authors == (Person("Kees"),)


def test_value_in_a_table_of_unknown_fields_never_refuses_the_article() -> None:
    fields = take({"extra": {"date": "soon", "image": "red", "category": {"a": 1}}})
    assert fields == Fields(rules=fields.rules)
    assert [rule.what for rule in fields.rules] == ["not used"] * 3


@pytest.mark.parametrize("name", ["path", "name", "label", "alt"])
def test_name_that_means_anything_in_a_table_of_unknown_fields_is_not_looked_at(name: str) -> None:
    fields = take({"extra": {name: "assets/a.jpg"}}, site_url="https://b.org/")
    assert fields == Fields(rules=fields.rules)
    assert tell(fields) == [f"2: extra.{name}: not used: no field that is known"]


def test_unknown_and_empty_fields_are_told_as_rules() -> None:
    fields = take({"layout": "post", "title": "", "x" * 60: None, "tags": ["", None]})
    assert fields == Fields(rules=fields.rules)
    assert tell(fields) == [
        "2: layout: not used: no field that is known",
        "3: title: not used: empty",
        f"4: {'x' * 50}…: not used: no field that is known",
        "5: tags: not used: empty",
    ]


def test_first_fault_by_line_is_the_one_that_is_told() -> None:
    assert reject(draft="yep", title=[1, 2], date="x") == "2: draft: not yes or no: 'yep'"


def test_lenient_reading_leaves_out_what_cannot_be_used_with_a_finding() -> None:
    fields = take({"date": "soon", "created": "2024-05-01", "author": {}, "lang": 5}, lenient=True)
    assert fields.published == NOON
    assert [str(finding) for finding in fields.findings] == [
        "a.md:2: date: not a date: 'soon' (Unknown string format: soon); "
        "write for example 2024-05-31; left out",
        "a.md:5: lang: not a language tag: '5'; write for example 'nl' or 'pt-BR'; left out",
    ]
    assert fields.language is None
    assert take({"author": {"name": "J", "email": "\u200b"}}, lenient=True).authors


def try_to_take(given: list[Field], settings: Settings, **options: Any) -> Fields | ArticleError:
    try:
        return read_fields("a.md", given, settings, **options)
    except ArticleError as fault:
        return fault


KEYS = st.sampled_from(
    [*NAMES, "date", "published", "tags", "authors", "url", "permalink", "path"]
) | (
    st.sampled_from(
        ["title", "slug", "extra", "params", "taxonomies", "cover", "status", "x", "by"]
    )
)
TYPED: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.datetimes(timezones=st.timezones())
    | st.times()
    | VALUES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(st.tuples(KEYS | st.text(), TYPED), max_size=6), st.booleans())
@example([("tags", ["a\nb"])], False)
def test_any_typed_fields_are_refused_or_sound_fuzz(
    written: list[tuple[str, Any]], lenient: bool
) -> None:
    given = [Field(line, *field) for line, field in enumerate(written, 1)]
    settings = replace(DEFAULTS, site_url="https://b.org/s/")
    fields = try_to_take(given, settings, published=DATE, lenient=lenient)
    if isinstance(fields, ArticleError):
        assert not lenient
        assert "\n" not in str(fields)
        return
    urls = [enclosure.url for enclosure in fields.enclosures]
    urls += [person.url for person in fields.authors if person.url]
    urls += [url for url in (fields.address.url, fields.image and fields.image.url) if url]
    assert urls == [clean_url(url) for url in urls]
    texts = [person.name for person in fields.authors] + [*fields.categories]
    texts += [text for text in (fields.title, fields.summary, fields.slug) if text]
    assert texts == [clean_line(text) for text in texts]
    for finding in (*fields.findings, *fields.rules):
        assert "\n" not in str(finding)
    for moment in (fields.published, fields.updated, fields.selection.expires):
        assert moment is None or (moment.tzinfo is UTC and moment.microsecond == 0)


@pytest.mark.parametrize(
    "name", ["tags", "date", "title", "authors", "image", "enclosure", "extra", "x"]
)
def test_value_that_is_very_deep_is_refused_or_left_out_at_once(name: str) -> None:
    value: Any = "x"
    table: Any = "x"
    for _ in range(100_000):
        value = [value]
        table = {"extra": table, "image": table}
    for deep in (value, table, ["x"] * 100_000, {str(at): at for at in range(10_000)}):
        fields = try_to_take([Field(1, name, deep)], DEFAULTS)
        assert not isinstance(fields, ArticleError) or len(str(fields)) < 400
