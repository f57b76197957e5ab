"""The check of a folder: each fault is told with file, line and what mends it."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedsvc.check import check_folder, list_left_out
from feedsvc.cli import main
from feedsvc.files import LONGEST_PATH
from feedsvc.folder import DEEPEST
from tests.conftest import Site
from tests.test_folder import open_folder, unprivileged

HEAD = "A title\n2024-05-01\nhttps://example.org/{}\n"
MOST = 5000
DATA = Path(__file__).parent / "data"
NO_FILE = "no such file: 'gone.jpg'"

REFUSED = {
    # The text form.
    "empty.txt": ("", "1: title: missing: the file has no text"),
    "no-title.txt": ("2024-05-01\n\nText.", "1: title: missing: the first line is a date"),
    "no-text.txt": ("A title\n2024-05-01\n", "1: text: missing: and no URL to point at"),
    "no-date.txt": (
        "A title\nfirst of May\nhttps://example.org/a\n",
        "2: published: not a date: 'first of May' (Unknown string format: first of May)"
        "; write for example 2024-05-31",
    ),
    "no-day.txt": (
        "A title\n2024-02-30\n\nText.",
        "2: published: not a date: '2024-02-30' (day is out of range for month)",
    ),
    "two-days.txt": (
        "A title\n01/02/2023\n\nText.",
        "2: published: ambiguous date: '01/02/2023' is 2023-01-02 or 2023-02-01"
        "; write year-month-day",
    ),
    "no-url.txt": (
        "A title\n2024-05-01\nftp://example.org/a\n",
        "3: url: not an http or https URL: 'ftp://example.org/a'",
    ),
    "secret.txt": (
        "A title\n2024-05-01\nhttps://ann:pass@example.org/\n",
        "3: url: not a public URL: it holds a user name or a password",
    ),
    "flag.txt": (
        HEAD.format("flag") + "draft: perhaps\n\nText.",
        "4: draft: not yes or no: 'perhaps'",
    ),
    "twice.txt": (
        HEAD.format("twice") + "summary: One\nsummary: Two\n\nText.",
        "5: summary: given twice: first in line 4",
    ),
    "tongue.txt": (
        HEAD.format("tongue") + "language: Dutch!\n\nText.",
        "4: language: not a language tag: 'Dutch!'; write for example 'nl' or 'pt-BR'",
    ),
    "iri.txt": (
        HEAD.format("iri") + "id: mine\n\nText.",
        "4: id: not an IRI: 'mine'; write for example 'tag:example.org,2024:a'",
    ),
    "sound.txt": (
        HEAD.format("sound") + "enclosure: https://example.org/a\n\nText.",
        "4: enclosure: no media type: 'https://example.org/a' tells none"
        "; write for example 'audio/mpeg'",
    ),
    "draft-in-text.txt": (
        HEAD.format("draft") + "draft: yes\nText that goes on.",
        "4: draft: not clear: no blank line parts it from the text",
    ),
    "binary.txt": (
        "A title\n" + "\x01\x02" * 500,
        "1: text: not text: read as UTF-8, it is full of control characters",
    ),
    "same-a.txt": (HEAD.format("same") + "\nText.", ""),
    "same-b.txt": (
        HEAD.format("same") + "\nText.",
        "1: id: the same as that of same-a.txt: https://example.org/same; the first by path stays",
    ),
    # The walk.
    "large.txt": (
        "x" * (MOST + 1),
        f"1: file: too large: {MOST + 1} bytes, over max_article_bytes ({MOST})",
    ),
    "bell\a.txt": ("x", r"1: file: can't be published: its name holds '\x07'"),
}
"""What is refused, by path: its text, and what is told, "" where the file is good.

