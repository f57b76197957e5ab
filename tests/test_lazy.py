"""Lazy pictures: those that scripts would have shown are shown, those that are there stay."""

import pytest

from tests.reading import read_article, read_source, rules

TEXT = "<p>" + "The tide was late, and nobody in the town had asked it why. " * 5 + "</p>"
A = "https://a.example/a.jpg"
B = "https://a.example/b.jpg"


def read(inside: str) -> str:
    page = f"<title>T</title><article>{TEXT}<div>{inside}</div></article>"
    return read_article(page).content.partition("<div>")[2].removesuffix("</div>").strip()


@pytest.mark.parametrize(
    "picture",
    [
        f'<img data-src="{A}">',
        f'<img src="" data-src="{A}">',
        f'<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-lazy-src="{A}">',
        f'<img src="data:image/svg+xml,%3Csvg%3E" data-original="{A}" data-src="">',
        f'<img src="/img/lazy_placeholder.gif" data-src="{A}">',
        f'<img src="https://cdn.example/1x1.png?v=2" data-whatever="{A}" data-x="y" data-y="a b">',
        f'<noscript><img src="{A}"></noscript>',
        f'<img src="/blank.gif"><noscript><img src="{A}"></noscript>',
        f'<img class="lazy"><noscript><img src="{A}"></noscript>',
        f'<span><img></span><noscript><img src="{A}"></noscript>',
        f'<noscript><img src="{A}"></noscript><img data-x="1">',
        f'<amp-img src="{A}"></amp-img>',
        f'<img src="{A}" data-src="{B}">',
        f'<img src="{A}" data-srcset="" srcset="">',
    ],
)
def test_one_picture_is_shown(picture: str) -> None:
    content = read(picture)
    assert content.count("<img") == 1
    assert f'src="{A}"' in content
    assert B not in content


def test_candidates_are_restored_where_there_are_none() -> None:
    assert f'srcset="{B} 2x"' in read(f'<img src="{A}" data-srcset="{B} 2x">')
    assert "2x" not in read(f'<img src="{A}" srcset="{A} 1x" data-srcset="{B} 2x">')
    picture = f'<picture><source data-srcset="{B} 2x"><img src="{A}"></picture>'
    assert f'<source srcset="{B} 2x">' in read(picture)


def test_picture_that_is_there_stays_beside_another_without_scripts() -> None:
    content = read(f'<img src="{A}"><noscript><img src="{B}"></noscript>')
    assert content.count("<img") == 2


def test_text_beside_a_picture_without_scripts_stays() -> None:
    assert "Caption" in read(f'<p>Caption<img></p><noscript><img src="{A}"></noscript>')


def test_players_of_amp_play() -> None:
    assert f'<video src="{A}.mp4"' in read(f'<amp-video src="{A}.mp4"></amp-video>')


def test_restored_picture_is_told() -> None:
    page = f'<title>T</title><article>{TEXT}\n<img data-src="{A}"></article>'
    assert f"2: text: picture restored: {A}" in rules(read_source(page))
