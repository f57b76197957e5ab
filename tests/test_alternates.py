"""Alternates: a page is told from a feed, and names its feeds."""

import pytest

from feedsvc.readers.pages.alternates import is_page, list_alternates


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><title>A</title>",
        b"\xef\xbb\xbf\n<HTML lang=en>",
        b"<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'>",
    ],
)
def test_page_is_told_by_how_it_begins(data: bytes) -> None:
    assert is_page(data)


@pytest.mark.parametrize("data", [b"<rss/>", b"{}", b"", b"<!-- <html> --><feed/>", b"<htmlish/>"])
def test_what_begins_otherwise_is_none(data: bytes) -> None:
    assert not is_page(data)


def test_feeds_of_a_page_are_named_by_their_addresses() -> None:
    page = (
        '<!doctype html><head><link rel="alternate" type="application/atom+xml" href="a.xml">'
        "<link rel=ALTERNATE type='application/rss+xml; charset=utf-8' href=/é.xml>"
        '<link rel="alternate home" type="application/feed+json" href="//f.example/f.json">'
        '<link rel="alternate" hreflang="nl" href="nl.html"><link rel="alternate" type="text/html"'
        ' href="x.html"><link rel="stylesheet" type="text/css" href="a.css">'
    ).encode("latin-1")
    assert list_alternates("https://e.example/blog/", page, "iso-8859-1") == [
        "https://e.example/blog/a.xml",
        "https://e.example/é.xml",
        "https://f.example/f.json",
    ]
