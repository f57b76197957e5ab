"""`python -m tests.bench [N]`: all benchmarks on N articles, 10,000 where it isn't said."""

import sys
import tempfile
from pathlib import Path

from tests.bench.corpus import load, write_corpus
from tests.bench.documents import bench_documents, bench_new_process
from tests.bench.exporting import bench_export
from tests.bench.ingesting import bench_ingest
from tests.bench.serving import bench_answers, bench_server, bench_start

__all__ = ["main"]

MOST_EXPORTED = 10_000
"""Articles that are exported: ten times as many make twenty times as many documents."""


def main() -> None:
    """Run all benchmarks."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as home:
        folder, exported = Path(home) / "articles", Path(home) / "exported"
        for made in (Path(home), folder, exported):
            made.mkdir(exist_ok=True)
            made.chmod(0o755)  # nginx's worker is somebody else
        write_corpus(folder, count)
        settings = load(folder)
        print(f"{'work (limit)':<58} {'ours':>9} {'limit':>9} {'ratio':>8}   spread, rounds")
        bench_ingest(settings, count)
        bench_answers(settings)
        bench_start()
        bench_server(settings)
        bench_new_process(settings)
        bench_documents(settings)
        bench_export(exported, min(count, MOST_EXPORTED))


if __name__ == "__main__":
    main()
