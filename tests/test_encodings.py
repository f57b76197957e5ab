"""Encodings: packed bytes are the same everywhere, anybody can unpack them, clients choose."""

import gzip
import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from html import escape
from itertools import combinations, product
from pathlib import Path

import brotli
import pytest
import zstandard
from werkzeug.http import parse_accept_header

from feedsvc import create_app
from feedsvc.encodings import ENCODINGS, Encoding, choose_encoding, list_tags, name_variant, pack
from feedsvc.export import MANIFEST, Export, export
from feedsvc.hosting import RULES
from feedsvc.model import Document
from feedsvc.publication import Publication
from tests.bench.prose import make_paragraphs
from tests.conftest import Site
from tests.serving import Start, wait_for

UNPACK: dict[Encoding, Callable[[bytes], bytes]] = {
    "identity": lambda body: body,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "gzip": gzip.decompress,
}
OFFERS = [offer for count in range(4) for offer in combinations(ENCODINGS, count)]
PARAGRAPHS = make_paragraphs(random.Random(1), 700, "en")
TEXT = "".join(f"<p>{escape(paragraph.text)}</p>\n" for paragraph in PARAGRAPHS)
BODIES = [b"", b"a", TEXT.encode(), random.Random(1).randbytes(70_000)]


def digest_all() -> str:
    """Return a digest of bodies of all kinds, packed in all ways."""
    digest = hashlib.sha256()
    for body, encoding, archived in product(BODIES, ENCODINGS, (False, True)):
        digest.update(pack(body, encoding, archived=archived))
    return digest.hexdigest()


# Bytes


@pytest.mark.parametrize("encoding", UNPACK)
@pytest.mark.parametrize("archived", [False, True])
def test_what_is_packed_comes_out_again_and_is_the_same_each_time(
    encoding: Encoding, archived: bool
) -> None:
    for body in BODIES:
        packed = pack(body, encoding, archived=archived)
        assert UNPACK[encoding](packed) == body
        assert pack(body, encoding, archived=archived) == packed


def test_another_process_packs_the_same_bytes() -> None:
    code = "from tests.test_encodings import digest_all; print(digest_all())"
    elsewhere = os.environ | {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, env=elsewhere, check=True)
    assert told.stdout == f"{digest_all()}\n"


def test_smallest_is_named_first_and_archives_are_packed_in_less_time() -> None:
    body = TEXT.encode()
    for archived in (False, True):
        sizes = [len(pack(body, encoding, archived=archived)) for encoding in ENCODINGS]
        assert sizes == sorted(sizes)
    for encoding in ENCODINGS:
        polled, taken_once = (pack(body, encoding, archived=each) for each in (False, True))
        assert len(polled) < len(taken_once)


@pytest.mark.parametrize("archived", [False, True])
def test_window_is_one_that_every_client_takes(archived: bool) -> None:
    """RFC 9659: 8 MB, however large the document is."""
    packed = pack(random.Random(1).randbytes(9 << 20), "zstd", archived=archived)
    frame = zstandard.get_frame_parameters(packed)
    assert (frame.window_size <= 8 << 20, frame.has_checksum, frame.dict_id) == (True, False, 0)


@pytest.mark.parametrize(("encoding", "tool"), [("gzip", "gzip"), ("zstd", "zstd")])
def test_files_are_unpacked_by_the_tools_of_their_kind(
    tmp_path: Path, encoding: Encoding, tool: str
) -> None:
    if not shutil.which(tool):
        pytest.skip(f"{tool} isn't installed")
    file = tmp_path / name_variant("a.xml", encoding)
    file.write_bytes(pack(TEXT.encode(), encoding, archived=False))
    subprocess.run([tool, "-d", str(file)], check=True, stderr=subprocess.DEVNULL)
    assert (tmp_path / "a.xml").read_text() == TEXT


# Choice


def choose(accepted: str, offered: tuple[Encoding, ...] = ENCODINGS) -> Encoding:
    return choose_encoding(parse_accept_header(accepted).quality, offered)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("deflate, compress", "identity"),
        ("BR", "br"),
        ("*", "br"),
        ("gzip;q=1, br;q=0.9, zstd;q=0.8", "gzip"),
        ("gzip;q=0.5, br;q=0.5, zstd;q=0.6", "zstd"),
        ("br;q=0, *", "zstd"),
        ("br;q=0, zstd;q=0, *;q=0.1", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("br;q=0", "identity"),
        ("identity", "identity"),
        ("identity, br;q=0.9", "identity"),
        ("identity;q=0.5, br;q=0.5", "br"),
        ("identity;q=0", "identity"),  # better a body it doesn't want than 406
        ("identity;q=0, zstd;q=0.1", "zstd"),
        ("*;q=0", "identity"),
        ("*;q=0, gzip", "gzip"),
        ("br;q=nonsense, gzip", "gzip"),
        (";;,q=1", "identity"),
    ],
)
def test_client_gets_what_it_likes_most(accepted: str, encoding: Encoding) -> None:
    assert choose(accepted) == encoding


