"""`python -m tests.bench.cold FOLDER`: what a process pays once, before it is warm."""

import sys
from pathlib import Path

from tests.bench.corpus import load
from tests.bench.measure import measure

__all__ = ["main"]


def main() -> None:
    """Print the time of importing the app, and of the first documents of a new process."""
    settings = load(Path(sys.argv[1]))

    def import_app() -> None:
        import feedsvc.web  # noqa: F401

    print(f"\nnew process, ms: import of the app {measure(import_app) * 1e3:.0f}", end="")
    from tests.bench.answers import first_answer

    for path in ("/atom.xml", "/rss.xml", "/feed.json", "/", "/feeds.opml", "/feed.css"):
        first, again = (first_answer(settings, path).seconds * 1e3 for _ in range(2))
        print(f"; {path} {first:.0f} then {again:.1f}", end="")
    print()


if __name__ == "__main__":
    main()
