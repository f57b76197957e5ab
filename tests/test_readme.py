"""The README is true: every command in it is run, every setting and path is in it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask import Flask

from feedsvc.facets import KINDS
from feedsvc.readers import COLLECTIONS, READERS
from feedsvc.readers.fields.names import NAMES, find_name
from feedsvc.settings import _CONVERTERS, load_settings
from tests.conftest import Site
from tests.corpus import write_corpus

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUNS_ELSEWHERE = {"make serve", "make test", "feedsvc serve seeds"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


def environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the commands work on."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds", ignore=shutil.ignore_patterns(".feedsvc"))
    return tmp_path


@pytest.fixture
def make_served(checkout: Path) -> Iterator[None]:
    """Run `make serve` as it is, but in the environment of the tests, which has all it installs."""
    virtual = Path(sys.prefix)
    (virtual / ".installed").touch()
    with subprocess.Popen(
        ["make", "serve", f"VENV={virtual}"],
        cwd=checkout,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        try:
            assert any(line == "  http://127.0.0.1:8000/\n" for line in process.stdout)
            yield
        finally:
            os.killpg(process.pid, 15)
            process.communicate(timeout=20)


def test_make_serve_serves_the_seeds_where_the_readme_says(make_served: None) -> None:
    (command,) = [line for line in commands() if line.startswith("curl")]
    done = subprocess.run(command.split(), capture_output=True, check=True)
    assert done.stdout.startswith(b"HTTP/1.1 200 OK")
    assert b"content-type: application/atom+xml; charset=utf-8" in done.stdout
    with urlopen("http://127.0.0.1:8000/rss.xml") as answer:
        assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"


def test_make_test_runs_these_tests() -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "pytest --cov" in planned.stdout


@pytest.mark.parametrize(
    "command",
    [line for line in commands() if line not in RUNS_ELSEWHERE and not line.startswith("curl")],
)
def test_command_of_the_readme_works(checkout: Path, command: str) -> None:
    done = subprocess.run(
        command.split(), cwd=checkout, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr
    assert "warning" not in done.stderr


def test_every_setting_is_in_the_readme_with_its_default(tmp_path: Path) -> None:
    table = re.search(r"\| setting \|.*?\n\n", README, re.S)
    assert table
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table[0], re.M))
    assert set(rows) == {re.sub(r"author_\w+", "author", key) for key in _CONVERTERS}
    settings = load_settings(tmp_path, environ={})
    for key, shown in rows.items():
        value = getattr(settings, key)
        if key == "database":
            value = Path(value).relative_to(tmp_path)
        if key == "default_time":
            value = value.strftime("%H:%M")
        if shown == "all three":
            assert value == KINDS
            continue
        assert shown in {f"`{value}`", "none", "the title"} or shown.startswith("from the "), key
        assert shown != "none" or not value


def test_settings_of_the_readme_are_good(tmp_path: Path) -> None:
    files, facets, main = blocks("toml")
    (tmp_path / "notes").mkdir()
    (home := tmp_path / "articles").mkdir()
    (home / "posts").mkdir()
    (home / "feedsvc.toml").write_text(files, encoding="utf-8")
    assert load_settings(home, environ={}).folders == ("posts", "../notes")
    (tmp_path / "feedsvc.toml").write_text(main, encoding="utf-8")
    assert load_settings(tmp_path, environ={}).author.name == "The editors"
    (tmp_path / "feedsvc.toml").write_text(facets, encoding="utf-8")
    settings = load_settings(tmp_path, environ={})
    assert settings.overrides["category/buitenland/"].title == "The world"
    assert len(settings.overrides) == 3


def test_every_path_is_in_the_readme(site: Site) -> None:
    table = re.search(r"\| path \|.*?\n\n", README, re.S)
    assert table
    shown = re.findall(r"^\| `(/\S*)` \|", table[0], re.M)
    patterns = [re.sub("[A-Z]+", "[^/]+", re.escape(path)).replace("…", ".*") for path in shown]
    write_corpus(site.folder, 300)
    (site.folder / "cat.jpg").write_bytes(b"a picture")
    site.write("cat.txt", text="cat.jpg")
    site.ingest()
    paths = [*site.publication.paths(), "/healthz"]
    for path in paths:
        assert any(re.fullmatch(pattern, path) for pattern in patterns), path
    for pattern in patterns:
        assert any(re.fullmatch(pattern, path) for path in paths), pattern


def test_articles_of_the_readme_are_read_as_it_says(site: Site) -> None:
    example, fields = blocks("text")
    (site.folder / "example.txt").write_text(example, encoding="utf-8")
    (site.folder / "fields.txt").write_text(fields.replace("where", "also-where"), encoding="utf-8")
    assert site.ingest().refused == []
    body = site.body("/atom.xml").decode()
    assert 'label="Section label"/>' in body
    assert "Share this article" not in body
    assert "<name>Jan Jansen</name>" in body
    assert 'rel="enclosure" href="https://example.org/talk.mp3"' in body


def test_every_field_of_the_readme_is_known_and_each_is_there() -> None:
    table = re.search(r"\| field \|.*?\n\n", README, re.S)
    assert table
    assert set(re.findall(r"^\| `(\w+)` \|", table[0], re.M)) == NAMES


def test_every_suffix_and_each_name_in_front_matter_of_the_readme_is_known() -> None:
    table = re.search(r"\| files \|.*?\n\n", README, re.S)
    assert table
    suffixes = re.findall(r"`(\.\w+)`", table[0])
    assert set(suffixes) == {*READERS, *COLLECTIONS}
    table = re.search(r"\| what \| names, among others \|.*?\n\n", README, re.S)
    assert table
    names = re.findall(r"`(\w+)(?:: false)?`", table[0])
    assert len(names) > 40
    assert {name for name in names if find_name(name) is None} == {"site_url", "email"}


def test_python_of_the_readme_works(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    done = subprocess.run([sys.executable, "-m", "feedsvc", "ingest"], check=True)
    assert done.returncode == 0
    names: dict[str, object] = {"site": Flask("site")}
    (example,) = blocks("python")
    exec(example, names)
    for app, path in ((names["app"], "/atom.xml"), (names["site"], "/feeds/atom.xml")):
        assert isinstance(app, Flask)
        with app.test_client() as client:
            assert client.get(path).status_code == 200


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = project["dependencies"] + project["optional-dependencies"]["postgres"]
    names = {re.split(r"[><=[]", requirement)[0] for requirement in needed}
    assert names == set(re.findall(r"^\| \[([\w-]+)\]\(", README, re.M))


def test_changelog_has_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## {version} " in (ROOT / "CHANGELOG.md").read_text()
