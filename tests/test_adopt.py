"""`feedsvc adopt`: shows what matches, and keeps the ids in feedsvc.ids from then on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.cli import main
from tests.hosting import Host
from tests.serving import feedsvc

RSS = "<rss version='2.0'><channel>{}</channel></rss>"
ITEM = "<item><title>{0}</title><guid isPermaLink='false'>{1}</guid><link>{2}</link></item>"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; return its status, what it printed, and what it complained of."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments], standalone_mode=False)
        return status or 0, *capsys.readouterr()

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "feedsvc.toml").write_text('url = "https://feeds.example/"\n')
    for name in "abc":
        text = (
            f"Title {name}\n2024-05-01\nhttps://e.example/{name}\n\nA paragraph that ends as one."
        )
        (folder / f"{name}.txt").write_text(text)
    return folder


def write(folder: Path, *items: tuple[str, str, str], name: str = "old.xml") -> Path:
    feed = folder.parent / name
    feed.write_text(RSS.format("".join(ITEM.format(*item) for item in items)))
    return feed


def read(run: Run, folder: Path, name: str = "rss.xml") -> str:
    assert run("export", folder, "--output", folder.parent / "out")[0] == 0
    return (folder.parent / "out" / name).read_text()


def test_matches_are_shown_kept_and_published(run: Run, folder: Path) -> None:
    feed = write(
        folder,
        ("Title a", "urn:a", "http://e.example/a/"),
        ("Other", "https://e.example/b", "https://e.example/?p=2"),
        ("Title c", "urn:c", "https://elsewhere.example/c"),
    )
    feed.write_text(
        feed.read_text().replace("urn:c</guid>", "urn:c</guid><pubDate>1 May 2024</pubDate>")
    )
    status, shown, complained = run("adopt", feed, folder)
    assert (status, complained) == (0, "")
    lines = [line.split() for line in shown.splitlines()]
    assert lines[:3] == [
        ["id", "Other", "https://e.example/b", "->", "b.txt"],
        ["link", "Title", "a", "urn:a", "->", "a.txt"],
        ["title", "Title", "c", "urn:c", "->", "c.txt"],
    ]
    assert shown.splitlines()[3] == (
        "entries: 3 matched (1 by id, 1 by link, 1 by title), 0 left alone, 0 without an article;"
        " articles: 0 without an entry"
    )
    ids = (folder / "feedsvc.ids").read_text()
    assert "a.txt\turn:a\t" in ids
    published = read(run, folder)
    for id in ("urn:a", "urn:c"):
        assert f'<guid isPermaLink="false">{id}</guid>' in published
    assert '<guid isPermaLink="true">https://e.example/b</guid>' in published


def test_dry_run_shows_all_and_changes_nothing(run: Run, folder: Path) -> None:
    feed = write(
        folder, ("A", "urn:a", "https://e.example/a"), ("D", "urn:d", "https://e.example/d")
    )
    (folder / "z.txt").write_text("Title z\n2024-02-30\n\nA paragraph that ends as one.")
    before = sorted(folder.rglob("*"))
    status, shown, complained = run("adopt", feed, folder, "--dry-run")
    assert status == 0
    assert "z.txt:2: published: not a date" in complained
    lines = [line.split() for line in shown.splitlines()]
    assert lines[:4] == [
        ["link", "A", "urn:a", "->", "a.txt"],
        ["-", "D", "urn:d", "->", "no", "article"],
        ["-", "no", "entry", "for", "b.txt"],
        ["-", "no", "entry", "for", "c.txt"],
    ]
    assert (
        "entries: 1 matched (1 by link), 0 left alone, 1 without an article; articles: 2" in shown
    )
    assert sorted(folder.rglob("*")) == before


def test_what_is_doubtful_is_told_and_left_alone(run: Run, folder: Path) -> None:
    for name in ("d", "e"):
        (folder / f"{name}.txt").write_text("Same title\n2024-05-01\n\nA paragraph.")
    feed = write(
        folder,
        ("A", "urn:a1", "https://e.example/a"),
        ("A", "urn:a2", "http://e.example/a"),
        ("B", "urn:b", "https://e.example/b"),
        ("Same title", "urn:d", "https://e.example/d"),
    )
    feed.write_text(
        feed.read_text().replace("urn:d</guid>", "urn:d</guid><pubDate>1 May 2024</pubDate>")
    )
    status, shown, complained = run("adopt", feed, folder, "--dry-run")
    assert status == 0
    assert "entries: 2 matched (2 by link), 1 left alone" in shown
    assert "urn:a1 -> a.txt" in shown
    assert "left alone: could be d.txt or e.txt\n" in complained


def test_later_feed_gives_no_other_id_to_who_has_one(run: Run, folder: Path) -> None:
    first = write(folder, ("A", "wall a", "https://e.example/a"))
    status, _, complained = run("adopt", first, folder)
    assert status == 0
    assert (
        complained == "warning: no IRIs: 1 of the ids; RSS and JSON Feed have them, Atom others\n"
    )
    second = write(
        folder, ("A", "urn:a", "https://e.example/a"), ("B", "urn:b", "https://e.example/b")
    )
    status, _, complained = run("adopt", second, folder)
    assert status == 0
    assert complained == "a.txt keeps the id that feedsvc.ids gives it: not urn:a\n"
    published = read(run, folder)
    assert '<guid isPermaLink="false">wall a</guid>' in published
    assert '<guid isPermaLink="false">urn:b</guid>' in published
    assert "urn:a" not in published
    assert "<id>data:,wall%20a</id>" in read(run, folder, "atom.xml")


def test_feed_of_a_host_is_adopted(run: Run, folder: Path, host: Host) -> None:
    feed = write(folder, ("A", "urn:a", "https://e.example/a"))
    address = host.put("/feed", feed.read_bytes(), type="application/rss+xml")
    assert run("adopt", address, folder)[0] == 0
    assert "urn:a" in read(run, folder)


def test_feed_that_matches_nothing_changes_nothing(run: Run, folder: Path) -> None:
    feed = write(folder, ("D", "urn:d", "https://e.example/d"))
    status, shown, _ = run("adopt", feed, folder)
    assert status == 1
    assert shown.startswith("entries: 0 matched, 0 left alone, 1 without an article; articles: 3")
    assert not (folder / "feedsvc.ids").exists()


def test_feed_that_can_not_be_read_is_told_in_a_line(folder: Path) -> None:
    done = feedsvc("adopt", folder / "a.txt", folder)
    assert done.returncode == 1
    assert done.stderr.startswith(f"feedsvc: {folder}/a.txt:1: file: not well-formed: ")
    assert done.stderr.count("\n") == 1


def test_feed_that_is_among_the_articles_is_none_to_adopt(folder: Path) -> None:
    feed = write(folder, ("D", "urn:d", "https://e.example/d")).rename(folder / "old.xml")
    done = feedsvc("adopt", feed, folder)
    assert done.returncode == 1
    assert done.stderr.startswith("feedsvc: old.xml:1: file: is among the articles: ")
    assert not (folder / "feedsvc.ids").exists()


def test_undated_articles_are_as_old_as_they_were(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text("Title a\nhttps://e.example/a\n\nA paragraph that ends as one.")
    read(run, folder)  # as of now
    feed = write(folder, ("A", "urn:a", "https://e.example/a"))
    date = "<pubDate>Fri, 02 May 2014 10:00:00 GMT</pubDate>"
    feed.write_text(feed.read_text().replace("<link>", f"{date}<link>"))
    assert run("adopt", feed, folder)[0] == 0
    assert "Fri, 02 May 2014 10:00:00 +0000" in read(run, folder)


def test_record_is_named_by_its_file(run: Run, folder: Path) -> None:
    (folder / "posts.json").write_text(
        '[{"title": "D", "date": "2024-05-01", "url": "https://e.example/d", "body": "Text."}]'
    )
    feed = write(folder, ("D", "urn:d", "https://e.example/d"))
    status, shown, _ = run("adopt", feed, folder, "--dry-run")
    assert status == 0
    assert shown.splitlines()[0].split() == ["link", "D", "urn:d", "->", "posts.json"]
