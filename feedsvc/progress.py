"""Progress: how far a long run is: a bar on a terminal, elsewhere a line now and then.

Nothing is shown of a run that is over before anybody wonders. The only user of rich.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

__all__ = ["show_progress"]

PATIENCE = 0.5
"""Seconds for which nothing is shown."""

PAUSE = 10.0
"""Seconds between lines."""


@contextmanager
def show_progress(noun: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show how many of what `noun` says are done, on standard error.

    Yields what is to be called with how many are done, and how many there are if that is known.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        shown = began + PATIENCE
        show: Callable[[int, int | None], None] | None = None

        def advance(done: int, total: int | None = None) -> None:
            nonlocal shown, show
            now = time.monotonic()
            if now < shown:
                return
            if sys.stderr.isatty():
                show = show or stack.enter_context(_show_bar(noun, began))
                show(done, total)
            else:
                print(_say(noun, done, total, now - began), file=sys.stderr, flush=True)
                shown = now + PAUSE

        yield advance


def _say(noun: str, done: int, total: int | None, seconds: float) -> str:
    rate = done / seconds
    if total is None:
        return f"{done} {noun}, {rate:.0f} a second"
    left = max(total - done, 0) / max(rate, 1e-9)
    return f"{done} of {total} {noun}, {rate:.0f} a second, {left:.0f} s left"


@contextmanager
def _show_bar(noun: str, began: float) -> Iterator[Callable[[int, int | None], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int | None) -> None:
            rate = done / (time.monotonic() - began)
            of = f" of {total}" if total is not None else ""
            text = f"{done}{of} {noun}, {rate:.0f} a second"
            bar.update(task, completed=done, total=total, description=text)

        yield show
