"""Settings: three sources and one precedence, every setting good and bad, all faults at once."""

import os
import sys
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import FolderError, SettingsError
from feedsvc.keys import Override
from feedsvc.model import Person
from feedsvc.settings import DEFAULT_URL, Settings, load_settings
from feedsvc.sources import MOST_BYTES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "my_own-articles"
    folder.mkdir()
    return folder


def configure(folder: Path, toml: str, name: str = "feedsvc.toml") -> Path:
    path = folder / name
    path.write_text(toml, encoding="utf-8")
    return path


def load(folder: Path, toml: str = "", **options: Any) -> Settings:
    configure(folder, toml)
    return load_settings(folder, environ={}, **options)


def faults_of(folder: Path, toml: str = "", **options: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, toml, **options)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return list(caught.value.faults)


def test_folder_without_settings_gets_defaults_made_from_its_name(folder: Path) -> None:
    assert load_settings(folder, environ={}) == Settings(
        folder=str(folder),
        url=DEFAULT_URL,
        title="My own articles",
        description="The newest articles of My own articles",
        database=str(folder / ".feedsvc" / "index.sqlite"),
        author=Person("My own articles"),
        language="en",
        site_url="",
        permalink="",
        rights=None,
        timezone="UTC",
        default_time=time(12),
        entries=50,
        content="full",
        poll_minutes=15,
        media_type="specific",
        encodings=("gzip",),
        headers_file=True,
        hubs=(),
        boilerplate=(),
        folders=(),
        include=(),
        exclude=(),
        labels="prompt",
        max_article_bytes=4 * 1024 * 1024,
        cache_mb=3,
        facets=("category", "author", "language"),
        min_entries=1,
        archives="all",
        archive_size=100,
        icon=None,
        logo=None,
        overrides={},
    )


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("ünïcode", "Ünïcode"),
        ("e\u0301te\u0301", "Été"),
        ("記事", "記事"),
        ("a  <b>&\x01_\u202e-c", "A <b>& c"),
        ("-_-", "Articles"),
        ("\u200b", "Articles"),
        ("a\udcffb", "Ab"),  # not UTF-8 on disk
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux allows any bytes in names")
def test_folder_with_an_odd_name_gets_a_clean_title(tmp_path: Path, name: str, title: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    assert load_settings(folder, environ={}).title == title


def test_relative_folder_is_made_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert load_settings(".", environ={}).folder == str(folder)


def test_the_root_folder_has_a_title() -> None:
    assert load_settings("/", environ={"FEEDSVC_CONFIG": os.devnull}).title == "Articles"


def test_missing_folder_is_an_error_of_its_own(tmp_path: Path) -> None:
    file = configure(tmp_path, "")
    for path in (tmp_path / "nowhere", file):
        with pytest.raises(FolderError) as caught:
            load_settings(path, environ={})
        assert str(caught.value) == f"{path}: not a folder of articles"


def test_settings_are_frozen(folder: Path) -> None:
    settings = load(folder)
    with pytest.raises(AttributeError):
        settings.title = "another"  # type: ignore[misc]  # that it is frozen is the point


def test_options_override_variables_and_these_the_file(folder: Path) -> None:
    configure(folder, 'title = "file"\nlanguage = "nl"\nrights = "file"\nentries = 1')
    environ = {"FEEDSVC_LANGUAGE": "de", "FEEDSVC_RIGHTS": "variable", "FEEDSVC_ENTRIES": "2"}
    environ["PATH"] = "is not ours"
    settings = load_settings(folder, environ=environ, rights="option", entries="3", url=None)
    assert (settings.title, settings.language) == ("file", "de")
    assert (settings.rights, settings.entries, settings.url) == ("option", 3, DEFAULT_URL)


def test_variables_of_the_process_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDSVC_TITLE", "From outside")
    assert load_settings(folder).title == "From outside"


def test_named_config_file_takes_the_place_of_the_folders_own(folder: Path, tmp_path: Path) -> None:
    configure(folder, 'title = "own"\nrights = "own"')
    first = configure(tmp_path, 'title = "first"', "first.toml")
    second = configure(tmp_path, 'title = "second"', "second.toml")
    environ = {"FEEDSVC_CONFIG": str(first)}
    settings = load_settings(folder, environ=environ)
    assert (settings.title, settings.rights) == ("first", None)
    assert load_settings(folder, environ=environ, config=second).title == "second"
    assert load_settings(folder, environ={"FEEDSVC_CONFIG": ""}).title == "own"


def test_named_config_file_that_is_missing_is_a_fault(folder: Path) -> None:
    path = folder / "no.toml"
    assert faults_of(folder, config=path) == [f"{path}: no such file"]


def test_config_file_that_cannot_be_read_is_a_fault(folder: Path) -> None:
    (folder / "feedsvc.toml").mkdir()
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, environ={})
    path = folder / "feedsvc.toml"
    assert caught.value.faults == (f"{path}: can't be read: Is a directory",)


