"""The tables of docs/ are true: what each lists is there, and nothing that is there is missing."""

import os
import re
import tomllib
from pathlib import Path

from feedsvc.exposition import render
from feedsvc.facets import KINDS
from feedsvc.health import CHECKS
from feedsvc.keys import _CONVERTERS
from feedsvc.readers import COLLECTIONS, READERS
from feedsvc.readers.fields.names import NAMES, find_name
from feedsvc.settings import load_settings
from feedsvc.tally import Tally
from tests.conftest import Site
from tests.corpus import write_corpus
from tests.examples import ROOT


def find_table(page: str, head: str) -> str:
    """Return the table of a page whose first row begins so."""
    found = re.search(
        rf"^{re.escape(head)}.*?(\n\n|\Z)", (ROOT / "docs" / page).read_text("utf-8"), re.S | re.M
    )
    assert found, head
    return found[0]


def test_every_setting_is_on_its_page_with_its_default(tmp_path: Path) -> None:
    table = find_table("settings.md", "| setting |")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.M))
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
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, tuple):
            value = ", ".join(value)
        assert shown in {f"`{value}`", "none", "the title"} or shown.startswith("from the "), key
        assert shown != "none" or not value


def test_every_path_is_on_its_page(site: Site) -> None:
    table = find_table("feeds.md", "| path |")
    shown = re.findall(r"^\| `(/\S*)` \|", table, re.M)
    patterns = [re.sub("[A-Z]+", "[^/]+", re.escape(path)).replace("…", ".*") for path in shown]
    write_corpus(site.folder, 300)
    (site.folder / "cat.jpg").write_bytes(b"a picture")
    site.write("cat.txt", text="cat.jpg")
    site.ingest()
    paths = [*site.publication.paths(), "/healthz", "/healthz/index", "/metrics"]
    for path in paths:
        assert any(re.fullmatch(pattern, path) for pattern in patterns), path
    for pattern in patterns:
        assert any(re.fullmatch(pattern, path) for path in paths), pattern


def test_every_metric_is_on_its_page(site: Site) -> None:
    site.ingest()
    told, _ = render(Tally(), site.index, 0)
    names = re.findall(r"^# TYPE (\w+)", told.decode(), re.M)
    table = find_table("publishing/monitoring.md", "| metric |")
    assert set(re.findall(r"^\| `(\w+)`", table, re.M)) == set(names)


def test_every_check_is_on_its_page() -> None:
    table = find_table("publishing/monitoring.md", "| path | 503 when |")
    assert re.findall(r"^\| `/healthz/(\w+)`", table, re.M) == list(CHECKS)


def test_every_file_of_deploy_is_on_its_page() -> None:
    table = find_table("publishing/static.md", "| in `deploy/` |")
    named = re.findall(r"`([\w-]+\.\w+|Caddyfile)`", table)
    assert sorted(named) == sorted(os.listdir(ROOT / "deploy"))


def test_every_field_on_its_page_is_known_and_each_is_there() -> None:
    table = find_table("articles.md", "| field |")
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == NAMES


def test_every_suffix_and_each_name_in_front_matter_is_known() -> None:
    table = find_table("articles.md", "| files |")
    suffixes = re.findall(r"`(\.\w+)`", table)
    assert set(suffixes) == {*READERS, *COLLECTIONS}
    table = find_table("articles.md", "| what | names, among others |")
    names = re.findall(r"`(\w+)(?:: false)?`", table)
    assert len(names) > 40
    assert {name for name in names if find_name(name) is None} == {"site_url", "email"}


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    needed = project["dependencies"] + extras["postgres"] + extras["s3"]
    table = find_table("architecture.md", "| library |")
    names = {re.split(r"[><=[]", requirement)[0] for requirement in needed}
    assert names == set(re.findall(r"^\| \[([\w-]+)\]\(", table, re.M))