@pytest.mark.parametrize("offered", OFFERS)
def test_client_gets_nothing_that_is_not_offered(offered: tuple[Encoding, ...]) -> None:
    assert choose("*", offered) == choose("identity;q=0, *", offered) == [*offered, "identity"][0]
    for encoding in ENCODINGS:
        assert choose(encoding, offered) == (encoding if encoding in offered else "identity")


# Served and exported


@pytest.fixture
def publish(make_site: Callable[..., Site]) -> Callable[..., Site]:
    """Publish an article with a picture, in these encodings."""

    def make(*offered: Encoding) -> Site:
        site = make_site(url="https://example.org/", encodings=",".join(offered))
        (site.folder / "cat.jpg").write_bytes(b"a picture")
        site.write("a.txt", text="cat.jpg")
        site.ingest()
        return site

    return make


@pytest.mark.parametrize("offered", OFFERS)
def test_what_is_offered_is_served_and_lies_beside_each_document(
    publish: Callable[..., Site], tmp_path: Path, offered: tuple[Encoding, ...]
) -> None:
    site, out = publish(*offered), tmp_path / "out"
    export(site.publication, out)
    files = {str(file.relative_to(out)) for file in out.rglob("*") if file.is_file()}
    app = create_app(site.settings)
    with closing(app.extensions["feedsvc"].index), app.test_client() as client:
        for document in site.publication.documents():
            name = document.path[1:] + ("index.html" if document.path.endswith("/") else "")
            for encoding in UNPACK:
                sent = client.get(document.path, headers={"Accept-Encoding": encoding})
                has = document.format != "media" and encoding in offered
                assert sent.headers.get("Content-Encoding", "none") == (encoding if has else "none")
                variant = name_variant(name, encoding if has else "identity")
                assert (out / variant).read_bytes() == sent.data
                files.discard(variant)
                if document.format == "media":
                    continue
                tag = document.tag(encoding if has else "identity")
                assert (sent.headers["ETag"], sent.headers["Vary"]) == (
                    f'"{tag}"',
                    "Accept-Encoding",
                )
                assert UNPACK[encoding if has else "identity"](sent.data) == site.body(
                    document.path
                )
                for held in list_tags(document.version):
                    again = {"Accept-Encoding": encoding, "If-None-Match": f'"{held}"'}
                    assert client.get(document.path, headers=again).status_code == 304
    assert files == {MANIFEST, RULES}


def test_variants_come_and_go_and_nothing_else_is_touched(
    publish: Callable[..., Site], tmp_path: Path
) -> None:
    site, out = publish("gzip"), tmp_path / "out"
    packed = len([one for one in site.publication.documents() if one.format != "media"])
    export(site.publication, out)

    def look() -> dict[str, tuple[int, int]]:
        files = [file for file in out.rglob("*") if file.is_file() and file.name != MANIFEST]
        return {str(file): (file.stat().st_ino, file.stat().st_mtime_ns) for file in files}

    before = look()
    site.options["encodings"] = "br, gzip"
    report = export(site.publication, out)
    assert report == Export(written=packed, unchanged=len(before))
    assert {name: seen for name, seen in look().items() if not name.endswith(".br")} == before

    class Idle(Publication):
        def render(self, document: Document) -> bytes:
            raise AssertionError("nothing has to be rendered")

    site.options["encodings"] = "gzip"
    report = export(Idle(site.settings, site.index), out)
    assert report == Export(unchanged=len(before), removed=packed)
    assert look() == before


def test_curl_unpacks_what_is_served_and_a_change_of_the_setting_is_followed(
    site: Site, start: Start, tmp_path: Path
) -> None:
    said = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
    site.write("a.txt", text=TEXT)
    file = site.folder / "feedsvc.toml"
    file.write_text('encodings = ["br", "zstd", "gzip"]')
    server = start(site.folder, "--workers", "2")
    plain = server.ask("/atom.xml")[1]
    for encoding, feature in (("br", "brotli"), ("zstd", "zstd"), ("gzip", "libz")):
        assert (
            server.ask("/atom.xml", Accept_Encoding=encoding)[0].headers["Content-Encoding"]
            == encoding
        )
        if feature in said:
            command = ["curl", "-s", "--compressed", "-H", f"Accept-Encoding: {encoding}"]
            done = subprocess.run([*command, f"{server.address}atom.xml"], capture_output=True)
            assert done.stdout == plain
    tag = server.ask("/atom.xml")[0].headers["ETag"]
    file.write_text("encodings = []")

    def is_plain() -> bool:
        answers = [server.ask("/atom.xml", Accept_Encoding="br, zstd, gzip")[0] for _ in range(4)]
        return not any("Content-Encoding" in answer.headers for answer in answers)

    wait_for(is_plain)
    assert server.ask("/atom.xml")[0].headers["ETag"] == tag