def test_config_file_that_is_not_utf_8_is_a_fault(folder: Path) -> None:
    (folder / "feedsvc.toml").write_bytes(b'title = "Caf\xe9"')
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, environ={})
    assert caught.value.faults == ("feedsvc.toml: not UTF-8: byte 12",)


def test_config_file_that_is_not_toml_is_a_fault_with_its_place(folder: Path) -> None:
    (fault,) = faults_of(folder, 'title = "a"\nurl = \nentries = 5')
    assert fault.startswith("feedsvc.toml: not TOML: ")
    assert "line 2" in fault


@pytest.mark.parametrize("toml", [f"entries = {'1' * 5000}", f"hubs = {'[' * 5000}"])
def test_config_file_that_is_too_much_for_the_parser_is_a_fault(folder: Path, toml: str) -> None:
    (fault,) = faults_of(folder, toml)
    assert fault.startswith("feedsvc.toml: not TOML: ")


@pytest.mark.parametrize(
    ("toml", "author"),
    [
        ('author = "Ann"', Person("Ann")),
        ('[author]\nname = "Ann"', Person("Ann")),
        (
            '[author]\nname = "Ann"\nemail = "a@b.org"\nurl = "http://b.org/ü"',
            Person("Ann", "a@b.org", "http://b.org/%C3%BC"),
        ),
        ('title = "T"\n[author]\nemail = "a@b.org"', Person("T", "a@b.org")),
    ],
)
def test_author_is_a_name_or_a_table(folder: Path, toml: str, author: Person) -> None:
    assert load(folder, toml).author == author


def test_author_is_set_by_variables_too(folder: Path) -> None:
    environ = {"FEEDSVC_AUTHOR_NAME": "Ann", "FEEDSVC_AUTHOR_EMAIL": "a@b.org"}
    assert load_settings(folder, environ=environ).author == Person("Ann", "a@b.org")


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("url", "https://example.org/feeds", "https://example.org/feeds/"),
        ("url", "https://exämple.org", "https://xn--exmple-cua.org/"),
        ("title", "  A \u202e title\n", "A title"),
        ("description", "What <this> is", "What <this> is"),
        ("language", "NL", "nl"),
        ("language", "pt-br", "pt-BR"),
        ("language", "ZH-hant-tw", "zh-Hant-TW"),
        ("rights", "© 2024", "© 2024"),
        ("timezone", "Europe/Amsterdam", "Europe/Amsterdam"),
        ("default_time", "09:30", time(9, 30)),
        ("default_time", "09:30:15.5", time(9, 30, 15)),
        ("entries", "10000", 10_000),
        ("content", "summary", "summary"),
        ("poll_minutes", "1", 1),
        ("media_type", "browser", "browser"),
        ("encodings", "gzip, br", ("br", "gzip")),
        ("encodings", "", ()),
        ("headers_file", "false", False),
        ("headers_file", "true", True),
        ("hubs", "https://a.org/, http://b.org/x", ("https://a.org/", "http://b.org/x")),
        ("boilerplate", "Lees ook:.*\n(a)\\1", ("Lees ook:.*", r"(a)\1")),
        ("exclude", "*.txt\n!a.txt", ("*.txt", "!a.txt")),
        ("include", "README.md", ("README.md",)),
        ("folders", "posts/\n../my notes", ("posts", "../my notes")),
        ("labels", "always", "always"),
        ("max_article_bytes", "1", 1),
        ("cache_mb", "8", 8),
        ("database", "/var/lib/feeds.sqlite", "/var/lib/feeds.sqlite"),
        ("facets", "author, category", ("category", "author")),
        ("facets", "language", ("language",)),
        ("facets", "", ()),
        ("min_entries", "3", 3),
        ("archives", "main", "main"),
        ("archive_size", "2", 2),
        ("site_url", "https://example.org/blog", "https://example.org/blog/"),
        ("icon", "icon.png", f"{DEFAULT_URL}icon.png"),
        ("logo", "https://example.org/logo.svg", "https://example.org/logo.svg"),
    ],
)
def test_every_setting_is_read_from_text(folder: Path, key: str, text: str, value: object) -> None:
    by_variable = load_settings(folder, environ={f"FEEDSVC_{key.upper()}": text})
    assert getattr(by_variable, key) == value
    assert load_settings(folder, environ={}, **{key: text}) == by_variable


