"""Facets: every label has a path that is its own, readable, stable and good for file systems."""

import unicodedata
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from feedsvc.facets import KINDS, LONGEST, list_facets, locate, make_slug
from feedsvc.model import Article, Person

SCRIPTS = (
    "abcdefghijklmnopqrstuvwxyzàéîõüçñøåæœłđšžþð",
    "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёїєґђљ",
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةپچگ",
    "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
    "अआइईकखगघचजटतदनपबमयरलवशसहािीुूेैोौंः्",
    "记事新闻科技体育国际政治經濟日本語カナひらがな한국어",
)


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Buitenland", "buitenland"),
        ("  Our   street ", "our-street"),
        ("our\u00a0street", "our-street"),
        ("Rock 'n' Roll", "rock-n-roll"),
        ("AC/DC", "ac-dc"),
        ("50/50 — half\\half", "50-50-half-half"),
        ("snake_case", "snake-case"),
        ("...And Justice", "and-justice"),
        ("A.I.", "a-i"),
        ("½ price", "1-2-price"),
        ("Ｆｕｌｌ", "full"),
        ("ﬁlm", "film"),
        ("a\x00b\tc\x7fd", "a-b-c-d"),
        ("minis\u00adterium", "ministerium"),  # a soft hyphen
        ("\u200eleft\u200f", "left"),
    ],
)
def test_words_are_lower_case_and_parted_by_hyphens(label: str, slug: str) -> None:
    assert make_slug(label) == slug


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("C♯", "c-sharp"),
        (".NET", "dot-net"),
        ("ASP.NET", "asp-net"),
        ("(.org)", "dot-org"),
        ("R&D", "r-and-d"),
        ("100%", "100-percent"),
        ("user@host", "user-at-host"),
    ],
)
def test_signs_that_tell_names_apart_are_spoken(label: str, slug: str) -> None:
    assert make_slug(label) == slug


def test_hashtag_is_its_word() -> None:
    assert make_slug("#MeToo") == make_slug("MeToo") == "metoo"


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Économie", "économie"),
        ("Straße", "straße"),
        ("İstanbul", "istanbul"),
        ("Κόσμος", "κόσμος"),
        ("ΟΔΟΣ ΣΟΦΙΑΣ", "οδος-σοφιας"),
        ("Σ", "σ"),
        ("اقتصاد", "اقتصاد"),
        ("می‌خواهم", "می‌خواهم"),
        ("שָׁלוֹם עולם", "שָׁלוֹם-עולם"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("क्‍ष", "क्‍ष"),
        ("国际・新闻", "国际-新闻"),
        ("日本語", "日本語"),
        ("한국어", "한국어"),
        ("Party 🎉", "party-🎉"),
        ("Party \U0001fae9", "party-\U0001fae9"),  # newer than the Unicode of some Pythons
    ],
)
def test_every_script_is_kept_as_it_is_spelt(label: str, slug: str) -> None:
    assert make_slug(label) == unicodedata.normalize("NFC", slug)


@pytest.mark.parametrize(
    "labels",
    [
        ("👍", "👍🏽", "👍🏿"),
        ("👩", "👩‍💻", "👩🏽‍💻", "👩💻"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🏴"),
        ("🇳🇱", "🇧🇪"),
        ("!", "?", "?!", "...", "-", "/", "\\", "21"),
        ("\u200e", "\u200f", "\ufe0f"),
        ("C", "C+", "C++", "C#"),
        ("x" * 500, "x" * 501),
        ("é" * 300, "é" * 299 + "è"),
        ("क्‍ष", "क्ष"),
    ],
)
def test_labels_that_look_different_have_feeds_of_their_own(labels: tuple[str, ...]) -> None:
    assert len({make_slug(label) for label in labels}) == len(labels)


@pytest.mark.parametrize(
    "labels",
    [
        ("Science", "SCIENCE", "science", " Science ", "Science!", "„Science“"),
        ("Sci-Fi", "sci fi", "Sci–Fi", "SCI/FI"),
        ("R&D", "R & D", "r and d"),
        ("Été", "E\u0301te\u0301", "ÉTÉ"),
        ("ΟΔΟΣ", "οδος", "οδοσ"),
        ("ΑΣ.Β", "ας.β"),
        ("İ", "i", "i\u0307", "i\u0307\u0307", "i\u200e\u0307"),
        ("❤", "❤️", "❤︎"),
        ("葛", "葛󠄀"),
        ("…", "...", ". . ."),
        ("！", "!"),
        ("\u200da\u200c", "a"),
    ],
)
def test_labels_that_read_the_same_share_a_feed(labels: tuple[str, ...]) -> None:
    assert len({make_slug(label) for label in labels}) == 1


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("!", "u0021"),
        ("?!", "u003f-u0021"),
        (".", "u002e"),
        ("..", "u002e-u002e"),
        ("/", "u002f"),
        ("._", "u002e-u005f"),
        ("#", "u0023"),
        ("$€", "u0024-u20ac"),
        (" ", "u0020"),
        ("\x00", "u0000"),
        ("\u200d", "u200d"),
        ("\ud800", "ud800"),
        ("", "u0000"),
    ],
)
def test_label_without_letters_is_named_by_its_code_points(label: str, slug: str) -> None:
    assert make_slug(label) == slug


