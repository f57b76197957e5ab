"""The documentation is true: every example in it is run, every link goes somewhere."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml
from lxml import html

from feedsvc.commands import COMMANDS
from feedsvc.settings import load_settings
from tests.buckets import S3, Bucket, run_s3
from tests.conftest import SEEDS
from tests.examples import ROOT, Block, environment, read_blocks, run_page

DOCS = ROOT / "docs"
SITES, EXPORTS = ROOT / "tests" / "sites", ROOT / "tests" / "exports"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
STRICT = ("-q", "-W", "--keep-going")
RUN = {"sh", "python"}
MOST_UNRUN = 8
"""Blocks of all pages that aren't run here: few, and each says why."""

sphinx = pytest.mark.skipif(not find_spec("sphinx"), reason="Sphinx isn't installed (extra docs)")


def show(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def blocks(language: str) -> list[tuple[Path, Block]]:
    return [
        (page, block) for page in PAGES for block in read_blocks(page) if block.language == language
    ]


WORDPRESS = {
    EXPORTS / "wordpress.xml": "articles/posts.xml",
    EXPORTS / "wordpress-feed.xml": "old-feed.xml",
}
SOURCE = ("pyproject.toml", "README.md", "LICENSE", "feedsvc")
THERE: dict[str, dict[Path, str]] = {
    "first-feed.md": {ROOT / name: f"feedsvc/{name}" for name in SOURCE},
    "moving/jekyll.md": {
        SITES / "jekyll": "my-site",
        EXPORTS / "jekyll-feed.xml": "my-site/_site/feed.xml",
    },
    "moving/hugo.md": {SITES / "hugo": "my-site"},
    "moving/index.md": WORDPRESS,
    "moving/wordpress.md": WORDPRESS,
    "moving/ghost.md": {
        EXPORTS / "ghost.json": "export.json",
        EXPORTS / "ghost-feed.xml": "old-feed.xml",
    },
    "moving/others.md": {SITES / "pelican": "my-site"},
}
"""What a page takes as there already, where that isn't a folder of articles."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def prepare(page: Path, home: Path) -> None:
    """Put into a folder what a page takes as there."""
    for source, name in THERE.get(show(page), {SEEDS: "articles"}).items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, home / name, ignore=lambda *_: {".feedsvc", "__pycache__"})
        else:
            shutil.copy(source, home / name)
    if (home / "articles").exists():
        (home / "articles" / "feedsvc.toml").unlink(missing_ok=True)


NEEDS = {
    "first-feed.md": "newsboat",
    "moving/ghost.md": "jq",
    "moving/hugo.md": "hugo",
    "moving/others.md": "pelican",
    "publishing/wsgi.md": "gunicorn",
}
# pip makes feedsvc of its source, with nothing but what the tests have installed.
PIP = {
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PIP_IGNORE_INSTALLED": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


def open_bucket(s3: S3) -> dict[str, str]:
    """Make the bucket of the page; return what lets `feedsvc` write into it."""
    Bucket(s3, "bucket")
    return {
        "AWS_ENDPOINT_URL": s3.address,
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if RUN & {block.language for block in read_blocks(page)}],
    ids=show,
)
def test_examples_of_a_page_run_as_they_stand_there(page: Path, home: Path) -> None:
    program = NEEDS.get(show(page), "bash")
    if not shutil.which(program, path=environment()["PATH"]):
        pytest.skip(f"{program} isn't installed")
    prepare(page, home)
    with run_s3() if show(page) == "publishing/stores.md" else nullcontext() as s3:
        run_page(read_blocks(page), home, **(PIP | (open_bucket(s3) if s3 else {})))


def test_few_examples_are_not_run_and_each_says_why() -> None:
    unrun = [block for page in PAGES for block in read_blocks(page) if block.why_not_run]
    assert len(unrun) <= MOST_UNRUN
    for block in unrun:
        assert block.language == "sh"
        done = subprocess.run(["bash", "-n", "-c", block.text], capture_output=True)
        assert done.returncode == 0, done.stderr


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    kinds = {block.language for page in PAGES for block in read_blocks(page)}
    assert kinds <= {"sh", "toml", "text", "python", "yaml", "markdown"}
    fenced = sum(len(re.findall(r"^```+\{?\w", page.read_text(), re.M)) for page in PAGES)
    directives = sum(
        len(re.findall(r"^```\{(?!code-block)", page.read_text(), re.M)) for page in PAGES
    )
    assert sum(len(read_blocks(page)) for page in PAGES) == fenced - directives


@pytest.mark.parametrize(("page", "block"), blocks("toml"), ids=lambda value: None)
def test_every_example_of_settings_is_good(page: Path, block: Block, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "articles" / "posts").mkdir(parents=True)
    (tmp_path / "articles" / "feedsvc.toml").write_text(block.text, encoding="utf-8")
    load_settings(tmp_path / "articles", environ={})


def test_every_yaml_can_be_read() -> None:
    for _, block in blocks("yaml"):
        assert yaml.safe_load(block.text)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site and the manual page, as `make docs` builds them."""
    return build(tmp_path_factory.mktemp("docs"), "html")


def build(output: Path, builder: str) -> Path:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *STRICT, "-b", builder, str(DOCS), str(output)],
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return output


