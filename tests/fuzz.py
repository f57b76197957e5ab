"""Fuzzing: `python -m tests.fuzz SECONDS` gives each reader bytes that lead further into it.

Made by atheris out of the articles that the tests have. Whatever they are, a reader refuses them
or makes an article that a feed can hold; what it does with them in ten seconds, in two GiB.
"""

import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

SECONDS = 600
SEEDS = (Path(__file__).parent / "dialects", Path(__file__).parent / "data")


def main() -> None:
    """Try every reader for its share of the seconds; what fails is kept in a file, and named."""
    if len(sys.argv) == 3:
        fuzz(sys.argv[1], int(sys.argv[2]))
    from feedsvc.readers import COLLECTIONS, READERS

    suffixes = sorted({*READERS, *COLLECTIONS})
    share = max(int(sys.argv[1] if len(sys.argv) > 1 else SECONDS) // len(suffixes), 1)
    failed = []
    for suffix in suffixes:
        print(f"{suffix}: {share} s", flush=True)
        done = subprocess.run([sys.executable, "-m", "tests.fuzz", suffix, str(share)], check=False)
        failed += [suffix] if done.returncode else []
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def fuzz(suffix: str, seconds: int) -> None:
    """Try the reader of a suffix; doesn't return."""
    import atheris  # type: ignore[import-untyped]  # it has no types

    with atheris.instrument_imports(include=["feedsvc"]):
        from feedsvc import readers
        from feedsvc.clean import clean_text
        from feedsvc.errors import ArticleError
        from feedsvc.index.texts import pack_article
        from feedsvc.model import Reading
        from feedsvc.readers import COLLECTIONS, read, read_record
        from feedsvc.settings import load_settings
        from feedsvc.splits import split_file

        for module in walk_packages(readers.__path__, f"{readers.__name__}."):
            import_module(module.name)  # by themselves they are imported late

    def judge(reading: Reading) -> None:
        article = reading.article
        assert article.title
        for text in (article.title, article.content, article.summary, *article.categories):
            assert clean_text(text) == text, text
        assert pack_article(article)

    with tempfile.TemporaryDirectory() as home:
        options = {"site_url": "https://example.org/", "permalink": "/:year/:slug/"}
        settings = load_settings(home, environ={}, **options)
        corpus = Path(home, "corpus")
        corpus.mkdir()
        for number, path in enumerate(path for seeds in SEEDS for path in seeds.rglob("*.*")):
            if path.suffix == suffix:
                (corpus / str(number)).write_bytes(path.read_bytes())

        def attempt(data: bytes) -> None:
            path = f"fuzz{suffix}"
            try:
                if suffix not in COLLECTIONS:
                    judge(read(path, data, settings))
                    return
                Path(home, path).write_bytes(data)
                found = split_file(settings, path)
            except ArticleError:
                return
            for part in found.parts() if found else ():
                if not part.fault:
                    try:
                        judge(read_record(part.path, part.load(), settings))
                    except ArticleError:
                        continue

        limits = (f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048")
        atheris.Setup([sys.argv[0], *limits, "-print_final_stats=1", str(corpus)], attempt)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