@pytest.mark.parametrize(
    ("toml", "key", "value"),
    [
        ("entries = 7", "entries", 7),
        ("default_time = 09:30:00", "default_time", time(9, 30)),
        ('hubs = ["https://a.org/"]', "hubs", ("https://a.org/",)),
        ("hubs = []", "hubs", ()),
        ("folders = ['.', '../a/', '/b//c']", "folders", (".", "../a", "/b/c")),
        ("exclude = 'a/**/b, c'", "exclude", ("a/**/b, c",)),
        ('facets = ["language", "category"]', "facets", ("category", "language")),
        ("facets = []", "facets", ()),
        ('encodings = ["zstd", "br", "gzip"]', "encodings", ("br", "zstd", "gzip")),
        ("headers_file = false", "headers_file", False),
        (
            "boilerplate = ['Lees (ook|meer):.*', '\\s+']",
            "boilerplate",
            ("Lees (ook|meer):.*", r"\s+"),
        ),
    ],
)
def test_typed_settings_are_read_from_the_file(
    folder: Path, toml: str, key: str, value: object
) -> None:
    assert getattr(load(folder, toml), key) == value


def test_address_of_a_database_stays_as_it_is(folder: Path) -> None:
    for address in ("postgresql://user@host/name", "postgres:///name"):
        assert load(folder, f'database = "{address}"').database == address
        environ = {"FEEDSVC_DATABASE": address}
        assert load_settings(folder, environ=environ).database == address


