"""The README is true: every command in it is run, every page that it names is there."""

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

from tests.examples import ROOT, environment, read_blocks

README = ROOT / "README.md"
RUNS_ELSEWHERE = {"make serve", "make test", "feedsvc serve seeds"}


def commands() -> list[str]:
    blocks = read_blocks(README)
    assert {block.language for block in blocks} == {"sh"}
    return [line for block in blocks for line in block.text.splitlines()]


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


def test_every_file_that_the_readme_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert len(links) > 10
    for link in links:
        assert (ROOT / link).exists(), link


def test_changelog_has_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## {version} " in (ROOT / "CHANGELOG.md").read_text()