def list_links(page: Path) -> Iterator[tuple[str, str]]:
    """Yield what a page of the site names, after the element that names it."""
    for element in html.fromstring(page.read_bytes()).iter("a", "link", "img", "script", "iframe"):
        for attribute in ("href", "src"):
            if link := element.get(attribute):
                yield str(element.tag), link


@sphinx
def test_every_link_of_the_site_resolves(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) >= len(PAGES)
    anchors = {
        page: {node.get("id") for node in html.fromstring(page.read_bytes()).iter()}
        for page in pages
    }
    for page in pages:
        for _, link in list_links(page):
            address, anchor = urldefrag(link)
            parts = urlsplit(address)
            if parts.scheme:
                assert parts.scheme in {"http", "https", "mailto", "data"}, link
                assert parts.netloc or parts.scheme in {"mailto", "data"}, link
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.exists(), f"{page}: {link}"
            if anchor and target.suffix == ".html":
                assert unquote(anchor) in anchors[target], f"{page}: {link}"


@sphinx
def test_site_loads_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        for element, link in list_links(page):
            assert element == "a" or not urlsplit(link).netloc, f"{page}: {element} {link}"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?https?:|@import", style.read_text()), style


@sphinx
def test_manual_page_tells_every_option_and_is_well_formed(tmp_path: Path) -> None:
    page = build(tmp_path / "man", "man") / "feedsvc.1"
    told = page.read_text().replace("\\-", "-")
    for command in COMMANDS:
        _, found, part = told.partition(f".SS {command}\n")
        assert found, command
        for parameter in import_module(f"feedsvc.commands.{command}").command.params:
            hidden = getattr(parameter, "hidden", False)
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert (f"\n.B {option}" in part.partition(".SS ")[0]) is not hidden, option
    if not shutil.which("groff"):
        pytest.skip("groff isn't installed, which formats manual pages")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-k", str(page)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "folder of articles" in done.stdout


def find_completion(shell: str) -> str:
    """Return what a page has people put into a shell's own settings."""
    (line,) = [
        line
        for block in read_blocks(DOCS / "commands.md")
        for line in block.text.splitlines()
        if f"{shell}_source" in line
    ]
    return line


@pytest.mark.parametrize(
    ("shell", "setup"),
    [("bash --norc -i", ""), ("zsh -f -i", "autoload -U compinit; compinit -u; ")],
)
def test_shells_complete_commands_options_and_files(shell: str, setup: str, tmp_path: Path) -> None:
    for program in ("script", shell.split()[0]):
        if not shutil.which(program):
            pytest.skip(f"{program} isn't installed")
    (tmp_path / "my-articles").mkdir()
    done = subprocess.run(
        ["script", "-qec", shell, "/dev/null"],
        # Tab makes exp of ex, as there are export and explain.
        input=f"{setup}{find_completion(shell.split()[0])}\nfeedsvc ex\tort --no-p\t--help\n"
        "feedsvc check my-\t\nexit\n",
        cwd=tmp_path,
        env=environment() | {"HOME": str(tmp_path), "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Usage: feedsvc export" in done.stdout, done.stdout
    assert "0 articles, 0 refused" in done.stdout


def test_fish_completes_commands(tmp_path: Path) -> None:
    if not shutil.which("fish"):
        pytest.skip("fish isn't installed")
    script = f"{find_completion('fish')}; complete --do-complete 'feedsvc ex'"
    done = subprocess.run(
        ["fish", "-c", script],
        env=environment() | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} == {"explain", "export"}
