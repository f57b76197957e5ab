"""Pictures on pages: this site's are shown, those of others are a link, all else is untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.formats.pictures import is_own, link_foreign, name_file, shows

ROOT = "https://feeds.example.org/news/"
OWN = '<img src="https://feeds.example.org/a.png" alt="Ours">'
FOREIGN = '<img alt="A &amp; B" src="https://cdn.example.com/x.png?a=1&amp;b=2">'


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://feeds.example.org/a.png", True),
        ("http://feeds.example.org/a.png", False),
        ("https://example.org/a.png", False),
        ("https://feeds.example.org:8443/a.png", False),
        ("/a.png", False),
    ],
)
def test_origin_is_scheme_host_and_port(url: str, expected: bool) -> None:
    assert is_own(url, ROOT) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org/files/a%20tower.jpg?size=2", "a tower.jpg"),
        ("https://e.org/files/", "files"),
        ("https://e.org/", "e.org"),
        ("https://e.org/%00%0A", "e.org"),
        ("https://e.org/%D8%B9%D9%84%D9%88%D9%85.pdf", "علوم.pdf"),
    ],
)
def test_file_is_called_by_its_name_or_by_its_host(url: str, expected: str) -> None:
    assert name_file(url) == expected


def test_own_image_stays_as_it_is_written() -> None:
    assert link_foreign(f"<p>{OWN}</p>", ROOT) == f"<p>{OWN}</p>"


def test_foreign_image_becomes_a_link_that_says_what_it_shows() -> None:
    assert link_foreign(f"<figure>{FOREIGN}<figcaption>C</figcaption></figure>", ROOT) == (
        '<figure><a href="https://cdn.example.com/x.png?a=1&amp;b=2">A &amp; B</a>'
        "<figcaption>C</figcaption></figure>"
    )


def test_foreign_image_that_says_nothing_is_called_by_its_file() -> None:
    assert link_foreign('<img src="https://cdn.example.com/x.png" alt="">', ROOT) == (
        '<a href="https://cdn.example.com/x.png">x.png</a>'
    )


def test_foreign_image_in_a_link_becomes_the_text_of_that_link() -> None:
    content = f'<a href="https://e.org/">{FOREIGN}</a> {FOREIGN}'
    assert link_foreign(content, ROOT) == (
        '<a href="https://e.org/">A &amp; B</a> '
        '<a href="https://cdn.example.com/x.png?a=1&amp;b=2">A &amp; B</a>'
    )


def test_own_image_isnt_fetched_from_elsewhere() -> None:
    image = '<img src="https://feeds.example.org/a.png"'
    assert link_foreign(f'{image} srcset="https://cdn.example.com/b.png 2x">', ROOT) == f"{image}>"
    own = f'{image} srcset="https://feeds.example.org/b.png 2x, https://feeds.example.org/c.png">'
    assert link_foreign(own, ROOT) == own
    mixed = f'{image} srcset="https://feeds.example.org/b.png 2x,https://cdn.example.com/c.png 3x">'
    assert link_foreign(mixed, ROOT) == f"{image}>"


def test_own_picture_is_shown_by_its_own_sources_only() -> None:
    own = '<source srcset="https://feeds.example.org/a.avif" type="image/avif">'
    foreign = '<source srcset="https://cdn.example.com/a.avif" type="image/avif">'
    assert link_foreign(f"<picture>{foreign}{own}{OWN}</picture>", ROOT) == (
        f"<picture>{own}{OWN}</picture>"
    )


def test_foreign_picture_becomes_a_link() -> None:
    source = '<source srcset="https://feeds.example.org/a.avif" type="image/avif">'
    assert link_foreign(f"<p><picture>{source}{FOREIGN}</picture></p>", ROOT) == (
        '<p><a href="https://cdn.example.com/x.png?a=1&amp;b=2">A &amp; B</a></p>'
    )


def test_own_sound_and_films_are_played_and_ask_no_other_site() -> None:
    film = '<video src="https://feeds.example.org/f.mp4"'
    poster = 'poster="https://cdn.example.com/p.jpg"'
    track = '<track src="https://cdn.example.com/t.vtt">'
    assert link_foreign(f"{film} {poster} controls>{track}No film</video>", ROOT) == (
        f'{film} controls="">No film</video>'
    )
    sound = (
        '<audio controls=""><source src="https://feeds.example.org/a.mp3"></audio>'
        '<track src="https://feeds.example.org/t.vtt">'
    )
    assert link_foreign(sound, ROOT) == sound
    other = '<source src="https://cdn.example.com/a.ogg">'
    assert link_foreign(sound.replace("<source", f"{other}<source"), ROOT) == sound


def test_foreign_sound_and_films_become_a_link_to_the_first() -> None:
    sources = '<source src="https://e.org/a.mp4"><source src="https://e.org/b.webm">'
    link = '<a href="https://e.org/a.mp4">a.mp4</a>'
    assert (
        link_foreign(f"<p><video controls>{sources}No film</video></p>", ROOT) == f"<p>{link}</p>"
    )
    assert link_foreign('<audio src="https://e.org/a.mp4"></audio>', ROOT) == link
    assert (
        link_foreign(f'<a href="/"><video>{sources}</video></a>', ROOT) == '<a href="/">a.mp4</a>'
    )
    assert link_foreign("<p><audio></audio></p>", ROOT) == "<p></p>"


def test_what_is_never_closed_is_shown_or_linked_all_the_same() -> None:
    assert link_foreign(f"<picture>{FOREIGN}", ROOT).startswith('<a href="https://cdn.example.com/')
    assert link_foreign(f"<video>{OWN}</audio>", ROOT) == f"<video>{OWN}</video>"
    assert link_foreign(f"<picture>{OWN}", ROOT) == f"<picture>{OWN}</picture>"
    assert link_foreign('</video><source src="https://e.org/a">', ROOT) == "</video>"


def test_image_that_is_in_the_text_itself_is_shown() -> None:
    content = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">'
    assert link_foreign(content, ROOT) == content


def test_image_without_an_address_is_its_text() -> None:
    assert link_foreign('<p><img alt="A tower"/></p>', ROOT) == "<p>A tower</p>"


def test_all_that_is_no_image_stays_as_it_is_written() -> None:
    rest = (
        '<p class=a title="x > y">&eacute;&nbsp;&#8212;&#x1F600; 1 &lt; 2<br/>\n<b>B</b></p>\n'
        '<pre><code>img src="a"&gt;</code></pre><hr>'
    )
    assert link_foreign(rest, ROOT) == rest
    assert link_foreign(rest + OWN, ROOT) == rest + OWN


@given(st.text(alphabet="<>&;#/ab \"'=img=é", max_size=60))
def test_fuzz_foreign_image_becomes_a_link_whatever_follows_it(text: str) -> None:
    assert link_foreign(FOREIGN + text, ROOT).startswith('<a href="https://cdn.example.com/')


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("<p>https://e.org/a.png.html</p>", False),
        ('<figure><img src="https://e.org/a.png" alt=""></figure>', True),
        ('<img src="https://e.org/a.png?b">', False),
        ("", False),
    ],
)
def test_image_is_shown_where_content_has_it_as_one(content: str, found: bool) -> None:
    assert shows(content, "https://e.org/a.png") == found


def test_image_is_found_however_its_address_is_escaped() -> None:
    assert shows('<img src="https://e.org/it&#x27;s.png?a&amp;b">', "https://e.org/it's.png?a&b")
