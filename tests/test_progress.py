"""Progress: what who waits for a long run sees, on a terminal and elsewhere."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

LONG = (
    "import time\n"
    "from feedsvc.progress import show_progress\n"
    "with show_progress('articles') as advance:\n"
    "    for done in range({count}):\n"
    "        advance(done, {total})\n"
    "        time.sleep({pause})\n"
    "print('done')\n"
)
QUICK = LONG.format(count=3, total=3, pause=0)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "done\n", "what a command prints stays apart"
    return done.stderr


def run_on_terminal(code: str) -> str:
    ours, theirs = pty.openpty()
    environ = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs, env=environ
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:  # nobody has the terminal open any more
            os.close(ours)
    assert process.returncode == 0
    return shown.decode()


@pytest.mark.parametrize("show", [run, run_on_terminal])
def test_nothing_is_shown_of_a_run_that_is_soon_over(show: Callable[[str], str]) -> None:
    assert show(QUICK) == ""


def test_a_line_tells_how_many_there_are_and_how_long_it_takes() -> None:
    [line] = run(LONG.format(count=8, total=900, pause=0.1)).splitlines()
    assert re.fullmatch(r"\d of 900 articles, \d+ a second, \d+ s left", line)


def test_a_line_tells_what_is_known_where_nobody_knows_how_many_there_are() -> None:
    [line] = run(LONG.format(count=8, total=None, pause=0.1)).splitlines()
    assert re.fullmatch(r"\d articles, \d+ a second", line)


def test_how_many_there_are_is_counted_beside_the_work() -> None:
    sooner = "import feedsvc.progress as room\nroom.PAUSE = 0.2\n"
    counting = LONG.replace("show_progress('articles')", "show_progress('articles', lambda: 77)")
    lines = run(sooner + counting.format(count=12, total=None, pause=0.1)).splitlines()
    assert re.fullmatch(r"\d+ of 77 articles, \d+ a second, \d+ s left", lines[-1])


@pytest.mark.parametrize("show", [run, run_on_terminal])
def test_who_wants_quiet_sees_nothing(show: Callable[[str], str]) -> None:
    quiet = LONG.replace("show_progress('articles')", "show_progress('articles', quiet=True)")
    assert show(quiet.format(count=8, total=8, pause=0.1)) == ""


def test_further_lines_come_now_and_then() -> None:
    code = LONG.format(count=12, total=12, pause=0.1).replace(
        "import show_progress\n",
        "import show_progress\nimport feedsvc.progress as p\np.PAUSE = 0.2\n",
    )
    assert len(run(code).splitlines()) > 1


@pytest.mark.parametrize(("total", "shown"), [(900, " of 900"), (None, "")])
def test_a_bar_moves_on_a_terminal_and_goes(total: int | None, shown: str) -> None:
    seen = run_on_terminal(LONG.format(count=12, total=total, pause=0.1))
    assert re.search(rf"\d+{shown} articles, \d+ a second", seen)
    assert seen.endswith("\x1b[2K"), "the line is wiped"


def test_no_room_below_needs_rich() -> None:
    code = "import feedsvc.cli, feedsvc.progress, sys; print('done', end='\\n')\n"
    assert run(code + "assert 'rich' not in sys.modules\n") == ""


def test_source_of_the_package_is_what_runs() -> None:
    code = "import feedsvc.progress as p, sys; print(p.__file__, file=sys.stderr); print('done')"
    assert Path(run(code).strip()).name == "progress.py"