def test_relative_database_is_in_the_folder(folder: Path) -> None:
    assert load(folder, 'database = "x.sqlite"').database == str(folder / "x.sqlite")


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        ("entries = 'many'", "entries: not a whole number: 'many'"),
        ("entries = true", "entries: not a whole number: True"),
        ("entries = 5.0", "entries: not a whole number: 5.0"),
        ("entries = '٣'", "entries: not a whole number: '٣'"),
        ("entries = 0", "entries: out of range: 0 is not from 1 to 10000"),
        ("entries = 10001", "entries: out of range: 10001 is not from 1 to 10000"),
        ("poll_minutes = -1", "poll_minutes: out of range: -1 is not from 1 to 525600"),
        ("max_article_bytes = []", "max_article_bytes: not a whole number: []"),
        ("cache_mb = 0", "cache_mb: out of range: 0 is not from 1 to 1048576"),
        ("title = 1", "title: not text: 1"),
        ("title = ' \u200b'", "title: empty"),
        ("description = ''", "description: empty"),
        ("rights = []", "rights: not text: []"),
        ("url = 'example.org'", "url: not an http or https URL: 'example.org'"),
        (
            "url = 'http://a.org/?b'",
            "url: not the address of a folder: 'http://a.org/?b' has a query or a fragment",
        ),
        ("site_url = '/blog/'", "site_url: not an http or https URL: '/blog/'"),
        ("permalink = '/:slug/'", "permalink: of no site: set site_url too"),
        ("permalink = 1", "permalink: not text: 1"),
        (
            "language = 'dutch!'",
            "language: not a language tag: 'dutch!'; write for example 'nl' or 'pt-BR'",
        ),
        *(
            (
                f"timezone = '{name}'",
                f"timezone: not a time zone: '{name}'; write for example 'Europe/Amsterdam'",
            )
            for name in ("Europe/Amsterdm", "Mars", "../etc/passwd", "Europe", "CEST")
        ),
        ("default_time = '25:00'", "default_time: not a time: '25:00'; write for example '12:00'"),
        (
            "default_time = '12:00Z'",
            "default_time: not a time: '12:00Z'; its zone is the setting timezone",
        ),
        ("default_time = 12", "default_time: not text: 12"),
        ("content = 'all'", "content: not one of full, summary: 'all'"),
        ("media_type = []", "media_type: not one of specific, browser: []"),
        ("labels = true", "labels: not one of prompt, always, never: True"),
        ("hubs = 1", "hubs: not a list: 1"),
        (
            "include = ['a', 'b//']",
            "include: not a pattern: 'b//': can match nothing: '' is no name",
        ),
        ("exclude = [1]", "exclude: not a pattern: 1"),
        ("folders = ['']", "folders: not the name of a folder: ''"),
        (
            "folders = ['.a']",
            "folders: hidden: '.a': what begins with a dot is never published",
        ),
        ("folders = ['a/b', 'a']", "folders: folders in each other: 'a/b' lies in 'a'"),
        ("folders = ['a', '.']", "folders: folders in each other: 'a' lies in '.'"),
        ("hubs = ['ftp://a.org']", "hubs: not an http or https URL: 'ftp://a.org'"),
        ("boilerplate = ['']", "boilerplate: not a pattern: ''"),
        ("boilerplate = [1]", "boilerplate: not a pattern: 1"),
        (
            "boilerplate = ['(']",
            "boilerplate: not a pattern: '(' (missing ), unterminated subpattern at position 0)",
        ),
        (
            "boilerplate = ['a{9999999999}']",
            "boilerplate: not a pattern: 'a{9999999999}' (the repetition number is too large)",
        ),
        (
            "database = 'mysql://x'",
            "database: neither a file nor postgresql://: 'mysql' databases aren't supported",
        ),
        (
            "facets = ['tag']",
            "facets: not one of category, author, language: 'tag'",
        ),
        (
            "facets = ['author', 'author']",
            "facets: names one twice: ['author', 'author']",
        ),
        ("facets = true", "facets: not a list: True"),
        ("headers_file = 1", "headers_file: neither true nor false: 1"),
        ("headers_file = 'no'", "headers_file: neither true nor false: 'no'"),
        ("encodings = ['deflate']", "encodings: not one of br, zstd, gzip: 'deflate'"),
        ("min_entries = 0", "min_entries: out of range: 0 is not from 1 to 1000000"),
        ("min_entries = 1000001", "min_entries: out of range: 1000001 is not from 1 to 1000000"),
        ("archives = true", "archives: not one of main, all, none: True"),
        ("archive_size = 1", "archive_size: out of range: 1 is not from 2 to 10000"),
        ("archive_size = 10001", "archive_size: out of range: 10001 is not from 2 to 10000"),
        ("icon = 'javascript:x'", "icon: not an http or https URL: 'javascript:x'"),
        ("logo = ''", "logo: empty"),
        ("author = 1", "author.name: not text: 1"),
        ("author.email = 'nobody'", "author.email: not an e-mail address: 'nobody'"),
        ("author.url = 'mailto:a@b.org'", "author.url: not an http or https URL: 'mailto:a@b.org'"),
        ("entires = 5", "entires: unknown setting: did you mean 'entries'?"),
        ("author.mail = 'a@b.org'", "author.mail: unknown setting: did you mean 'author.email'?"),
        ("zzz = 5", "zzz: unknown setting"),
        ('"a\\nb" = 5', r'"a\nb": unknown setting'),
        ("language = 1", "language: not text: 1"),
        ("language.default = 1", "language: not text: 1"),
        ("category = 3", "category: not a table: 3"),
        ("category.News = 3", 'category."News": not a table: 3'),
        ("[[category.News]]", 'category."News": not a table: [{}]'),
        ("language.nl = 'Dutch'", """language."nl": not a table: 'Dutch'"""),
        (
            '[category."Buitenland"]\ntitel = "Abroad"',
            """category."Buitenland".titel: unknown setting: did you mean 'title'?""",
        ),
        ('[category."Old \\"news\\""]\nx=1', r'category."Old \"news\"".x: unknown setting'),
        ('[category."a\\u2028é"]\nx=1', r'category."a\u2028\u00e9".x: unknown setting'),
        ("[author.Ann]\ntitle = 1", 'author."Ann".title: not text: 1'),
        ("[author.Ann]\ndescription = ''", 'author."Ann".description: empty'),
        (
            "[language.nl]\nimage = 'data:,x'",
            """language."nl".image: not an http or https URL: 'data:,x'""",
        ),
        ("[language.nl]\ntitle = { text = 'x' }", "language.\"nl\".title: not text: {'text': 'x'}"),
        (
            "[language.dutch]",
            """language."dutch": not a language tag: 'dutch'; write for example 'nl' or 'pt-BR'""",
        ),
        ('[category." "]', 'category." ": empty'),
        (
            "[category.News]\n[category.NEWS]",
            """category."NEWS": its feed has a table already: 'News'""",
        ),
        ("[language.nl]\n[language.NL]", """language."NL": its feed has a table already: 'nl'"""),
        ("[categories.News]", "categories: unknown setting: did you mean 'category'?"),
        ("[overrides]", "overrides: unknown setting"),
        (f"#{' ' * MOST_BYTES}", f"too large: over {MOST_BYTES} bytes"),
    ],
)
def test_bad_setting_is_a_fault_that_says_why(folder: Path, toml: str, fault: str) -> None:
    assert faults_of(folder, toml) == [f"feedsvc.toml: {fault}"]


