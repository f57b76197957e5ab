"""The text form: each line of a file becomes what its writer meant, or somebody is told."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from feedsvc.clean import clean_line, clean_text, trim
from feedsvc.errors import ArticleError
from feedsvc.model import Enclosure, Person, Picture, Reading, Selection
from feedsvc.readers.fields import NAMES
from feedsvc.readers.lines import MOST_REPAIRS
from feedsvc.readers.media import is_media
from feedsvc.readers.prompts import MOST_LABELS, SHARE_PROMPTS
from feedsvc.readers.text import read_text
from feedsvc.settings import Settings
from tests.conftest import SEEDS

DEFAULTS = Settings(
    folder="/", url="http://a/", title="T", description="D", database="/x", author=Person("A")
)
DATA = Path(__file__).parent / "data"
DATE = datetime(2024, 5, 1, 10, tzinfo=UTC)
URL = "https://example.org/a"
UNPROMPTED = (
    "6: category: kept as text: no share prompt ends the labels; labels = 'always' takes them"
)
HEAD = f"A title\n2024-05-01T10:00:00Z\n{URL}\n\n"
PROMPTS = (DATA / "reader_prompts.txt").read_text(encoding="utf-8").split("\n")[:-1]
LINES = (
    st.sampled_from(["", "A sentence, and its end.", "Sport", "sport", "Deel artikel:", "Facebook"])
    | st.sampled_from(["2024-05-01T10:00:00+0200", "1 May 2024", "01/02/2023", "Op 12 mei 2023"])
    | st.sampled_from([URL, "http://ex ample.org", "javascript:x", "re:publica 2024", "12:30"])
    | st.sampled_from(["<b>&amp;</b>", "]]>", "\u202e", " \u00a0"])
    | st.sampled_from(["https://a.org/b.jpg?x&y='", "https://a.org/c.PNG", "http://a.org/d.mp3"])
    | st.sampled_from(
        ["author: Jan; Piet", "Category: Sport, Kunst", "summary: We did x", "draft:"]
    )
    | st.sampled_from(["draft: yes", "image: https://a.org/b.jpg Alt", "updated: 2024-05-02"])
    | st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x85\u2028\u2029"), max_size=30)
)


def read(source: str | bytes, **settings: object) -> Reading:
    data = source if isinstance(source, bytes) else source.encode()
    return read_text("a.txt", data, replace(DEFAULTS, **settings))


def refuse(source: str | bytes) -> str:
    with pytest.raises(ArticleError) as caught:
        read(source)
    fault = caught.value
    assert str(fault).startswith(f"{fault.path}:{fault.line}: {fault.field}: {fault.what}")
    return str(fault)


def paragraphs(reading: Reading) -> list[str]:
    """Take the paragraphs as a browser shows them: no element but <p> is there."""
    root = etree.fromstring(f"<root>{reading.article.content}</root>")
    assert all(element.tag == "p" and not len(element) for element in root)
    return [element.text or "" for element in root]


def blocks(reading: Reading) -> list[str]:
    """Take the lines of the text back: of a figure its address, of a paragraph what it shows."""
    content = reading.article.content.replace('"></figure>', '"/></figure>')
    root = etree.fromstring(f"<root>{content}</root>")
    lines = []
    for element in root:
        if element.tag == "figure":
            (picture,) = element
            assert (picture.tag, [*picture.attrib]) == ("img", ["src", "alt"])
            lines.append(picture.get("src") or "")
        else:
            assert element.tag == "p"
            assert [child.tag for child in element] in ([], ["a"])
            lines.append("".join(map(str, element.itertext())))
    return lines


def told(reading: Reading) -> list[str]:
    return [str(finding).removeprefix("a.txt:") for finding in reading.findings]


def rules(reading: Reading) -> list[str]:
    return [str(rule).removeprefix("a.txt:") for rule in reading.rules]


def test_the_users_seed_is_read_as_its_publisher_meant_it() -> None:
    data = (SEEDS / "000_293e732b4a52a240.txt").read_bytes()
    reading = read(data)
    article = reading.article
    assert article.title == "Waarom Rusland en China elkaar blijven opzoeken"
    assert article.published == datetime(2022, 12, 30, 19, 47, 45, tzinfo=UTC)
    assert article.url == (
        "https://nos.nl/nieuwsuur/artikel/2458236-waarom-rusland-en-china-elkaar-blijven-opzoeken"
    )
    assert article.categories == ("Nieuwsuur", "Buitenland")
    assert paragraphs(reading) == data.decode().splitlines()[4:14]
    assert article.summary == paragraphs(reading)[0]
    assert reading.findings == ()
    assert sorted(rules(reading)) == [
        "15: category: Nieuwsuur",
        "16: category: Buitenland",
        "17: boilerplate: dropped: Deel artikel:",
    ]


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.name)
def test_every_seed_is_read_without_a_refusal(path: Path) -> None:
    assert paragraphs(read(path.read_bytes()))


@pytest.mark.parametrize(
    "source",
    [
        f"A title\n2024-05-01T10:00:00Z\n{URL}\n\nText.",
        f"A title\n2024-05-01T12:00:00+0200\n{URL}\n\nText.\n\n\n",
        f"\n \n\u00a0\nA title\n2024-05-01T10:00:00Z\n{URL}\n\n\n\nText.",
        f"\ufeffA title\n2024-05-01T10:00:00Z\n{URL}\n\nText.",
        f"A title\r\n2024-05-01T10:00:00Z\r\n{URL}\r\n\r\nText.\r\n",
        f"A title\r2024-05-01T10:00:00Z\r{URL}\r\rText.\r",
        f"  A  title \t\n2024-05-01T10:00:00Z\u00a0\n \u200b{URL}  \n \u00a0\n\u00a0Text.\u2003",
        f"A title\n2024-05-01T10:00:00Z\n{URL}\nText.",
        f"A title\nWed, 01 May 2024 10:00:00 GMT\n{URL}\n\nText.",
        f"A title\n1 May 2024, 10:00\n{URL}\n\nText.",
        f"A \u202etitle\u202c\n2024-05-01T10:00:00Z\n{URL}\n\nText.",
        f"A title\n2024-05-01T10:00:00Z\n{URL}\n\nText.".encode("utf-16"),
        f"A title\n2024-05-01T10:00:00Z\n{URL}\n\nText.".encode("utf-16-be"),
    ],
)
def test_header_is_read_however_its_lines_are_written(source: str | bytes) -> None:
    reading = read(source)
    article = reading.article
    assert (article.title, article.published, article.url) == ("A title", DATE, URL)
    assert paragraphs(reading) == ["Text."] == [article.summary]


@pytest.mark.parametrize("date", ["2024-05-01T10:00:00Z", "2024-05-01 10:00", "1 May 2024 10:00"])
@pytest.mark.parametrize("between", ["\n\n", "\n"])
def test_url_may_be_missing(date: str, between: str) -> None:
    reading = read(f"A title\n{date}{between}Text.")
    assert (reading.article.published, reading.article.url) == (DATE, None)
    assert paragraphs(reading) == ["Text."]


def test_date_may_be_missing_and_that_is_told() -> None:
    reading = read(f"A title\n{URL}\n\nText.")
    assert (reading.article.published, reading.article.url) == (None, URL)
    assert told(reading) == ["1: published: missing: it gets the time it was first seen"]


def test_article_may_be_a_title_and_a_url() -> None:
    article = read(f"A title\n2024-05-01T10:00:00Z\n{URL}").article
    assert (article.title, article.url, article.content, article.summary) == (
        "A title",
        URL,
        "",
        "",
    )


def test_article_may_be_a_title_and_text() -> None:
    reading = read("A title\n\nText.")
    assert (reading.article.published, reading.article.url) == (None, None)
    assert paragraphs(reading) == ["Text."]


def test_date_without_zone_and_time_is_completed_by_the_settings() -> None:
    assert read(f"T\n2024-07-01\n{URL}", timezone="Europe/Amsterdam").article.published == datetime(
        2024, 7, 1, 10, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Top 10 films 2023",
            "10 films 2023",
            "re:publica",
            "1.2.3 is out",
            "127.0.0.1 is home",
            "re:publica 2024 in Berlin",
        ),
        *("Rusland:China blijft kopen", "1984", "24 hours in Kyiv", '<b>Bold</b> & "brave"'),
        *("12 mei 2023: een dag", "Deel artikel:", "E\u0301te\u0301".replace("E\u0301", "É")),
    ],
)
@pytest.mark.parametrize("date", ["2024-05-01T10:00:00Z\n", ""])
def test_title_may_look_like_other_things(title: str, date: str) -> None:
    article = read(f"{title}\n{date}{URL}\n\nText.").article
    assert (article.title, article.url) == (clean_line(title), URL)
    assert article.published == (DATE if date else None)


def test_title_may_be_a_date_where_a_date_follows() -> None:
    article = read(f"30/12/2022\n2024-05-01T10:00:00Z\n{URL}\n\nText.").article
    assert (article.title, article.published) == ("30/12/2022", DATE)


def test_title_is_cleaned_and_that_is_told() -> None:
    reading = read("\n  A \u202e  \u200btitle\n\nText.")
    assert reading.article.title == "A title"
    assert rules(reading) == ["2: title: cleaned: of invisible characters and double spaces"]


def test_url_is_mapped_to_a_uri_and_that_is_told() -> None:
    reading = read("T\n2024-05-01\nhttp://exämple.org/a b\n\nText.")
    assert reading.article.url == "http://xn--exmple-cua.org/a%20b"
    assert rules(reading) == ["3: url: mapped to a URI: http://exämple.org/a b"]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("", "a.txt:1: title: missing: the file has no text"),
        ("\ufeff\r\n \u00a0\u200b\n", "a.txt:1: title: missing: the file has no text"),
        (f"\n\n{URL}\n\nText.", "a.txt:3: title: missing: the first line is a URL"),
        (f"2024-05-01\n{URL}\n\nText.", "a.txt:1: title: missing: the first line is a date"),
        ("2024-05-01T10:00:00Z\n\nText.", "a.txt:1: title: missing: the first line is a date"),
        ("\nOnly a title", "a.txt:2: text: missing: and no URL to point at"),
        ("T\n2024-05-01\nDeel artikel:", "a.txt:1: text: missing: and no URL to point at"),
        (f"T\nyesterday\n{URL}\n\nText.", "a.txt:2: published: not a date: 'yesterday' ("),
        ("T\n2024-02-30\n\nText.", "a.txt:2: published: not a date: '2024-02-30' (day is out"),
        (
            f"\nT\n01/02/2023\n{URL}\n\nText.",
            "a.txt:3: published: ambiguous date: '01/02/2023' is 2023-01-02 or 2023-02-01; write",
        ),
        (
            "T\n2024-05-01\njavascript:alert(1)\n\nText.",
            "a.txt:3: url: not an http or https URL: 'javascript:alert(1)'",
        ),
        ("T\nhttp://u:p@a.org/\n\nText.", "a.txt:2: url: not a public URL: it holds"),
        ("T\nhttp://a b.org/\n\nText.", "a.txt:2: url: not a URL: 'a b.org' is no host name"),
        (b"\x00\x01\x02" * 50, "a.txt:1: text: not text: "),
    ],
)
def test_article_that_cannot_be_published_is_refused_with_place_and_reason(
    source: str | bytes, fault: str
) -> None:
    assert refuse(source).startswith(fault)


def test_title_of_nothing_visible_is_missing() -> None:
    assert "title: missing" in refuse(f"\u202e\n2024-05-01\n{URL}")


@pytest.mark.parametrize(
    ("source", "finding", "kept"),
    [
        (
            HEAD.strip() + "\nText.",
            "4: text: no blank line above: taken as the first paragraph",
            ["Text."],
        ),
        (
            "T\nText.\n\nMore.",
            "2: text: no blank line above: taken as the first paragraph",
            ["Text.", "More."],
        ),
        (
            f"T\n{URL}\n2024-05-01",
            "3: text: a date out of place: the order is title, date, URL",
            ["2024-05-01"],
        ),
        (
            "T\n\n2024-05-01\n\nText.",
            "3: text: a date out of place: the order is title, date, URL",
            ["2024-05-01", "Text."],
        ),
        (
            f"T\n\n{URL}\n\nText.",
            "3: text: a URL out of place: the order is title, date, URL",
            [URL, "Text."],
        ),
        (
            HEAD + "a\x07b and a few words more",
            "5: text: character removed: U+0007 can't stand in",
            ["ab and a few words more"],
        ),
        (
            HEAD + "A sentence.\nSport",
            UNPROMPTED,
            ["A sentence.", "Sport"],
        ),
    ],
)
def test_line_out_of_place_is_kept_and_told(source: str, finding: str, kept: list[str]) -> None:
    reading = read(source)
    assert any(line.startswith(finding) for line in told(reading))
    assert paragraphs(reading) == kept


def test_encoding_other_than_utf_8_is_told() -> None:
    text = "Où est l'été\n2024-05-01\n\nLes élèves préfèrent la forêt à la théorie, dit-elle."
    reading = read(text.encode("latin-1"))
    assert reading.article.title == "Où est l'été"
    assert re.match(r"1: encoding: CP1252, detected: ", told(reading)[0])


def test_bytes_that_are_no_character_are_told_by_line() -> None:
    reading = read(b"\xef\xbb\xbf" + HEAD.encode() + b"All good.\nHere is one: \xff, no more.")
    assert [finding.line for finding in reading.findings] == [6]


def test_html_is_text_in_every_field() -> None:
    source = (
        '<b>T</b> &amp;\n2024-05-01\nhttps://a.org/<i>\n\n<script>1 < 2 && "x"</script> ]]> end.\n'
        "<i>News</i> & co\nDeel artikel:"
    )
    reading = read(source)
    article = reading.article
    assert article.title == "<b>T</b> &amp;"
    assert article.url == "https://a.org/%3Ci%3E"
    assert article.summary == '<script>1 < 2 && "x"</script> ]]> end.'
    assert article.categories == ("<i>News</i> & co",)
    assert article.content == (
        '<p>&lt;script&gt;1 &lt; 2 &amp;&amp; "x"&lt;/script&gt; ]]&gt; end.</p>'
    )


@pytest.mark.parametrize("prompt", PROMPTS)
def test_share_prompt_ends_the_labels_and_is_dropped(prompt: str) -> None:
    reading = read(f"{HEAD}A sentence.\nSport\nKunst & cultuur\n\n{prompt}\n\n")
    assert paragraphs(reading) == ["A sentence."]
    assert reading.article.categories == ("Sport", "Kunst & cultuur")
    assert f"9: boilerplate: dropped: {prompt}" in rules(reading)


def test_every_share_prompt_is_tried_above() -> None:
    endings = [prompt.strip(":：… \u00a0") for prompt in PROMPTS]
    for pattern in SHARE_PROMPTS:
        assert any(re.fullmatch(pattern, prompt, re.I) for prompt in endings), pattern


def test_rules_are_told_in_the_order_of_the_lines() -> None:
    reading = read(HEAD + "A sentence.\nSport\nDeel artikel:\nFacebook\n\nE-mail")
    assert rules(reading) == [
        "6: category: Sport",
        "7: boilerplate: dropped: Deel artikel:",
        "8: boilerplate: dropped: Facebook",
        "10: boilerplate: dropped: E-mail",
    ]


@pytest.mark.parametrize(
    ("end", "kept", "categories"),
    [
        ("Deel artikel:", [], ()),
        ("Sport\nDeel artikel:\nFacebook\nX\nWhatsApp", [], ("Sport",)),
        ("Facebook\nDeel artikel:", [], ("Facebook",)),
        ("Deel artikel:\nOne more sentence.", ["Deel artikel:", "One more sentence."], ()),
        ("Sport\n\nKunst\nDeel artikel:", [], ("Sport", "Kunst")),
        ("Sport\nSPORT\nsport\nKunst\nDeel artikel:", [], ("Sport", "Kunst")),
        ("Straße\nSTRASSE\nDeel artikel:", [], ("Straße",)),
        ("Deel artikel:\nDeel artikel:", [], ()),
        ("Wat ging er mis?\nSport\nDeel artikel:", ["Wat ging er mis?"], ("Sport",)),
        (f"{URL}\nSport\nDeel artikel:", [URL], ("Sport",)),
        ("2024-05-01T10:00\nSport\nDeel artikel:", ["2024-05-01T10:00"], ("Sport",)),
        ("“Sport”\nDeel artikel:", ["“Sport”"], ()),
        ("- Sport\nDeel artikel:", ["- Sport"], ()),
        ("***\nSport\nDeel artikel:", ["***"], ("Sport",)),
        ("2024\nDeel artikel:", ["2024"], ()),
        (f"{'x' * 41}\nDeel artikel:", ["x" * 41], ()),
        (f"{'x' * 40}\nDeel artikel:", [], ("x" * 40,)),
        ("one two three four five six\nDeel artikel:", ["one two three four five six"], ()),
        ("one two three four five\nDeel artikel:", [], ("one two three four five",)),
        ("A \u202e label\u202c\nDeel artikel:", [], ("A label",)),
    ],
)
def test_end_of_an_article_becomes_labels_or_stays_text(
    end: str, kept: list[str], categories: tuple[str, ...]
) -> None:
    reading = read(f"{HEAD}A sentence.\n{end}")
    assert paragraphs(reading) == ["A sentence.", *kept]
    assert reading.article.categories == categories


def test_label_that_is_there_again_is_told() -> None:
    assert "7: category: SPORT: again" in rules(read(HEAD + "A sentence.\nSport\nSPORT\nShare:"))


@pytest.mark.parametrize(
    ("labels", "prompt", "categories"),
    [
        ("prompt", "Share:", ("Sport",)),
        ("prompt", "", ()),
        ("always", "Share:", ("Sport",)),
        ("always", "", ("Sport",)),
        ("never", "Share:", ()),
        ("never", "", ()),
    ],
)
def test_setting_says_when_there_are_labels(
    labels: str, prompt: str, categories: tuple[str, ...]
) -> None:
    reading = read(f"{HEAD}A sentence.\nSport\n{prompt}", labels=labels)
    assert reading.article.categories == categories
    assert paragraphs(reading) == ["A sentence.", *([] if categories else ["Sport"])]


@pytest.mark.parametrize("count", [1, MOST_LABELS, MOST_REPAIRS, MOST_LABELS + 1])
def test_poem_keeps_its_lines(count: int) -> None:
    verses = [f"a verse, and more {'l' * at}a" for at in range(count)]
    reading = read(HEAD + "\n".join(verses) + "\nDeel artikel:")
    assert paragraphs(reading) == verses
    assert told(reading) == [
        "5: category: kept as text: too many for labels; write them as a field: category: …"
    ]


@pytest.mark.parametrize(("count", "labelled"), [(MOST_LABELS, True), (MOST_LABELS + 1, False)])
def test_too_many_labels_are_text(count: int, labelled: bool) -> None:
    labels = [f"Label {chr(65 + at)}" for at in range(count)]
    reading = read(HEAD + "\n".join(["A sentence.", *labels, "Share:"]))
    assert reading.article.categories == (tuple(labels) if labelled else ())
    assert paragraphs(reading) == ["A sentence.", *([] if labelled else labels)]
    assert len(told(reading)) == (0 if labelled else 1)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("lees ook:.*", "Lees ook: iets anders"),
        ("Lees|Kijk", "Kijk"),
        ("(?i)LEES OOK", "lees ook"),
        (r"(.)ee\1", "neen"),
        (r"(?P<a>x)", "X"),
    ],
)
def test_own_boilerplate_is_dropped_like_a_share_prompt(pattern: str, line: str) -> None:
    reading = read(f"{HEAD}A sentence.\nSport\n{line}", boilerplate=("(?P<a>never)", pattern))
    assert paragraphs(reading) == ["A sentence."]
    assert reading.article.categories == ("Sport",)


def test_own_boilerplate_matches_whole_lines_at_the_end_only() -> None:
    reading = read(f"{HEAD}Kijk\nA sentence.\nKijk dan.", boilerplate=("Kijk",))
    assert paragraphs(reading) == ["Kijk", "A sentence.", "Kijk dan."]


def account(reading: Reading, lines: list[str]) -> None:
    """Find each line of a file again: in the head, in the text, or in a rule."""
    article = reading.article
    written = [(number, trim(clean_text(line))) for number, line in enumerate(lines, 1)]
    written = [(number, line) for number, line in written if clean_line(line)]
    assert clean_line(written[0][1]) == article.title
    used = {rule.line for rule in reading.rules if rule.field in NAMES | {"boilerplate"}}
    used -= {number for number, line in written if is_media(line) and line in blocks(reading)}
    body = [line for number, line in written[1:] if number not in used]
    body = body[(article.published is not None) + (article.url is not None) :]
    summaries = [article.summary] if article.url is None and not body else []
    assert blocks(reading) == (body or [summary for summary in summaries if summary])
    whole = {(number, clean_line(line)) for number, line in written}  # a field's rule tells less
    labels = [r for r in reading.rules if r.field == "category" and (r.line, r.what) in whole]
    new = tuple(label.what for label in labels if label.why != "again")
    assert article.categories[len(article.categories) - len(new) :] == new


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n", "\r", "\u2028"]))
@example(["T", "", "Text.", "Sport", "sport", "Deel artikel:", "X"], "\n")
def test_no_line_of_a_file_vanishes_fuzz(lines: list[str], end: str) -> None:
    try:
        reading = read(end.join(lines))
    except ArticleError:
        return
    account(reading, lines)


def check(read_it: Callable[[], Reading]) -> None:
    try:
        reading = read_it()
    except ArticleError:
        return
    article = reading.article
    assert article.title == clean_line(article.title) != ""
    assert article.summary == clean_line(article.summary)
    if not any(rule.field == "summary" for rule in reading.rules):
        texts = [line for line in blocks(reading) if not is_media(line)]
        assert article.summary == (clean_line(texts[0]) if texts else "")
    assert article.content or article.url or article.image or article.enclosures
    assert article.content == clean_text(article.content)
    assert len(set(map(str.casefold, article.categories))) == len(article.categories)
    assert all(label == clean_line(label) != "" for label in article.categories)


@given(st.binary() | st.text().map(lambda text: (HEAD + text).encode()))
def test_any_bytes_are_refused_or_a_sound_article_fuzz(data: bytes) -> None:
    check(lambda: read(data))


@given(
    head=st.lists(LINES, max_size=4),
    body=st.lists(LINES),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]),
    labels=st.sampled_from(["prompt", "always", "never"]),
)
def test_any_article_is_refused_or_a_sound_one_fuzz(
    head: list[str], body: list[str], encoding: str, labels: str
) -> None:
    source = "\n".join(["A title", *head, "", *body])
    check(lambda: read(source.encode(encoding, "replace"), labels=labels))


def test_many_removed_characters_are_told_in_short() -> None:
    reading = read(HEAD + "\n".join(f"Line {number} is long enough.\x07" for number in range(50)))
    assert len(told(reading)) == MOST_REPAIRS + 1
    assert told(reading)[-1] == "54: text: characters removed: 30 more like these"


FIELDS = """author: Jan Jansen <jan@example.org>
Category: Sport, Kunst
updated: 2024-05-02T10:00:00Z
expires: 2025-01-01T00:00:00Z
Unlisted: yes
image: https://example.org/b.jpg A cat
enclosure: https://example.org/c.mp3 123
id: tag:example.org,2024:a
language: nl
summary: What it says."""


@pytest.mark.parametrize(
    "head",
    [
        f"A title\n2024-05-01T10:00:00Z\n{URL}\n{FIELDS}",
        f"A title\n{FIELDS}\n2024-05-01T10:00:00Z\n{URL}",
        f"A title\n2024-05-01T10:00:00Z\n{FIELDS}\n{URL}",
    ],
)
@pytest.mark.parametrize("text", ["\n\nText.", ""])
def test_fields_stand_anywhere_below_the_title(head: str, text: str) -> None:
    reading = read(head + text)
    article = reading.article
    assert (article.title, article.published, article.url) == ("A title", DATE, URL)
    assert article.authors == (Person("Jan Jansen", "jan@example.org"),)
    assert article.categories == ("Sport", "Kunst")
    assert article.updated == datetime(2024, 5, 2, 10, tzinfo=UTC)
    assert article.image == Picture("https://example.org/b.jpg", "A cat", "image/jpeg")
    assert article.enclosures == (Enclosure("https://example.org/c.mp3", "audio/mpeg", 123),)
    assert (article.id, article.language) == ("tag:example.org,2024:a", "nl")
    assert article.summary == "What it says."
    assert reading.selection == Selection(unlisted=True, expires=datetime(2025, 1, 1, tzinfo=UTC))
    assert paragraphs(reading) == (["Text."] if text else [])
    assert reading.findings == ()
    assert {rule.field for rule in reading.rules} == NAMES - {"draft"}


def test_article_without_fields_selects_nothing() -> None:
    assert read(HEAD + "Text.").selection == Selection()


@pytest.mark.parametrize(
    ("source", "findings", "kept"),
    [
        (
            f"T\n{URL}\nSummary: we did x\nMore.\n\nText.",
            [
                "3: summary: kept as text: no blank line parts it from the text",
                "3: text: no blank line above: taken as the first paragraph",
            ],
            ["Summary: we did x", "More.", "Text."],
        ),
        (
            "T\n2024-05-01\nNote: this\nimage: ANP\n\nText.",
            [
                "3: text: no blank line above: taken as the first paragraph",
                "4: image: kept as text: no blank line parts it from the text",
            ],
            ["Note: this", "image: ANP", "Text."],
        ),
        (
            "T\nDraft: the plan in six points\ndraft: no\nMore.",
            [
                "2: draft: kept as text: no blank line parts it from the text",
                "2: text: no blank line above: taken as the first paragraph",
                "3: draft: kept as text: no blank line parts it from the text",
            ],
            ["Draft: the plan in six points", "draft: no", "More."],
        ),
        (
            f"T\n{URL}\n\nSummary: we did x\ndraft: yes\ndraft: yes\nText.",
            ["5: draft: kept as text: fields stand above the first blank line"],
            ["Summary: we did x", "draft: yes", "draft: yes", "Text."],
        ),
        (
            f"T\n{URL}\nNote: this\n\nText.",
            ["3: text: no blank line above: taken as the first paragraph"],
            ["Note: this", "Text."],
        ),
    ],
)
def test_line_that_may_be_text_is_no_field(
    source: str, findings: list[str], kept: list[str]
) -> None:
    reading = read(source)
    assert [line for line in told(reading) if ": published: " not in line] == findings
    assert paragraphs(reading) == kept
    assert reading.article.summary == kept[0]


@pytest.mark.parametrize("mark", ["draft: yes", "unlisted: 1", "expires: 2024-06-01"])
@pytest.mark.parametrize("head", [f"T\n{URL}\n{{}}\nText.", "T\nText.\n{}\n\nMore."])
def test_article_that_may_not_be_meant_for_all_is_refused_where_that_is_not_clear(
    head: str, mark: str
) -> None:
    name = mark.partition(":")[0]
    fault = f"a.txt:3: {name}: not clear: no blank line parts it from the text"
    assert refuse(head.format(mark)) == fault


@pytest.mark.parametrize("name", sorted(NAMES))
def test_title_is_no_field(name: str) -> None:
    assert read(f"{name}: yes\n{URL}\n\nText.").article.title == f"{name}: yes"


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("draft: yep", "a.txt:3: draft: not yes or no: 'yep'"),
        ("expires: yesterday", "a.txt:3: expires: not a date: 'yesterday' ("),
        ("image: ANP", "a.txt:3: image: not an http or https URL: 'ANP'"),
        ("author:", "a.txt:3: author: empty"),
    ],
)
def test_field_that_cannot_be_used_refuses_the_article(field: str, fault: str) -> None:
    assert refuse(f"\nT\n{field}\n{URL}\n\nText.").startswith(fault)


def test_date_after_which_an_article_ends_is_compared_with_its_own() -> None:
    reading = read(f"T\nexpires: 2024-04-01\n2024-05-01T10:00:00Z\n{URL}\n\nText.")
    assert [line.split(":")[:2] for line in told(reading)] == [["2", " expires"]]
    assert reading.selection.expires == datetime(2024, 4, 1, 12, tzinfo=UTC)


def test_labels_come_after_the_categories_of_fields() -> None:
    reading = read(f"T\n{URL}\ncategory: Kunst\n\nA sentence.\nSport\nKUNST\nShare:")
    assert reading.article.categories == ("Kunst", "Sport")
    assert "7: category: KUNST: again" in rules(reading)


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("summary: What <it> says.", "<p>What &lt;it&gt; says.</p>"),
        ("image: https://a.org/b.jpg", ""),
        ("enclosure: https://a.org/b.mp3", ""),
    ],
)
def test_article_of_a_title_and_something_to_publish_is_none_too_short(
    field: str, content: str
) -> None:
    assert read(f"T\n{field}\n\n\nShare:").article.content == content


def test_article_of_nothing_but_marks_is_refused() -> None:
    assert refuse("T\nauthor: Jan\ndraft: yes") == (
        "a.txt:1: text: missing: and no URL to point at"
    )


@pytest.mark.parametrize(
    ("line", "src", "type"),
    [
        ("https://a.org/b.jpg", "https://a.org/b.jpg", "image/jpeg"),
        ("http://a.org/b.JPEG?w=1&h=2#x", "http://a.org/b.JPEG?w=1&amp;h=2#x", "image/jpeg"),
        ("HTTPS://É.org/é.png", "https://xn--9ca.org/%C3%A9.png", "image/png"),
        ("https://a.org/b'\"c.gif", "https://a.org/b&#x27;%22c.gif", "image/gif"),
        ("https://a.org/b.webp", "https://a.org/b.webp", "image/webp"),
        ("https://a.org/b.avif", "https://a.org/b.avif", "image/avif"),
        ("https://a.org/b.svg", "https://a.org/b.svg", "image/svg+xml"),
    ],
)
def test_line_that_is_a_picture_becomes_a_figure(line: str, src: str, type: str) -> None:
    reading = read(f"{HEAD}{line}\nText & more.\n\n{line}")
    figure = f'<figure><img src="{src}" alt=""></figure>'
    assert reading.article.content == f"{figure}\n<p>Text &amp; more.</p>\n{figure}"
    assert reading.article.summary == "Text & more."
    assert reading.article.image == Picture(html.unescape(src), "", type)
    assert reading.findings == ()
    assert f"5: image: {html.unescape(src)}" in rules(reading)


def test_first_picture_is_the_image_where_no_field_names_one() -> None:
    pictures = "https://a.org/b.jpg\nhttps://a.org/c.jpg"
    assert read(HEAD + pictures).article.image == Picture("https://a.org/b.jpg", "", "image/jpeg")
    reading = read(f'T\n{URL}\nimage: https://a.org/c.jpg A "cat"\n\n{pictures}')
    assert reading.article.image == Picture("https://a.org/c.jpg", 'A "cat"', "image/jpeg")
    assert reading.article.content == (
        '<figure><img src="https://a.org/b.jpg" alt=""></figure>\n'
        '<figure><img src="https://a.org/c.jpg" alt="A &quot;cat&quot;"></figure>'
    )


def test_article_of_a_title_and_a_picture_is_none_too_short() -> None:
    article = read("T\n2024-05-01\n\nhttps://a.org/b.jpg").article
    assert (article.url, article.summary) == (None, "")
    assert article.content == '<figure><img src="https://a.org/b.jpg" alt=""></figure>'


def test_sound_and_films_become_enclosures_and_links() -> None:
    reading = read(f"{HEAD}https://a.org/é.mp3?a&b\nText.\nhttps://a.org/c.webm")
    article = reading.article
    assert article.enclosures == (
        Enclosure("https://a.org/%C3%A9.mp3?a&b", "audio/mpeg"),
        Enclosure("https://a.org/c.webm", "video/webm"),
    )
    assert article.content == (
        '<p><a href="https://a.org/%C3%A9.mp3?a&amp;b">https://a.org/é.mp3?a&amp;b</a></p>\n'
        "<p>Text.</p>\n"
        '<p><a href="https://a.org/c.webm">https://a.org/c.webm</a></p>'
    )
    assert (article.summary, article.image, reading.findings) == ("Text.", None, ())
    assert "7: enclosure: https://a.org/c.webm: video/webm" in rules(reading)


def test_enclosure_that_a_field_names_too_keeps_what_the_field_says() -> None:
    reading = read(f"T\n{URL}\nenclosure: https://a.org/b.mp3 9\n\nhttps://a.org/b.mp3")
    assert reading.article.enclosures == (Enclosure("https://a.org/b.mp3", "audio/mpeg", 9),)


@pytest.mark.parametrize(
    "line",
    [
        *("pictures/a.jpg", "//a.org/b.jpg", "https://a.org/b.jpg A cat", "b.jpg"),
        *("See https://a.org/b.jpg", "https://a.org/b.jpg.", "https://a.org/b.pdf"),
        *("https://a.jpg", "ftp://a.org/b.jpg", "https://a.org/b.jpg.html"),
        *("https://a.org/?b.jpg", "httpſ://a.org/b.jpg", "https://a.org/b .jpg"),
    ],
)
def test_line_that_is_more_or_less_than_the_address_of_a_picture_is_text(line: str) -> None:
    reading = read(f"{HEAD}First.\n{line}\nhttps://a.org/c.jpg")
    assert blocks(reading) == ["First.", line, "https://a.org/c.jpg"]
    assert reading.article.image == Picture("https://a.org/c.jpg", "", "image/jpeg")


def test_picture_whose_address_cannot_be_one_is_text_and_told() -> None:
    line = "https://u:p@a.org/b.jpg"
    reading = read(f"{HEAD}{line}\nText.")
    assert paragraphs(reading) == [line, "Text."]
    assert told(reading) == [
        "5: text: not a public URL: it holds a user name or a password; kept as text"
    ]


def test_url_of_an_article_is_its_url_whatever_it_is_the_address_of() -> None:
    article = read("T\n2024-05-01\nhttps://a.org/b.jpg\n\nText.").article
    assert (article.url, article.image) == ("https://a.org/b.jpg", None)


PICTURE = "https://a.org/b.jpg"


@pytest.mark.parametrize(
    ("end", "kept", "categories"),
    [
        (f"A sentence.\n{PICTURE}\nSport\nDeel artikel:", ["A sentence.", PICTURE], ("Sport",)),
        (f"A sentence.\nSport\n{PICTURE}\nDeel artikel:", ["A sentence.", PICTURE], ("Sport",)),
        (f"A sentence.\nSport\nDeel artikel:\n{PICTURE}", ["A sentence.", PICTURE], ("Sport",)),
        (f"A sentence.\nDeel artikel:\n\n{PICTURE}\nX", ["A sentence.", PICTURE], ()),
        (
            f"A sentence.\nCats\n{PICTURE}\nSport\nShare:\n{PICTURE}",
            ["A sentence.", "Cats", PICTURE, PICTURE],
            ("Sport",),
        ),
        (f"{PICTURE}\nSport\nDeel artikel:", [PICTURE], ("Sport",)),
        (f"A sentence.\n{PICTURE}", ["A sentence.", PICTURE], ()),
        (f"A sentence.\nKijk: {PICTURE}\n{PICTURE}?own", ["A sentence."], ()),
    ],
)
def test_picture_is_no_label_and_disturbs_none(
    end: str, kept: list[str], categories: tuple[str, ...]
) -> None:
    reading = read(HEAD + end, boilerplate=("Kijk: .*", r".*\?own"))
    assert blocks(reading) == kept
    assert reading.article.categories == categories
    assert reading.findings == ()


def test_labels_above_a_picture_without_a_prompt_are_text() -> None:
    reading = read(f"{HEAD}A sentence.\nSport\n{PICTURE}")
    assert blocks(reading) == ["A sentence.", "Sport", PICTURE]
    assert told(reading) == [UNPROMPTED]


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("A title\n2024-05-01T23:30:00Z\n\nText.", "https://b.org/2024/05/02/a-title/"),
        (f"A title\n2024-05-01T23:30:00Z\n{URL}\n\nText.", URL),
        ("A title\n\nText.", None),
    ],
)
def test_article_without_a_url_has_the_permalink_of_its_site(source: str, url: str | None) -> None:
    site = {"site_url": "https://b.org/", "timezone": "Europe/Amsterdam"}
    reading = read(source, permalink="/:year/:month/:day/:slug/", **site)
    assert reading.article.url == url
    assert ("no permalink" in str(reading.findings)) is (url is None)


def test_permalink_is_nothing_to_point_at() -> None:
    with pytest.raises(ArticleError) as caught:
        read("A title", site_url="https://b.org/", permalink="/:slug/")
    assert str(caught.value) == "a.txt:1: text: missing: and no URL to point at"
