"""Real feed readers, each with its files in a folder of its own; what they show as new.

newsboat and rss2email are Debian's, reader is PyPI's.
"""

import email
import email.policy
import shutil
import sqlite3
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Protocol, TypeAlias

import pytest
from reader import make_reader

__all__ = ["SUBSCRIBERS", "Newsboat", "Newsboats", "Subscriber"]

Shown: TypeAlias = dict[str, list[str]]
"""The titles of entries, sorted, by the address of their feed."""


class Subscriber(Protocol):
    """Who follows feeds."""

    def __init__(self, home: Path) -> None: ...

    def subscribe(self, addresses: Iterable[str]) -> None: ...

    def poll(self) -> Shown:
        """Ask for all feeds; return what is new since the last time, and take it as read."""

    def list_all(self) -> Shown:
        """Return all entries that it has ever shown."""


def _group(rows: Iterable[tuple[str, str]]) -> Shown:
    shown = defaultdict(list)
    for address, title in sorted(rows):
        shown[address].append(title)
    return dict(shown)


def _run(home: Path, *command: str) -> str:
    """Run a program that has its home in a folder."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} isn't installed (newsboat and rss2email are Debian's)")
    done = subprocess.run(
        command,
        cwd=home,
        env={"HOME": str(home), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Newsboat:
    """newsboat, with its files in a folder of its own."""

    def __init__(self, home: Path) -> None:
        home.mkdir(exist_ok=True)
        self.home = home
        (home / "urls").touch()
        (home / "config").touch()

    def run(self, *command: str) -> str:
        return _run(self.home, "newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", *command)

    def ask(self, sql: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.home / "cache.db")) as cache, cache:
            return cache.execute(sql).fetchall()


class Newsboats:
    """A newsboat for each feed: it knows an entry once, whatever feeds it is in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.all: list[Newsboat] = []

    def subscribe(self, addresses: Iterable[str]) -> None:
        for number, address in enumerate(addresses):
            self.all.append(Newsboat(self.home / str(number)))
            (self.all[-1].home / "urls").write_text(f"{address}\n")

    def poll(self) -> Shown:
        for newsboat in self.all:
            newsboat.run("-x", "reload")
        new = self._list("unread = 1")
        for newsboat in self.all:
            newsboat.ask("UPDATE rss_item SET unread = 0")
        return new

    def list_all(self) -> Shown:
        return self._list("deleted = 0")

    def _list(self, which: str) -> Shown:
        sql = f"SELECT feedurl, title FROM rss_item WHERE {which}"
        return _group((row[0], row[1]) for newsboat in self.all for row in newsboat.ask(sql))


class Rss2email:
    """rss2email, which writes its mail into a folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._run("new", "you@example.org")
        config = (home / "config").read_text()
        config = config.replace("email-protocol = sendmail", "email-protocol = maildir")
        (home / "config").write_text(config.replace("maildir-path = ~/", f"maildir-path = {home}/"))
        (home / "Maildir").mkdir()
        self.read: set[str] = set()

    def _run(self, *command: str) -> None:
        _run(self.home, "r2e", "-c", "config", "-d", "data", *command)

    def subscribe(self, addresses: Iterable[str]) -> None:
        outlines = (
            f'<outline type="rss" text="feed{number}" xmlUrl="{address}"/>'
            for number, address in enumerate(addresses)
        )
        opml = f'<opml version="1.0"><body>{"".join(outlines)}</body></opml>'
        (self.home / "feeds.opml").write_text(opml)
        self._run("opmlimport", "feeds.opml")

    def poll(self) -> Shown:
        self._run("run")
        mails = {mail.name: mail for mail in (self.home / "Maildir" / "INBOX" / "new").iterdir()}
        new = [mails[name] for name in mails.keys() - self.read]
        self.read |= mails.keys()
        return self._list(new)

    def list_all(self) -> Shown:
        return self._list((self.home / "Maildir" / "INBOX" / "new").iterdir())

    def _list(self, mails: Iterable[Path]) -> Shown:
        read = (
            email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
            for mail in mails
        )
        return _group((mail["X-RSS-Feed"], mail["Subject"]) for mail in read)


class Reader:
    """reader, a library."""

    def __init__(self, home: Path) -> None:
        self.path = str(home / "reader.sqlite")

    def subscribe(self, addresses: Iterable[str]) -> None:
        with make_reader(self.path) as reader:
            for address in addresses:
                reader.add_feed(address)

    def poll(self) -> Shown:
        with make_reader(self.path) as reader:
            reader.update_feeds(scheduled=False)
            new = list(reader.get_entries(read=False))
            for entry in new:
                reader.mark_entry_as_read(entry)
        return _group((entry.feed_url, entry.title or "") for entry in new)

    def list_all(self) -> Shown:
        with make_reader(self.path) as reader:
            return _group((entry.feed_url, entry.title or "") for entry in reader.get_entries())


SUBSCRIBERS: tuple[type[Subscriber], ...] = (Newsboats, Rss2email, Reader)
