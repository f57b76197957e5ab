"""Settings: three sources and one precedence, every setting good and bad, all faults at once."""

import os
import sys
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import FolderError, SettingsError
from feedsvc.model import Person
from feedsvc.settings import DEFAULT_URL, Settings, load_settings


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
        rights=None,
        timezone="UTC",
        default_time=time(12),
        entries=50,
        content="full",
        poll_minutes=15,
        media_type="specific",
        hubs=(),
        boilerplate=(),
        labels="prompt",
        max_article_bytes=4 * 1024 * 1024,
        cache_mb=64,
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
        ("hubs", "https://a.org/, http://b.org/x", ("https://a.org/", "http://b.org/x")),
        ("boilerplate", "Lees ook:.*\n(a)\\1", ("Lees ook:.*", r"(a)\1")),
        ("labels", "always", "always"),
        ("max_article_bytes", "1", 1),
        ("cache_mb", "8", 8),
        ("database", "/var/lib/feeds.sqlite", "/var/lib/feeds.sqlite"),
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
            "database = 'postgresql://x'",
            "database: not a file: 'postgresql' databases aren't supported",
        ),
        ("author = 1", "author.name: not text: 1"),
        ("author.email = 'nobody'", "author.email: not an e-mail address: 'nobody'"),
        ("author.url = 'mailto:a@b.org'", "author.url: not an http or https URL: 'mailto:a@b.org'"),
        ("entires = 5", "entires: unknown setting: did you mean 'entries'?"),
        ("author.mail = 'a@b.org'", "author.mail: unknown setting: did you mean 'author.email'?"),
        ("zzz = 5", "zzz: unknown setting"),
    ],
)
def test_bad_setting_is_a_fault_that_says_why(folder: Path, toml: str, fault: str) -> None:
    assert faults_of(folder, toml) == [f"feedsvc.toml: {fault}"]


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
