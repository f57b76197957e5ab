"""Access logs: lines of real servers, and what those who ask put into them."""

import gzip
import io
import json
import os
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import LogError
from feedsvc.logs import LONGEST, Request, read_line, read_log
from tests.serving import PATIENCE, wait_for

FORGED = 'Evil "RSS" \\ [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 1 "-" "x'
COMBINED = '{client} - {user} [26/Apr/2021:06:04:43 +0000] "{request}" 304 0 "-" "{agent}"\n'


def combine(
    client: str = "8.29.198.26",
    user: str = "-",
    request: str = "GET /rss.xml HTTP/1.1",
    agent: str = "-",
) -> bytes:
    return COMBINED.format(client=client, user=user, request=request, agent=agent).encode()


def read(line: bytes | str) -> Request:
    found = read_line(line if isinstance(line, bytes) else line.encode())
    assert found
    return found


def test_line_of_the_combined_form_is_read() -> None:
    line = (
        '8.29.198.26 - - [26/Apr/2021:06:04:43 +0200] "GET /rss.xml?a HTTP/1.1" 304 0 "-" '
        '"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 1 subscribers)"\n'
    )
    assert read(line) == Request(
        client="8.29.198.26",
        time=datetime(2021, 4, 26, 4, 4, 43, tzinfo=UTC),
        method="GET",
        target="/rss.xml?a",
        status=304,
        agent="Feedly/1.0 (+http://www.feedly.com/fetcher.html; 1 subscribers)",
    )


@pytest.mark.parametrize(
    ("line", "agent"),
    [
        ('1.2.3.4 - - [30/Oct/2016:17:17:17 -0930] "GET /a HTTP/1.1" 200 12', ""),
        ('1.2.3.4 - [30/Oct/2016:17:17:17 -0930] "GET /a HTTP/1.1" 200 12 "-" "x y"', "x y"),
        ('1.2.3.4 - a b [30/Oct/2016:17:17:17 -0930] "GET /a HTTP/1.1" 200 - "-" "x"', "x"),
        ('1.2.3.4 - [c [30/Oct/2016:17:17:17 -0930] "GET /a HTTP/1.1" 200 - "-" "x"', "x"),
        ('a.org:443 1.2.3.4 - - [30/Oct/2016:17:17:17 -0930] "GET /a H" 200 1 "-" "x"', "x"),
        ('1.2.3.4 - - [30/Oct/2016:17:17:17 -0930] "GET /a H" 200 1 "-" "x" "-" 0.1 a=b', "x"),
        ('1.2.3.4 - - [30/Oct/2016:17:17:17 -0930] "GET /a H" 200 1 rt=0.1', ""),
    ],
)
def test_forms_beside_the_combined_are_read(line: str, agent: str) -> None:
    expected = Request(
        client="1.2.3.4",
        time=datetime(2016, 10, 31, 2, 47, 17, tzinfo=UTC),
        method="GET",
        target="/a",
        status=200,
        agent=agent,
    )
    for ending in ("", "\n", "\r\n"):
        assert read(line + ending) == expected


def test_line_of_caddy_is_read() -> None:
    asked = {"remote_ip": "10.0.0.1", "method": "GET", "uri": "/atom.xml"}
    line = {"level": "info", "ts": 1619416830.52, "request": asked, "status": 200}
    assert read(json.dumps(line)) == Request(
        client="10.0.0.1",
        time=datetime(2021, 4, 26, 6, 0, 30, 520000, tzinfo=UTC),
        method="GET",
        target="/atom.xml",
        status=200,
        agent="",
    )
    asked |= {"client_ip": "1.2.3.4", "headers": {"User-Agent": ["Newsboat/2"]}}  # type: ignore[dict-item]  # JSON
    assert (read(json.dumps(line)).client, read(json.dumps(line)).agent) == (
        "1.2.3.4",
        "Newsboat/2",
    )