def test_long_label_is_cut_between_characters_and_told_apart_by_a_digest() -> None:
    slug = make_slug("日本" * 100)
    assert slug.startswith("日本" * 19)
    assert LONGEST - 3 < len(slug.encode()) <= LONGEST
    assert slug == make_slug("日本" * 100)


@pytest.mark.parametrize("end", ["word ", "👩\u200d", "σ", "οσ", "e\u0301", "-"])
def test_long_label_may_be_cut_anywhere(end: str) -> None:
    for before in range(LONGEST - 20, LONGEST):
        slug = make_slug("x" * before + end * 20)
        assert make_slug(slug) == slug
        assert len(slug.encode()) <= LONGEST


@given(st.text(st.characters(codec=None)))
@example("i\u200e\u0307")
@example("\u00a8")
@example("a \u0338")
@example("x" * 120 + "=\u0338" * 20)
def test_slug_is_good_for_paths_and_file_systems(label: str) -> None:
    slug = make_slug(label)
    assert slug not in ("", ".", "..")
    assert not set(slug) & set('/\\:?#%*"<>|.&+\0')
    assert not any(character.isspace() for character in slug)
    assert unicodedata.is_normalized("NFC", slug)
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert len(slug.encode()) <= LONGEST
    assert unquote(quote(slug)) == slug
    assert make_slug(slug) == slug


def test_every_character_that_changes_has_a_slug_that_lasts() -> None:
    for character in map(chr, range(0x110000)):
        kind = unicodedata.category(character)
        if kind in ("Cn", "Co", "Lo", "So") and unicodedata.is_normalized("NFKC", character):
            continue  # stays as it is
        for label in (character, f"α{character}"):
            slug = make_slug(label)
            assert make_slug(slug) == slug, repr(character)
            assert unicodedata.is_normalized("NFC", slug), repr(character)


@given(st.lists(st.sampled_from(SCRIPTS).flatmap(lambda script: st.text(script, min_size=1))))
@example(["ὀδυσσεύς"])
def test_labels_that_differ_in_case_share_a_feed(words: list[str]) -> None:
    label = " ".join(words)
    assert make_slug(label) == make_slug(label.upper()) == make_slug(label.title())


@given(st.text())
def test_normal_forms_of_a_label_share_a_feed(label: str) -> None:
    assume(label)
    slugs = {make_slug(unicodedata.normalize(form, label)) for form in ("NFC", "NFD")}
    assert slugs == {make_slug(label)}


def test_feed_of_a_label_lies_under_its_kind() -> None:
    assert KINDS == ("category", "author", "language")
    assert locate("category", "C++") == "category/c-plus-plus/"
    assert locate("author", "Jane Doe") == "author/jane-doe/"
    assert locate("language", "pt-BR") == "language/pt-BR/"


def test_article_is_in_the_feeds_of_its_labels() -> None:
    article = Article(
        "A title",
        "",
        authors=(Person("Jane Doe"), Person("Ann")),
        categories=("News", "R&D"),
        language="nl",
    )
    assert list_facets(article, KINDS, "en") == {
        "category/news/": "News",
        "category/r-and-d/": "R&D",
        "author/jane-doe/": "Jane Doe",
        "author/ann/": "Ann",
        "language/nl/": "nl",
    }


def test_article_without_a_language_has_the_feeds() -> None:
    assert list_facets(Article("A title", ""), KINDS, "en") == {"language/en/": "en"}


def test_first_of_labels_that_share_a_feed_names_it() -> None:
    article = Article("A title", "", categories=("News", "NEWS", "news!"), language="nl")
    assert list_facets(article, KINDS, "en")["category/news/"] == "News"


def test_article_is_in_the_feeds_of_the_kinds_that_have_any() -> None:
    article = Article("A title", "", authors=(Person("Ann"),), categories=("News",), language="nl")
    assert list(list_facets(article, ("author",), "en")) == ["author/ann/"]
    assert list_facets(article, (), "en") == {}
