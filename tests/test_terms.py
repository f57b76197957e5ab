"""Terms: who takes them over publishes as the one who packed them, in a place of its own."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from msgspec.structs import replace

from feedsvc.keys import Override
from feedsvc.terms import pack_terms, take_terms
from tests.conftest import Site

OWN: dict[str, Any] = {
    "folder": "/elsewhere",
    "folders": ("there",),
    "database": "/elsewhere/index.sqlite",
    "cache_mb": 7,
    "rescan_minutes": 3,
    "headers_file": False,
}


def test_all_but_what_is_one_s_own_is_taken_over(make_site: Callable[..., Site]) -> None:
    ours = make_site(title="Ours", hubs="https://hub.example/", author_name="Ann").settings
    ours = replace(
        ours, default_time=time(9, 30), facets=(), overrides={"category/a/": Override(title="A")}
    )
    theirs = replace(make_site("theirs", title="Theirs", entries=7).settings, **OWN)
    assert take_terms(theirs, pack_terms(ours)) == replace(ours, **OWN)


def test_what_is_one_s_own_makes_no_other_terms(site: Site) -> None:
    settings = site.settings
    assert pack_terms(settings) == pack_terms(replace(settings, **OWN))
    for other in ({"entries": 7}, {"exclude": ("a",)}, {"include": ("a",)}):
        assert pack_terms(settings) != pack_terms(replace(settings, **other))


@pytest.mark.parametrize("packed", ["", "{}", "{", '{"entries": "many"}', '{"later": 1}'])
def test_what_can_not_be_taken_over_changes_nothing(site: Site, packed: str) -> None:
    assert take_terms(site.settings, packed) == site.settings
