"""`feedsvc stats`: tell how many are subscribed to each feed, by which readers."""

from collections.abc import Iterator
from typing import Any

import click
import msgspec

from feedsvc.commands.options import PATH, complain
from feedsvc.logs import read_log
from feedsvc.readership import Readership

__all__ = ["command"]

UNTOLD = " (tells no number)"


@click.command("stats")
@click.argument("logs", type=PATH, nargs=-1, metavar="[LOG]...")
@click.option(
    "--days",
    default=7,
    show_default=True,
    type=click.IntRange(1, 366),
    help="Days to count, up to that of the newest line.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def command(logs: tuple[str, ...], days: int, as_json: bool) -> None:
    """Tell how many are subscribed to each feed, by what readers tell in access logs.

    Each LOG is in the common or combined form, or Caddy's JSON, gzipped where its name ends in
    .gz; else it is read from standard input, as is "-". No address is kept.
    """
    readership = Readership(days)
    unread = sum(_read(log, readership) for log in logs or ("-",))
    click.echo(_tell_json(readership, unread) if as_json else "\n".join(_tell(readership)))
    if unread:
        complain(f"lines that are no requests: {unread}")


def _read(log: str, readership: Readership) -> int:
    """Take note of a log's requests; return how many lines are none."""
    unread = 0
    with click.open_file(log, "rb") as lines:
        for request in read_log(lines, log):
            if request:
                readership.add(request)
            else:
                unread += 1
    return unread


def _tell(readership: Readership) -> Iterator[str]:
    """Yield what people read: each feed and its readers, then what they come to."""
    total = 0
    for feed in readership.list_feeds():
        total += feed.subscribers
        yield f"{feed.path} ({', '.join(feed.formats)}): {feed.subscribers}"
        for reader in feed.readers:
            yield f"{reader.subscribers:>8}  {reader.name}" + ("" if reader.tells else UNTOLD)
    period = readership.period
    yield f"{total} subscriptions" + (f" from {period[0]} to {period[1]} (UTC)" if period else "")
    if apart := readership.apart:
        each = ", ".join(f"{number} of {kind}s" for kind, number in sorted(apart.items()))
        yield f"requests not counted: {each}"


def _tell_json(readership: Readership, unread: int) -> str:
    """Write the same for programs."""
    first, last = readership.period or (None, None)
    feeds = [
        {"subscribers": feed.subscribers, **msgspec.structs.asdict(feed)}
        for feed in readership.list_feeds()
    ]
    told: dict[str, Any] = {
        "from": first,
        "to": last,
        "subscriptions": sum(feed["subscribers"] for feed in feeds),
        "feeds": feeds,
        "apart": readership.apart,
        "unread": unread,
    }
    return msgspec.json.format(msgspec.json.encode(told)).decode()