Readers of other formats add theirs.
"""

FOUND = {
    "undated.txt": (
        "A title\nhttps://example.org/undated\n",
        "1: published: missing: it gets the time it was first seen",
    ),
    "run-on.txt": (
        HEAD.format("run-on") + "Text at once.",
        "4: text: no blank line above: taken as the first paragraph",
    ),
    "late-date.txt": (
        HEAD.format("late-date") + "\n2024-05-01\nText.",
        "5: text: a date out of place: the order is title, date, URL",
    ),
    "late-draft.txt": (
        HEAD.format("late-draft") + "\ndraft: yes\nText.",
        "5: draft: kept as text: fields stand above the first blank line",
    ),
    "field-in-text.txt": (
        HEAD.format("field") + "author: Ann\nText.",
        "4: author: kept as text: no blank line parts it from the text\n"
        "4: text: no blank line above: taken as the first paragraph",
    ),
    "early.txt": (
        HEAD.format("early") + "updated: 2024-04-01\n\nText.",
        "4: updated: before the publication: 2024-04-01T12:00:00+00:00 is before"
        " 2024-05-01T12:00:00+00:00",
    ),
    "labels.txt": (
        HEAD.format("labels") + "\nText.\nSport",
        "6: category: kept as text: no share prompt ends the labels; labels = 'always' takes them",
    ),
    "zero.txt": (
        HEAD.format("zero") + "\nText\x00.",
        "5: text: character removed: U+0000 can't stand in a feed",
    ),
    "picture.txt": (HEAD.format("picture") + "image: gone.jpg\n\nText.", f"4: image: {NO_FILE}"),
    "line.txt": (
        HEAD.format("line") + "\nText.\ngone.jpg",
        f"6: text: {NO_FILE}; kept as text",
    ),
    "outside.txt": (
        HEAD.format("outside") + "image: ../a.jpg\n\nText.",
        "4: image: not published: '../a.jpg' is out of the folder",
    ),
}
"""What is found in articles that are published all the same, a line each."""

BACK = "the setting include brings it back"
LEFT_OUT = {
    "README.txt": f"README: it is about the folder; {BACK}",
    ".hidden.txt": "hidden: what begins with a dot is never published",
    "_drafts/a.txt": f"_drafts/: generators and tools keep it for themselves; {BACK}",
    "own/a.txt": "exclude: the setting exclude names it",
    "index.txt": f"index page: it leads to other articles; {BACK}",
    "style.css": "no article: there is no reader for its suffix",
    "404.html": f"for visitors: it is no article of its site; {BACK}",
    "robots.txt": f"for robots: machines read it; {BACK}",
    "requirements.txt": f"for tools: programs read it; {BACK}",
    "page_files/a.txt": f"parts of a page: a browser saved them with the page beside them; {BACK}",
    "blog/about.html": (
        f"Jekyll site: the generator keeps its articles elsewhere in the Jekyll site; {BACK}"
    ),
}
"""What is left out: by which rule, and why."""
WHOLE = ("_drafts/", "own/", "page_files/")


def write(folder: Path, path: str, text: str) -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site(max_article_bytes=MOST, exclude=["own/"])


def test_each_fault_is_told_with_its_line_and_what_mends_it(site: Site) -> None:
    faults = REFUSED | FOUND
    for path, (text, _) in faults.items():
        write(site.folder, path, text)
    report, found = check_folder(site.settings)
    shown = {path: path.replace("\a", r"\x07") for path in faults}
    expected = [
        f"{shown[path]}:{line}" for path, (_, told) in faults.items() for line in told.splitlines()
    ]
    assert sorted(map(str, found)) == sorted(expected)
    good = [path for path, (_, told) in REFUSED.items() if not told]
    assert len(report.refused) == len(REFUSED) - len(good)
    assert report.new == len(FOUND) + len(good)


def test_each_fault_of_every_other_format_is_told_with_its_line_and_what_mends_it(
    site: Site,
) -> None:
    shutil.copytree(DATA / "faulty", site.folder, dirs_exist_ok=True)
    _, found = check_folder(site.settings)
    told = "".join(f"{finding}\n" for finding in found)
    golden = DATA / "faulty" / "found"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")
    files = {str(path.relative_to(DATA / "faulty")) for path in (DATA / "faulty").rglob("*.*")}
    assert files - {finding.path for finding in found} == {"md/tag.md"}  # a rule, no fault


def test_what_the_walk_refuses_is_told_with_its_reason(site: Site, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").touch()
    (site.folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (site.folder / "dangling.txt").symlink_to("gone.txt")
    (site.folder / "folder.txt").mkdir()
    os.mkfifo(site.folder / "pipe.txt")
    deep = "/".join(["d"] * (DEEPEST + 1))
    write(site.folder, f"{deep}/a.txt", "x")
    long = "/".join(["e" * 200] * (LONGEST_PATH // 201))
    write(site.folder, f"{long}/{'f' * 190}.txt", "x")
    _, found = check_folder(site.settings)
    leads_out = "not opened: a link that leads out of the folder; folders may name where"
    expected = {
        "dangling.txt": "can't be read: No such file or directory",
        f"{deep}/": f"not entered: over {DEEPEST} folders deep",
        f"{long}/{'f' * 190}.txt": f"can't be published: its path has over {LONGEST_PATH} bytes",
        "folder.txt": "not an article: a folder",
        "link.txt": leads_out,
        "pipe.txt": "not an article: no regular file",
    }
    told = {f"{path}:1: file: {fault}" for path, fault in expected.items()}
    assert set(map(str, found)) == told


@contextmanager
def open_site() -> Iterator[Site]:
    with open_folder() as place, unprivileged():
        site = Site(Path(place) / "articles", folders=["posts", "../notes", "../gone"])
        with closing(site):
            yield site


def test_folders_that_can_not_be_read_or_are_empty_are_told() -> None:
    with open_site() as site:
        write(site.folder, "posts/a.txt", HEAD.format("a"))
        write(site.folder, "posts/closed/b.txt", HEAD.format("b"))
        (site.folder.parent / "notes").mkdir()
        (site.folder / "posts/closed").chmod(0)
        report, found = check_folder(site.settings)
        assert report.new == 1
        assert sorted(map(str, found)) == [
            "../gone/:1: file: can't be read: No such file or directory",
            "../notes/:1: file: has no articles: what was published from it stays"
            " (--allow-empty withdraws it)",
            "posts/closed/:1: file: can't be read: Permission denied",
        ]


@pytest.fixture
def sifted(site: Site) -> Site:
    for path in LEFT_OUT:
        write(site.folder, path, HEAD.format(path))
    write(site.folder, "blog/_config.yml", "")
    date = "<meta property='article:published_time' content='2024-05-01'>"
    write(site.folder, "page.html", f"<title>A page</title>{date}<article>Its text.</article>")
    return site


def test_each_file_that_is_left_out_is_told_with_its_rule(sifted: Site) -> None:
    told = {finding.path: str(finding) for finding in list_left_out(sifted.settings)}
    for path, rule in LEFT_OUT.items():
        place = next((folder for folder in WHOLE if path.startswith(folder)), path)
        assert told.pop(place) == f"{place}:1: file: left out: {rule}"
    assert list(told) == ["blog/_config.yml"]


def run(site: Site, *options: str) -> tuple[int, str, str]:
    (site.folder / "feedsvc.toml").write_text('exclude = ["own/"]')
    result = CliRunner().invoke(main, ["check", str(site.folder), *options], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_counts_are_told_and_verbose_tells_each(
    sifted: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sifted.folder.parent)
    code, out, err = run(sifted)
    assert (code, out) == (0, "")
    assert err == (
        f"{sifted.folder}: 1 articles, 0 refused, 0 other findings"
        "; not articles: 1 .css, 1 .yml"
        "; left out: 1 Jekyll site, 1 README, 1 _drafts/, 1 exclude, 1 for robots, 1 for tools"
        ", 1 for visitors, 1 hidden, 1 index page, 1 parts of a page\n"
    )
    code, out, verbose = run(sifted, "--verbose")
    assert (code, verbose) == (0, err)
    lines = out.splitlines()
    assert len(lines) == len(LEFT_OUT) + 1
    assert lines == sorted(lines)
    assert f"articles/README.txt:1: file: left out: {LEFT_OUT['README.txt']}" in lines


def test_programs_are_told_the_same(sifted: Site) -> None:
    write(sifted.folder, "bad.txt", "")
    code, out, _ = run(sifted, "--json", "--verbose")
    rows = json.loads(out)
    assert (code, len(rows)) == (1, len(LEFT_OUT) + 2)
    assert [row["path"] for row in rows if row["refused"]] == ["bad.txt"]
    assert {row["what"] for row in rows if not row["refused"]} == {"left out"}


@pytest.mark.parametrize(
    ("path", "place"),
    [("README.txt", "README.txt"), ("_drafts/a.txt", "_drafts"), ("index.txt", "index.txt")],
)
def test_explain_tells_what_leaves_a_file_out(sifted: Site, path: str, place: str) -> None:
    file, folder = str(sifted.folder / path), str(sifted.folder)
    result = CliRunner().invoke(main, ["explain", file, "--folder", folder])
    assert result.exit_code == 0
    assert f"articles/{place}:1: file: left out: {LEFT_OUT[path]}\n" in result.stdout


def test_explain_finds_a_file_of_another_folder(site: Site) -> None:
    (site.folder / "feedsvc.toml").write_text('folders = ["../notes"]\nlanguage = "nl"')
    write(site.folder.parent, "notes/a.txt", HEAD.format("a"))
    file, folder = str(site.folder.parent / "notes/a.txt"), str(site.folder)
    result = CliRunner().invoke(main, ["explain", file, "--folder", folder])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "language    nl (the feed's)" in result.stdout
    assert "left out" not in result.stdout


def test_explain_takes_a_file_of_a_generators_site_for_one_of_that(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").touch()
    (page := tmp_path / "content" / "post" / "a.md").parent.mkdir(parents=True)
    page.write_text("# A title\n\n![](/content/sea.png)\n")
    (tmp_path / "content" / "sea.png").write_bytes(b"a picture")
    told = CliRunner().invoke(main, ["explain", str(page)])
    assert told.exit_code == 0
    assert "http://127.0.0.1:8000/media/" in told.output


def test_file_of_data_is_told_to_hold_no_articles(site: Site) -> None:
    write(site.folder, "data.json", '{"count": 3}')
    write(site.folder, "bad.rss", "<rss>")
    write(site.folder, "posts.jsonl", '{"title": "A", "date": "2024-05-01", "text": "Text."}')
    (site.folder / "folder.xml").mkdir()
    assert [str(finding) for finding in list_left_out(site.settings)] == [
        "data.json:1: file: left out: data: there are no articles in it"
    ]
