"""`python -m tests.bench.cold FOLDER`: what a process pays once, before it is warm, as JSON.

The milliseconds of each work, and of doing it again.
"""

import sys
from pathlib import Path

import msgspec

from tests.bench.corpus import load
from tests.bench.measure import measure

__all__ = ["main"]


def main() -> None:
    """Measure the import of the app, and the first documents of a new process."""
    settings = load(Path(sys.argv[1]))

    def import_app() -> None:
        import feedsvc.web  # noqa: F401

    took: dict[str, tuple[float, float | None]] = {
        "new process: import of the app": (measure(import_app) * 1e3, None)
    }
    from tests.bench.answers import first_answer

    for path in ("/atom.xml", "/rss.xml", "/feed.json", "/", "/feeds.opml", "/feed.css"):
        first, again = (first_answer(settings, path) * 1e3 for _ in range(2))
        took[f"new process: first {path}"] = first, again
    print(msgspec.json.encode(took).decode())


if __name__ == "__main__":
    main()
