"""The examples of README and docs/, and how they are run: a page's by one bash, in their order.

A block is fenced; a caption names the file that it stands for. A comment before it, `% not run:
REASON`, tells why it is only looked at, and `% ends with N` which status its last command has. A
block of text without a caption is what the commands before it print, where `…` may be anything.
"""

import os
import random
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

__all__ = ["ROOT", "Block", "environment", "find_port", "read_blocks", "run_page"]

ROOT = Path(__file__).parents[1]

_FENCE = re.compile(
    r"(?:^% (?P<mark>[^\n]+)\n)?"
    r"^(?P<fence>`{3,})(?:\{code-block\} )?(?P<language>\w+)\n"
    r"(?::caption: (?P<caption>[^\n]+)\n\n?)?"
    r"(?P<text>.*?)^(?P=fence)$",
    re.M | re.S,
)
_PRELUDE = """\
set -euo pipefail
server=
stop() { [ -z "$server" ] || { kill "$server"; wait "$server" || :; server=; }; }
trap stop EXIT
start() {
    { set +x; } 2>&-
    stop; log=$1; shift; "$@" & server=$!
    for turn in $(seq 400); do
        if grep --quiet "Press Ctrl-C\\|Listening at" "$log" &&
            curl --fail --silent --output /dev/null http://127.0.0.1:8000/healthz
        then return; fi
        kill -0 "$server"; sleep 0.05
    done
    return 1
}
"""


class Block(NamedTuple):
    """A block of a page; `mark` and `caption` are "" where there is none."""

    language: str
    text: str
    caption: str = ""
    mark: str = ""

    @property
    def why_not_run(self) -> str:
        return self.mark.removeprefix("not run: ") if self.mark.startswith("not run: ") else ""


def read_blocks(page: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    found = _FENCE.finditer(page.read_text(encoding="utf-8"))
    return [
        Block(match["language"], match["text"], match["caption"] or "", match["mark"] or "")
        for match in found
    ]


def environment() -> dict[str, str]:
    """Return what commands of examples find: these programs, and this project."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    modules = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    return os.environ | {"PATH": path, "PYTHONPATH": modules}


def find_port() -> int:
    """Return a port that nobody listens on, and that nobody gets who asks for any."""
    for port in random.sample(range(15_000, 32_000), 100):
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def run_page(blocks: list[Block], folder: Path, **variables: str) -> None:
    """Run the blocks of a page in a folder, and compare what they print with what it shows."""
    port = str(find_port())
    outputs = folder / ".printed"
    outputs.mkdir()
    script = _PRELUDE + "".join(
        part
        for number, block in enumerate(blocks)
        for part in _write_block(block, outputs / str(number))
    )
    done = subprocess.run(
        ["bash", "-c", script.replace("8000", port)],
        cwd=folder,
        env=environment() | {"HOME": str(folder)} | variables,
        stdin=subprocess.DEVNULL,
        timeout=180,
    )
    printed = {int(file.name): file.read_text().replace(port, "8000") for file in outputs.iterdir()}
    assert done.returncode == 0, "\n".join(text for _, text in sorted(printed.items()))
    for number, block in enumerate(blocks):
        if block.language == "text" and not block.caption and not block.mark:
            _compare(block.text, printed[number - 1])


def _write_block(block: Block, output: Path) -> Iterator[str]:
    """Yield the lines of bash that do what a reader of the block would."""
    if block.why_not_run:
        return
    if block.caption:
        folder = os.path.dirname(block.caption) or "."
        yield f"mkdir -p {folder}\ncat >{block.caption} <<'THE END'\n{block.text}THE END\n"
    elif block.language == "sh":
        lines = block.text.replace("\\\n", "").splitlines()
        status = int(block.mark.removeprefix("ends with ")) if block.mark else 0
        yield f"exec >{output} 2>&1\nset -x\n"
        if status:
            *lines, last = lines
            lines += ["ended=0", f"{last} || ended=$?", f"[ $ended = {status} ]"]
        yield from (_write_line(line, output) + "\n" for line in lines)
        yield "{ set +x; } 2>&-\n"
    elif block.language == "python":
        yield f"exec >{output} 2>&1\npython - <<'THE END'\n{block.text}THE END\n"


def _write_line(line: str, output: Path) -> str:
    """Write a line so that it ends: a server is left behind, a reader reads without a terminal."""
    if re.match(r"(\w+=\S+ )*(feedsvc serve|gunicorn)\b", line):
        port = "" if "--port" in line or "--bind" in line else " --port 8000"
        return f"start {output} env {line}{port}"
    return line.replace("newsboat -r ", "newsboat -c cache.db -x reload print-unread -q ")


def _compare(shown: str, printed: str) -> None:
    """Find each line that a page shows in what was printed, in this order."""
    lines = iter(printed.splitlines())
    for line in shown.splitlines():
        pattern = re.compile(re.escape(line.strip()).replace("…", ".*"))
        assert any(pattern.fullmatch(other.strip()) for other in lines), f"{line}\n{printed}"
