"""Stores: an export into an object store is the one into a folder, at the cost of what changed."""

import gzip
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import unquote

import fsspec
import pytest

from feedsvc import create_app
from feedsvc.errors import ExportError, Superseded
from feedsvc.export import MANIFEST, Export, export
from feedsvc.headers import describe_bytes
from feedsvc.media import verify
from feedsvc.stores.objects import BLOCK, JOURNAL, Objects, _say
from feedsvc.stores.targets import open_store
from feedsvc.writing import name_file
from tests.buckets import S3, Asked, Bucket, run_s3
from tests.conftest import Site
from tests.serving import PATIENCE

URL = "https://example.org/feeds/"
NUMBERS = count()
NAMED = rf"{URL}((?:\S+/)?(?:archive|entry|media)/[^\s\"'<>#\\]*)"
OPTIONS = {"entries": 2, "archive_size": 3, "archives": "main", "facets": ["category"]}


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", "somebody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-theirs")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        with run_s3() as server:
            patch.setenv("AWS_ENDPOINT_URL", server.address)
            yield server


@pytest.fixture
def bucket(s3: S3) -> Iterator[Bucket]:
    bucket = Bucket(s3, f"bucket-{next(NUMBERS)}")
    bucket.take_log()
    yield bucket
    s3.meanwhile = lambda asked: None


@pytest.fixture
def history(make_site: Callable[..., Site]) -> Site:
    """Give articles that are in archives and facets, have pages, and name a file."""
    site = make_site(url=URL, headers_file=False, **OPTIONS)  # which are for hosts of files
    (site.folder / "cat.jpg").write_bytes(b"a picture")
    os.utime(site.folder / "cat.jpg", (1e9, 1e9))  # a fresh file would be read once more
    for number in range(9):
        label = "Art" if number % 2 else "Rare/rär"
        add(site, number, label)
    site.ingest()
    return site


def add(site: Site, number: int, label: str = "Art", title: str = "A title") -> None:
    text = f"cat.jpg\nText.\n{label}\nShare this article:"
    date = f"2023-{number + 1:02}-01"
    site.write(f"{number}.txt", title, date, None if number % 3 else "", text)


def read(out: Path) -> dict[str, bytes]:
    files = {str(file.relative_to(out)): file for file in out.rglob("*") if file.is_file()}
    return {name: file.read_bytes() for name, file in files.items() if name != MANIFEST}


def look(out: Path) -> dict[str, int]:
    """Tell what shows that a file was written."""
    return {name: (out / name).stat().st_ino for name in read(out)}


def read_bucket(bucket: Bucket, prefix: str) -> dict[str, bytes]:
    return {name: body for name, body in bucket.read(prefix).items() if name != MANIFEST}


def is_newest(name: str) -> bool:
    """Whether a file is of the newest entries of a feed."""
    return bool(
        re.fullmatch(r"(category/[^/]+/)?(atom|rss|feed|index)\.(xml|json|html)(\.gz)?", name)
    )


def find_missing(log: list[Asked], prefix: str, there: set[str]) -> list[str]:
    """Return what newest documents named that wasn't there when they were put.

    `there` is what was there before; it becomes what is there after.
    """
    missing = []
    moments = [(asked.came, asked) for asked in log]
    moments += [(asked.answered, asked) for asked in log if asked.method == "PUT"]
    for moment, asked in sorted(moments, key=lambda one: one[0]):
        name = asked.key.removeprefix(prefix)
        if asked.method == "DELETE":
            there.discard(name)
        elif asked.method == "PUT" and moment == asked.answered and asked.status == 200:
            there.add(name)
        elif asked.method == "PUT" and is_newest(name):
            body = gzip.decompress(asked.body) if name.endswith(".gz") else asked.body
            links = re.findall(NAMED, body.decode())
            missing += [
                f"{name}: {link}" for link in links if name_file(unquote(link)) not in there
            ]
    return missing


