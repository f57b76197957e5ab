"""Media: files beside the articles, from what an article names to the bytes that go out."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import feedparser
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from feedsvc import create_app
from feedsvc.cli import main
from feedsvc.errors import MediumRefused, Superseded
from feedsvc.export import MANIFEST, export
from feedsvc.media import CHUNK, Finder, Library, digest_file, verify
from feedsvc.model import Article, Enclosure, Finding, Picture
from feedsvc.server import DOWNLOADS
from tests.conftest import NOW, Site, list_rows
from tests.serving import Server, wait_for

URL = "https://feeds.example.org/"
JPEG, MP3 = b"\xff\xd8picture", b"ID3sound" * 100


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site(url=URL)


def put(site: Site, path: str, data: bytes = JPEG, age: float = 10**6) -> Path:
    """Write a file beside the articles; long settled, where no other age is said."""
    file = site.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    os.utime(file, (NOW.timestamp() - age,) * 2)
    return file


def name(data: bytes, suffix: str) -> str:
    return f"{hashlib.blake2b(data, digest_size=16).hexdigest()}.{suffix}"


def public(site: Site) -> list[str]:
    return [path for path in site.publication.paths() if path.startswith("/media/")]


def articles(site: Site) -> dict[str, Article]:
    rows = list_rows(site.index)
    found = site.index.articles([row.digest for row in rows])
    return {str(row.path): found[row.digest] for row in rows}


def ingest(site: Site) -> list[str]:
    """Ingest; return the findings on what was read."""
    findings: list[Finding] = []
    site.ingest(listen=findings.append)
    return [str(finding) for finding in findings]


@contextmanager
def client_of(site: Site, **options: Any) -> Iterator[FlaskClient]:
    app = create_app(site.settings, **options)
    try:
        yield app.test_client()
    finally:
        app.extensions["feedsvc"].index.close()


def write(site: Site, path: str, *fields: str, text: str = "The text.") -> Path:
    return site.write(path, title="\n".join(("Title", *fields)), text=text)


# What an article names


def test_picture_and_enclosure_of_a_field_are_files_beside_the_article(site: Site) -> None:
    put(site, "deep/pictures/a.JPG")
    put(site, "sound/b c.mp3", MP3)
    write(site, "deep/a.txt", "image: pictures/a.JPG A cat", "enclosure: /sound/b%20c.mp3")
    assert ingest(site) == []
    article = articles(site)["deep/a.txt"]
    assert article.image == Picture(f"{URL}media/{name(JPEG, 'jpg')}", "A cat", "image/jpeg")
    assert article.enclosures == (
        Enclosure(f"{URL}media/{name(MP3, 'mp3')}", "audio/mpeg", len(MP3), "b c.mp3"),
    )
    assert public(site) == sorted(f"/media/{name(*of)}" for of in ((JPEG, "jpg"), (MP3, "mp3")))


def test_line_of_text_that_names_a_file_shows_it(site: Site) -> None:
    put(site, "a.jpg")
    put(site, "b.mp3", MP3)
    site.write("x/a.txt", text="First.\n../a.jpg\n../b.mp3")
    assert ingest(site) == []
    article = articles(site)["x/a.txt"]
    picture, sound = f"{URL}media/{name(JPEG, 'jpg')}", f"{URL}media/{name(MP3, 'mp3')}"
    assert article.content == (
        f'<p>First.</p>\n<figure><img src="{picture}" alt=""></figure>\n'
        f'<p><a href="{sound}">../b.mp3</a></p>'
    )
    assert article.image == Picture(picture, "", "image/jpeg")
    assert article.enclosures == (Enclosure(sound, "audio/mpeg", len(MP3), "b.mp3"),)


def test_every_format_has_address_type_and_length(site: Site) -> None:
    put(site, "a.jpg")
    put(site, "b.mp3", MP3)
    site.write("a.txt", title="T\nimage: a.jpg A cat\nenclosure: b.mp3", url=None)
    ingest(site)
    picture, sound = f"{URL}media/{name(JPEG, 'jpg')}", f"{URL}media/{name(MP3, 'mp3')}"
    for path in ("/atom.xml", "/rss.xml"):
        (entry,) = feedparser.parse(site.body(path)).entries
        (file,) = entry.enclosures
        assert (file.href, file.type, file.length) == (sound, "audio/mpeg", str(len(MP3)))
        assert picture in [media["url"] for media in entry.media_content]
    (item,) = json.loads(site.body("/feed.json"))["items"]
    assert item["image"] == picture
    assert item["attachments"] == [
        {"url": sound, "mime_type": "audio/mpeg", "title": "b.mp3", "size_in_bytes": len(MP3)}
    ]
    for path in ("/", "/entry/a/"):
        page = site.body(path).decode()
        assert f'<img class="picture" src="{picture}" alt="A cat"' in page
    assert f'href="{sound}"' in page


@pytest.mark.parametrize(
    ("reference", "fault"),
    [
        ("gone.jpg", "no such file: 'gone.jpg'"),
        ("gone/a.jpg", "no such file: 'gone/a.jpg'"),
        ("a.jpg/b.jpg", "can't be read: 'a.jpg/b.jpg': Not a directory"),
        ("../outside.jpg", "not published: '../outside.jpg' is out of the folder"),
        ("%2e%2e/outside.jpg", "not published: '%2e%2e/outside.jpg' is out of the folder"),
        ("/../outside.jpg", "not published: '/../outside.jpg' is out of the folder"),
        ("/%2Foutside.jpg", "not published: '/%2Foutside.jpg' is out of the folder"),
        ("link.jpg", "not opened: 'link.jpg': it leads out of the folder"),
        ("links/outside.jpg", "not opened: 'links/outside.jpg': it leads out of the folder"),
        ("loop.jpg", "can't be read: 'loop.jpg': Too many levels of symbolic links"),
        ("folder.jpg", "can't be read: 'folder.jpg': Is a directory"),
        ("pipe.jpg", "not published: 'pipe.jpg' is no regular file"),
        (".hidden.jpg", "not published: '.hidden.jpg' is hidden"),
        ("x/.hidden/a.jpg", "not published: 'x/.hidden/a.jpg' is hidden"),
        ("a%00.jpg", "not published: 'a%00.jpg' can't be the name of a file"),
        ("large.jpg", "too large: 'large.jpg' has 1001 bytes, over max_media_bytes (1000)"),
        ("a.jpg.tiff", "not published: 'a.jpg.tiff' is of no type that is"),
        ("a.txt", "not published: 'a.txt' is of no type that is"),
    ],
)
def test_what_cannot_be_published_costs_the_article_no_more_than_it(
    make_site: Callable[..., Site], tmp_path: Path, reference: str, fault: str
) -> None:
    site = make_site(url=URL, max_media_bytes=1000)
    put(site, "a.jpg")
    put(site, "large.jpg", b"x" * 1001)
    put(site, ".hidden.jpg")
    put(site, "x/.hidden/a.jpg")
    put(site, "../outside.jpg")
    (site.folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (site.folder / "links").symlink_to(tmp_path)
    (site.folder / "loop.jpg").symlink_to("loop.jpg")
    (site.folder / "folder.jpg").mkdir()
    os.mkfifo(site.folder / "pipe.jpg")
    write(site, "a.txt", f"image: {reference} Alt", text=f"First.\n{reference}\nThe end.")
    field, *text = ingest(site)
    assert field == f"a.txt:2: image: {fault}"
    assert text in ([], [f"a.txt:7: text: {fault}; kept as text"])
    article = articles(site)["a.txt"]
    assert (article.image, article.content) == (
        None,
        f"<p>First.</p>\n<p>{reference}</p>\n<p>The end.</p>",
    )
    assert public(site) == []


def test_link_that_stays_in_the_folder_is_followed(site: Site) -> None:
    put(site, "store/a.jpg")
    (site.folder / "b.jpg").symlink_to("store/a.jpg")
    write(site, "a.txt", "image: b.jpg")
    assert ingest(site) == []
    assert public(site) == [f"/media/{name(JPEG, 'jpg')}"]


def test_file_that_cannot_be_read_is_looked_at_again(site: Site) -> None:
    file = put(site, "a.jpg")
    write(site, "a.txt", "image: a.jpg")
    file.unlink()
    file.symlink_to("/proc/self/mem")
    assert ingest(site) == ["a.txt:2: image: not opened: 'a.jpg': it leads out of the folder"]
    file.unlink()
    put(site, "a.jpg")
    assert ingest(site) == []
    assert len(public(site)) == 1


def test_file_that_is_being_written_is_refused(site: Site) -> None:
    status = put(site, "a.jpg").stat()
    looks = status.st_size, status.st_mtime_ns
    assert f"{digest_file(str(site.folder), 'a.jpg', looks)}.jpg" == name(JPEG, "jpg")
    for other in ((looks[0], looks[1] - 1), (looks[0] - 1, looks[1])):
        with pytest.raises(MediumRefused, match="is being written"):
            digest_file(str(site.folder), "a.jpg", other)


def test_file_of_several_articles_is_read_once(site: Site) -> None:
    file = put(site, "a.jpg", age=-(10**9))  # as if it were still being written
    library = Library(site.settings)
    first = library.read("a.jpg")
    before = file.stat()
    file.write_bytes(JPEG[::-1])
    os.utime(file, ns=(before.st_mtime_ns,) * 2)
    assert library.read("a.jpg") is first
    os.utime(file, ns=(before.st_mtime_ns + 1,) * 2)
    assert library.read("a.jpg").name == name(JPEG[::-1], "jpg")


def test_file_larger_than_a_chunk_is_read_whole(site: Site) -> None:
    data = bytes(range(256)) * (CHUNK // 256) + b"end"
    put(site, "a.jpg", data)
    found = Finder(Library(site.settings), "x.txt")("a.jpg")
    assert found == Enclosure(f"{URL}media/{name(data, 'jpg')}", "image/jpeg", len(data), "a.jpg")


# As files and articles change


def test_replaced_file_has_another_name_and_edits_its_articles(site: Site) -> None:
    put(site, "a.jpg")
    for path in ("a.txt", "b.txt"):
        write(site, path, "image: a.jpg")
    write(site, "c.txt")
    ingest(site)
    before = {row.path: row for row in list_rows(site.index)}
    put(site, "a.jpg", JPEG[::-1], age=10)
    report = site.ingest()
    assert (report.changed, report.unchanged) == (2, 1)
    assert public(site) == [f"/media/{name(JPEG[::-1], 'jpg')}"]
    for row in list_rows(site.index):
        assert (row.updated > before[row.path].updated) == (row.path != "c.txt")
    assert site.ingest().changed == 0


@pytest.mark.parametrize("age", [10, -(10**9)], ids=["settled", "just written"])
def test_file_of_another_date_and_the_same_content_changes_nothing(site: Site, age: int) -> None:
    put(site, "a.jpg", age=age)
    write(site, "a.txt", "image: a.jpg")
    ingest(site)
    before = list_rows(site.index), site.index.revision(), public(site)
    put(site, "a.jpg", age=20)
    report = site.ingest()
    assert (report.changed, report.unchanged) == (0, 1)
    assert (list_rows(site.index), site.index.revision(), public(site)) == before
    assert site.index.medium("a.jpg") is not None


def test_unsettled_file_is_read_again_however_it_looks(site: Site) -> None:
    file = put(site, "a.jpg", age=-(10**9))
    write(site, "a.txt", "image: a.jpg")
    ingest(site)
    before = file.stat()
    file.write_bytes(JPEG[::-1])
    os.utime(file, ns=(before.st_mtime_ns,) * 2)
    ingest(site)
    assert public(site) == [f"/media/{name(JPEG[::-1], 'jpg')}"]


def test_settled_file_is_not_read_again(site: Site) -> None:
    file = put(site, "a.jpg")
    write(site, "a.txt", "image: a.jpg")
    ingest(site)
    before = file.stat()
    file.write_bytes(JPEG[::-1])
    os.utime(file, ns=(before.st_mtime_ns,) * 2)
    write(site, "b.txt", "image: a.jpg")
    ingest(site)
    assert public(site) == [f"/media/{name(JPEG, 'jpg')}"]


def test_deleted_file_is_missing_until_it_is_back(site: Site) -> None:
    file = put(site, "a.jpg")
    write(site, "a.txt", "image: a.jpg", text="First.\na.jpg")
    ingest(site)
    file.unlink()
    assert ingest(site) == [
        "a.txt:2: image: no such file: 'a.jpg'",
        "a.txt:7: text: no such file: 'a.jpg'; kept as text",
    ]
    assert (articles(site)["a.txt"].image, public(site)) == (None, [])
    assert ingest(site) == []  # nothing has changed: nothing is read
    put(site, "a.jpg")
    assert site.ingest().changed == 1
    assert len(public(site)) == 1


def test_folder_of_pictures_that_is_out_of_reach_for_a_while_edits_no_entry(site: Site) -> None:
    put(site, "pictures/a.jpg")
    write(site, "a.txt", "image: pictures/a.jpg")
    ingest(site)
    [before] = list_rows(site.index)
    (site.folder / "pictures").rename(site.folder / ".unmounted")
    ingest(site)
    [without] = list_rows(site.index)
    assert without.digest != before.digest
    assert without.updated == before.updated
    (site.folder / ".unmounted").rename(site.folder / "pictures")
    ingest(site)
    assert list_rows(site.index) == [before]


def test_medium_is_public_while_an_entry_that_has_a_page_or_is_in_a_feed_uses_it(
    site: Site,
) -> None:
    put(site, "a.jpg")
    write(site, "a.txt", "image: a.jpg")
    write(site, "b.txt", "image: a.jpg", "unlisted: yes")
    path = [f"/media/{name(JPEG, 'jpg')}"]
    ingest(site)
    assert public(site) == path
    (site.folder / "a.txt").unlink()
    ingest(site)
    assert public(site) == path
    for mark in ("draft: yes", "expires: 2024-05-20"):
        write(site, "b.txt", "image: a.jpg", mark)
        ingest(site)
        assert public(site) == []
        assert site.index.medium("a.jpg") is not None
    (site.folder / "b.txt").unlink()
    site.ingest(allow_empty=True)
    assert site.index.medium("a.jpg") is None


def test_medium_that_is_named_no_more_goes(site: Site) -> None:
    put(site, "a.jpg")
    put(site, "b.jpg", MP3)
    write(site, "a.txt", "image: a.jpg")
    ingest(site)
    write(site, "a.txt", "image: b.jpg")
    ingest(site)
    assert public(site) == [f"/media/{name(MP3, 'jpg')}"]
    assert site.index.medium("a.jpg") is None


def test_files_of_the_same_content_are_one_medium(site: Site) -> None:
    first = put(site, "a.jpg")
    put(site, "b.jpg")
    write(site, "a.txt", "image: a.jpg")
    write(site, "b.txt", "image: b.jpg")
    ingest(site)
    assert len(public(site)) == 1
    first.unlink()
    assert len(public(site)) == 1  # the other file is there yet
    # An article that names the other file says the same.
    before = site.index.revision()
    write(site, "a.txt", "image: b.jpg")
    assert site.ingest().changed == 0
    assert site.index.revision() == before


def test_another_url_moves_the_media_and_edits_nothing(make_site: Callable[..., Site]) -> None:
    site = make_site(url=URL)
    put(site, "a.jpg")
    write(site, "a.txt", "image: a.jpg")
    ingest(site)
    (before,) = list_rows(site.index)
    site.options["url"] = "https://other.example/"
    ingest(site)
    (after,) = list_rows(site.index)
    assert (after.updated, after.edited) == (before.updated, before.edited)
    picture = articles(site)["a.txt"].image
    assert picture
    assert picture.url == f"https://other.example/media/{name(JPEG, 'jpg')}"


def test_smaller_limit_takes_what_is_over_it_away(make_site: Callable[..., Site]) -> None:
    site = make_site(url=URL)
    put(site, "a.jpg")
    write(site, "a.txt", "image: a.jpg")
    ingest(site)
    site.options["max_media_bytes"] = 1
    assert len(ingest(site)) == 1
    assert public(site) == []


# What goes out


@pytest.fixture
def published(site: Site) -> Site:
    put(site, "a.mp3", MP3)
    write(site, "a.txt", "enclosure: a.mp3")
    ingest(site)
    return site


PATH = f"/media/{name(MP3, 'mp3')}"
TAG = f'"{PATH[7:39]}"'


def test_medium_is_sent_as_it_is_and_for_good(published: Site) -> None:
    with client_of(published) as client:
        answer = client.get(PATH, headers={"Accept-Encoding": "gzip"})
        headers = dict(answer.headers)
        assert (answer.status_code, answer.data) == (200, MP3)
        modified = headers.pop("Last-Modified")
        assert headers == {
            "Content-Type": "audio/mpeg",
            "Content-Length": str(len(MP3)),
            "ETag": TAG,
            "Cache-Control": "public, max-age=31536000, immutable",
            "Accept-Ranges": "bytes",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, Last-Modified, Accept-Ranges, Content-Range",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        head = client.head(PATH, headers={"Range": "bytes=0-1"})
        assert (head.status_code, head.data, dict(head.headers)) == (200, b"", dict(answer.headers))
        for asked in (
            {"If-None-Match": TAG},
            {"If-None-Match": f'"x", W/{TAG}', "Range": "bytes=0-1"},
            {"If-Modified-Since": modified},
        ):
            answer = client.get(PATH, headers=asked)
            assert (answer.status_code, answer.data) == (304, b"")
            assert answer.headers["ETag"] == TAG
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        for tag in ('"other"', f'W/{TAG}"'):
            assert client.get(PATH, headers={"If-None-Match": tag}).status_code == 200
        assert client.post(PATH).status_code == 405


def test_drawing_runs_no_script(site: Site) -> None:
    put(site, "a.svg", b"<svg/>")
    write(site, "a.txt", "image: a.svg")
    ingest(site)
    with client_of(site) as client:
        answer = client.get(public(site)[0])
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        answer.close()


def test_first_answer_with_a_date_yet_to_come_has_none(published: Site) -> None:
    published.index.execute(
        "INSERT INTO edition VALUES (:path, :version, 9999999999)",
        {"path": f"{URL}{PATH[1:]}", "version": PATH[7:39]},
    )
    with client_of(published) as client:
        assert "Last-Modified" not in client.get(PATH).headers


def test_part_is_sent_where_one_is_asked_for(published: Site) -> None:
    with client_of(published) as client:

        def ask(**asked: str) -> tuple[int, bytes, str | None]:
            headers = {name.replace("_", "-"): value for name, value in asked.items()}
            answer = client.get(PATH, headers=headers)
            return answer.status_code, answer.data, answer.headers.get("Content-Range")

        modified = client.head(PATH).headers["Last-Modified"]
        part = 206, MP3[3:6], "bytes 3-5/800"
        whole = 200, MP3, None
        assert ask(Range="bytes=3-5") == part
        assert ask(Range="bytes=3-5", If_None_Match='"other"') == part
        assert ask(Range="bytes=3-5", If_Range=TAG) == part
        assert ask(Range="bytes=3-5", If_Range=modified) == part
        assert ask(Range="bytes=3-5", If_Range='"other"') == whole
        assert ask(Range="bytes=3-5", If_Range=f"W/{TAG}") == whole
        assert ask(Range="bytes=3-5", If_Range="Mon, 01 Jan 2024 00:00:00 GMT") == whole
        assert ask(Range="bytes=0-1,3-5") == whole
        assert ask(Range="bytes=-8") == (206, b"ID3sound", "bytes 792-799/800")
        status, body, range = ask(Range="bytes=800-")
        assert (status, range) == (416, "bytes */800")
        assert body.startswith(b"no such part")


def test_what_is_on_disk_no_more_is_sent_no_more(published: Site) -> None:
    with client_of(published) as client:
        assert client.get(PATH).data == MP3
        file = put(published, "a.mp3", MP3[::-1], age=20)
        assert client.get(PATH).status_code == 404
        file.unlink()
        assert client.get(PATH).status_code == 404
        assert public(published) == []
        put(published, "a.mp3", MP3)
        assert client.get(PATH).data == MP3
        (published.folder / "a.txt").unlink()
        published.ingest(allow_empty=True)
        assert client.get(PATH).status_code == 404
        assert client.get(f"/media/{'0' * 32}.mp3").status_code == 404
        assert client.get("/media/a.mp3").status_code == 404


def test_no_more_is_sent_at_once_than_the_server_has_threads_for(published: Site) -> None:
    with client_of(published, downloads=1) as client:
        first = client.get(PATH)
        for _ in range(2):
            assert client.get(PATH).status_code == 503
            assert client.get(PATH, headers={"Range": "bytes=0-1"}).headers["Retry-After"] == "5"
        assert client.get(PATH, headers={"If-None-Match": TAG}).status_code == 304
        assert client.get("/atom.xml").status_code == 200
        first.close()
        assert client.get(PATH).data == MP3


def test_file_that_moved_out_of_the_folder_is_not_opened(published: Site, tmp_path: Path) -> None:
    file = published.folder / "a.mp3"
    file.rename(tmp_path / "a.mp3")
    file.symlink_to(tmp_path / "a.mp3")
    with client_of(published) as client:
        assert client.get(PATH).status_code == 404


def test_server_streams_a_medium_and_its_parts(site: Site, tmp_path: Path) -> None:
    data = os.urandom(3 * CHUNK)
    put(site, "a.mp4", data)
    write(site, "a.txt", "enclosure: a.mp4")
    ingest(site)
    server = Server(site.folder, tmp_path / "log")
    try:
        path = f"/media/{name(data, 'mp4')}"
        answer, body = server.ask(path)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "video/mp4")
        assert body == data
        assert answer.headers["Content-Length"] == str(len(data))
        answer, body = server.ask(path, Range="bytes=5-")
        assert (answer.status, body) == (206, data[5:])
        answer, body = server.ask(path, method="HEAD")
        assert (answer.status, body) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(data))
        answer, body = server.ask(path, **{"If-None-Match": answer.headers["ETag"]})
        assert (answer.status, body) == (304, b"")
    finally:
        server.stop()


def test_slow_downloads_keep_nobody_from_the_feeds(site: Site, tmp_path: Path) -> None:
    file = put(site, "a.mp4")
    os.truncate(file, 100 << 20)  # more than all buffers on the way hold
    write(site, "a.txt", "enclosure: a.mp4")
    ingest(site)
    server = Server(site.folder, tmp_path / "log")
    slow = [server.connect() for _ in range(DOWNLOADS)]
    try:
        (path,) = public(site)
        for connection in slow:
            connection.request("GET", path)
            assert connection.getresponse().status == 200
        assert server.ask("/atom.xml")[0].status == 200
        answer, _ = server.ask(path, Range="bytes=0-0")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert server.ask(path, method="HEAD")[0].status == 200
        slow[0].close()
        wait_for(lambda: server.ask(path, Range="bytes=0-0")[0].status == 206)
    finally:
        for connection in slow:
            connection.close()
        server.stop()


# Export


def test_export_copies_media_by_difference(published: Site, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(published.publication, out)
    copy = out / PATH[1:]
    assert copy.read_bytes() == MP3
    assert os.listdir(copy.parent) == [copy.name]  # no other form of it
    before = copy.stat()
    done = export(published.publication, out)
    assert (done.written, done.removed) == (0, 0)
    put(published, "b.mp3", MP3[::-1])
    write(published, "b.txt", "enclosure: b.mp3")
    ingest(published)
    export(published.publication, out)
    assert len(os.listdir(copy.parent)) == 2
    assert (copy.stat().st_ino, copy.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    write(published, "a.txt")
    ingest(published)
    export(published.publication, out)
    assert os.listdir(copy.parent) == [name(MP3[::-1], "mp3")]


def test_export_writes_what_is_linked_to_before_what_links_to_it(published: Site) -> None:
    assert next(published.publication.paths()) == PATH


def test_export_copies_no_other_bytes_under_a_name(published: Site, tmp_path: Path) -> None:
    file, out = published.folder / "a.mp3", tmp_path / "out"
    before = file.stat()
    file.write_bytes(MP3[::-1])
    os.utime(file, ns=(before.st_mtime_ns,) * 2)
    export(published.publication, out)
    assert not (out / PATH[1:]).exists()
    assert PATH[1:] not in json.loads((out / MANIFEST).read_text())
    assert list(out.rglob(".feedsvc-tmp-*")) == []
    file.write_bytes(MP3)
    os.utime(file, ns=(before.st_mtime_ns,) * 2)
    export(published.publication, out)
    assert (out / PATH[1:]).read_bytes() == MP3


def test_bytes_are_verified_at_their_end() -> None:
    digest = name(b"ab", "")[:-1]
    assert list(verify(iter([b"a", b"b"]), digest)) == [b"a", b"b"]
    with pytest.raises(Superseded):
        list(verify([b"a"], digest))


def test_served_and_exported_bytes_are_the_same(published: Site, tmp_path: Path) -> None:
    put(published, "c.svg", b"<svg/>")
    write(published, "c.txt", text="First.\nc.svg")
    ingest(published)
    export(published.publication, tmp_path / "out")
    assert len(public(published)) == 2
    with client_of(published) as client:
        for path in public(published):
            assert client.get(path).data == (tmp_path / "out" / path[1:]).read_bytes()


# Commands


def test_check_and_explain_find_the_files(site: Site) -> None:
    put(site, "a.jpg")
    put(site, "b.mp3", MP3)
    path = write(site, "x.txt", "image: a.jpg", "enclosure: b.mp3", "enclosure: gone.mp3")
    result = CliRunner().invoke(main, ["check", str(site.folder)])
    assert result.exit_code == 0
    assert "x.txt:4: enclosure: no such file: 'gone.mp3'\n" in result.stdout
    result = CliRunner().invoke(main, ["explain", str(path)])
    assert f"image       http://127.0.0.1:8000/media/{name(JPEG, 'jpg')}\n" in result.stdout
    sound = f"http://127.0.0.1:8000/media/{name(MP3, 'mp3')} audio/mpeg {len(MP3)}"
    assert f"enclosure   {sound}\n" in result.stdout
    assert "x.txt:4: enclosure: no such file: 'gone.mp3'\n" in result.stdout


# Folders out of that of the settings


def test_file_beside_an_article_of_another_folder_is_published(
    make_site: Callable[..., Site],
) -> None:
    site = make_site(url=URL, folders=[".", "../notes"])
    put(site, "../notes/pictures/a.jpg")
    put(site, "../notes/b.mp3", MP3)
    put(site, "c.jpg", b"ours")
    write(site, "../notes/x/a.txt", "image: ../pictures/a.jpg", "enclosure: /b.mp3")
    assert ingest(site) == []
    assert public(site) == sorted(f"/media/{name(*of)}" for of in ((JPEG, "jpg"), (MP3, "mp3")))
    with client_of(site) as client:
        assert client.get(f"/media/{name(JPEG, 'jpg')}").data == JPEG
    put(site, "../notes/pictures/a.jpg", b"another")
    assert ingest(site) == []
    assert f"/media/{name(b'another', 'jpg')}" in public(site)


@pytest.mark.parametrize(
    "reference", ["../../home/c.jpg", "../c.jpg", "/../home/c.jpg", "../.b.jpg"]
)
def test_file_out_of_the_folder_of_its_article_is_not(
    make_site: Callable[..., Site], reference: str
) -> None:
    site = make_site("home", url=URL, folders=[".", "../notes"])
    put(site, "c.jpg")
    put(site, "../c.jpg")
    put(site, "../notes/.b.jpg")
    write(site, "../notes/x/a.txt", f"image: {reference}")
    (finding,) = ingest(site)
    assert f"not published: {reference!r} is " in finding or "no such file" in finding
    assert public(site) == []
