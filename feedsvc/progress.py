"""Progress: how far a long run is: a bar on a terminal, elsewhere a line now and then.

Nothing is shown of a run that is over before anybody wonders. The only user of rich.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Thread
from typing import Protocol

__all__ = ["show_progress"]

PATIENCE = 0.5
"""Seconds for which nothing is shown."""

PAUSE = 10.0
"""Seconds between lines."""


class Advance(Protocol):
    """What is called with how many are done, and how many there are where that is known."""

    def __call__(self, done: int, total: int | None = None) -> None: ...


@contextmanager
def show_progress(
    noun: str, count: Callable[[], int] | None = None, *, quiet: bool = False
) -> Iterator[Advance]:
    """Show how many of what `noun` names are done, on standard error; nothing where `quiet`.

    Who doesn't know how many there are gives what counts them: that is done beside the work.
    """
    began = time.monotonic()
    on_terminal = sys.stderr.isatty()
    shown = began + PATIENCE
    show: Advance | None = None
    counted: list[int] = []
    with ExitStack() as stack:

        def advance(done: int, total: int | None = None) -> None:
            nonlocal shown, show
            now = time.monotonic()
            if quiet or now < shown:
                return
            if show is None:
                if count:
                    Thread(target=lambda: counted.append(count()), daemon=True).start()
                show = partial(_show_line, noun, began)
                if on_terminal:
                    show = stack.enter_context(_show_bar(noun, began))
            most = next(iter(counted), total)
            # A file may hold more than it was counted for: then nobody knows.
            show(done, most if most is None or most >= done else None)
            shown = now if on_terminal else now + PAUSE

        yield advance


def _show_line(noun: str, began: float, done: int, total: int | None = None) -> None:
    line = _say(noun, began, done, total)
    if total is not None:
        left = (time.monotonic() - began) * max(total - done, 0) / max(done, 1e-9)
        line += f", {left:.0f} s left"
    print(line, file=sys.stderr, flush=True)


def _say(noun: str, began: float, done: int, total: int | None) -> str:
    of = "" if total is None else f" of {total}"
    return f"{done}{of} {noun}, {done / (time.monotonic() - began):.0f} a second"


@contextmanager
def _show_bar(noun: str, began: float) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int | None = None) -> None:
            text = _say(noun, began, done, total)
            bar.update(task, completed=done, total=total, description=text)

        yield show
