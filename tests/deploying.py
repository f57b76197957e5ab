"""Real servers of deploy/: started from the files that we ship, and asked over sockets.

Only paths, addresses and ports are put in the place of those of a real host. The folder that is
served has documents of every kind.
"""

import getpass
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.utils import formatdate
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server

from msgspec import Struct

from tests.questions import MEDIA, Question
from tests.serving import PATIENCE, wait_for

__all__ = [
    "DEPLOY",
    "HOSTS",
    "Answer",
    "Host",
    "ask",
    "find_port",
    "run",
    "write_articles",
]

DEPLOY = Path(__file__).parents[1] / "deploy"

# The hub is one that nobody reaches.
SETTINGS = """
url = "https://feeds.example.org/"
hubs = ["http://127.0.0.1:9/"]
encodings = ["br", "zstd", "gzip"]
entries = 4
archive_size = 3
"""


def write_articles(folder: Path) -> None:
    """Write articles in two languages, with labels that aren't ASCII, and one with all media."""
    folder.mkdir()
    (folder / "feedsvc.toml").write_text(SETTINGS)
    for name, data in MEDIA.items():
        (folder / name).write_bytes(data)
    (folder / "media.txt").write_text(
        "With media\n2021-05-03\n"
        + "".join(f"enclosure: {name}\n" for name in MEDIA)
        + "\nThey are beside it.\n"
    )
    for number in range(12):
        language = "" if number % 3 else "language: pt-BR\n"
        (folder / f"{number}.txt").write_text(
            f"Article {number}\n{2018 + number // 2}-0{1 + number % 2}-03T10:00:00Z\n"
            f"https://example.org/{number}\nauthor: Zoë Ångström\n{language}"
            f"category: Café & société, C++\n\n{'A paragraph of it. ' * 40}\n",
            encoding="utf-8",
        )


class Answer(Struct, frozen=True):
    """A response; its headers by their names in lower case, what is there twice joined."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(port: int, question: Question) -> Answer:
    """Ask a server exactly that; first what is to be told back, where a header needs it."""
    told = {"now": formatdate(usegmt=True)}
    if any("{" in value for value in question.headers.values()):
        for encoding in ("identity", "br", "zstd", "gzip"):
            asked = Question("", question.path, "HEAD", {"Accept-Encoding": encoding})
            before = ask(port, asked)
            told |= {encoding: before.headers["etag"], "modified": before.headers["last-modified"]}
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.putrequest(
            question.method, question.path, skip_host=True, skip_accept_encoding=True
        )
        connection.putheader("Host", "feeds.example.org")
        for name, value in question.headers.items():
            connection.putheader(name, value.format(**told))
        connection.endheaders()
        response = connection.getresponse()
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            name = name.lower()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Answer(response.status, headers, response.read())


def find_port() -> int:
    with create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def run(command: list[str], port: int, log: Path) -> Iterator[None]:
    """Run a server from when it listens at the port till the end of the block."""
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            env=os.environ | {"HOME": str(log.parent)},
            stdout=output,
            stderr=output,
        )
    with process:
        try:
            wait_for(lambda: _listens(process, port, log))
            yield
        finally:
            process.terminate()


def _listens(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        try:
            connection.connect()
        except ConnectionRefusedError:
            return False
    return True


def _prepare_nginx(home: Path, port: int, site: str) -> list[str]:
    """Prepare nginx with the modules that Debian has installed, and one site."""
    (home / "site.conf").write_text(site)
    (home / "nginx.conf").write_text(
        f"user {getpass.getuser()}; daemon off; pid {home}/nginx.pid; error_log stderr;"
        "include /etc/nginx/modules-enabled/*.conf; events {}"
        f"http {{ access_log off; include {home}/site.conf; }}"
    )
    return ["nginx", "-e", "stderr", "-c", f"{home}/nginx.conf"]


def _prepare_apache(home: Path, port: int, site: str) -> list[str]:
    """Prepare Apache with the modules that Debian enables, two more, and one site."""
    (home / "site.conf").write_text(site)
    modules = "/usr/lib/apache2/modules"
    (home / "apache.conf").write_text(f"""
ServerName localhost
ServerRoot {home}
PidFile {home}/apache.pid
ErrorLog {home}/error.log
Define APACHE_LOG_DIR {home}
Listen 127.0.0.1:{port}
User www-data
Group www-data
Include /etc/apache2/mods-enabled/*.load
Include /etc/apache2/mods-enabled/*.conf
LoadModule headers_module {modules}/mod_headers.so
LoadModule rewrite_module {modules}/mod_rewrite.so
<Directory />
    Require all denied
</Directory>
Include {home}/site.conf
""")
    return ["apache2", "-f", f"{home}/apache.conf", "-DFOREGROUND"]


def _prepare_caddy(home: Path, port: int, site: str) -> list[str]:
    """Prepare Caddy without its door for administrators."""
    (home / "Caddyfile").write_text(f"{{\n\tadmin off\n}}\n{site}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", f"{home}/Caddyfile"]


class Host(Struct, frozen=True):
    """A server of deploy/: its file, and what stands in it for a place of the test.

    `needs` are files of the Debian packages that it takes.
    """

    file: str
    places: dict[str, str]
    needs: tuple[str, ...]
    prepare: Callable[[Path, int, str], list[str]]

    @property
    def missing(self) -> list[str]:
        return [file for file in self.needs if not os.path.exists(file)]

    @contextmanager
    def start(self, home: Path, **here: object) -> Iterator[int]:
        """Start it till the end of the block: the port it listens at."""
        home.mkdir()
        port = find_port()
        site = (DEPLOY / self.file).read_text()
        for place, template in self.places.items():
            assert place in site, f"{self.file} has no {place!r}"
            site = site.replace(place, template.format(port=port, **here))
        with run(self.prepare(home, port, site), port, home / "log"):
            yield port


_NGINX_MODULES = "/usr/lib/nginx/modules/ngx_http"

_HUB = {"https://hub.example.org/": "http://127.0.0.1:9/"}

HOSTS = {
    "nginx": Host(
        "nginx.conf",
        {"listen 80;": "listen 127.0.0.1:{port};", "/srv/feeds;": "{folder};", **_HUB},
        (
            "/usr/sbin/nginx",
            f"{_NGINX_MODULES}_brotli_static_module.so",
            f"{_NGINX_MODULES}_headers_more_filter_module.so",
        ),
        _prepare_nginx,
    ),
    "nginx-proxy": Host(
        "nginx-proxy.conf",
        {"listen 80;": "listen 127.0.0.1:{port};", ":8000;": ":{upstream};"},
        ("/usr/sbin/nginx",),
        _prepare_nginx,
    ),
    "caddy": Host(
        "Caddyfile",
        {
            "http://feeds.example.org, https:": "http:",
            "//feeds.example.org {": "//feeds.example.org:{port} {{",
            "root * /srv/feeds": "root * {folder}",
            **_HUB,
        },
        ("/usr/bin/caddy",),
        _prepare_caddy,
    ),
    "apache": Host(
        "apache.conf",
        {"*:80>": "*:{port}>", " /srv/feeds": " {folder}", **_HUB},
        ("/usr/sbin/apache2",),
        _prepare_apache,
    ),
}
"""The servers, by the names that tests have for them."""