@pytest.mark.parametrize(
    "line",
    [
        *("", "-", "garbage", "{}", "{", '{"ts": 1e99}', "\x00" * 10, "[" * 5000, "{" * 5000),
        '1.2.3.4 - - [31/Feb/2016:17:17:17 +0000] "GET /a HTTP/1.1" 200 1',
        '1.2.3.4 - - [30/Okt/2016:17:17:17 +0000] "GET /a HTTP/1.1" 200 1',
        '1.2.3.4 - - [01/Jan/0001:00:00:00 +0100] "GET /a HTTP/1.1" 200 1',
        '1.2.3.4 - - [30/Oct/2016:25:17:17 +0000] "GET /a HTTP/1.1" 200 1',
        '1.2.3.4 - - [30/Oct/2016:17:17:17 +0000] "GET /a HTTP/1.1 200 1',
        '1.2.3.4 - - [30/Oct/2016:17:17:17 +0000] "GET /a HTTP/1.1" 2000 1',
        '1.2.3.4 - - [30/Oct/2016:17:17:17 +0000] "GET /a HTTP/1.1\\" 200 1',
        '{"ts": 1e30, "status": 200, "request": {"method": "", "uri": "", "remote_ip": ""}}',
        '{"ts": "a", "status": 200, "request": {"method": "", "uri": "", "remote_ip": ""}}',
        b'{"ts": 1, "status": 200, "request": {"method": "\xff", "uri": "", "remote_ip": ""}}',
    ],
)
def test_what_is_no_request_costs_only_itself(line: str | bytes) -> None:
    line = line if isinstance(line, bytes) else line.encode()
    assert read_line(line) is None
    log = io.BytesIO(combine() + line.replace(b"\n", b"") + b"\n\n \n" + combine())
    found = list(read_log(log, "log"))
    assert found == [read(combine()), *([None] if line else []), read(combine())]


def test_line_that_is_too_long_costs_only_itself() -> None:
    lines = (combine(), b"a" * (3 * LONGEST), b"\n", combine(agent="b" * 2 * LONGEST), combine())
    first, long, cut, last = read_log(io.BytesIO(b"".join(lines)), "log")
    assert (first, long, last) == (read(combine()), None, read(combine()))
    assert cut is None or not cut.agent


@pytest.mark.parametrize("asked", ["-", "", "\\x16\\x03\\x01", "GET", "a b c d"])
def test_request_that_is_none_is_read_as_it_is(asked: str) -> None:
    found = read(combine(request=asked))
    assert (found.method, found.target) == {
        "-": ("-", ""),
        "": ("", ""),
        "\\x16\\x03\\x01": ("\x16\x03\x01", ""),
        "GET": ("GET", ""),
        "a b c d": ("a", "b"),
    }[asked]


def test_quotes_of_both_kinds_are_read_back() -> None:
    assert read(combine(agent=r"a \"b\" \x22c\x22 \\ \x5C \xd0\x9f \xff")).agent == (
        'a "b" "c" \\ \\ П \N{REPLACEMENT CHARACTER}'
    )


def test_gzipped_log_is_unpacked() -> None:
    packed = gzip.compress(combine() * 3)
    assert len(list(read_log(io.BytesIO(packed), "access.log.2.gz"))) == 3


@pytest.mark.parametrize("packed", [b"no gzip", gzip.compress(combine() * 99)[:-9]])
def test_broken_gzip_is_told(packed: bytes) -> None:
    with pytest.raises(LogError, match=r"^access\.log\.gz: can't be unpacked: "):
        list(read_log(io.BytesIO(packed), "access.log.gz"))
    flipped = bytearray(gzip.compress(bytes(range(256)) * 99))
    flipped[40] ^= 0xFF
    with pytest.raises(LogError):
        list(read_log(io.BytesIO(flipped), "access.log.gz"))


