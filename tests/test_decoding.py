"""Decoding: a page is read in the encoding that a browser reads it in, and what is lost is told."""

import codecs

import pytest

from tests.reading import findings, read_article, read_source, refuse, rules

TEXT = "<title>T</title><p>{}" + " and then some more words to fill the line with" * 3


def title(data: bytes, name: str = "page.html") -> str:
    return read_article(data, name).title


def make(title: str, head: str = "") -> str:
    return f"{head}<title>{title}</title><p>It was late, and nobody said why. It was not asked."


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("latin1", "cp1252"),  # as the Encoding standard has it
        ("ISO-8859-1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("windows-1252", "cp1252"),
        ("utf8", "utf-8"),
        ("utf-16", "utf-8"),  # a page that could say it isn't in it
        ("x-sjis", "shift_jis"),
    ],
)
def test_label_of_a_page_means_what_the_standard_says(label: str, codec: str) -> None:
    word = "日本" if codec == "shift_jis" else "“café”"
    for head in (
        f"<meta charset={label}>",
        f'<meta http-equiv="Content-Type" content="text/html; charset={label}">',
    ):
        assert title(make(word, head).encode(codec)) == word


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_byte_order_mark_comes_before_what_the_page_says(mark: bytes, codec: str) -> None:
    assert title(mark + make("café", "<meta charset=koi8-r>").encode(codec)) == "café"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(codec: str) -> None:
    assert title(make("日本語").encode(codec)) == "日本語"


def test_xml_declaration_counts() -> None:
    page = '<?xml version="1.0" encoding="iso-8859-2"?>' + make("Łódź")
    assert title(page.encode("iso-8859-2")) == "Łódź"


def test_encoding_is_told() -> None:
    page = make("café", "<meta charset=latin1>").encode("latin1")
    assert "1: encoding: windows-1252: as the page says" in rules(read_source(page))
    assert not any("encoding" in rule for rule in rules(read_source(make("café"))))


def test_encoding_that_no_page_says_is_detected_and_found() -> None:
    page = "<title>Привет</title><p>Это просто текст на русском языке, и больше ничего в нём нет."
    reading = read_source(page.encode("cp1251"))
    assert reading.article.title == "Привет"
    why = "the page doesn't say: write <meta charset> into it"
    assert f"1: encoding: windows-1251, detected: {why}" in findings(reading)


def test_unknown_label_is_told_and_left_out() -> None:
    page = '<?xml version="1.0" encoding="klingon"?>' + make("café")
    reading = read_source(page)
    assert reading.article.title == "café"
    assert "1: encoding: not used: 'klingon' is none" in rules(reading)


def test_what_cannot_be_read_is_found() -> None:
    page = make("x").encode() + b"<meta charset=utf-8>caf\xe9"
    want = "1: text: characters lost: 1 that can't be read as UTF-8"
    assert want in findings(read_source(b"<meta charset=utf-8>" + page))


def test_what_is_no_text_is_refused() -> None:
    assert refuse(bytes(range(256)) * 9) == ("1: text: not text: it is full of control characters")
    assert "browsers refuse to read" in refuse(b"<meta charset=iso-2022-kr>" + make("x").encode())


def test_null_bytes_are_left_out() -> None:
    reading = read_source(make("a\0b") + "c\0d")
    assert reading.article.title == "ab"
    assert "cd" in reading.article.content
    assert "1: text: characters removed: 2 null bytes" in findings(reading)


@pytest.mark.parametrize("name", ["a.xhtml", "a.XHT", "a.html"])
def test_what_xml_closes_at_once_is_closed(name: str) -> None:
    head = '<?xml version="1.0"?>' if name == "a.html" else ""
    page = (
        f'{head}<html><head><title>T</title><script src="a/b.js"/><style title="a>b" /></head>'
        "<body><div class='x'/><p>Shown.</p><p/><p>Too.<br/></p></body></html>"
    )
    content = read_article(page, name).content
    assert "<p>Shown.</p>" in content
    assert "Too." in content
    assert refuse(page.removeprefix(head), "b.html").startswith("1: text: missing")


def test_page_without_an_end_to_a_tag_is_read_in_time() -> None:
    assert refuse("<div a='" * 100_000, "a.xhtml")