def run(
    *arguments: str | Path, before: str = "", **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a command apart, with what is to be done before."""
    code = f"import sys\n{before}\nfrom feedsvc.__main__ import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
    )


# The same as elsewhere


@pytest.mark.parametrize("jobs", [1, 3, None])
def test_objects_are_the_files_of_a_folder(
    history: Site, bucket: Bucket, tmp_path: Path, jobs: int | None
) -> None:
    done = export(history.publication, f"{bucket.address}/deep/prefix", jobs=jobs)
    assert done == export(history.publication, tmp_path / "out")
    assert read_bucket(bucket, "deep/prefix/") == read(tmp_path / "out")
    assert done.written > 100


def test_objects_say_of_themselves_what_the_server_says(history: Site, bucket: Bucket) -> None:
    export(history.publication, bucket.address, jobs=4)
    app = create_app(history.settings)
    names = ("Content-Type", "Cache-Control", "Content-Language", "Content-Encoding")
    kinds = set()
    for document in history.publication.documents():
        if (kind := (document.format, document.window.closed)) in kinds:
            continue
        kinds.add(kind)
        for accepted, suffix in {"identity": "", "gzip": ".gz"}.items():
            if suffix and document.format == "media":
                continue
            served = app.test_client().get(document.path, headers={"Accept-Encoding": accepted})
            stored = bucket.head(name_file(document.path) + suffix)
            for name in names:
                assert stored.get(name.lower()) == served.headers.get(name), (document.path, name)
    assert len(kinds) > 9
    app.extensions["feedsvc"].index.close()


@pytest.mark.parametrize("protocol", ["memory", "file"])
def test_any_target_of_fsspec_will_do(history: Site, tmp_path: Path, protocol: str) -> None:
    target = f"{protocol}://{tmp_path / 'objects'}"
    done = export(history.publication, target, jobs=None)
    export(history.publication, tmp_path / "out")
    (history.folder / "8.txt").unlink()
    history.ingest()
    files, root = fsspec.core.url_to_fs(target)
    files.rm_file(f"{root}/entry/8/index.html")  # by somebody else
    again = export(history.publication, target)
    assert again.removed > 0
    assert again.unchanged < done.written
    export(history.publication, tmp_path / "out")
    found = {name.removeprefix(f"{root}/"): files.cat_file(name) for name in files.find(root)}
    del found[MANIFEST]
    assert found == read(tmp_path / "out")


# By difference


def test_nothing_new_costs_one_request(history: Site, bucket: Bucket) -> None:
    done = export(history.publication, bucket.address, jobs=4)
    bucket.take_log()
    assert export(history.publication, bucket.address, jobs=4) == Export(unchanged=done.written)
    assert [(asked.method, asked.key) for asked in bucket.take_log()] == [("GET", MANIFEST)]


def test_new_article_costs_what_it_changes(history: Site, bucket: Bucket, tmp_path: Path) -> None:
    export(history.publication, f"{bucket.address}/p", jobs=3)
    export(history.publication, tmp_path / "out")
    before = look(tmp_path / "out")
    bucket.take_log()
    add(history, 10)
    history.ingest()
    export(history.publication, f"{bucket.address}/p", jobs=3)
    export(history.publication, tmp_path / "out")
    log = bucket.take_log()
    after = look(tmp_path / "out")
    changed = {f"p/{name}" for name in after if before.get(name) != after[name]}
    assert len(changed) < len(after) / 2
    manifest = f"p/{MANIFEST}"
    assert (log[0].method, log[0].key) == ("GET", manifest)
    assert not [asked for asked in log if asked.is_listing or asked.method == "HEAD"]
    puts = [asked.key for asked in log if asked.method == "PUT"]
    assert (puts[0], puts[-1]) == (manifest, manifest)
    assert sorted(puts[1:-1]) == sorted(changed)
    assert find_missing(log, "p/", set(before)) == []
    stages = [
        2 if is_newest(key) and "/" not in key else 1 if is_newest(key) else 0
        for key in (put.removeprefix("p/") for put in puts[1:-1])
    ]
    assert stages == sorted(stages)
    assert set(stages) == {0, 1, 2}


def test_what_is_said_of_objects_is_kept_up_to_date(history: Site, bucket: Bucket) -> None:
    export(history.publication, bucket.address, jobs=4)
    history.options["media_type"] = "browser"
    assert export(history.publication, bucket.address, jobs=4).written > 0
    assert bucket.head("atom.xml")["content-type"] == "application/xml; charset=utf-8"
    assert bucket.head("atom.xml.gz")["content-type"] == "application/xml; charset=utf-8"


def test_removals_come_after_everything_else(history: Site, bucket: Bucket) -> None:
    export(history.publication, bucket.address, jobs=4)
    before = read_bucket(bucket, "")
    bucket.take_log()
    for number in range(0, 9, 2):
        (history.folder / f"{number}.txt").unlink()
    history.ingest()
    done = export(history.publication, bucket.address, jobs=4)
    log = bucket.take_log()
    removed = [asked for asked in log if asked.method == "DELETE"]
    assert len(removed) == done.removed > 8
    others = [asked for asked in log if asked.method == "PUT"]
    assert others.pop().key == MANIFEST
    assert min(asked.came for asked in removed) > max(asked.answered for asked in others)
    assert find_missing(log, "", set(before)) == []
    assert {asked.key for asked in removed} == before.keys() - read_bucket(bucket, "").keys()


# Killed

SMALL = "import feedsvc.stores.objects\nfeedsvc.stores.objects.NOTED = 10"


def kill_at(process: subprocess.Popen[bytes], fatal: int) -> Callable[[Asked], None]:
    """Kill a process when it puts an object for the so many-th time."""
    left = iter(range(fatal - 1))

    def kill(asked: Asked) -> None:
        if asked.method == "PUT" and next(left, None) is None:
            process.kill()

    return kill


def test_killed_export_goes_on_where_it_was(history: Site, bucket: Bucket, tmp_path: Path) -> None:
    dice = random.Random(3)
    target, there = f"{bucket.address}/p", set[str]()
    command: list[str | Path] = [
        "export",
        history.folder,
        "--output",
        target,
        "--url",
        URL,
        "--jobs",
        "3",
        "--quiet",
    ]
    lines = [f"{name} = {json.dumps(value)}" for name, value in OPTIONS.items()]
    (history.folder / "feedsvc.toml").write_text("\n".join(lines))
    for number in range(2):
        for article in range(9):
            add(history, article, title=f"Title {number}")
        code = f"import sys\n{SMALL}\nfrom feedsvc.__main__ import main\nmain()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, command)], stdout=-3, stderr=-3
        )
        bucket.server.meanwhile = kill_at(process, dice.randrange(40, 90))
        assert process.wait(3 * PATIENCE) == -9
        bucket.server.meanwhile = lambda asked: None
        first = bucket.take_log()
        done = run(*command, before=SMALL)
        assert (done.returncode, done.stderr) == (0, "")
        second = bucket.take_log()
        assert find_missing(first, "p/", there) == []
        assert find_missing(second, "p/", there) == []
        twice = list_put(first) & list_put(second)
        assert len(list_put(first)) > 30
        # What wasn't noted yet, what was under way, and the other form of these.
        assert len(twice) <= 10 + 3 * 2 * 2
    assert read_bucket(bucket, "p/").keys() == there - {MANIFEST}
    assert not [name for name in bucket.read("p/") if JOURNAL in name]
    beside = ("export", history.folder, "--output", tmp_path / "out", "--url", URL)
    assert run(*beside, FEEDSVC_HEADERS_FILE="false").returncode == 0
    assert read_bucket(bucket, "p/") == read(tmp_path / "out")


def list_put(log: list[Asked]) -> set[str]:
    """List the documents that were put."""
    return {
        asked.key
        for asked in log
        if asked.method == "PUT" and asked.status == 200 and "/.feedsvc-" not in asked.key
    }


def test_what_a_killed_export_put_is_not_taken_for_what_was_there_before(
    history: Site, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run may take notes, and none believes those of the last but one."""
    monkeypatch.setattr("feedsvc.stores.objects.NOTED", 1)
    for title in ("One", "Two", "One", "Two", "One"):
        history.options["title"] = title

        def break_off(done: int, total: int) -> None:
            if done == 12:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            export(history.publication, bucket.address, listen=break_off)
    done = export(history.publication, bucket.address, jobs=4)
    assert done.written > 0
    for document in history.publication.documents():
        if document.format != "media":
            assert bucket.read()[name_file(document.path)] == history.body(document.path)
    assert not [name for name in bucket.read() if JOURNAL in name]


def test_killed_while_it_removes_its_notes_leaves_none_in_the_end(
    history: Site, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.stores.objects.NOTED", 10)

    def fail(self: Objects, names: list[str]) -> int:
        if names:
            raise KeyboardInterrupt
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(Objects, "remove", fail)
        with pytest.raises(KeyboardInterrupt):
            export(history.publication, bucket.address, jobs=4)
    notes = [name for name in bucket.read() if JOURNAL in name]
    assert notes
    assert export(history.publication, bucket.address, jobs=4) == Export(
        unchanged=len(read_bucket(bucket, "")), removed=len(notes)
    )
    assert not [name for name in bucket.read() if JOURNAL in name]


# Bytes that change under way


@pytest.mark.parametrize("size", [9, BLOCK + 9])
@pytest.mark.parametrize("where", ["s3", "file"])
def test_medium_appears_with_the_bytes_of_its_name_or_not_at_all(
    history: Site, bucket: Bucket, tmp_path: Path, size: int, where: str
) -> None:
    (history.folder / "cat.jpg").write_bytes(b"x" * size)
    history.ingest()
    (medium,) = [one for one in history.publication.documents() if one.format == "media"]
    address = bucket.address if where == "s3" else f"file://{tmp_path}/objects"
    store = open_store(address)
    chunks = [b"x" * (size - 1), b"x"]
    with pytest.raises(Superseded):
        store.put(
            "m.jpg", verify([*chunks[:1], b"y"], medium.version), describe_bytes(medium), None
        )
    files, root = fsspec.core.url_to_fs(address)
    assert not files.exists(f"{root}/m.jpg")
    assert store.put("m.jpg", verify(chunks, medium.version), describe_bytes(medium), None) == size
    assert files.cat_file(f"{root}/m.jpg") == b"x" * size
    if where == "s3":
        assert bucket.head("m.jpg")["content-type"] == "image/jpeg"
        assert bucket.head("m.jpg")["cache-control"] == "public, max-age=31536000, immutable"


# What is wrong


def test_first_export_refuses_a_place_where_something_is(history: Site, bucket: Bucket) -> None:
    bucket.put("p/theirs.txt", b"theirs")
    bucket.put("q", b"theirs")
    with pytest.raises(ExportError, match=r"/p: files are there that no export wrote: "):
        export(history.publication, f"{bucket.address}/p")
    with pytest.raises(ExportError, match="that no export wrote"):
        export(history.publication, bucket.address, jobs=4)
    log = bucket.take_log()
    assert {asked.method for asked in log} == {"GET"}
    listings = [asked for asked in log if asked.is_listing]
    assert [asked.query["max-keys"] for asked in listings] == [["1"], ["1"]]
    assert export(history.publication, f"{bucket.address}/q").written > 0


@pytest.mark.parametrize("content", [b"", b'{"../x": {}}'])
def test_manifest_that_is_none_is_named(history: Site, bucket: Bucket, content: bytes) -> None:
    bucket.put(MANIFEST, content)
    with pytest.raises(ExportError, match=rf"{bucket.address}/{MANIFEST}: not a manifest: "):
        export(history.publication, bucket.address, jobs=4)


def test_store_that_refuses_half_way_is_told_and_nothing_is_lost(
    history: Site, bucket: Bucket
) -> None:
    def refuse(asked: Asked) -> None:
        if asked.key.endswith("category/art/atom.xml"):
            bucket.server.demand_credentials(True)

    bucket.server.meanwhile = refuse
    try:
        with pytest.raises(ExportError, match=r"/category/.*: can't be written: The AWS Access"):
            export(history.publication, bucket.address, jobs=4)
    finally:
        bucket.server.demand_credentials(False)
    bucket.server.meanwhile = lambda asked: None
    assert "feed.css" in bucket.read()
    assert "atom.xml" not in bucket.read()
    export(history.publication, bucket.address, jobs=4)
    assert "atom.xml" in bucket.read()


@pytest.mark.parametrize(
    ("environ", "target", "told"),
    [
        ({}, "s3://no-such-bucket/p", "The specified bucket does not exist"),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"},
            "s3://x/p",
            "Could not connect to the endpoint",
        ),
        ({"AWS_ACCESS_KEY_ID": ""}, "s3://x/p", "Unable to locate credentials"),
        ({}, "nonsense://user:hidden@x/p", "Protocol not known: nonsense"),
    ],
)
def test_fault_of_a_store_is_told_in_a_line(
    s3: S3, history: Site, environ: dict[str, str], target: str, told: str
) -> None:
    done = run("export", history.folder, "--output", target, "--url", URL, "--quiet", **environ)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"feedsvc: {target.replace('user:hidden@', '')}: can't be ")
    assert told in line
    assert "secret-of-theirs" not in line
    assert "hidden" not in line