@pytest.mark.parametrize(
    ("icon", "joined"),
    [
        ("icon.png", "https://example.org/feeds/icon.png"),
        ("our icon.png", "https://example.org/feeds/our%20icon.png"),
        ("../ü.png", "https://example.org/%C3%BC.png"),
        ("/icon.png", "https://example.org/icon.png"),
        ("//cdn.example.org/icon.png", "https://cdn.example.org/icon.png"),
        ("http://cdn.example.org/icon.png", "http://cdn.example.org/icon.png"),
    ],
)
def test_pictures_are_relative_to_the_address_that_counts(
    folder: Path, icon: str, joined: str
) -> None:
    toml = f"""
        url = "http://another.org/"
        icon = "{icon}"
        logo = "{icon}"
        [category.News]
        image = "{icon}"
    """
    settings = load(folder, toml, url="https://example.org/feeds")
    override = settings.overrides["category/news/"]
    assert settings.icon == settings.logo == override.image == joined


def test_site_is_that_of_the_feeds_unless_it_has_an_address_of_its_own(folder: Path) -> None:
    assert load(folder, 'url = "https://a.org/feeds"').site_url == "https://a.org/feeds/"
    both = 'url = "https://a.org/feeds"\nsite_url = "https://a.org"'
    assert load(folder, both).site_url == "https://a.org/"
    assert load(folder, both, url="https://b.org").site_url == "https://a.org/"
    assert load(folder).site_url == ""


@pytest.mark.parametrize("permalink", ["/:year/:slug/", "pretty", ":title:output_ext"])
@pytest.mark.parametrize("key", ["url", "site_url"])
def test_permalink_is_a_pattern_on_a_site(folder: Path, key: str, permalink: str) -> None:
    toml = f'permalink = "{permalink}"\n{key} = "https://a.org/"'
    assert load(folder, toml).permalink == permalink


@pytest.mark.parametrize(
    ("permalink", "fault"),
    [
        ("/:foo/", "unknown placeholder: :foo; known are :categories, :contentbasename, "),
        ("/about/", "not a permalink: '/about/' has no placeholder; known are :categories, "),
        ("Pretty", "not a permalink: 'Pretty' has no placeholder; known are"),
        ("", "empty"),
    ],
)
def test_bad_permalink_is_a_fault_that_lists_the_placeholders(
    folder: Path, permalink: str, fault: str
) -> None:
    toml = f'permalink = "{permalink}"\nurl = "https://a.org/"'
    (found,) = faults_of(folder, toml)
    assert found.startswith(f"feedsvc.toml: permalink: {fault}")


