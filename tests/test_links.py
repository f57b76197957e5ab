"""Links: a generator's own references become ones that all can follow, or only their text stays."""

import pytest
from msgspec.structs import replace

from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown.links import MOST_TOLD, resolve_links
from tests.test_text import DEFAULTS

DATED = "/:year/:month/:day/:title/"
PLACED = "/:sections/:filename/"


def resolve(html: str, path: str = "blog/a.md", permalink: str = DATED) -> tuple[str, list[str]]:
    settings = replace(DEFAULTS, site_url="https://example.org/b/", permalink=permalink)
    notes = Notes(path)
    resolved = resolve_links(html, settings, notes, lambda reference: 7)
    told = [str(note).removeprefix(f"{path}:7: link: ") for note in (*notes.findings, *notes.rules)]
    return resolved, told


def link(reference: str, path: str = "blog/a.md", permalink: str = DATED) -> str:
    html, told = resolve(f'<a href="{reference}">b</a>', path, permalink)
    assert told or reference in html
    return html.removeprefix("<a").removesuffix(">b</a>").removeprefix(' href="').removesuffix('"')


@pytest.mark.parametrize("mark", ["{static}", "{attach}", "{filename}", "|static|", "%7Bstatic%7D"])
def test_pelicans_reference_is_to_a_file_in_the_folder(mark: str) -> None:
    assert link(f"{mark}/images/a.png") == "/images/a.png"
    assert link(f"{mark}images/a.pdf") == "images/a.pdf"
    assert link(f"{mark}/images/a.png", "site/content/blog/a.md") == "/site/content/images/a.png"
    assert resolve(f'<img src="{mark}/a.png">')[1] == ["/a.png: a file in the folder"]


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("{filename}/_posts/2024-05-01-A-b.md", "https://example.org/b/2024/05/01/A-b/"),
        ("{filename}2024-05-01-b.md#c", "https://example.org/b/2024/05/01/b/#c"),
        ("../_posts/2024-05-01-b.markdown?d", "https://example.org/b/2024/05/01/b/?d"),
        ("2024-05-01-b%20c.md", "https://example.org/b/2024/05/01/b-c/"),
        ("{filename}/_posts/2024-05-01-b", "https://example.org/b/2024/05/01/b/"),
    ],
)
def test_article_that_is_named_by_its_date_is_at_its_permalink(
    reference: str, address: str
) -> None:
    assert link(reference) == address


def test_link_to_an_article_tells_by_which_permalink_it_is() -> None:
    told = resolve('<a href="2024-05-01-b.md">')[1]
    assert told == ["https://example.org/b/2024/05/01/b/: by the permalink of blog/2024-05-01-b.md"]


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("@/blog/b.md", "https://example.org/b/blog/b/"),
        ("@/blog/b/index.md#c", "https://example.org/b/blog/b/#c"),
        ("@/_index.md", "https://example.org/b/"),
        ("@/blog/_index.md", "https://example.org/b/blog/"),
        ("c.md", "https://example.org/b/posts/c/"),
        ("/d.mdx", "https://example.org/b/d/"),
        ("{filename}/e", "https://example.org/b/e/"),
    ],
)
def test_article_whose_permalink_is_its_place_is_there(reference: str, address: str) -> None:
    assert link(reference, "content/posts/a.md", PLACED) == address


@pytest.mark.parametrize(
    ("reference", "permalink"),
    [
        ("b.md", DATED),
        ("b.md", ""),
        ("b.md", "/:title/"),
        ("b.md", "/:year/:filename/"),
        ("2024-05-01-b.md", "date"),
        ("@/blog/b.md", DATED),
        ("{tag}b", DATED),
        ("{author}b", DATED),
    ],
)
def test_link_to_what_no_path_tells_for_sure_is_left_out_and_found(
    reference: str, permalink: str
) -> None:
    html, (finding,) = resolve(f'<a class="c" href="{reference}">b</a>', permalink=permalink)
    assert html == '<a class="c">b</a>'
    assert finding == (
        f"left out: '{reference}' is an article, and no permalink tells its address;"
        " its text is kept"
    )


def test_pelicans_index_is_the_site() -> None:
    assert link("{index}") == "https://example.org/b/"


def test_of_many_links_some_are_told() -> None:
    told = resolve('<a href="b.md">' * (MOST_TOLD + 3))[1]
    assert len(told) == MOST_TOLD + 1
    assert told[-1].endswith("1: link: 3 more: like these")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/b.md">',
        '<a href="b.html">',
        '<a href="//example.org/b.md">',
        '<a title="c" href="mailto:b.md">',
        '<a href="#b.md">',
        "<p>href=&quot;{static}b&quot; 'b.md' {static}</p>",
        "<p>href='{static}b'</p>",
        '<p title="b.md">',
    ],
)
def test_all_else_stays_as_it_is(html: str) -> None:
    assert resolve(html) == (html, [])


def test_references_of_one_tag_are_resolved_in_any_writing() -> None:
    html = '<img SRC = \'{static}a.png\' alt="b"><a href="{static}c&amp;d.pdf">'
    assert resolve(html)[0] == '<img SRC = "a.png" alt="b"><a href="c&amp;d.pdf">'
