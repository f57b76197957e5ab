"""The pages' own words: complete, distinct and translated in every language there is."""

import string

import pytest
from msgspec.structs import asdict, fields

from feedsvc.formats.phrases import Phrases, choose_phrases, list_languages
from feedsvc.languages import direct

LANGUAGES = list_languages()
PLACES = {
    "show_all": ["count"],
    "by": ["names"],
    "updated": ["date"],
    "picture": ["name"],
}
# What these languages have in common with English.
SHARED = {
    ("nl", "website"),
    ("de", "website"),
}
LATIN = set(string.ascii_letters)


def translate(language: str) -> dict[str, str]:
    return {name: text for name, text in asdict(choose_phrases(language)).items() if text}


def test_there_are_phrases_in_the_languages_that_are_promised() -> None:
    european = {"de", "el", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr"}
    assert set(LANGUAGES) >= european | {"ar", "he", "ja", "zh"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_file_holds_the_language_of_its_name(language: str) -> None:
    assert choose_phrases(language).language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_there_and_distinct(language: str) -> None:
    phrases = translate(language)
    assert set(phrases) == {field.name for field in fields(Phrases)}
    assert len(set(phrases.values())) == len(phrases)
    assert all(text == text.strip() for name, text in phrases.items() if name != "comma")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_phrase_has_a_place_for_what_the_page_fills_in(language: str) -> None:
    for name, text in translate(language).items():
        places = [place for _, place, _, _ in string.Formatter().parse(text) if place is not None]
        assert places == PLACES.get(name, []), name


@pytest.mark.parametrize("language", [known for known in LANGUAGES if known != "en"])
def test_no_phrase_was_left_in_english(language: str) -> None:
    english = translate("en")
    same = {name for name, text in translate(language).items() if text == english[name]}
    assert same - {"comma"} == {name for tongue, name in SHARED if tongue == language}


@pytest.mark.parametrize("language", ["ar", "el", "he", "ja", "ru", "zh", "zh-Hant"])
def test_language_of_another_script_is_written_in_it(language: str) -> None:
    for name, text in translate(language).items():
        if name not in ("language", "comma"):
            text = string.Formatter().vformat(
                text, (), dict.fromkeys(["count", "names", "date", "name"], "")
            )
            assert not LATIN.intersection(text), (name, text)


def test_phrases_of_a_language_serve_its_regions() -> None:
    assert choose_phrases("nl-BE").language == "nl"
    assert choose_phrases("PT-br").language == "pt"


def test_chinese_has_the_characters_of_the_place() -> None:
    simplified = [choose_phrases(tag).language for tag in ("zh", "zh-CN", "zh-Hans-HK")]
    traditional = [choose_phrases(tag).language for tag in ("zh-Hant", "zh-TW", "zh-hk")]
    assert (set(simplified), set(traditional)) == ({"zh"}, {"zh-Hant"})


@pytest.mark.parametrize("language", ["sv", "tlh", "x-foo", "", "../en"])
def test_language_that_is_not_here_yet_gets_english(language: str) -> None:
    assert choose_phrases(language).language == "en"


def test_direction_of_the_phrases_is_known() -> None:
    assert {language for language in LANGUAGES if direct(language) == "rtl"} == {"ar", "he"}
