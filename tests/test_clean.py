"""Hygiene: what leaves the room stands in XML, HTML and a URI, and what people meant is kept."""

import codecs
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from feedsvc.clean import LONGEST_URI, clean_line, clean_text, clean_url, decode, trim
from feedsvc.errors import BadValue

ANY_TEXT = st.text(st.characters(exclude_categories=[]))  # lone surrogates too
DANGEROUS = st.text(
    st.sampled_from("ab \t\n\r\0\x0b\x1b\x85\x9f\xa0\xad\u0301\u200b\u200d\u202e\u2028\u2061\ufeff")
    | st.sampled_from("\ud800\udfff\ufdd0\ufffe\uffff\U0001fffe\U0010ffff\ufffd\u212b<&>]")
)
# The characters that part an address, in twos and threes with the names between them.
URLISH = st.lists(
    st.sampled_from(
        ["http://", "https://", "HTTP://", "//", "example.org", "ExAmple.ORG", "xn--p1ai"]
    )
    | st.sampled_from(
        ["例え。テスト", "faß.de", "℀", "[::1]", "[v1.a:b]", "%eth0", ":80", ":99999", ":８０"]
    )
    | st.sampled_from("/?#:@[]%.-_~!$&'()*+,;=<>\"\\^`{|} ü／。\u202e\u0301\xa0\t\n\0\ud800😀1aF")
    | st.text(max_size=3)
).map("".join)
# RFC 3986, appendix A, for a scheme of ours and without userinfo.
_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
URI = re.compile(
    r"https?://(?:\[[0-9a-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::[0-9]+)?"
    rf"(?:/{_PCHAR}*)*(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
)


@pytest.mark.parametrize(
    "code",
    [
        *(*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)),
        *(0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF),
        *(plane + last for plane in range(0x10000, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)),
    ],
)
def test_character_that_xml_or_html_forbids_is_removed(code: int) -> None:
    assert clean_text(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize("between", ["\x0b", "\x0c"])
def test_vertical_space_parts_words_as_a_space(between: str) -> None:
    assert clean_text(f"a{between}b") == "a b"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a\tb\nc\rd\x85e\u2028f\u2029g",
            "<b>&amp;]]>",
            "½ \xa0 \xad",
            "\ue000\ufdcf\ufdf0\ufffd",
        ),
        *(
            "\U00010000\U0001fffd\U0010fffd",
            "👩\u200d👩\u200d👧",
            "می\u200cخواهم",
            "a\u200eb\u200fc",
        ),
        *("zero\u200bwidth", "\u202eturned\u202c", ""),
    ],
)
def test_text_that_may_stand_is_kept_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize("clean", [clean_text, clean_line])
@pytest.mark.parametrize(
    ("text", "composed"),
    [("e\u0301", "é"), ("\u212b", "Å"), ("e\0\u0301", "é"), ("\u1100\u1161", "가")],
)
def test_text_is_composed(clean: Callable[[str], str], text: str, composed: str) -> None:
    assert clean(text) == composed


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\t\n words\r\n", "two words"),
        ("a\x85b\u2028c\u2029d\x0be", "a b c d e"),
        ("a\u200bb\u2060c\ufeffd\u180ee", "abcde"),
        ("\u202aa\u202bb\u202cc\u202dd\u202ee", "abcde"),
        ("\u2066a\u2067b\u2068c\u2069d", "abcd"),
        ("a\u2061b\u2064c\ufff9d\ufffbe", "abcde"),
        ("a\u200b \u200bb", "a b"),
        ("10\xa0000\u3000km", "10\xa0000\u3000km"),
        ("\xa0\u3000\u2800\ufeffa\u200b\xa0", "a"),
        ("\u202e", ""),
        ("👩\u200d👧 می\u200cخواهم a\u200eb", "👩\u200d👧 می\u200cخواهم a\u200eb"),
    ],
)
def test_line_holds_single_spaces_and_nothing_that_breaks_or_turns_it(text: str, line: str) -> None:
    assert clean_line(text) == line


def test_line_is_composed_after_what_parted_it_is_gone() -> None:
    assert clean_line("e\u200b\u0301") == "é"


def test_trim_takes_blanks_off_both_ends_only() -> None:
    assert trim("\ufeff\u200b\xa0 a\xa0\u200b b\t\u2060\r\n\u2800") == "a\xa0\u200b b"


