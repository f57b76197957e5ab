"""Fields: each value that a person may write is understood as one thing, or refused by its line."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.clean import clean_line, clean_url
from feedsvc.errors import ArticleError
from feedsvc.model import Enclosure, Person, Picture, Selection
from feedsvc.readers.fields import NAMES, Field, Fields, find_field, read_fields
from feedsvc.readers.media import TYPES
from feedsvc.settings import Settings

DEFAULTS = Settings(
    folder="/", url="http://a/", title="T", description="D", database="/x", author=Person("A")
)
DATE = datetime(2024, 5, 1, 10, tzinfo=UTC)


def read(*written: str, published: datetime | None = None, **settings: object) -> Fields:
    """Read fields that are written `name: value`, from line 2 on."""
    given = [Field(line, *text.partition(": ")[::2]) for line, text in enumerate(written, 2)]
    return read_fields("a.txt", given, replace(DEFAULTS, **settings), published)


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
        return read_fields("a.txt", given, DEFAULTS, DATE)
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
