"""MHTML: the page in the file is read as if it had been saved by itself, its pictures shown."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import ArticleError
from tests.reading import findings, read_article, read_source, refuse, rules

URL = "https://a.example/2024/tide.html"
PIXEL = "iVBORw0KGgo="
PAGE = """<html lang=3D"en"><head><meta charset=3D"utf-8">
<title>Late t=
ide at the caf=C3=A9</title></head>
<body><nav>Menu</nav><article><h1>Late tide at the caf=C3=A9</h1>
<p>It was late.=0D=0ANobody said why.</p>
{}
</article></body></html>"""


def make(*parts: str, head: str = f"Snapshot-Content-Location: {URL}", kind: str = "") -> str:
    lines = [
        "From: <Saved by Blink>",
        *([head] if head else []),
        "Subject: =?utf-8?Q?Late=20tide?=",
        "Date: Sat, 16 Mar 2024 10:11:12 -0000",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/related;{kind}\n\ttype="text/html";\n\tboundary="--x"',
        "",
        *(f"----x\n{part}" for part in parts),
        "----x--",
        "",
    ]
    return "\n".join(lines)


def html(page: str = PAGE, more: str = "", coding: str = "quoted-printable") -> str:
    return (
        f"Content-Type: text/html\nContent-Transfer-Encoding: {coding}\n"
        f"Content-Location: {URL}\n{more}\n" + page.replace("{}", "")
    )


def picture(head: str, type: str = "image/png") -> str:
    return f"Content-Type: {type}\nContent-Transfer-Encoding: base64\n{head}\n\n{PIXEL}"


def test_page_is_read_out_of_the_file() -> None:
    article = read_article(make(html()), "page.mhtml")
    assert article.title == "Late tide at the café"
    assert article.url == URL
    assert article.language == "en"
    assert article.published is None
    assert article.content == "<p>It was late.\nNobody said why.</p>"


@pytest.mark.parametrize("name", ["page.mht", "page.MHTML"])
def test_other_suffixes_are_read_too(name: str) -> None:
    assert read_article(make(html()), name).url == URL


def test_file_with_line_ends_of_windows_is_read() -> None:
    article = read_article(make(html()).replace("\n", "\r\n"), "page.mhtml")
    assert article.title == "Late tide at the café"


def test_lines_are_those_of_the_file() -> None:
    source = make(html(PAGE.replace("{}", '<img src=3D"cid:no">')))
    for text in (source, source.replace("\n", "\r\n")):
        reading = read_source(text, "page.mhtml")
        place = source.split("\n").index('<img src=3D"cid:no">') + 1
        assert f"{place}: text: left out: cid:no" in findings(reading)
        title = source.split("\n").index("<title>Late t=") + 3
        assert f"{title}: text: left out: its title, which stands above it" in rules(reading)


def test_lines_of_what_is_not_coded_are_counted_on() -> None:
    page = '<title>T</title>\n<p>x</p>\n\n<p>Long enough <img src="cid:no"></p>'
    source = make(html(page, coding="8bit"))
    place = source[: source.index("cid:no")].count("\n") + 1
    assert f"{place}: text: left out: cid:no" in findings(read_source(source, "page.mhtml"))


def test_line_of_what_is_coded_whole_is_where_it_begins() -> None:
    page = "PHRpdGxlPlQ8L3RpdGxlPgoKPHA+eCA8aW1nIHNyYz0iY2lkOm5vIj48L3A+"
    source = make(html(page, coding="base64"))
    place = source[: source.index("PHRp")].count("\n") + 1
    reading = read_source(source, "page.mhtml")
    assert reading.article.title == "T"
    assert f"{place}: text: left out: cid:no" in findings(reading)


def test_refusal_has_the_line_of_the_file() -> None:
    page = "<title>x</title>\n<frameset></frameset>"
    source = make(html(page))
    place = source[: source.index("<frameset>")].count("\n") + 1
    assert refuse(source, "page.mhtml").startswith(f"{place}: text: not an article")


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        ("Content-ID: <i@x>\nContent-Location: https://a.example/q.png", "https://a.example/q.png"),
        ("Content-ID: <i@x>", f"data:image/png;base64,{PIXEL}"),
        ("Content-Location: cid:i@x", f"data:image/png;base64,{PIXEL}"),
        ("Content-ID: <i@x>\nContent-Location: file:///C:/q.png", f"data:image/png;base64,{PIXEL}"),
    ],
)
def test_picture_in_the_file_is_shown(head: str, shown: str) -> None:
    source = make(html(PAGE.replace("{}", '<img src=3D"cid:i@x">')), picture(head))
    reading = read_source(source, "page.mhtml")
    assert f'<img src="{shown}" alt="">' in reading.article.content
    assert [found.partition(": ")[2] for found in findings(reading)] == [
        "published: missing: it gets the time it was first seen"
    ]


def test_picture_elsewhere_stays_where_it_is() -> None:
    page = PAGE.replace("{}", '<img src=3D"https://b.example/q.png"><img src=3D"r.png">')
    content = read_article(
        make(html(page), picture("Content-Location: https://b.example/q.png")), "page.mhtml"
    ).content
    assert 'src="https://b.example/q.png"' in content
    assert 'src="https://a.example/2024/r.png"' in content


def test_sound_that_is_only_in_the_file_is_found() -> None:
    page = PAGE.replace("{}", '<audio src=3D"cid:i@x"></audio>')
    source = make(html(page), picture("Content-ID: <i@x>", "audio/mpeg"))
    reading = read_source(source, "page.mhtml")
    assert any(
        "left out: cid:i@x is in the file, and nowhere else" in found for found in findings(reading)
    )


def test_page_is_the_part_that_the_file_starts_with() -> None:
    frame = html("<title>Frame</title><p>Advertisement</p>")
    source = make(frame, html(more="Content-ID: <main@x>\n"), kind=' start="<main@x>";')
    assert read_article(source, "page.mhtml").title == "Late tide at the café"
    source = make(frame, html(more="Content-ID: <main@x>\n"), kind=' start="<no@x>";')
    assert read_article(source, "page.mhtml").title == "Frame"


def test_address_is_that_of_the_part_where_the_file_has_none() -> None:
    assert read_article(make(html(), head=""), "page.mhtml").url == URL
    source = make(html().replace(f"Content-Location: {URL}\n", ""), head="")
    assert read_article(source, "page.mhtml").url is None
    mark = "<!-- saved from url=(0024)https://b.example/x -->"
    source = make(html(mark + PAGE).replace(f"Content-Location: {URL}\n", ""), head="")
    assert read_article(source, "page.mhtml").url == "https://b.example/x"


def test_title_is_the_subject_where_the_page_has_none() -> None:
    page = "<p>It was late, and nobody said why.</p>"
    assert read_article(make(html(page)), "page.mhtml").title == "Late tide"


@pytest.mark.parametrize("subject", ["=?klingon?Q?abc?=", "=?utf-8?B?a?="])
def test_subject_that_cannot_be_read_is_taken_as_it_is(subject: str) -> None:
    source = make(html("<p>It was late, and nobody said why.</p>"))
    source = source.replace("=?utf-8?Q?Late=20tide?=", subject)
    assert read_article(source, "page.mhtml").title


def test_encoding_is_that_of_the_part() -> None:
    source = make(html("<title>caf=E9</title><p>It was late.</p>"))
    source = source.replace(
        "Content-Type: text/html\n", "Content-Type: text/html; charset=latin1\n"
    )
    assert read_article(source, "page.mhtml").title == "café"


def test_page_without_parts_is_read() -> None:
    source = f"MIME-Version: 1.0\n{html()}"
    assert read_article(source, "page.mhtml").title == "Late tide at the café"


@pytest.mark.parametrize(
    "source",
    ["", "no mail", make(picture("Content-ID: <i@x>")), "MIME-Version: 1.0\n\n<p>x</p>"],
)
def test_file_without_a_page_is_refused(source: str) -> None:
    assert refuse(source, "page.mhtml") == "1: text: missing: no part of the file is a page"


def test_page_that_cannot_be_decoded_is_refused() -> None:
    page = "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n====="
    assert refuse(make(page), "page.mhtml")


def test_parts_in_too_many_parts_are_refused() -> None:
    nested = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000)
    )
    assert refuse(nested + html(), "page.mhtml")


@given(
    st.lists(st.sampled_from(make(html(), picture("Content-ID: <i>")).splitlines()), max_size=40)
)
def test_fuzz_of_lines_ends_in_an_article_or_a_refusal(lines: list[str]) -> None:
    with suppress(ArticleError):
        assert read_article("\n".join(lines), "page.mhtml").title


@given(st.binary(max_size=300))
def test_fuzz_of_bytes_ends_in_an_article_or_a_refusal(data: bytes) -> None:
    source = make(html("<title>x</title><p>y")).encode() + data
    for text in (data, source, source.replace(b"<p>", data)):
        with suppress(ArticleError):
            assert read_article(text, "page.mhtml").title
