"""The configurations in deploy/: real servers, started from these files, answer as ours does."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from msgspec import Struct

from feedsvc.export import export
from feedsvc.index.engines import open_index
from feedsvc.ingest import ingest
from feedsvc.publication import Publication
from feedsvc.settings import load_settings
from tests.deploying import HOSTS, ask, find_port, run, write_articles
from tests.questions import DOCUMENTS, FORWARDED, MEDIA_PATHS, QUESTIONS, Question
from tests.serving import COMMAND

OWN = {"server", "date", "connection", "keep-alive", "transfer-encoding"}
"""Headers that each server has its own of, or that are of the connection."""


class Exemption(Struct, frozen=True):
    """Where servers may answer otherwise than ours: in which fields, to which questions, and why.

    Fields are `status`, `body` and headers; none are all of them.
    """

    hosts: str
    questions: str
    fields: str
    reason: str


STATIC = "nginx caddy apache"
WORDS = "body content-length"
PACKED = f"{WORDS} content-encoding"
PAGE = f"{WORDS} content-type x-content-type-options"

EXEMPTIONS = (
    Exemption(
        STATIC,
        r"accepts '(\*|gzip;q=0\.5, identity)'",
        PACKED,
        "Of a weight these know only whether it is 0, and `*` is no encoding to them.",
    ),
    Exemption(
        "nginx",
        r"accepts 'zstd'|knows .* in zstd",
        PACKED,
        "Debian's nginx has no module for zstd.",
    ),
    Exemption(
        STATIC,
        r"(HEAD, )?knows another form",
        f"{PACKED} status content-type",
        "To these, a tag is that of one file; ours knows that the forms are one document.",
    ),
    Exemption(
        STATIC,
        r"GET /archive/1918/atom\.xml",
        "",
        "An export has no file for a period that is none; ours answers with the next that is one.",
    ),
    Exemption(
        STATIC,
        r".*/archive/2023/atom\.xml.*",
        "cache-control",
        "Which archive is the last, that may still grow, can't be told from its path.",
    ),
    Exemption(
        STATIC,
        r"GET //atom\.xml",
        "",
        "Werkzeug takes several slashes at the beginning for one; here it is another path.",
    ),
    Exemption(STATIC, r"GET /nothing/%FF", WORDS, "What isn't UTF-8 is told as it is."),
    Exemption(
        STATIC,
        r"GET /category(%2F|/caf%c3%a9).*",
        "link",
        "An address that is written in an odd way is told as it was asked for.",
    ),
    Exemption("apache", r"GET /category%2F.*", "", "Apache has no path with an encoded slash."),
    Exemption(
        "nginx nginx-proxy",
        r"GET /(%2e%2e/.*|\.\./.*|atom\.xml%00)",
        f"{PAGE} status",
        "nginx itself refuses a path that leads out of the site, or has a zero in it.",
    ),
    Exemption(
        "apache",
        r"GET /(%2e%2e/.*|\.\./.*|atom\.xml%00)",
        f"{WORDS} status",
        "So does Apache; or its text ends at the zero.",
    ),
    Exemption(
        "nginx apache",
        r"GET /(nothing/\.|)\./atom\.xml",
        WORDS,
        "The text has the path without dots.",
    ),
    Exemption(
        "apache",
        r"(HEAD, )?knows a later date",
        f"{WORDS} status content-type",
        "To Apache a date that is still to come is none.",
    ),
    Exemption(
        "nginx-proxy", r"TRACE /.*", f"{PAGE} allow", "nginx refuses TRACE before it asks anybody."
    ),
    Exemption(
        "apache",
        r"HEAD /nothing",
        "content-length",
        "Apache tells no length of what it doesn't send.",
    ),
    Exemption(
        "caddy",
        r"accepts .*|with .*",
        "content-length",
        "Debian's Caddy sends what is packed in chunks.",
    ),
    Exemption(
        "caddy",
        r".*(is known|knows) .*|.* is known",
        "last-modified",
        "Go sends no date with a 304 that has a tag: none is needed (RFC 9110, section 15.4.5).",
    ),
    Exemption(
        "nginx caddy",
        r".*media.*",
        "accept-ranges",
        "These tell that parts may be asked for with the whole file only.",
    ),
    Exemption(
        "nginx", r"HEAD of a part of media", "status content-length content-range", "As for GET."
    ),
    Exemption(
        "nginx caddy", r"bytes=(5-1|x) of media", "", "What is no part is refused; ours ignores it."
    ),
    Exemption("nginx", r"bytes=99999- of media", WORDS, "In other words."),
    Exemption("caddy", r"bytes=99999- of media", "", "With the headers of the whole file."),
    Exemption(
        "apache",
        r"bytes=99999- of media",
        f"{WORDS} accept-ranges content-range",
        "Without the length, which the standard asks for but doesn't demand.",
    ),
)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder that servers can read whose workers are somebody else."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def ours(home: Path) -> Iterator[int]:
    """The port of `feedsvc serve`, of a folder that is exported too."""
    write_articles(home / "articles")
    settings = load_settings(home / "articles", environ={})
    with closing(open_index(settings.database, create=True)) as index:
        ingest(settings, index, datetime.now(UTC))
        export(Publication(settings, index), home / "feeds")
    time.sleep(1)  # to Apache, what was written in this second has a weak tag
    port = find_port()
    serve = [*COMMAND, "serve", f"{home}/articles", "--port", f"{port}"]
    with run(serve, port, home / "log"):
        yield port


@pytest.fixture(scope="module")
def reach(home: Path, ours: int) -> Iterator[Callable[[str], int]]:
    """Return the port of a server of deploy/, which is started once."""
    with ExitStack() as running:

        @cache
        def start(name: str) -> int:
            host = HOSTS[name]
            if host.missing:
                pytest.skip(
                    f"{', '.join(host.missing)} isn't there (Debian's packages: make debian)"
                )
            started = host.start(home / name, folder=home / "feeds", upstream=ours)
            return running.enter_context(started)

        yield start


def compare(ours: int, theirs: int, question: Question) -> dict[str, tuple[object, object]]:
    """Return the fields in which two servers' answers differ, with both values."""
    first, second = ask(ours, question), ask(theirs, question)
    fields: dict[str, tuple[object, object]] = {
        name: (_generalise(name, first.headers), _generalise(name, second.headers))
        for name in (first.headers.keys() | second.headers.keys()) - OWN
    }
    fields |= {"status": (first.status, second.status), "body": (first.body, second.body)}
    return {name: values for name, values in fields.items() if values[0] != values[1]}


