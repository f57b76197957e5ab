"""The commands as somebody types them: what they print, and their exit status."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedsvc import __version__
from feedsvc.cli import main
from feedsvc.commands import COMMANDS
from tests.conftest import SEEDS, Site

FOLDER_COMMANDS = (("check",), ("ingest",), ("export", "--output", "out"))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str | Path, **environ: str) -> Result:
    """Run a command in this process; what isn't a fault of the user's is raised."""
    return CliRunner().invoke(main, [*map(str, arguments)], env=environ, catch_exceptions=False)


# The program


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_tells_its_use(command: str) -> None:
    result = run(command, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: main {command} [OPTIONS]")
    assert run(command, "-h").stdout == result.stdout


def test_help_lists_every_command() -> None:
    lines = run("--help").stdout.partition("Commands:\n")[2].splitlines()
    assert tuple(line.split()[0] for line in lines) == COMMANDS


@pytest.mark.parametrize(
    "command",
    [[sys.executable, "-m", "feedsvc"], [str(Path(sys.executable).with_name("feedsvc"))]],
    ids=["module", "script"],
)
def test_it_runs_as_module_and_as_script(command: list[str]) -> None:
    done = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"feedsvc {__version__}\n", "")
    failed = subprocess.run([*command, "check", "nowhere"], capture_output=True, text=True)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr == "feedsvc: nowhere: not a folder of articles\n"


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["check", "--nonsense"], ["export", "."], ["serve", "--port", "x"]]
)
def test_a_wrong_command_is_exit_status_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


# The folder


@pytest.mark.parametrize("command", FOLDER_COMMANDS)
def test_the_folder_is_this_one_where_it_has_settings(
    make_site: Callable[..., Site], command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site("here")
    site.write("a.txt")
    (site.folder / "seeds").mkdir()
    (site.folder / "feedsvc.toml").write_text("")
    monkeypatch.chdir(site.folder)
    result = run(*command)
    assert (result.exit_code, f"{site.folder}: 1 " in result.output) == (0, True)


@pytest.mark.parametrize("command", FOLDER_COMMANDS)
def test_the_folder_is_seeds_where_this_one_has_no_settings(
    make_site: Callable[..., Site], command: tuple[str, ...]
) -> None:
    site = make_site("seeds")
    site.write("a.txt")
    result = run(*command)
    assert (result.exit_code, f"{site.folder}: 1 " in result.output) == (0, True)


@pytest.mark.parametrize("command", [*FOLDER_COMMANDS, ("serve", "--port", "0")])
def test_without_a_folder_to_find_the_use_is_told(command: tuple[str, ...]) -> None:
    result = run(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: no FOLDER given, and here is neither feedsvc.toml nor seeds/" in result.stderr
    assert os.listdir() == []


# Settings


def test_every_fault_of_the_settings_is_told_and_is_exit_status_2(site: Site) -> None:
    (site.folder / "feedsvc.toml").write_text('entries = "many"\ntitel = "x"\n')
    for command in FOLDER_COMMANDS:
        result = run(*command, site.folder, "--url", "ftp://x", FEEDSVC_HUBS="nonsense")
        assert (result.exit_code, result.stdout) == (2, "")
        places = {line.partition(": ")[0] for line in result.stderr.splitlines()}
        assert "feedsvc.toml: entries: not a whole number: 'many'" in result.stderr.splitlines()
        assert "did you mean 'title'?" in result.stderr
        assert places == {"feedsvc.toml", "--url", "FEEDSVC_HUBS"}


def test_options_override_variables_and_they_the_file(site: Site) -> None:
    site.write("a.txt")
    (site.folder / "feedsvc.toml").write_text('url = "https://file.example/"')

    def publish(*options: str, **environ: str) -> str:
        result = run("export", site.folder, "--output", "out", *options, **environ)
        assert (result.exit_code, result.stderr) == (0, "")
        return Path("out/atom.xml").read_text()

    assert 'href="https://file.example/atom.xml"' in publish()
    variable = {"FEEDSVC_URL": "https://variable.example/"}
    assert 'href="https://variable.example/atom.xml"' in publish(**variable)
    option = ("--url", "https://option.example/")
    assert 'href="https://option.example/atom.xml"' in publish(*option, **variable)
    Path("other.toml").write_text('url = "https://other.example/"')
    assert 'href="https://other.example/atom.xml"' in publish("--config", "other.toml")


def test_database_is_relative_to_where_the_command_is_typed(site: Site) -> None:
    site.write("a.txt")
    assert run("ingest", site.folder, "--database", "there/index.sqlite").exit_code == 0
    assert Path("there/index.sqlite").exists()
    assert not (site.folder / ".feedsvc").exists()
    assert run("ingest", site.folder, FEEDSVC_DATABASE="kept/index.sqlite").exit_code == 0
    assert (site.folder / "kept/index.sqlite").exists()


def test_a_database_of_another_kind_is_a_fault(site: Site) -> None:
    result = run("ingest", site.folder, "--database", "mysql://host/feeds")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("--database: neither a file nor postgresql://: 'mysql'")
    assert os.listdir() == [site.folder.name]


def test_a_database_out_of_reach_is_told_without_its_password(site: Site) -> None:
    address = "postgresql://user:secret@127.0.0.1:1/feeds"
    result = run("ingest", site.folder, "--database", address)
    assert (result.exit_code, result.stdout) == (1, "")
    place = "feedsvc: postgresql://127.0.0.1:1/feeds: "
    assert result.stderr.startswith(f"{place}the database can't be reached: ")
    assert "secret" not in result.stderr
    assert os.listdir() == [site.folder.name]


# check


def test_check_is_content_with_the_seeds() -> None:
    result = run("check", SEEDS)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{SEEDS}: 9 articles, 0 refused, 0 other findings\n"


@pytest.fixture
def mixed(site: Site) -> Site:
    """A folder with an article that is refused, a doubtful one, and what is no article."""
    site.write("bad.txt", date="2024-99-99")
    site.write("a/doubtful.txt", date=None)
    site.write("good.txt")
    for name in ("picture.jpg", "other.jpg", "Makefile"):
        (site.folder / name).write_text("x")
    return site


def test_check_tells_each_finding_with_its_place(mixed: Site) -> None:
    result = run("check", mixed.folder)
    assert result.exit_code == 1
    doubtful, bad = result.stdout.splitlines()
    assert bad.startswith("articles/bad.txt:2: published: not a date: '2024-99-99'")
    assert doubtful == (
        "articles/a/doubtful.txt:1: published: missing: it gets the time it was first seen"
    )
    assert result.stderr == (
        f"{mixed.folder}: 2 articles, 1 refused, 1 other findings; "
        "not articles: 2 .jpg, 1 Makefile\n"
    )
    assert not (mixed.folder / ".feedsvc").exists()


def test_check_tells_programs_the_same(mixed: Site) -> None:
    result = run("check", mixed.folder, "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    doubtful, bad = json.loads(result.stdout)
    assert (bad["path"], bad["line"], bad["refused"]) == ("bad.txt", 2, True)
    assert (bad["field"], bad["what"]) == ("published", "not a date")
    assert doubtful == {
        "path": "a/doubtful.txt",
        "line": 1,
        "field": "published",
        "what": "missing",
        "why": "it gets the time it was first seen",
        "refused": False,
    }
    assert run("check", SEEDS, "--json").stdout == "[]\n"


def test_check_with_doubts_alone_is_exit_status_0(mixed: Site) -> None:
    os.remove(mixed.folder / "bad.txt")
    assert run("check", mixed.folder).exit_code == 0


def test_check_tells_the_same_after_an_ingest(mixed: Site) -> None:
    before = run("check", mixed.folder)
    run("ingest", mixed.folder)
    after = run("check", mixed.folder)
    assert (after.output, after.exit_code) == (before.output, before.exit_code)


# explain


def test_explain_tells_what_became_of_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SEEDS.parent)
    result = run("explain", "seeds/000_293e732b4a52a240.txt")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    fields = dict(line.split(maxsplit=1) for line in lines if not line.startswith(("text", "seed")))
    assert fields == {
        "title": "Waarom Rusland en China elkaar blijven opzoeken",
        "published": "2022-12-30T19:47:45+00:00",
        "url": "https://nos.nl/nieuwsuur/artikel/2458236-"
        "waarom-rusland-en-china-elkaar-blijven-opzoeken",
        "language": "nl (the feed's)",
        "author": "De redactie van Seeds (the feed's)",
        "categories": "Nieuwsuur, Buitenland",
        "summary": fields["summary"],
    }
    paragraphs = [line for line in lines if line.startswith("text ")]
    assert [line.split()[1] for line in paragraphs] == [f"{n}/10" for n in range(1, 11)]
    assert paragraphs[0].endswith(fields["summary"])
    rules = [line.split(": ", 1) for line in lines if line.startswith("seeds/")]
    assert [rule for _, rule in rules] == [
        "category: Nieuwsuur",
        "category: Buitenland",
        "boilerplate: dropped: Deel artikel:",
    ]


def test_explain_tells_what_an_article_does_not_say(site: Site) -> None:
    path = site.write("a.fr.txt", date=None, text="1 < 2 &amp; <b>.")
    result = run("explain", path)
    assert "published   when first seen\n" in result.stdout
    assert "language    fr\n" in result.stdout
    assert "categories  none\n" in result.stdout
    assert "text 1/1    1 < 2 &amp; <b>.\n" in result.stdout
    assert "articles/a.fr.txt:1: language: fr: from the file name\n" in result.stdout
    assert "a.fr.txt:1: published: missing: it gets the time it was first seen" in result.stdout
    bare = run("explain", site.write("b.txt", url="https://example.org/b", text=""))
    assert "summary     none\n" in bare.stdout
    assert "url         none\n" in run("explain", site.write("c.txt", url=None)).stdout


def test_explain_tells_each_field_that_was_used(site: Site) -> None:
    path = site.write("a.txt")
    fields = (
        "author: Ann <ann@example.org>",
        "updated: 2024-05-02",
        "id: tag:example.org,2024:a",
        "image: https://example.org/cat.jpg A cat",
        "enclosure: https://example.org/a.mp3 99",
        "enclosure: https://example.org/b.mp3",
        "draft: yes",
        "unlisted: yes",
        "expires: 2030-01-01",
    )
    path.write_text("\n".join(["T", "2024-05-01", *fields, "", "Text."]))
    lines = run("explain", path).stdout.splitlines()
    assert {
        "author      Ann",
        "updated     2024-05-02T12:00:00+00:00",
        "id          tag:example.org,2024:a",
        "image       https://example.org/cat.jpg A cat",
        "enclosure   https://example.org/a.mp3 audio/mpeg 99",
        "enclosure   https://example.org/b.mp3 audio/mpeg",
        "draft       yes",
        "unlisted    yes",
        "expires     2030-01-01T12:00:00+00:00",
    } <= set(lines)
    assert any(line.endswith("a.txt:9: draft: yes") for line in lines)


def test_explain_takes_the_nearest_settings_or_the_folder_that_is_named(site: Site) -> None:
    path = site.write("deep/er/a.txt")
    assert "language    en (the feed's)" in run("explain", path).stdout
    (site.folder / "feedsvc.toml").write_text('language = "nl"')
    assert "language    nl (the feed's)" in run("explain", path).stdout
    (site.folder / "deep/feedsvc.toml").write_text('language = "fr"')
    assert "language    fr (the feed's)" in run("explain", path).stdout
    assert "language    nl (the feed's)" in run("explain", path, "--folder", site.folder).stdout
    Path("other.toml").write_text('language = "de"')
    assert "language    de (the feed's)" in run("explain", path, "--config", "other.toml").stdout


@pytest.mark.parametrize("name", ["feedsvc.toml", "picture.jpg", "noname"])
def test_explain_of_no_article_is_exit_status_2(site: Site, name: str) -> None:
    (site.folder / name).write_text("")
    result = run("explain", site.folder / name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: {name} is no article: there is no reader for its suffix" in result.stderr


def test_explain_of_what_is_refused_is_exit_status_1_and_its_place(site: Site) -> None:
    result = run("explain", site.write("bad.txt", url="javascript:alert(1)"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("feedsvc: bad.txt:3: url: ")
    (site.folder / "folder.txt").mkdir()
    assert run("explain", site.folder / "folder.txt").exit_code == 1
    assert run("explain", site.folder / "missing.txt").exit_code == 2


def test_explain_tells_of_each_article_that_a_file_holds(site: Site) -> None:
    path = site.folder / "posts.jsonl"
    lines = (
        '{"id": 1, "title": "One", "date": "2024-05-01", "text": "First.\\nSecond."}',
        '{"id": 2, "title": "Two", "date": "no date", "text": "Text."}',
        "{oops",
    )
    path.write_text("\n".join(lines))
    result = run("explain", path)
    assert result.exit_code == 1
    told = result.stdout.splitlines()
    assert told[:2] == ["posts.jsonl:1", "title       One"]
    assert "text 2/2    Second." in told
    assert "posts.jsonl:1: date: 2024-05-01: read as published" in result.stdout
    assert "posts.jsonl:2: date: not a date: 'no date'" in told[-2]
    assert told[-1].endswith("posts.jsonl:3: record: not JSON: a name is missing")
    assert result.stderr == "feedsvc: posts.jsonl:1: file: 2 of 3 refused\n"
    one = run("explain", f"{path}:1")
    assert (one.exit_code, one.stdout.splitlines()) == (0, told[:-2])
    assert run("explain", f"{path}:2").exit_code == 1
    assert "posts.jsonl:4: file: no article begins in line 4" in run("explain", f"{path}:4").stderr
    path.write_text("")
    assert "posts.jsonl:1: file: no articles in it" in run("explain", path).stderr
    for name in (":1", "missing.jsonl:1", "missing.jsonl:x"):
        assert run("explain", site.folder / name).exit_code == 2


def test_explain_tells_which_rule_leaves_a_file_of_many_out(site: Site) -> None:
    (site.folder / "package.json").write_text('{"title": "A", "date": "2024-05-01", "text": "b"}')
    assert "package.json:1: file: left out" in run("explain", site.folder / "package.json").stdout


# ingest


def test_ingest_counts_what_became_of_each_article(mixed: Site) -> None:
    def ingest() -> tuple[int, str]:
        result = run("ingest", mixed.folder)
        assert result.stderr.startswith("articles/bad.txt:2: published: not a date")
        return result.exit_code, result.stdout.removeprefix(f"{mixed.folder}: ").strip()

    assert ingest() == (
        0,
        "2 new, 0 changed, 0 unchanged, 0 withdrawn, 0 waiting, 0 hidden, 1 refused",
    )
    mixed.write("good.txt", title="Edited")
    assert ingest() == (
        0,
        "0 new, 1 changed, 1 unchanged, 0 withdrawn, 0 waiting, 0 hidden, 1 refused",
    )
    os.remove(mixed.folder / "good.txt")
    assert ingest() == (
        0,
        "0 new, 0 changed, 1 unchanged, 1 withdrawn, 0 waiting, 0 hidden, 1 refused",
    )


@pytest.mark.parametrize("command", FOLDER_COMMANDS[1:])
def test_an_empty_folder_withdraws_only_what_it_may(site: Site, command: tuple[str, ...]) -> None:
    path = site.write("a.txt")
    arguments = (*command, str(site.folder), "--url", "https://example.org/")
    run(*arguments)
    os.remove(path)
    kept = run(*arguments)
    assert (kept.exit_code, "0 withdrawn" in kept.stdout) == (0, True)
    assert kept.stderr == (
        f"warning: {site.folder} has no articles; the 1 published stay"
        " (--allow-empty withdraws them)\n"
    )
    emptied = run(*arguments, "--allow-empty")
    assert ("1 withdrawn" in emptied.stdout, emptied.stderr) == (True, "")


# export


def test_quiet_commands_tell_only_what_is_wrong(mixed: Site) -> None:
    for command in (("ingest",), ("export", "--output", "out", "--url", "https://a.org/")):
        result = run(*command, mixed.folder, "--quiet", "--jobs", "2")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "refused" not in result.stderr
        assert len(result.stderr.splitlines()) == len(mixed.index.refused())


def test_damaged_index_is_told_and_kept_aside(site: Site) -> None:
    site.write("a.txt", url=None)
    run("ingest", site.folder)
    index = site.folder / ".feedsvc" / "index.sqlite"
    index.write_bytes(index.read_bytes()[:4096] + b"damage" * 9999)
    result = run("ingest", site.folder)
    assert result.exit_code == 0
    assert "1 new" in result.stdout or "1 changed" in result.stdout
    aside = f"{index}.damaged"
    assert result.stderr == (
        f"warning: the index was damaged: it is kept as {aside}, and was made anew\n"
    )
    assert Path(aside).read_bytes().endswith(b"damage")
    assert run("ingest", site.folder).stderr == ""


def test_export_counts_files_and_warns_without_a_url(site: Site) -> None:
    site.write("a.txt")
    result = run("export", site.folder, "--output", "out")
    assert (result.exit_code, result.stdout.splitlines()[1]) == (
        0,
        "out: 13 files written, 0 unchanged, 0 removed",
    )
    warning = "warning: no url is set: links will point at http://127.0.0.1:8000/\n"
    assert result.stderr == warning
    again = run("export", site.folder, "--output", "out")
    assert again.stdout.splitlines()[1] == "out: 0 files written, 13 unchanged, 0 removed"
    assert run("export", site.folder, "--output", "out", "--url", "https://a.example").stderr == ""


# What goes wrong


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["ingest", "articles", "--database", "text/x"], "feedsvc: {here}/text/x: can't"),
        (["ingest", "articles", "--database", "text"], "feedsvc: {here}/text: is no index: it"),
        (["ingest", "articles", "--database", "."], "feedsvc: {here}: can't be the index"),
        (["export", "articles", "--output", "text", "--url", "http://a.b"], "feedsvc: text: can't"),
        (["export", "articles", "--output", "full", "--url", "http://a.b"], "feedsvc: full: files"),
        (["serve", "articles", "--host", "no such host"], "feedsvc: no such host:8000: can't"),
    ],
)
def test_what_can_t_be_done_is_said_in_a_line_and_is_exit_status_1(
    site: Site, arguments: list[str], fault: str, tmp_path: Path
) -> None:
    site.write("a.txt")
    Path("text").write_text("neither a folder nor a database\n" * 100)
    Path("full").mkdir()
    Path("full/atom.xml").write_text("theirs")
    result = run(*arguments)
    (line,) = result.stderr.splitlines()
    assert (result.exit_code, line.startswith(fault.format(here=tmp_path))) == (1, True), line


def test_a_folder_whose_name_is_no_text_is_published() -> None:
    folder = os.fsdecode(b"caf\xe9")
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns(".feedsvc"))
    for command in FOLDER_COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "feedsvc", *command, folder], capture_output=True
        )
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr


def test_explain_refuses_what_ingest_refuses(site: Site) -> None:
    os.mkfifo(site.folder / "pipe.txt")
    done = run("explain", site.folder / "pipe.txt")
    assert done.exit_code == 1
    assert "pipe.txt:1: file: not an article: no regular file" in done.stderr


def test_config_without_end_is_a_fault(site: Site) -> None:
    done = run("check", site.folder, "--config", "/dev/zero")
    assert (done.exit_code, done.stderr) == (2, "zero: too large: over 1048576 bytes\n")


def test_device_is_no_database(site: Site) -> None:
    done = run("ingest", site.folder, "--database", "/dev/null")
    assert done.exit_code == 1
    assert "/dev/null: can't be the index: it is no file" in done.stderr
    assert not os.path.exists("/dev/null.lock")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device here")
def test_full_disk_is_said_in_a_line(site: Site) -> None:
    site.write("a.txt")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "feedsvc", "explain", str(site.folder / "a.txt")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_reader_that_stops_reading_is_no_fault(site: Site) -> None:
    site.write("a.txt", text="A long paragraph, and more. " * 9999)
    with subprocess.Popen(
        [sys.executable, "-m", "feedsvc", "explain", str(site.folder / "a.txt")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == ""
