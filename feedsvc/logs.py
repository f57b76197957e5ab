r"""Access logs: their lines, as servers write them, to requests.

Read are the common and the combined form of Apache, nginx and others, behind a virtual host's name
or before fields of one's own too, and the JSON of Caddy. Who asks puts into a line what they like:
quotes, backslashes and control characters stand escaped in it (`\"`, `\x22`), and a line that is
none of these costs no other.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import IO, cast

import msgspec
from msgspec import Struct

from feedsvc.errors import LogError

__all__ = ["Request", "read_line", "read_log"]

LONGEST = 65_536
"""Bytes of a line that are looked at; no server takes a request that is longer."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUOTED = r'"((?:[^"\\]|\\.)*+)"'
_LINE = re.compile(
    rf"(?:\S+ )??(?P<client>\S+) - (?:.*? )??"
    rf"\[(\d\d)/({'|'.join(_MONTHS)})/(\d{{4}}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)\] "
    rf"{_QUOTED} (\d{{3}}) \S+(?: {_QUOTED} {_QUOTED})?(?:\s.*)?".encode(),
    re.S,
)
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.S)


class Request(Struct, frozen=True):
    """What was asked for, when, by whom, and the status of the answer.

    The `target` is as it was sent. What isn't told is empty.
    """

    client: str
    time: datetime
    method: str
    target: str
    status: int
    agent: str


class _CaddyRequest(Struct):
    method: str
    uri: str
    remote_ip: str
    client_ip: str = ""
    headers: dict[str, list[str]] = {}


class _CaddyLine(Struct):
    ts: float
    request: _CaddyRequest
    status: int


_read_json = msgspec.json.Decoder(_CaddyLine).decode


def read_log(log: IO[bytes], name: str) -> Iterator[Request | None]:
    """Read the lines of a log, None for each that is no request; a name in `.gz` has it unpacked.

    Raises LogError where it can't be.
    """
    unpacked = cast(IO[bytes], gzip.GzipFile(fileobj=log)) if name.endswith(".gz") else log
    try:
        for line in _split_lines(unpacked):
            if not line.isspace():
                yield read_line(line)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LogError(name, "can't be unpacked", str(error)) from error


def read_line(line: bytes) -> Request | None:
    """Read a line of any of the forms, None where it is of none."""
    try:
        return _read_caddy(line) if line.startswith(b"{") else _read_combined(line)
    except (msgspec.MsgspecError, ValueError, ArithmeticError):
        return None


def _split_lines(log: IO[bytes]) -> Iterator[bytes]:
    """Yield each line, and of one that is too long what it begins with."""
    begins = True
    while part := log.readline(LONGEST):
        if begins:
            yield part
        begins = part.endswith(b"\n")


def _read_combined(line: bytes) -> Request | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    client, day, month, year, clock, hours, minutes, request, status, _, agent = found.groups()
    number = _MONTHS.index(month.decode()) + 1
    local = datetime.fromisoformat(f"{year.decode()}-{number:02}-{day.decode()}T{clock.decode()}Z")
    ahead = timedelta(hours=int(hours), minutes=int(hours[:1] + minutes))
    method, target, *_ = [*_unescape(request).split(" "), ""]
    return Request(
        client=client.decode(errors="replace"),
        time=local - ahead,
        method=method,
        target=target,
        status=int(status),
        agent=_unescape(agent or b""),
    )


def _read_caddy(line: bytes) -> Request:
    read = _read_json(line)
    asked = read.request
    return Request(
        client=asked.client_ip or asked.remote_ip,
        time=datetime.fromtimestamp(read.ts, UTC),
        method=asked.method,
        target=asked.uri,
        status=read.status,
        agent=" ".join(asked.headers.get("User-Agent", ())),
    )


def _unescape(text: bytes) -> str:
    r"""Return what stands for it, with `\"` and `\x22` for a quote."""
    plain = _ESCAPE.sub(lambda found: found[2] or bytes([int(found[1], 16)]), text)
    return plain.decode(errors="replace")