@given(ANY_TEXT | DANGEROUS)
def test_cleaned_text_always_parses_as_xml_and_is_clean_already(text: str) -> None:
    cleaned = clean_text(text)
    escaped = cleaned.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    root = etree.fromstring(f"<p>{escaped}</p>".encode())
    assert (root.text or "") == re.sub("\r\n?", "\n", cleaned)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


@given(ANY_TEXT | DANGEROUS)
@example("e\u200b\u0301")
def test_cleaned_line_is_one_trimmed_line_and_is_clean_already(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line == clean_text(line) == trim(line)
    assert len(line.splitlines()) <= 1
    assert "  " not in line


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Oekraïne".encode(), "UTF-8"),
        (b"", "UTF-8"),
        (codecs.BOM_UTF8 + "Oekraïne".encode(), "UTF-8 by its byte order mark"),
        (codecs.BOM_UTF16_LE + "Oekraïne".encode("utf-16-le"), "UTF-16-LE by its byte order mark"),
        (codecs.BOM_UTF16_BE + "Oekraïne".encode("utf-16-be"), "UTF-16-BE by its byte order mark"),
        (codecs.BOM_UTF32_LE + "Oekraïne".encode("utf-32-le"), "UTF-32-LE by its byte order mark"),
        (codecs.BOM_UTF32_BE + "Oekraïne".encode("utf-32-be"), "UTF-32-BE by its byte order mark"),
        ("Oekraïne".encode("utf-16-le"), "UTF-16-LE, detected"),
        ("Oekraïne".encode("utf-16-be"), "UTF-16-BE, detected"),
    ],
)
def test_file_is_decoded_and_its_encoding_told(data: bytes, encoding: str) -> None:
    assert decode(data) == ("Oekraïne" if data else "", encoding, [])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("De coördinatie is geëindigd in Oekraïne, zegt België.", "latin-1"),
        ("Les élèves préfèrent la forêt à la théorie, dit-elle.", "latin-1"),
        ("El corazón del español está aquí, en la montaña.", "latin-1"),
        ("Der große Bär läuft über die Straße, “schön”.", "cp1252"),
        ("Jeg kan godt lide blåbær og rødgrød med fløde på.", "latin-1"),
        ("L’été à la mère, où l’on est allé.", "cp1252"),
        ("La città più bella", "cp1252"),
        ("Il caffè è già caro", "cp1252"),
        ("Bugün İstanbul'da güneşli bir gün, şehrin ışıkları.", "cp1254"),
        ("Pchnąć w tę łódź jeża lub ośm skrzyń fig, proszę.", "cp1250"),
        ("Съешь же ещё этих мягких французских булок.", "cp1251"),
        ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία στα ελληνικά.", "cp1253"),
        ("昨日、東京で大きな会議が開かれました。", "shift_jis"),
    ],
)
def test_text_in_a_legacy_encoding_is_detected(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.encoding.endswith(", detected")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0",
        b"\x01\x02\x03" * 30,
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0" + bytes(range(256)),
    ],
)
def test_binary_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadValue, match="not text: "):
        decode(data)


