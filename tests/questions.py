"""Questions to a server of feeds: encodings, validators, methods, parts of media, odd paths.

In the headers, `{identity}`, `{gzip}` and the like are the tags, `{modified}` the date that the
server itself told of the path, `{now}` is the time.
"""

from collections.abc import Iterator
from hashlib import blake2b

from msgspec import Struct

from feedsvc.readers.media import TYPES

__all__ = ["DOCUMENTS", "FORWARDED", "MEDIA", "MEDIA_PATHS", "QUESTIONS", "Question"]

LABEL = "/category/caf%C3%A9-and-soci%C3%A9t%C3%A9"
MEDIA = {f"{suffix}.{suffix}": f"{suffix:5}".encode() * 2000 for suffix in TYPES}
"""The files beside an article, one of each type that there is: 10,000 bytes each."""


def _locate(name: str) -> str:
    digest = blake2b(MEDIA[name], digest_size=16).hexdigest()
    return f"/media/{digest}.{name.partition('.')[0]}"


MEDIUM = _locate("mp3.mp3")

EARLY, LATE = "Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"

DOCUMENTS = (
    "/",
    "/index.html",
    "/atom.xml",
    "/rss.xml",
    "/feed.json",
    "/feeds.opml",
    "/feed.css",
    "/archive/2018/",
    "/archive/2018/rss.xml",
    "/archive/2023/atom.xml",
    f"{LABEL}/",
    f"{LABEL}/atom.xml",
    f"{LABEL}/archive/2019/feed.json",
    "/author/zo%C3%AB-%C3%A5ngstr%C3%B6m/rss.xml",
    "/language/pt-BR/",
    "/language/pt-BR/atom.xml",
    "/entry/media/",
    MEDIUM,
)

MEDIA_PATHS = tuple(map(_locate, MEDIA))

WISHES = (
    "gzip",
    "br",
    "zstd",
    "gzip, deflate, br, zstd",
    "gzip;q=0",
    "gzip;q=0, br;q=0.000, zstd;q=0",
    "br;q=0, gzip",
    "identity",
    "identity;q=0, gzip",
    "gzip;q=0.5, identity",
    "gzip;q=0.001",
    "GZIP",
    "x-gzip",
    "*",
    "*;q=0",
    "deflate",
    "",
)

VALIDATORS = {
    "the tag": {"If-None-Match": "{identity}"},
    "a weak form": {"If-None-Match": "W/{identity}"},
    "a list": {"If-None-Match": '"other", W/"an,odd-one", {identity}'},
    "anything": {"If-None-Match": "*"},
    "another": {"If-None-Match": '"other"'},
    "no quotes": {"If-None-Match": "other"},
    "another, but the date": {"If-None-Match": '"other"', "If-Modified-Since": LATE},
    "the tag, but no date": {"If-None-Match": "{identity}", "If-Modified-Since": EARLY},
    "the tag and the date": {"If-None-Match": "{identity}", "If-Modified-Since": "{modified}"},
    "the date": {"If-Modified-Since": "{modified}"},
    "a later date": {"If-Modified-Since": LATE},
    "the date of today": {"If-Modified-Since": "{now}"},
    "an earlier date": {"If-Modified-Since": EARLY},
    "no date": {"If-Modified-Since": "yesterday"},
    "another form": {"If-None-Match": "{identity}", "Accept-Encoding": "gzip"},
    **{
        f"{name} in {encoding}": {header: value, "Accept-Encoding": encoding}
        for encoding in ("br", "zstd", "gzip")
        for name, header, value in (
            ("the form", "If-None-Match", f"{{{encoding}}}"),
            ("a weak form", "If-None-Match", f"W/{{{encoding}}}"),
            ("the date", "If-Modified-Since", "{modified}"),
        )
    },
}

METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")

