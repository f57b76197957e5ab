"""`python -m tests.bench`: print each line of work on N articles, and keep it in `results.json`."""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.answers import bench_answers
from tests.bench.bench import Bench
from tests.bench.building import bench_build
from tests.bench.documents import bench_window
from tests.bench.exporting import bench_export
from tests.bench.ingesting import bench_ingest
from tests.bench.lines import HEADS, Line, show
from tests.bench.measure import Failed, Pace
from tests.bench.memory import bench_memory
from tests.bench.results import RESULTS, keep
from tests.bench.serving import bench_serving
from tests.bench.starting import bench_process, bench_start
from tests.bench.watching import bench_watch

__all__ = ["main"]

# In this order: what adds articles comes after what reckons with N of them.
PARTS: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "start": bench_start,
    "build": bench_build,
    "ingest": bench_ingest,
    "answer": bench_answers,
    "serving": bench_serving,
    "process": bench_process,
    "export": bench_export,
    "memory": bench_memory,
    "window": bench_window,
    "watch": bench_watch,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts that are asked for, all where none are."""
    options = read_options(arguments)
    parts = options.lines.split(",") if options.lines else PARTS
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)  # nginx's worker is somebody else
        bench = Bench(Path(home), options.articles, Pace(options.rounds))
        print(f"{options.articles} articles\n{HEADS}")
        for part in parts:
            lines = []
            try:
                for line in PARTS[part](bench):
                    print(show(line), flush=True)
                    lines.append(line)
            except Failed as failure:
                print(f"{part}: {failure}", flush=True)
            keep(lines, f"{datetime.now(UTC):%Y-%m-%d}", options.results)


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; it ends here where it names a part that there isn't."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000, metavar="N")
    parser.add_argument("--lines", metavar=",".join(PARTS), help="all, where it isn't said")
    parser.add_argument("--rounds", type=int, default=Pace().rounds)
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE")
    options = parser.parse_args(arguments)
    unknown = set((options.lines or "").split(",")) - {"", *PARTS}
    if unknown:
        parser.error(f"no lines {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return options


if __name__ == "__main__":
    main()