def test_feeds_of_labels_are_described_by_tables(folder: Path) -> None:
    toml = """
        title = "T"
        [category."Buitenland"]
        title = "Abroad"
        description = "What <others> do"
        image = "abroad.png"
        [category."C++"]
        [author]
        name = "Ann"
        [author."Jane Doe"]
        title = "By Jane"
        [language]
        default = "NL"
        [language.pt-br]
        title = "Em português"
    """
    settings = load(folder, toml)
    assert settings.overrides == {
        "category/buitenland/": Override(
            title="Abroad",
            description="What <others> do",
            image=f"{DEFAULT_URL}abroad.png",
        ),
        "category/c-plus-plus/": Override(),
        "author/jane-doe/": Override(title="By Jane"),
        "language/pt-BR/": Override(title="Em português"),
    }
    assert (settings.title, settings.language) == ("T", "nl")
    assert settings.author == Person("Ann")


def test_author_may_be_called_name(folder: Path) -> None:
    settings = load(folder, 'title = "T"\n[author.name]\ntitle = "By Name"')
    assert settings.author == Person("T")
    assert settings.overrides == {"author/name/": Override(title="By Name")}


def test_language_of_a_variable_leaves_the_tables_of_languages(folder: Path) -> None:
    configure(folder, '[language.fr]\ntitle = "En français"')
    settings = load_settings(folder, environ={"FEEDSVC_LANGUAGE": "nl"})
    assert settings.language == "nl"
    assert settings.overrides == {"language/fr/": Override(title="En français")}


@pytest.mark.parametrize("name", ["CATEGORY", "CATEGORY_NEWS", "OVERRIDES", "LANGUAGE_DEFAULT"])
def test_feeds_of_labels_are_described_in_the_file_only(folder: Path, name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, environ={f"FEEDSVC_{name}": "x"})
    (fault,) = caught.value.faults
    assert fault.startswith(f"FEEDSVC_{name}: unknown setting")


def test_all_faults_of_all_tables_are_reported_at_once(folder: Path) -> None:
    toml = """
        entries = 0
        [category.News]
        titel = "N"
        image = 3
        [category.NEWS]
        description = ""
        [author]
        email = "nobody"
        [author.Ann]
        foo = 1
        [language.dutch]
        title = ""
    """
    assert [fault.removeprefix("feedsvc.toml: ") for fault in faults_of(folder, toml)] == [
        "entries: out of range: 0 is not from 1 to 10000",
        "author.email: not an e-mail address: 'nobody'",
        """category."News".titel: unknown setting: did you mean 'title'?""",
        'category."News".image: not text: 3',
        'category."NEWS".description: empty',
        """category."NEWS": its feed has a table already: 'News'""",
        'author."Ann".foo: unknown setting',
        'language."dutch".title: empty',
        """language."dutch": not a language tag: 'dutch'; write for example 'nl' or 'pt-BR'""",
    ]


def test_all_faults_of_all_sources_are_reported_at_once(folder: Path) -> None:
    configure(folder, "entries = 'many'\ntitel = 'T'\nlabels = 'no'")
    with pytest.raises(SettingsError) as caught:
        load_settings(
            folder,
            environ={"FEEDSVC_LABELS": "off", "FEEDSVC_ENTRYS": "5"},
            url="ftp://example.org",
        )
    assert str(caught.value).splitlines() == [
        "feedsvc.toml: entries: not a whole number: 'many'",
        "feedsvc.toml: titel: unknown setting: did you mean 'title'?",
        "FEEDSVC_LABELS: not one of prompt, always, never: 'off'",
        "FEEDSVC_ENTRYS: unknown setting: did you mean 'entries'?",
        "--url: not an http or https URL: 'ftp://example.org'",
    ]


def test_fault_of_the_file_hides_none_of_the_variables(folder: Path) -> None:
    configure(folder, "title")
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, environ={"FEEDSVC_ENTRIES": "x"})
    assert [fault.partition(":")[0] for fault in caught.value.faults] == [
        "feedsvc.toml",
        "FEEDSVC_ENTRIES",
    ]
