"""The readers' registry: who reads which file, and what a file's name says of its language."""

from pathlib import Path

import pytest

from feedsvc.errors import ArticleError
from feedsvc.model import Finding, Selection
from feedsvc.readers import READERS, digest_rules, is_article, read
from feedsvc.settings import Settings, load_settings

TEXT = b"A title\n2024-05-01\nhttps://example.org/a\n\nA paragraph."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path, environ={})


@pytest.mark.parametrize("path", ["a.txt", "A.TXT", "b/c/a.nl.txt", "a.md.txt", "...txt"])
def test_file_that_a_reader_knows_is_an_article(path: str) -> None:
    assert is_article(path)


@pytest.mark.parametrize("path", ["a", "txt", ".txt", "a.txt~", "a.txt.bak", "a.txt/b", "a.toml"])
def test_file_that_no_reader_knows_is_no_article(path: str) -> None:
    assert not is_article(path)


def test_every_suffix_of_the_registry_is_one_in_lower_case() -> None:
    assert READERS
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in READERS)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.nl.txt", "nl"),
        ("a.nl.TXT", "nl"),
        ("b/a.b.pt-BR.txt", "pt-BR"),
        ("a.zh-Hant.txt", "zh-Hant"),
        ("记事.zh.txt", "zh"),
    ],
)
def test_language_before_the_suffix_is_that_of_the_article(
    settings: Settings, path: str, language: str
) -> None:
    reading = read(path, TEXT, settings)
    assert reading.article.language == language
    assert reading.rules == (Finding(path, 1, "language", language, "from the file name"),)
    assert str(reading.rules[0]) == f"{path}:1: language: {language}: from the file name"


@pytest.mark.parametrize(
    "path",
    ["a.txt", "nl.txt", "a.NL.txt", "a.xx.txt", "a.v2.txt", "a.old.txt", "a.nl/b.txt", "a.nl-.txt"],
)
def test_name_that_holds_no_language_tells_none(settings: Settings, path: str) -> None:
    reading = read(path, TEXT, settings)
    assert reading.article.language is None
    assert reading.rules == ()


def test_language_that_the_article_tells_itself_comes_first(settings: Settings) -> None:
    reading = read("a.nl.txt", b"A title\nlanguage: fy\n\nText.", settings)
    assert reading.article.language == "fy"
    assert [rule.what for rule in reading.rules] == ["fy"]


def test_name_leaves_the_selection_as_it_is(settings: Settings) -> None:
    reading = read("a.nl.txt", b"A title\ndraft: yes\n\nText.", settings)
    assert (reading.article.language, reading.selection) == ("nl", Selection(draft=True))


def test_name_changes_nothing_else_of_the_reading(settings: Settings) -> None:
    plain, named = (read(path, TEXT + b"\n\0", settings) for path in ("a.txt", "a.nl.txt"))
    assert plain.findings
    assert [finding.what for finding in named.findings] == [f.what for f in plain.findings]
    assert (named.article.title, named.article.content) == ("A title", "<p>A paragraph.</p>")


def test_refusal_names_the_file_as_it_was_asked_for(settings: Settings) -> None:
    with pytest.raises(ArticleError) as caught:
        read("b/a.nl.txt", b"", settings)
    assert str(caught.value) == "b/a.nl.txt:1: title: missing: the file has no text"


@pytest.mark.parametrize(
    "changed",
    [
        {"timezone": "Europe/Amsterdam"},
        {"site_url": "https://b.org/"},
        {"url": "https://b.org/"},
        {"permalink": "/:slug/", "site_url": "https://b.org/"},
    ],
)
def test_files_are_read_again_by_other_rules(tmp_path: Path, changed: dict[str, str]) -> None:
    settings = load_settings(tmp_path, environ={})
    other = load_settings(tmp_path, environ={}, **changed)
    assert digest_rules(settings) != digest_rules(other)
    assert digest_rules(other) == digest_rules(load_settings(tmp_path, environ={}, **changed))


def test_files_of_a_known_site_are_not_read_again_for_the_address_of_the_feeds(
    tmp_path: Path,
) -> None:
    site = {"site_url": "https://b.org/"}
    settings = [
        load_settings(tmp_path, environ={}, url=url, **site) for url in ("http://a/", "http://b/")
    ]
    assert len({digest_rules(one) for one in settings}) == 1
