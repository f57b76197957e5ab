"""Golden collections: files of many articles, and what each of these becomes exactly.

A folder a case: the file, what stands beside it, and `records.json`. `GOLDEN=write make test`
writes that anew; what changed is then for git to show.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feedsvc.converters import show
from feedsvc.errors import ArticleError, MediumRefused
from feedsvc.model import Enclosure
from feedsvc.readers import COLLECTIONS, read_record
from feedsvc.readers.media import tell_type
from feedsvc.settings import Settings, load_settings
from feedsvc.splits import split_file

CASES = Path(__file__).parent / "collections"
NAMES = sorted(path.name for path in CASES.iterdir())


def load(case: Path) -> Settings:
    urls = {"url": "https://feeds.example.org/", "site_url": "https://example.org/"}
    return load_settings(case, environ={}, title="Golden", **urls)


def read_case(case: Path) -> list[dict[str, Any]]:
    """Read each record of a case; what is told of each."""
    (file,) = [path for path in case.iterdir() if path.suffix in COLLECTIONS - {case.name}]
    settings = load(case)
    split = split_file(settings, file.name)
    assert split

    def find(reference: str) -> Enclosure:
        path = case / reference
        if not path.is_file():
            raise MediumRefused("no such file", show(reference))
        url = f"https://feeds.example.org/media/{path.name}"
        return Enclosure(url, tell_type(path.name), path.stat().st_size, path.name)

    told = []
    for part in sorted(split.parts(), key=lambda part: (part.line, part.path)):
        try:
            if part.fault:
                raise part.fault
            reading = read_record(part.path, part.load(), settings, find)
        except ArticleError as fault:
            told.append({"line": part.line, "refused": str(fault)})
            continue
        told.append(
            {
                "line": part.line,
                "article": msgspec.to_builtins(reading.article),
                "selection": msgspec.to_builtins(reading.selection),
                "slug": reading.slug,
                "findings": [str(finding) for finding in reading.findings],
                "rules": [str(rule) for rule in reading.rules],
            }
        )
    return told


@pytest.mark.parametrize("name", NAMES)
def test_records_become_exactly_this(name: str) -> None:
    case = CASES / name
    told, golden = read_case(case), case / "records.golden"
    if os.environ.get("GOLDEN") == "write":
        written = msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
        golden.write_text(f"{written}\n", encoding="utf-8")
    assert json.loads(msgspec.json.encode(told)) == json.loads(golden.read_text(encoding="utf-8"))