def test_wrong_credentials_are_told_and_not_shown(history: Site, bucket: Bucket) -> None:
    bucket.server.demand_credentials(True)
    try:
        done = run("export", history.folder, "--output", bucket.address, "--url", URL, "--quiet")
    finally:
        bucket.server.demand_credentials(False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"feedsvc: {bucket.address}: can't be read: The AWS Access Key")
    assert "secret-of-theirs" not in done.stderr
    assert bucket.read() == {}


def test_password_of_an_address_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(address: str) -> None:
        raise ValueError(f"can't log in: {address}")

    monkeypatch.setattr("fsspec.core.url_to_fs", fail)
    with pytest.raises(ExportError) as raised:
        open_store("sftp://me:p%40ss@example.org/p")
    assert "ss@" not in str(raised.value).replace("…@", "")
    assert str(raised.value).startswith("sftp://example.org/p: can't be opened: can't log in")


@pytest.mark.parametrize(
    ("missing", "target", "told"),
    [
        ("fsspec", "s3://x/p", "feedsvc: s3: fsspec is missing: pip install 'feedsvc[s3]'"),
        ("s3fs", "s3://x/p", "feedsvc: s3://x/p: can't be opened: pip install 'feedsvc[s3]'"),
        ("gcsfs", "gs://x/p", "feedsvc: gs://x/p: can't be opened: Please install gcsfs"),
    ],
)
def test_package_that_is_missing_is_named(
    history: Site, missing: str, target: str, told: str
) -> None:
    before = f"sys.modules[{missing!r}] = None"
    command = ("export", history.folder, "--output", target, "--url", URL, "--quiet")
    done = run(*command, before=before)
    assert (done.returncode, done.stderr[: len(told)]) == (1, told)


# The command


def test_only_a_url_is_where_to(history: Site, bucket: Bucket) -> None:
    history.folder.rename(history.folder.with_name("seeds"))
    done = subprocess.run(
        [sys.executable, "-m", "feedsvc", "export", f"{bucket.address}/p", "--url", URL],
        cwd=history.folder.parent,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "Error" in done.stderr) == (0, False)
    assert done.stdout.splitlines()[-1].startswith(f"{bucket.address}/p: ")
    assert "p/atom.xml" in bucket.read()


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("s3", {"ContentType": "a/b", "CacheControl": "c"}),
        ("gs", {"content_type": "a/b", "fixed_key_metadata": {"cache_control": "c"}}),
        ("az", {"content_settings": {"content_type": "a/b", "cache_control": "c"}}),
        ("sftp", None),
    ],
)
def test_each_store_is_told_in_its_own_words(protocol: str, expected: object) -> None:
    assert _say(protocol, {"Content-Type": "a/b", "Cache-Control": "c"}) == expected
