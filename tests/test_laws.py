"""The laws that every document obeys, each with the test that fails when it is broken.

Rooms have tests of their own; these look at the whole way from a folder to the bytes.
"""

import gzip
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import msgspec
import pytest
from lxml import etree

from feedsvc import create_app
from feedsvc.export import export
from feedsvc.model import Article
from tests.conftest import SEEDS, Site
from tests.validity import check_document

MakeSite = Callable[..., Site]


def copy_seeds(site: Site, names: list[str]) -> None:
    for name in names:
        (site.folder / name).write_bytes((SEEDS / name).read_bytes())


@pytest.fixture
def seeds(make_site: MakeSite) -> Site:
    site = make_site("seeds", url="https://feeds.example.org/")
    copy_seeds(site, [path.name for path in SEEDS.iterdir() if path.is_file()])
    site.ingest()
    return site


def bodies(site: Site) -> dict[str, bytes]:
    return {path: site.body(path) for path in site.publication.paths()}


def test_law_1_same_articles_and_settings_give_the_same_bytes(
    make_site: MakeSite, seeds: Site
) -> None:
    """Whatever the day, the order in which files came to the folder, or the folder's place."""
    again = make_site("elsewhere", url="https://feeds.example.org/")
    names = sorted((path.name for path in seeds.folder.glob("*.t*")), reverse=True)
    copy_seeds(again, names)
    again.now += timedelta(days=400)
    again.ingest()
    assert bodies(again) == bodies(seeds)


def test_law_2_server_and_export_publish_the_same_bytes(seeds: Site, tmp_path: Path) -> None:
    export(seeds.publication, tmp_path / "out")
    app = create_app(seeds.settings)
    with app.test_client() as client:
        for path in seeds.publication.paths():
            file = tmp_path / "out" / (path[1:] + ("index.html" if path[-1] == "/" else ""))
            assert client.get(path).data == file.read_bytes()
            zipped = client.get(path, headers={"Accept-Encoding": "gzip"}).data
            assert zipped == Path(f"{file}.gz").read_bytes()
            assert gzip.decompress(zipped) == file.read_bytes()
    app.extensions["feedsvc"].index.close()


def test_law_3_same_version_same_bytes(seeds: Site) -> None:
    seen: dict[str, bytes] = {}
    for options in ({}, {"title": "Other"}, {"entries": "3"}, {"content": "summary"}, {}):
        seeds.options = {"url": "https://feeds.example.org/", **options}
        for path in seeds.publication.paths():
            document = seeds.publication.document(path)
            assert document
            body = seeds.publication.body(document)
            assert seen.setdefault(document.version, body) == body
    assert len(seen) > 3 * len(list(seeds.publication.paths()))


def test_law_4_order_is_total_newest_first_then_id(site: Site) -> None:
    for number in (3, 1, 2):
        site.write(f"{number}.txt", date="2024-05-01")
    site.write("0.txt", date="2024-05-02")
    site.ingest()
    entries = feedparser.parse(site.body("/atom.xml")).entries
    assert [entry.id[-5] for entry in entries] == ["0", "3", "2", "1"]
    moments = [entry.updated for entry in entries]
    assert moments == sorted(set(moments), reverse=True)


def test_law_5_bad_article_hurts_no_other_and_is_never_silent(seeds: Site) -> None:
    before = bodies(seeds)
    seeds.write("bad.txt", date="2024-02-30")
    report = seeds.ingest()
    assert bodies(seeds) == before
    assert [str(finding) for finding in report.refused] == [
        "bad.txt:2: published: not a date: '2024-02-30' (day is out of range for month)"
    ]
    assert seeds.index.refused() == report.refused


def test_law_6_text_is_fetched_by_digest(site: Site) -> None:
    site.write("a.txt", text="Old words.")
    site.ingest()
    publication = site.publication
    planned = publication.document("/atom.xml")
    assert planned
    site.write("a.txt", text="New words.")
    site.ingest()
    assert b"Old words." in publication.body(planned)
    assert b"New words." in site.body("/atom.xml")


def test_law_7_every_url_is_an_absolute_uri(seeds: Site) -> None:
    seeds.write("odd.txt", url="https://bücher.example/a b/ü?q=é#ñ")
    seeds.ingest()
    urls: set[str] = set()
    for path in ("/atom.xml", "/rss.xml"):
        root = etree.fromstring(seeds.body(path))
        urls.update(element.get("href", "") for element in root.iter("{*}link"))
        urls.update(element.text or "" for element in root.iter("{*}link", "docs"))
    urls.discard("")
    page = seeds.body("/").decode() + seeds.body("/category/buitenland/").decode()
    urls.update(re.findall(r'(?:href|src|value)="([^"#][^"]*)"', page))
    urls.update(re.findall(r'(?:Url|url)="([^"]*)"', seeds.body("/feeds.opml").decode()))
    urls = {url for url in urls if not url.startswith("data:image/svg+xml,")}  # the page's icon
    assert "https://xn--bcher-kva.example/a%20b/%C3%BC?q=%C3%A9#%C3%B1" in urls
    for url in urls:
        parts = urlsplit(url)
        assert parts.scheme in ("http", "https")
        assert parts.netloc
        assert re.fullmatch(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]+", url)


def test_law_8_every_document_is_valid(seeds: Site) -> None:
    for path in seeds.publication.paths():
        check_document(path, seeds.body(path))


def test_law_9_index_holds_articles_and_nothing_of_a_format(seeds: Site) -> None:
    window = seeds.index.newest("", 50)
    articles = seeds.index.articles([stamp.digest for stamp in window])
    assert len(articles) == 9
    for article in articles.values():
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(article), type=Article) == article


def test_law_10_killed_export_leaves_each_file_whole(tmp_path: Path) -> None:
    """Killed at moments spread over its run, then run again: complete, and no file left over."""
    folder, output = tmp_path / "articles", tmp_path / "out"
    folder.mkdir()
    command = [sys.executable, "-m", "feedsvc", "export", str(folder), "--output", str(output)]
    dice = random.Random(1)
    whole: dict[Path, set[bytes]] = {}
    for number in range(8):
        (folder / "a.txt").write_text(f"Title {number}\n2024-01-01\n\n{'Text. ' * number * 999}")
        with subprocess.Popen([*command, "--url", "https://e.org/"], stderr=-3, stdout=-3) as run:
            time.sleep(dice.uniform(0.15, 0.45))
            run.send_signal(signal.SIGKILL)
        left = {path: path.read_bytes() for path in output.rglob("*.*") if path.suffix != ".gz"}
        subprocess.run([*command, "--url", "https://e.org/"], stderr=-3, stdout=-3, check=True)
        for path in output.rglob("*.*"):
            assert not path.name.startswith(".feedsvc-tmp")
            whole.setdefault(path, set()).add(path.read_bytes())
        for path, body in left.items():
            half = path.name.startswith(".feedsvc")
            assert half or body in whole[path]
