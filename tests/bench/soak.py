"""`python -m tests.bench.soak SECONDS`: two workers under load, while articles come and go.

wrk asks for four kinds of document, plain and packed, with validators and without. Beside it a
client takes samples: each answer is whole, can be parsed, and has a body that is of its ETag
alone, as its ETag is of that body alone. Status 1 where anything fails.
"""

import gzip
import hashlib
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from tests.bench.bench import Bench
from tests.bench.client import Answer, Client, find_children, find_port, read_memory, running
from tests.bench.corpus import URL, edit_article, write_article
from tests.bench.measure import Failed, Pace, feedsvc, run
from tests.bench.watching import see_article
from tests.bench.wrk import read_load, start_wrk

__all__ = ["Samples", "main"]

ARTICLES = 2000
CONNECTIONS = 16
PATHS = (
    *("/atom.xml", "/rss.xml", "/feed.json", "/"),
    *("/category/city/atom.xml", "/archive/2020/rss.xml"),
)
PAUSE = 0.5
"""Seconds between changes of the folder."""
BROKEN = "A title\n01/02/2023\n\nWhich of two days is this?\n"
# A connection may have the tag of another document: an answer with a body, then.
SCRIPT = """
local paths = { PATHS }
local tags, count, turn = {}, 0, 0
request = function()
  turn = turn + 1
  local headers = {}
  if turn % 2 == 0 then headers["Accept-Encoding"] = "gzip" end
  if turn % 3 == 0 and count > 0 then headers["If-None-Match"] = tags[turn % count + 1] end
  return wrk.format("GET", paths[turn % #paths + 1], headers)
end
response = function(status, headers)
  local tag = headers["etag"] or headers["ETag"]
  if tag then tags[count % 8 + 1] = tag; count = math.min(count + 1, 8) end
end
"""


class Samples:
    """Answers that were looked at: which body was of which tag, and what was wrong."""

    def __init__(self) -> None:
        self.answers: Counter[int] = Counter()
        self.faults: list[str] = []
        self._bodies: dict[str, bytes] = {}
        self._tags: dict[bytes, str] = {}

    @property
    def versions(self) -> int:
        """How many bodies were different."""
        return len(self._tags)

    def take(self, path: str, held: str, answer: Answer) -> None:
        """Look at an answer to a request with a validator, or with none."""
        self.answers[answer.status] += 1
        if answer.status == 304:
            if answer.body or answer.tag != held:
                self._tell(path, f"304 with {answer.tag} for {held}")
        elif answer.status == 200:
            self._verify(path, answer)
        else:
            self._tell(path, f"status {answer.status}")

    def _verify(self, path: str, answer: Answer) -> None:
        digest = hashlib.sha256(answer.body).digest()
        if self._bodies.setdefault(answer.tag, digest) != digest:
            self._tell(path, f"another body with {answer.tag}")
        tag = self._tags.setdefault(digest, answer.tag)
        if tag != answer.tag:
            self._tell(path, f"{answer.tag} for the body of {tag}")
        try:
            parse(answer)
        except Exception as error:  # whatever a parser of either kind raises
            self._tell(path, f"can't be read: {error}")

    def _tell(self, path: str, what: str) -> None:
        self.faults.append(f"{path}: {what}")


def parse(answer: Answer) -> None:
    """Read a document to its end; raises where it isn't whole."""
    body = answer.body
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    if answer.type.startswith("text/html"):
        if not body.rstrip().endswith(b"</html>"):
            raise ValueError("the page has no end")
    elif "json" in answer.type:
        msgspec.json.decode(body)
    else:
        ElementTree.fromstring(body)


def change(bench: Bench, dice: random.Random) -> None:
    """Add, edit, break or remove an article, by chance."""
    files = sorted(bench.folder.glob("0*/[0-9]*.txt"))
    chosen = dice.choice(files)

    def add() -> None:
        made = write_article(bench.home / "made", bench.next_number())
        made.replace(bench.folder / "0000" / f"new-{made.name}")

    def edit() -> None:
        edit_article(chosen, f"v{dice.randrange(1000)}")

    def damage() -> None:
        chosen.write_text(BROKEN)

    works: list[Callable[[], None]] = [add, edit, damage, chosen.unlink]
    dice.choice(works)()


def main() -> None:
    """Soak, and tell."""
    seconds = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(Path(home), ARTICLES, Pace())
        faults = soak(bench, seconds)
    for fault in faults[:20]:
        print(fault)
    print(f"{len(faults)} faults")
    sys.exit(bool(faults))


def soak(bench: Bench, seconds: int) -> list[str]:
    """Serve, ask, sample and write for some seconds; print what came of it, return the faults."""
    port = find_port()
    folder = bench.settings.folder
    command = feedsvc("serve", folder, "--port", str(port), "--url", URL, "--workers", "2")
    script = bench.home / "ask.lua"
    script.write_text(SCRIPT.replace("PATHS", ", ".join(f'"{path}"' for path in PATHS)))
    samples, stop = Samples(), threading.Event()
    with running(command, port, PATHS[0]) as server, closing(Client(port)) as client:
        watches = see_article(bench, client) is not None
        print("serve watches" if watches else "serve doesn't watch: the writer ingests")
        children = find_children(server)
        before = [read_memory(child, "VmRSS") for child in children]

        def write() -> None:
            dice = random.Random(1)
            while not stop.wait(PAUSE):
                change(bench, dice)
                if not watches:
                    ingest(folder, samples.faults)

        writer = threading.Thread(target=write)
        url = f"http://127.0.0.1:{port}/"
        with start_wrk(url, seconds, CONNECTIONS, script=script) as load:
            writer.start()
            try:
                sample(client, samples, time.monotonic() + seconds)
            finally:
                stop.set()
                writer.join()
            done = read_load(load.communicate()[0])
        print(f"wrk: {done.requests} requests, p50 {done.p50:g} ms, p99 {done.p99:g} ms")
        print(f"sampled: {dict(samples.answers)} by status, {samples.versions} bodies")
        if set(find_children(server)) != set(children):
            return [*samples.faults, "a process of the server was replaced"]
        for child, first in zip(children, before, strict=True):
            last, most = (read_memory(child, field) for field in ("VmRSS", "VmHWM"))
            print(f"process: {first:.0f} MiB before, {last:.0f} after, {most:.0f} at most")
    return [*samples.faults, *([done.failures] if done.failures else [])]


def ingest(folder: str, faults: list[str]) -> None:
    """Ingest the folder as a user does; a refused article is none of its faults."""
    try:
        run(feedsvc("ingest", folder, "--url", URL), 60)
    except Failed as failure:
        faults.append(str(failure))


def sample(client: Client, samples: Samples, end: float) -> None:
    """Ask as readers do, half of the time with the tag that they have, until `end`."""
    dice = random.Random(2)
    held: dict[tuple[str, str], str] = {}
    while time.monotonic() < end:
        path, packing = dice.choice(PATHS), dice.choice(("identity", "gzip"))
        tag = held.get((path, packing), "") if dice.random() < 0.5 else ""
        asked = {"Accept_Encoding": packing} | ({"If_None_Match": tag} if tag else {})
        try:
            answer = client.get(path, **asked)
        except OSError as error:
            samples.faults.append(f"{path}: {error!r}")
            client.close()
            continue
        samples.take(path, tag, answer)
        held[path, packing] = answer.tag


if __name__ == "__main__":
    main()