def test_bytes_that_are_text_in_no_known_encoding_are_refused() -> None:
    with pytest.raises(BadValue, match="not text: its encoding is none of those known"):
        decode(bytes(range(0x80, 0x100)) * 4 + b"\xff\x00\x81\x8d\x8f\x90\x9d" * 5)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_removed_characters_are_told_by_line_and_name(end: str) -> None:
    text = end.join(
        [
            "a line of its own",
            "a \x00 NUL, a control",
            "",
            "\ufffe and \U0001ffff",
            "then the\x0blast\x9b",
        ]
    )
    decoded = decode(text.encode())
    assert decoded.removed == [(2, "U+0000"), (4, "U+FFFE"), (4, "U+1FFFF"), (5, "U+009B")]
    assert decoded.text.splitlines() == [
        *("a line of its own", "a  NUL, a control", "", " and ", "then the last")
    ]


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("https://nos.nl/artikel/1-a?b=c&d=%20#e", "https://nos.nl/artikel/1-a?b=c&d=%20#e"),
        ("HTTPS://Example.ORG/Path", "https://example.org/Path"),
        ("http://example.org", "http://example.org"),
        ("\ufeffhttp://example.org/\u200b ", "http://example.org/"),
        ("http://example.org/a b/ü", "http://example.org/a%20b/%C3%BC"),
        ("http://example.org/e\u0301", "http://example.org/%C3%A9"),
        ("http://example.org/?q=ü ü&r=/?", "http://example.org/?q=%C3%BC%20%C3%BC&r=/?"),
        ("http://example.org/#Ünder#x", "http://example.org/#%C3%9Cnder%23x"),
        ('http://example.org/<a>"{|}\\^`', "http://example.org/%3Ca%3E%22%7B%7C%7D%5C%5E%60"),
        ("http://example.org/100%", "http://example.org/100%25"),
        ("http://example.org/%zz%2?%#%4", "http://example.org/%25zz%252?%25#%254"),
        ("http://example.org/[a]", "http://example.org/%5Ba%5D"),
        ("http://münchen.de/", "http://xn--mnchen-3ya.de/"),
        ("http://faß.de/", "http://xn--fa-hia.de/"),
        ("http://例え。テスト/", "http://xn--r8jz45g.xn--zckzah/"),
        ("http://xn--mnchen-3ya.de/", "http://xn--mnchen-3ya.de/"),
        ("http://a_b.example.org./", "http://a_b.example.org./"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
        ("http://example.org:/x", "http://example.org/x"),
        ("http://example.org:65535", "http://example.org:65535"),
        ("http://[::1]/", "http://[::1]/"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("http://example.org/a@b:c", "http://example.org/a@b:c"),
    ],
)
def test_address_is_mapped_to_a_valid_uri(text: str, uri: str) -> None:
    assert clean_url(text) == uri
    assert URI.fullmatch(uri)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "not an http or https URL: ''"),
        ("example.org/x", "not an http or https URL: 'example.org/x'"),
        ("//example.org/x", "not an http or https URL: '//example.org/x'"),
        ("javascript:alert(1)", "not an http or https URL: 'javascript:alert(1)'"),
        ("java\nscript:alert(1)", "not an http or https URL: 'java script:alert(1)'"),
        ("ftp://example.org/", "not an http or https URL: 'ftp://example.org/'"),
        ("mailto:a@example.org", "not an http or https URL: 'mailto:a@example.org'"),
        ("http:///x", "not a URL: 'http:///x' has no host"),
        ("https:example.org", "not a URL: 'https:example.org' has no host"),
        ("https://user@example.org/", "not a public URL: it holds a user name or a password"),
        ("https://u:secret@example.org/", "not a public URL: it holds a user name or a password"),
        (
            "http://example.org:65536/",
            "not a URL: 'http://example.org:65536/' has the port '65536'",
        ),
        ("http://example.org:x/", "not a URL: 'http://example.org:x/' has the port 'x'"),
        ("http://example.org:８０/", "not a URL: 'http://example.org:８０/' has the port '８０'"),
    ],
)
def test_address_that_cannot_be_published_is_refused(text: str, fault: str) -> None:
    with pytest.raises(BadValue) as caught:
        clean_url(text)
    assert str(caught.value) == fault


def test_address_is_as_long_as_programs_take() -> None:
    longest = f"https://example.org/{'a' * (LONGEST_URI - 20)}"
    assert clean_url(longest) == longest
    for longer in (f"{longest}a", f"{longest[:-1]}é"):
        with pytest.raises(BadValue, match=r"too long: 'https://.*…' has over 2000 characters"):
            clean_url(longer)


@pytest.mark.parametrize(
    "host",
    [
        *("exa mple.org", "-a.org", "a\\b", "a%41", "☃☃.org", "a<b", "℀.com", ".", "[::1", "[x]"),
        *("[fe80::1%eth0]", "[v1.abc]", "[v1.a:ü]", "[::1]x", "a[::1]"),
    ],
)
def test_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(BadValue, match="not a URL: "):
        clean_url(f"http://{host}/")


@given(URLISH | URLISH.map("http://{}".format) | URLISH.map("http://example.org/{}".format))
def test_any_address_is_refused_or_a_valid_uri_that_stays_fuzz(text: str) -> None:
    try:
        uri = clean_url(text)
    except BadValue:
        return
    assert URI.fullmatch(uri)
    assert clean_url(uri) == uri


@given(st.binary() | st.text().map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_refused_or_clean_text_fuzz(data: bytes) -> None:
    try:
        decoded = decode(data)
    except BadValue:
        return
    assert decoded.text == clean_text(decoded.text)
    assert all(line >= 1 for line, _ in decoded.removed)
