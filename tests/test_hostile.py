"""Hostile articles beside a good one: it is unharmed, they are told of, each document is valid."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import readers
from feedsvc.errors import ArticleError, SettingsError
from feedsvc.index import MAIN
from feedsvc.model import Finding
from tests.conftest import Site, list_rows
from tests.test_folder import open_folder, unprivileged
from tests.validity import check_document

GOOD = "The good one"
DATE = b"2024-05-01T10:00:00Z\n"
URL = b"https://example.org/%s\n"


def article(
    title: bytes = b"A title",
    date: bytes = DATE,
    url: bytes = b"https://example.org/page\n",
    text: bytes = b"A paragraph that ends as one.",
) -> bytes:
    return title + b"\n" + date + url + b"\n" + text


def line(text: str) -> bytes:
    return text.encode() + b"\n"


def encode(encoding: str) -> bytes:
    return article(url=URL % encoding.encode()).decode().encode(encoding)


MARKUP = """<script>alert(1)</script><b title='x' onclick="y">&amp;</b></title><!--<![CDATA["""
MANY = "\n".join(f"Label {chr(97 + at)}" for at in range(25))

# Each file: its bytes, and what is said of it as `LINE: FIELD: what`; nothing needs to be said
# where the form allows what looks odd, and the article is published as it is.
FILES: dict[str, tuple[bytes, str]] = {
    "control": (article(text=b"A\x01B\x1b[0m\x08."), "5: text: character removed: U\\+0001"),
    "nul": (article(b"A\0 title"), "1: text: character removed: U\\+0000"),
    "c1": (article("A\x80 \x9btitle".encode()), "1: text: character removed: U\\+0080"),
    "fffe": (article("A\ufffe title\uffff".encode()), "1: text: character removed: U\\+FFFE"),
    "nonchar": (article("A \U0001ffff\ufdd0title".encode()), "1: text: character removed: U\\+1F"),
    "no-title": (DATE + b"https://example.org/t\n\nText.", "1: title: missing"),
    "no-date": (article(date=b""), "1: published: missing"),
    "impossible-date": (article(date=b"2023-02-30\n"), "2: published: not a date"),
    "ambiguous-date": (article(date=b"01/02/2023\n"), "2: published: ambiguous date"),
    "word-date": (article(date=b"yesterday\n"), "2: published: not a date"),
    "year-1": (article(date=b"0001-01-01T00:00:00Z\n"), "2: published: not a date"),
    "year-1000": (article(date=b"1000-01-01T00:00:00Z\n"), ""),
    "year-9998": (article(date=b"9998-12-31T23:59:59Z\n"), ""),
    "over-date": (article(date=b"9999-12-31T23:59:59-2359\n"), "2: published: not a date"),
    "javascript": (article(url=b"javascript:alert(1)\n"), "3: url: not an http or https URL"),
    "data": (article(url=b"data:text/html,<script>x</script>\n"), "3: url: not an http"),
    "mailto": (article(url=b"mailto:a@example.org\n"), "3: url: not an http or https URL"),
    "file": (article(url=b"file:///etc/passwd\n"), "3: url: not an http or https URL"),
    "relative": (article(url=b"//example.org/x\n"), "3: url: not an http or https URL"),
    "no-host": (article(url=b"https:///x\n"), "3: url: not a URL"),
    "bad-port": (article(url=b"https://example.org:99999/\n"), "3: url: not a URL"),
    "bad-ipv6": (article(url=b"http://[::1/\n"), "3: url: not a URL"),
    "password": (article(url=b"https://me:secret@example.org/\n"), "3: url: not a public URL"),
    "spaces": (article(url=b'https://example.org/a b/"<>{}|^`\n'), "3: url: mapped to a URI"),
    "percent": (article(url=b"https://example.org/%zz%4\n"), "3: url: mapped to a URI"),
    "idn": (article(url=line("https://bücher.example/straße?ü#é")), "3: url: mapped to a URI"),
    "bad-idn": (article(url=line("https://\u2024\u2024.example/")), "3: url: not a URL"),
    "long-url": (article(url=b"https://example.org/" + b"x" * 100_000 + b"\n"), "3: url: too long"),
    "empty": (b"", "1: title: missing"),
    "blank": (" \n\t\r\n\u00a0\u200b\n".encode(), "1: title: missing"),
    "only-bom": (b"\xef\xbb\xbf", "1: title: missing"),
    "huge": (b"x" * 20_000_000, "1: file: too large"),
    "utf8-bom": (b"\xef\xbb\xbf" + article(), "1: encoding: UTF-8 by its byte order mark"),
    "utf16": (b"\xff\xfe" + encode("utf-16-le"), "1: encoding: UTF-16-LE by its byte order mark"),
    "utf16-bare": (encode("utf-16-be"), "1: encoding: UTF-16-BE, detected"),
    "utf32": (b"\0\0\xfe\xff" + encode("utf-32-be"), "1: encoding: UTF-32-BE by its byte order"),
    "latin-1": (article("Où est passé l'été".encode("latin-1")), "1: encoding: .*detected"),
    "surrogates": (article(b"A \xed\xa0\x80 title"), "1: (encoding|text): "),
    "cut-short": (article(text="Text é".encode()[:-1]), "1: (encoding|text): "),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "1: "),
    "lone-cr": (article().replace(b"\n", b"\r"), ""),
    "odd-ends": (article(text="A\u2028B\u2029C\x85D\x0bE\x0cF.".encode()), ""),
    "markup": (
        line(MARKUP) + DATE + line("https://example.org/?" + MARKUP) + b"\n" + line(MARKUP),
        "3: url: mapped to a URI",
    ),
    "cdata": (article(b"]]> in ]]&gt; title", text=b"]]> <![CDATA[ x ]]> ]]>"), ""),
    "entities": (article(b"&nbsp; &#0; &#xFFFF; &bogus;", text=b"&lt;b&gt; &amp;amp; &#1;"), ""),
    "doctype": (article(text=b'<!DOCTYPE x [<!ENTITY a "&b;&b;">]>\n<?xml version="9"?>'), ""),
    "template": (article(b"{{ 7*7 }} {% raw %} {#", text=b"${7*7} %(x)s {0} {{ feed }}"), ""),
    "bidi": (article("\u202eeltit A\u202c \u2066".encode()), "1: title: cleaned"),
    "only-bidi": (article("\u202e\u2066".encode()), "title: missing"),
    "only-zero-width": (article("\u200b\u2060".encode(), url=b""), "2: title: missing"),
    "labels-only": (article(text=b"News\nWorld"), "5: category: kept as text"),
    "labels-prompted": (article(text=b"News\nWorld\nShare this article"), "5: category: kept as"),
    "labels-many": (article(text=b"It is.\n" + MANY.encode() + b"\nShare:"), "category: kept as"),
    "prompt-only": (article(url=b"", text=b"Share this article"), "1: text: missing"),
    "order": (article(date=b"", url=b"https://example.org/o\n" + DATE), "3: text: a date out of"),
    "title-long": (article(b"long " * 40_000), ""),
    "word-long": (article(text=b"x" * 1_000_000), ""),
    "lines-many": (article(text=b"Yes.\n" * 50_000), ""),
    "marks": (article(("Z" + "\u0301\u0489\u20dd" * 3000).encode()), ""),
    "emoji": (article("👩🏽‍🚀 \U0010fffd \ue000 🏴󠁧󠁢󠁷󠁬󠁳󠁿".encode()), ""),
    "twin-1": (article(url=b"https://example.org/twin\n"), ""),
    "twin-2": (article(url=b"https://example.org/twin\n"), "1: id: the same as that of twin-1.txt"),
}
PLACES = {
    "dangling.txt": "1: file: can't be read",
    "folder.txt": "1: file: not an article: a folder",
    "linked-out.txt": "1: file: not opened: a link that leads out",
    "pipe.txt": "1: file: not an article: no regular file",
    "unreadable.txt": "1: file: can't be read: Permission denied",
}


class Hostile:
    """The folder, ingested once, and all that was said of each file."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.said: dict[str, list[str]] = {}
        for name, (data, _) in FILES.items():
            path = site.write(f"{name}.txt")
            if b"https://example.org/page\n" in data:  # an address of its own
                data = data.replace(b"/page\n", b"/%s\n" % name.encode())
            stamp = path.stat().st_mtime_ns
            path.write_bytes(data)
            os.utime(path, ns=(stamp, stamp))
        site.write("good.txt", title=GOOD, text="Its text & all.\nIts end.")
        site.write("unreadable.txt").chmod(0)
        (site.folder / "folder.txt").mkdir()
        (site.folder / "dangling.txt").symlink_to("nowhere.txt")
        (site.folder / "linked-out.txt").symlink_to("/etc/passwd")
        os.mkfifo(site.folder / "pipe.txt")
        for path_name in (b"bell\a.txt", b"latin-\xe9.txt"):
            with open(os.fsencode(site.folder) + b"/" + path_name, "wb") as file:
                file.write(article(url=URL % b"names"))
        self.report = site.ingest(listen=self.hear)
        for finding in self.report.refused:
            self.hear(finding)
        for name in FILES:
            with suppress(ArticleError):
                data = (site.folder / f"{name}.txt").read_bytes()
                for rule in readers.read(f"{name}.txt", data, site.settings).rules:
                    self.hear(rule)

    def hear(self, finding: Finding) -> None:
        self.said.setdefault(finding.path, []).append(str(finding))


@pytest.fixture(scope="module")
def hostile() -> Iterator[Hostile]:
    with open_folder() as folder:
        # What is imported late is imported here: nobody may not read root's Python.
        first = Hostile(make_site(folder, "first"))
        first.site.body("/")
        first.site.close()
        with unprivileged():
            second = Hostile(make_site(folder, "second"))
        yield second
        second.site.close()


def make_site(folder: str, name: str) -> Site:
    return Site(Path(folder) / name, entries=1000)


def check(site: Site) -> None:
    """Each document is valid, by those who read it."""
    for path in site.publication.paths():
        check_document(path, site.body(path))


def test_there_are_enough_of_them() -> None:
    assert len(FILES) + len(PLACES) >= 60


def test_good_article_is_published_unharmed(hostile: Hostile) -> None:
    parsed = feedparser.parse(hostile.site.body("/atom.xml"))
    [entry] = [entry for entry in parsed.entries if entry.title == GOOD]
    assert entry.id == entry.link == "https://example.org/good.txt"
    assert entry.published == "2024-05-01T10:00:00+00:00"
    assert entry.content[0].value == "<p>Its text &amp; all.</p>\n<p>Its end.</p>"
    assert "good.txt" not in hostile.said


@pytest.mark.parametrize("name", [*(f"{name}.txt" for name in FILES), *PLACES])
def test_each_bad_one_is_reported_with_its_line_or_repaired_by_a_rule(
    hostile: Hostile, name: str
) -> None:
    expected = PLACES.get(name) or FILES[name.removesuffix(".txt")][1]
    said = hostile.said.get(name, [])
    if not expected:
        assert name in {row.path for row in list_rows(hostile.site.index)}
        assert not any(finding.path == name for finding in hostile.report.refused)
        return
    pattern = re.compile(re.escape(f"{name}:") + ("" if expected[0].isdigit() else r"\d+: "))
    assert any(pattern.match(s) and re.search(expected, s) for s in said), said


def test_what_is_refused_is_not_published_and_the_rest_is(hostile: Hostile) -> None:
    refused = {finding.path for finding in hostile.report.refused}
    rows = {row.path: row for row in list_rows(hostile.site.index)}
    assert not refused & set(rows)
    assert {"bell\\x07.txt", "latin-\\udce9.txt"} <= refused
    assert refused | set(rows) == {
        "good.txt",
        "bell\\x07.txt",
        "latin-\\udce9.txt",
        *(f"{name}.txt" for name in FILES),
        *PLACES,
    }
    assert [path for path, row in rows.items() if row.state == "waiting"] == ["year-9998.txt"]
    assert hostile.site.index.refused() == sorted(hostile.report.refused)


def test_every_document_of_the_hostile_folder_is_valid(hostile: Hostile) -> None:
    check(hostile.site)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_oldest_date_is_one_in_every_time_zone(tmp_path: Path, zone: str) -> None:
    site = Site(tmp_path / "articles", timezone=zone)
    site.write("first.txt", date="1000-01-01T00:00:00Z")
    site.write("good.txt", title=GOOD)
    assert site.ingest().refused == []
    check(site)
    site.close()


def test_nothing_of_the_markup_is_alive_on_the_page(hostile: Hostile) -> None:
    page = hostile.site.body("/").decode()
    assert "<script" not in page
    assert "{{ 7*7 }}" in page
    assert "\u202e" not in page


def test_second_run_over_the_hostile_folder_says_the_same(hostile: Hostile) -> None:
    before = hostile.site.index.refused(), hostile.site.body("/rss.xml")
    with unprivileged():
        report = hostile.site.ingest()
    assert (report.new, report.changed, report.withdrawn) == (0, 0, 0)
    assert (report.refused, hostile.site.body("/rss.xml")) == before


# Text that has the form's parts in it, so that more than the first check is met.
PIECES = st.sampled_from(
    [
        *("A title", "2024-05-01", "2024-05-01T10:00:00Z", "0001-01-01", "Label", "<b>&", "]]>"),
        *("https://example.org/a", "http://é.example/ü x", "Share this article", "", " ", "\r"),
        *("\0", "\u202e", "\u00ad", "\ufeff", "e\u0301"),
    ]
)
LINES = st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=9).map("\n".join)
CONTENTS = st.one_of(
    st.binary(max_size=80),
    LINES.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.tuples(LINES, st.sampled_from(["utf-16", "utf-32", "latin-1", "cp1251"])).map(
        lambda pair: pair[0].encode(pair[1], "replace")
    ),
)
TEXT = st.one_of(st.text(min_size=1, max_size=30), PIECES)
ADDRESS = st.builds("https://{}.example/{}".format, st.text(max_size=9), st.text(max_size=9))
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("title", "description", "rights", "author_name"), TEXT),
        **dict.fromkeys(("url", "hubs", "author_url"), st.one_of(ADDRESS, TEXT)),
        "author_email": st.one_of(st.from_regex(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+"), TEXT),
        "language": st.from_regex(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", fullmatch=True),
        "timezone": st.one_of(st.sampled_from(["Asia/Tokyo", "America/Lima"]), TEXT),
        "content": st.sampled_from(["full", "summary"]),
    },
)


@given(st.lists(CONTENTS, min_size=1, max_size=4), OPTIONS)
def test_any_files_and_settings_become_valid_documents_or_faults_fuzz(
    contents: list[bytes], options: dict[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            site = Site(Path(folder), entries=1000, **options)
        except SettingsError as error:
            faulty = {re.split(r"--|: ", fault)[1] for fault in error.faults}
            assert faulty <= set(options)
            kept = {name: value for name, value in options.items() if name not in faulty}
            site = Site(Path(folder), entries=1000, **kept)
        try:
            for number, data in enumerate(contents):
                (site.folder / f"{number}.txt").write_bytes(data)
            site.write("good.txt", title=GOOD)
            report = site.ingest()
            assert report.new + len(report.refused) == len(contents) + 1
            assert "https://example.org/good.txt" in {s.id for s in site.index.newest(MAIN, 99)}
            check(site)
        finally:
            site.close()
