"""Hosting: by the rules that are exported, other hosts send what our server does."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from string import ascii_uppercase
from urllib.parse import quote

import pytest

from feedsvc import create_app
from feedsvc.errors import ExportError
from feedsvc.export import MANIFEST, Export, export
from feedsvc.hosting import LONGEST_LINE, MOST_RULES, RULES, write_rules
from tests.conftest import Site
from tests.corpus import LANGUAGES, write_corpus

Rules = list[tuple[str, list[tuple[str, str]]]]
Read = Callable[[str], re.Pattern[str]]

# What hosts make themselves; and what a rule for many paths can't tell of each.
MADE_BY_HOSTS = {"ETag", "Last-Modified", "Vary", "Content-Length", "Accept-Ranges"}


def read_rules(text: str) -> Rules:
    rules: Rules = []
    for line in text.splitlines():
        if line.startswith("/"):
            rules.append((line, []))
        elif line:
            name, parted, value = line.strip().partition(": ")
            assert parted
            rules[-1][1].append((name, value))
    return rules


@cache
def read_as_cloudflare(pattern: str) -> re.Pattern[str]:
    """A `*` is anything, once in a rule; `:name` is anything but a slash."""
    assert pattern.count("*") <= 1
    plain = re.escape(pattern).replace(r"\*", ".*")
    return re.compile(re.sub(r":[A-Za-z]\w*", "[^/]+", plain))


@cache
def read_as_netlify(pattern: str) -> re.Pattern[str]:
    """As Netlify's own development server: `*` takes the slash before it too, case is no matter."""
    parts = [
        "[^/]+" if part.startswith(":") else "?(.*)" if part == "*" else re.escape(part)
        for part in pattern.split("/")
        if part
    ]
    return re.compile(f"/{'/'.join(parts)}/?".replace(r"\*", "(.*)"), re.I)


def list_sent(rules: Rules, read: Read, path: str) -> dict[str, str]:
    """Return the headers of a path; none may be told twice but that of a language."""
    sent: dict[str, str] = {}
    for pattern, headers in rules:
        if read(pattern).fullmatch(path):
            for name, value in headers:
                assert name not in sent or name == "Content-Language", (path, name)
                sent[name] = value
    return sent


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of each kind of path, below a folder of its host."""
    folder = tmp_path_factory.mktemp("hosting") / "articles"
    write_corpus(folder, 60)
    hubs = "https://hub.example/ https://hub.example/:slug"
    site = Site(
        folder, url="https://example.org/b%C3%A9/", hubs=hubs, archive_size="9", encodings=""
    )
    for name in ("cat.jpg", "talk.m4v", "sign.svg"):
        (folder / name).write_bytes(name.encode())
    site.write("z.nl-BE.txt", text="cat.jpg\ntalk.m4v\nsign.svg")
    site.ingest()
    yield site
    site.close()


def test_each_path_is_sent_with_the_headers_that_the_server_sends(corpus: Site) -> None:
    rules = read_rules(write_rules(corpus.publication).decode())
    app = create_app(corpus.settings)
    singles = {"/", "/atom.xml", "/rss.xml", "/feed.json", "/feeds.opml", "/feed.css"}
    seen = set()
    with closing(app.extensions["feedsvc"].index), app.test_client() as client:
        for document in corpus.publication.documents():
            path = document.path
            expected = {
                name: value
                for name, value in client.get(path).headers.items()
                if name not in MADE_BY_HOSTS and (name != "Link" or path in singles)
            }
            if document.window.period and not document.window.closed:
                expected["Cache-Control"] = "public, max-age=86400"  # as those that are closed
                seen.add("open")
            for read in (read_as_cloudflare, read_as_netlify):
                assert list_sent(rules, read, f"/b%C3%A9{quote(path)}") == expected, path
                assert list_sent(rules, read, quote(path)) == {}, "the rest of the site is others'"
            seen.add(document.format)
    assert seen == {"atom", "rss", "json", "page", "entry", "opml", "css", "media", "open"}


def test_rules_are_as_many_for_many_feeds_and_within_the_host_s_limits(
    make_site: Callable[..., Site], corpus: Site
) -> None:
    site = make_site()
    site.write("a.txt")
    site.ingest()
    few = read_rules(write_rules(site.publication).decode())
    many = read_rules(write_rules(corpus.publication).decode())
    assert len(many) - len(few) == len({*LANGUAGES, "nl-BE"})
    for number in range(60):
        region = f"{ascii_uppercase[number // 26]}{ascii_uppercase[number % 26]}"
        site.write(f"{number}.txt", url=f"language: nl-{region}")
    site.options["hubs"] = ", ".join(f"https://hub{number}.example/" for number in range(99))
    site.ingest()
    text = write_rules(site.publication).decode()
    assert len(read_rules(text)) == MOST_RULES
    assert max(map(len, text.splitlines())) <= LONGEST_LINE
    assert "Link: " not in text.partition("/feeds.opml")[0]
    assert "Link: <http://127.0.0.1:8000/feeds.opml>" in text


def test_rules_are_for_what_there_may_be(make_site: Callable[..., Site]) -> None:
    site = make_site(facets="category", archives="none", media_type="browser")
    site.write("a.txt")
    site.ingest()
    rules = dict(read_rules(write_rules(site.publication).decode()))
    assert "/category/:slug/rss.xml" in rules
    assert not [path for path in rules if re.search("author|language|archive", path)]
    assert dict(rules["/atom.xml"])["Content-Type"] == "application/xml; charset=utf-8"


def test_file_of_rules_is_part_of_the_export(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    site, out = make_site(), tmp_path / "out"
    site.write("a.txt")
    site.ingest()
    first = export(site.publication, out)
    assert (out / RULES).read_bytes() == write_rules(site.publication)
    assert export(site.publication, out) == Export(unchanged=first.written)
    (out / RULES).write_text("cut")
    assert export(site.publication, out) == Export(written=1, unchanged=first.written - 1)
    site.options["headers_file"] = "false"
    assert export(site.publication, out) == Export(unchanged=first.written - 1, removed=1)
    assert RULES not in (out / MANIFEST).read_text()
    (out / RULES).write_text("mine")
    assert export(site.publication, out) == Export(unchanged=first.written - 1)
    del site.options["headers_file"]
    with pytest.raises(ExportError, match="in the way that no export wrote: _headers;"):
        export(site.publication, out)
    assert (out / RULES).read_text() == "mine"


def test_file_of_rules_is_no_document(make_site: Callable[..., Site]) -> None:
    """Hosts that read it show it to nobody, and so does our server."""
    site = make_site()
    site.ingest()
    app = create_app(site.settings)
    with closing(app.extensions["feedsvc"].index), app.test_client() as client:
        assert client.get(f"/{RULES}").status_code == 404
