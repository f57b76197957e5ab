"""feedsvc: the export of newest windows, without archives."""

from tests.bench.builders import Builder
from tests.bench.corpus import URL, write_text
from tests.bench.measure import feedsvc

__all__ = ["find_feedsvc"]


def find_feedsvc(facets: bool = False) -> Builder:
    """Return ourselves; there are a JSON feed and a page beside each Atom and RSS feed."""
    kinds = '["category", "author"]' if facets else "[]"
    return Builder(
        name="feedsvc",
        command=feedsvc("export", "content", "--output", "public"),
        form=write_text,
        suffix=".txt",
        files={"content/feedsvc.toml": f'url = "{URL}"\nfacets = {kinds}\narchives = "none"\n'},
        made=("content/.feedsvc", "public"),
        feeds=("public/atom.xml", "public/rss.xml"),
    )