@pytest.mark.parametrize(
    "part", [b"a", b" ", b"- ", b"[", b'"', b"\\", b'[30/Oct/2016:17:17:17 +0000] "', b'" 200 1 "']
)
def test_no_line_takes_long(part: bytes) -> None:
    lines = (b"1.2.3.4 - " + part * LONGEST)[:LONGEST], part * LONGEST
    assert list(map(read_line, lines)) == [None, None]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=20),
            st.sampled_from([b'"', b"\\", b"\\x", b"\n", b" - ", b"[", b"] ", b"{", b"\x1f\x8b"]),
            st.sampled_from([combine(), combine(agent=r"a \" b"), combine()[:50], combine()[50:]]),
        ),
        max_size=12,
    ).map(b"".join)
)
def test_any_bytes_are_requests_or_none_fuzz(data: bytes) -> None:
    assert all(
        found is None or found.time.tzinfo is UTC for found in read_log(io.BytesIO(data), "log")
    )


@given(st.text(max_size=50), st.text(max_size=50))
def test_nobody_writes_another_line_into_a_log_fuzz(user: str, agent: str) -> None:
    r"""Escaped as nginx does: `"`, `\` and what isn't printable ASCII as `\xHH`."""

    def escape(text: str) -> str:
        return "".join(
            chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}"
            for byte in text.encode(errors="replace")
        )

    found = read(combine(user=escape(user), agent=escape(agent)))
    assert (found.target, found.status) == ("/rss.xml", 304)
    assert found.agent == agent.encode(errors="replace").decode()


# What servers write

NGINX = """daemon off; pid {home}/pid; error_log {home}/errors; events {{}}
http {{ access_log {home}/access.log combined; {paths} server {{ listen 127.0.0.1:{port}; }} }}"""
APACHE = """ServerRoot {home}
ServerName a.org
PidFile {home}/pid
ErrorLog {home}/errors
Listen 127.0.0.1:{port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" vhost
CustomLog {home}/access.log vhost
User nobody
Group nogroup
"""
CADDY = """{{
    admin off
}}
http://127.0.0.1:{port} {{
    bind 127.0.0.1
    log {{
        output file {home}/access.log
    }}
    respond 404
}}
"""
SERVERS = {
    "nginx": (NGINX, ("-c",)),
    "apache2": (APACHE, ("-D", "FOREGROUND", "-f")),
    "caddy": (CADDY, ("run", "--adapter", "caddyfile", "--config")),
}


@pytest.mark.parametrize("name", SERVERS)
def test_log_of_a_server_tells_who_asked_whatever_they_say(name: str, tmp_path: Path) -> None:
    if not (program := shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")):
        pytest.skip(f"{name} isn't installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    form, options = SERVERS[name]
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {tmp_path};" for kind in kinds)
    (config := tmp_path / "config").write_text(form.format(home=tmp_path, port=port, paths=paths))
    agents = ["Newsboat/2.34.0 (Linux x86_64)", FORGED, r"a \x22 \" b", "Подкасты/1"]
    with (
        (tmp_path / "said").open("wb") as said,
        subprocess.Popen(
            [program, *options, str(config)],
            stderr=said,
            env=os.environ | {"HOME": str(tmp_path)},
        ) as server,
    ):
        try:
            wait_for(lambda: server.poll() is not None or _answers(port))
            assert server.poll() is None, (tmp_path / "said").read_text()
            for agent in agents:
                _ask(port, agent)
            wait_for(lambda: len(_read_file(tmp_path / "access.log")) > len(agents))
        finally:
            server.terminate()
    found = [read for read in _read_file(tmp_path / "access.log") if read and read.agent]
    assert sorted(read.agent for read in found) == sorted(agents)
    assert {(read.client, read.method, read.target) for read in found} == {
        ("127.0.0.1", "GET", "/atom.xml?q")
    }
    assert all(abs(datetime.now(UTC) - read.time) < timedelta(minutes=5) for read in found)


def _read_file(path: Path) -> list[Request | None]:
    """Return what a server has logged so far; there is no file before it has."""
    data = path.read_bytes() if path.exists() else b""
    return list(read_log(io.BytesIO(data), "access.log"))


def _answers(port: int) -> bool:
    try:
        return _ask(port, "")
    except ConnectionRefusedError:
        return False


def _ask(port: int, agent: str) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        text = f"GET /atom.xml?q HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {agent}\r\n"
        client.sendall(text.encode() + b"Connection: close\r\n\r\n")
        return client.recv(65536).startswith(b"HTTP/1.1 ")