UNKNOWN = (
    "/nothing",
    "/nothing/",
    "/favicon.ico",
    "/.feedsvc-manifest.json",
    "/_headers",
    "/atom.xml.gz",
    "/atom.xml.br",
    "/atom.xml.zst",
    "/atom.xml/",
    "/index.html/",
    "/ATOM.XML",
    "/atom",
    "/category/",
    "/category",
    "/category/nothing/",
    LABEL,
    f"{LABEL}/archive",
    f"{LABEL}/archive/",
    "/archive/2018",
    "/media/",
    f"{MEDIUM}.gz",
    "/entry/nothing/",
    "/nothing/%C3%A9",
    "/nothing/%22%3Cb%3E",
)

ODD = (
    "/atom.xml?utm_source=x",
    "/?",
    "/%61tom.xml",
    "/category/c-plus-plus/?a=/b/c.xml",
    f"{LABEL.lower()}/atom.xml",
    f"{LABEL}//atom.xml",
    "//atom.xml",
    "/category%2Fc-plus-plus/",
    "/archive/1918/atom.xml",
    "/nothing/%FF",
    "/atom.xml%00",
    "/atom.xml%2F",
    "/./atom.xml",
    "/nothing/../atom.xml",
    "/../atom.xml",
    "/%2e%2e/articles/feedsvc.toml",
)

PARTS = (
    "bytes=0-9",
    "bytes=9990-",
    "bytes=-10",
    "bytes=0-99999",
    "bytes=99999-",
    "bytes=0-1,5-6",
    "bytes=5-1",
    "lines=1-2",
    "bytes=x",
)

FORWARDED = {
    "Accept": "application/rss+xml",
    "A-IM": "feed",
    "Origin": "https://reader.example",
    "Cache-Control": "no-cache",
    "Via": "1.1 proxy",
    "Forwarded": "for=192.0.2.1;host=evil.example;proto=http",
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "/evil",
    "X-Original-URL": "/rss.xml",
}
"""Headers that have no say in an answer."""


class Question(Struct, frozen=True):
    """A request, and the name that tests have for it."""

    name: str
    path: str = "/atom.xml"
    method: str = "GET"
    headers: dict[str, str] = {}


def _list_questions() -> Iterator[Question]:
    for path in DOCUMENTS:
        yield Question(f"GET {path}", path)
        yield Question(f"HEAD {path}", path, "HEAD")
        yield Question(f"{path} is known", path, headers={"If-None-Match": "{identity}"})
    yield from (Question(f"GET of a medium, {path[-5:]}", path) for path in MEDIA_PATHS)
    for wish in WISHES:
        yield Question(f"accepts {wish!r}", headers={"Accept-Encoding": wish})
        yield Question(f"accepts {wish!r} of media", MEDIUM, headers={"Accept-Encoding": wish})
    for name, held in VALIDATORS.items():
        yield Question(f"knows {name}", headers=held)
        yield Question(f"HEAD, knows {name}", method="HEAD", headers=held)
    for path in ("/atom.xml", "/nothing", MEDIUM):
        yield from (Question(f"{method} {path}", path, method) for method in METHODS)
    yield from (Question(f"GET {path}", path) for path in (*UNKNOWN, *ODD))
    yield Question("HEAD /nothing", "/nothing", "HEAD")
    for part in PARTS:
        yield Question(f"{part} of media", MEDIUM, headers={"Range": part})
        yield Question(f"{part} of a document", headers={"Range": part})
    first = {"Range": "bytes=0-9"}
    yield Question("HEAD of a part of media", MEDIUM, "HEAD", first)
    for name, condition in {
        "if it is the same": {"If-Range": "{identity}"},
        "if it is another": {"If-Range": '"other"'},
        "if it is of another date": {"If-Range": EARLY},
        "that is known": {"If-None-Match": "{identity}"},
    }.items():
        yield Question(f"a part of media {name}", MEDIUM, headers=first | condition)
    for name, value in FORWARDED.items():
        yield Question(f"with {name}", headers={name: value, "Accept-Encoding": "gzip"})


QUESTIONS = {question.name: question for question in _list_questions()}