def _generalise(name: str, headers: dict[str, str]) -> str | None:
    """Return a header as it is compared.

    Each server makes tags of its own: these are strong, or as they are. A list may have elements
    that are empty (RFC 9110, section 5.6.1.2): Apache adds an Allow of nothing.
    """
    value = headers.get(name)
    if name == "etag" and value and re.fullmatch('"[^"]+"', value):
        return "strong"
    if name == "allow" and value:
        return ", ".join(filter(None, value.split(", ")))
    return value


def find_exemption(host: str, question: str, field: str) -> Exemption | None:
    for exemption in EXEMPTIONS:
        if (
            host in exemption.hosts.split()
            and field in (exemption.fields.split() or [field])
            and re.fullmatch(exemption.questions, question)
        ):
            return exemption
    return None


def test_what_is_asked_for_is_there(ours: int) -> None:
    assert {ask(ours, Question("", path)).status for path in (*DOCUMENTS, *MEDIA_PATHS)} == {200}


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("host", HOSTS)
def test_server_answers_as_ours_does(
    reach: Callable[[str], int], ours: int, host: str, name: str
) -> None:
    differing = compare(ours, reach(host), QUESTIONS[name])
    left = {field: differing[field] for field in differing if not find_exemption(host, name, field)}
    assert left == {}


@pytest.mark.parametrize("exemption", EXEMPTIONS, ids=lambda exemption: exemption.reason)
def test_exemption_is_needed(reach: Callable[[str], int], ours: int, exemption: Exemption) -> None:
    found = {
        (host, field)
        for host in exemption.hosts.split()
        for name, question in QUESTIONS.items()
        if re.fullmatch(exemption.questions, name)
        for field in compare(ours, reach(host), question)
        if find_exemption(host, name, field) is exemption
    }
    assert {host for host, _ in found} == set(exemption.hosts.split())
    assert {field for _, field in found} >= set(exemption.fields.split())


@pytest.mark.parametrize("host", ["nginx", "caddy", "apache"])
def test_each_form_of_a_document_has_a_tag_of_its_own(
    reach: Callable[[str], int], host: str
) -> None:
    tags: dict[str, str] = {}
    for encoding in ("identity", "br", "zstd", "gzip"):
        answer = ask(reach(host), Question("", headers={"Accept-Encoding": encoding}))
        tags[answer.headers.get("content-encoding", "identity")] = answer.headers["etag"]
    assert len(set(tags.values())) == len(tags) == (3 if host == "nginx" else 4)


@pytest.mark.parametrize("name", FORWARDED)
def test_nothing_that_is_forwarded_reaches_an_answer(
    reach: Callable[[str], int], ours: int, name: str
) -> None:
    plain = ask(ours, QUESTIONS["accepts 'gzip'"])
    for port in (ours, reach("nginx-proxy")):
        answer = ask(port, QUESTIONS[f"with {name}"])
        assert (answer.status, answer.body) == (plain.status, plain.body)
        for header in (plain.headers.keys() | answer.headers.keys()) - OWN:
            assert answer.headers.get(header) == plain.headers.get(header)
