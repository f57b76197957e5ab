"""Golden pairs: an article as each generator has it, and the exact `Article` that it becomes.

A folder a case: the article at its path, what stands beside it, its settings, if it needs any;
and `reading.json` and `content.html`, which are what it becomes. `GOLDEN=write make test` writes
those anew; what changed is then for git to show.
"""

import json
import os
from pathlib import Path

import msgspec
import pytest

from feedsvc.converters import show
from feedsvc.errors import MediumRefused
from feedsvc.model import Article, Enclosure, Finding, Reading, Selection
from feedsvc.readers import READERS, read
from feedsvc.readers.fields.names import _KNOWN, fold_name
from feedsvc.readers.media import tell_type
from feedsvc.settings import load_settings

CASES = Path(__file__).parent / "dialects"
NAMES = sorted(path.name for path in CASES.iterdir())
DIALECTS = ("jekyll", "hugo", "zola", "eleventy", "pelican", "astro", "hexo", "page", "plain")


def find_article(case: Path) -> Path:
    (found,) = [
        path
        for path in case.rglob("*")
        if path.suffix in READERS and path.name not in ("reading.json", "content.html")
    ]
    return found


def read_case(name: str) -> Reading:
    case = CASES / name
    article = find_article(case)

    def find(reference: str) -> Enclosure:
        """Find a file as `media.Finder` does; its address here is by its name."""
        folder = case if reference.startswith("/") else article.parent
        file = Path(os.path.normpath(folder / reference.lstrip("/")))
        if not (file.is_file() and tell_type(file.name)):
            raise MediumRefused("no such file", show(reference))
        url = f"https://feeds.example.org/media/{file.name}"
        return Enclosure(url, tell_type(file.name), file.stat().st_size, file.name)

    settings = load_settings(
        case,
        environ={},
        url="https://feeds.example.org/",
        site_url="https://example.org/",
        title="Golden",
    )
    return read(str(article.relative_to(case)), article.read_bytes(), settings, find)


def write(reading: Reading) -> tuple[str, str]:
    """Write a reading for people: what it says of itself, and its text."""
    told = {
        "article": msgspec.to_builtins(msgspec.structs.replace(reading.article, content="")),
        "selection": msgspec.to_builtins(reading.selection),
        "slug": reading.slug,
        "findings": [str(finding) for finding in reading.findings],
        "rules": [str(rule) for rule in reading.rules],
    }
    written = msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
    return f"{written}\n", f"{reading.article.content}\n"


@pytest.mark.parametrize("name", NAMES)
def test_article_becomes_exactly_this(name: str) -> None:
    reading = read_case(name)
    told, content = CASES / name / "reading.json", CASES / name / "content.html"
    if os.environ.get("GOLDEN") == "write":
        for path, text in zip((told, content), write(reading), strict=True):
            path.write_text(text, encoding="utf-8")
    golden = json.loads(told.read_text(encoding="utf-8"))
    article = msgspec.convert(golden["article"], Article)
    html = content.read_text(encoding="utf-8").removesuffix("\n")
    assert reading.article == msgspec.structs.replace(article, content=html)
    assert reading.selection == msgspec.convert(golden["selection"], Selection)
    assert write(reading)[0] == told.read_text(encoding="utf-8")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_has_cases(dialect: str) -> None:
    assert len([name for name in NAMES if name.startswith(dialect)]) >= 2
    assert len(NAMES) >= 60


def test_every_name_of_every_field_is_used_in_a_case() -> None:
    used: set[str] = set()
    for name in NAMES:
        for rule in list_used(read_case(name)):
            used |= {fold_name(part) for part in (rule.field, *rule.field.split("."))}
    assert set(_KNOWN) <= used, sorted(set(_KNOWN) - used)


def list_used(reading: Reading) -> list[Finding]:
    """List the rules by which fields were used, or known not to be."""
    return [
        rule
        for rule in (*reading.rules, *reading.findings)
        if rule.why != "no field that is known" and "comes first" not in rule.why
    ]
