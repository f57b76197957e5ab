"""Rules: each is told by its name, why it is one, and what brings back what it leaves out."""

import pytest

from feedsvc import rules
from feedsvc.rules import tell_rule


@pytest.mark.parametrize(
    ("path", "rule", "told"),
    [
        ("x/README.md", "README", "README: it is about the folder"),
        ("_drafts/", "_drafts/", "_drafts/: generators and tools keep it for themselves"),
        (
            "static/",
            "Hugo site",
            "Hugo site: the generator keeps its articles elsewhere in the Hugo site",
        ),
        ("x/index.md", rules.INDEX, "index page: it leads to other articles"),
        ("robots.txt", rules.ROBOTS, "for robots: machines read it"),
    ],
)
def test_rule_tells_why_and_the_remedy(path: str, rule: str, told: str) -> None:
    finding = tell_rule(path, rule)
    assert str(finding) == f"{path}:1: file: left out: {told}; the setting include brings it back"


@pytest.mark.parametrize("rule", [rules.HIDDEN, rules.EXCLUDED, rules.NO_ARTICLE])
def test_what_include_does_not_bring_back_is_told_so(rule: str) -> None:
    told = str(tell_rule("a", rule))
    assert told.startswith(f"a:1: file: left out: {rule}: ")
    assert "include" not in told


def test_every_rule_has_its_reason() -> None:
    names = {getattr(rules, name) for name in rules.__all__ if name.isupper()} - {rules.SITE}
    assert len({tell_rule("a", name).why for name in names}) == len(names)
    assert not any("about the folder" in tell_rule("a", name).why for name in names)
