"""Extraction: the article's own HTML comes out of its page, whole, and nothing else of the page."""

import pytest

from tests.pages import Page, Score, count_kept, make_page, make_pages, read_text, score_text
from tests.reading import read_article, read_source, rules

TEXT = "<p>" + "The tide was late, and nobody in the town had asked it why. " * 5 + "</p>"

# What was measured, less a little: see tests/data/pages. A change that costs more is a mistake.
LEAST = Score(0.955, 0.990)
LEAST_OF_A_SITE = 0.8
LEAST_KEPT = 0.96


@pytest.fixture(scope="module")
def extracted() -> list[tuple[Page, str]]:
    """Each page of the labelled set, and what was made of it."""
    return [(page, read_article(page.html, f"{page.name}.html").content) for page in make_pages()]


def test_labelled_pages_are_many_and_differ(extracted: list[tuple[Page, str]]) -> None:
    assert len(extracted) >= 500
    assert len({page.html for page, _ in extracted}) == len(extracted)


def test_articles_come_out_of_the_labelled_pages(extracted: list[tuple[Page, str]]) -> None:
    scores = [score_text(read_text(content), page) for page, content in extracted]
    precision = sum(score.precision for score in scores) / len(scores)
    recall = sum(score.recall for score in scores) / len(scores)
    assert precision >= LEAST.precision
    assert recall >= LEAST.recall


def test_no_kind_of_site_is_read_badly(extracted: list[tuple[Page, str]]) -> None:
    sites: dict[str, list[float]] = {}
    for page, content in extracted:
        score = score_text(read_text(content), page)
        sites.setdefault(page.name.partition("/")[0], []).append(score.f1)
    bad = {
        name: mean for name, all in sites.items() if (mean := sum(all) / len(all)) < LEAST_OF_A_SITE
    }
    assert not bad


def test_markup_of_the_labelled_articles_is_kept(extracted: list[tuple[Page, str]]) -> None:
    want: dict[str, int] = {}
    have: dict[str, int] = {}
    for page, content in extracted:
        for kind, (all, kept) in count_kept(content, page).items():
            want[kind] = want.get(kind, 0) + all
            have[kind] = have.get(kind, 0) + kept
    assert {kind for kind in want if have[kind] < LEAST_KEPT * want[kind]} == set()


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (f'<div itemprop="articleBody">{TEXT}</div><p>Beside.</p>', "marked articleBody"),
        (f'<div class="h-entry"><div class="e-content">{TEXT}</div>x</div>', "marked e-content"),
        (f'<div class="hentry"><div class="entry-content">{TEXT}</div>x</div>', "entry-content"),
        (f"<div>Beside.</div><article>{TEXT}</article>", "the one article"),
        (f"<div>Beside.</div><article><h1>T</h1>{TEXT}</article><article>x</article>", "the one"),
        (f"<h1>T</h1>{TEXT}<ul><li>A</ul>", "nothing but an article"),
        (f"<div><div><a href='/'>Beside</a></div><div class='text'>{TEXT}</div></div>", "score"),
        ("<div><a href='/a'>A way</a> and <a href='/b'>another</a></div>", "all of it"),
    ],
)
def test_element_of_the_article_is_told(page: str, why: str) -> None:
    reading = read_source(f"<title>T</title><body>{page}")
    assert any(why in rule for rule in rules(reading)), rules(reading)
    assert "Beside" not in reading.article.content


def test_article_beside_or_in_another_is_not_the_one() -> None:
    page = f"<aside><article>Beside</article></aside><article>{TEXT}<article>In</article></article>"
    content = read_article(f"<title>T</title>{page}").content
    assert "Beside" not in content
    assert "In" in content


def test_score_is_taken_in_the_main_part() -> None:
    other = "<div>" + TEXT.replace("tide", "fog") * 4 + "</div>"
    page = f"<div>{other}</div><main><div><a href='/'>x</a></div><div>{TEXT}</div></main>"
    content = read_article(f"<title>T</title>{page}").content
    assert "tide" in content
    assert "fog" not in content


def test_comments_in_articles_of_their_own_are_not_the_article() -> None:
    comments = "".join(f'<li><article class="comment">{TEXT}Comment</article>' for _ in range(4))
    page = f"<article>{TEXT}</article><ol>{comments}</ol>"
    assert "Comment" not in read_article(f"<title>T</title>{page}").content


def test_text_of_a_posting_is_told_from_its_comments() -> None:
    page = make_page("discourse", "linklog")
    assert score_text(read_text(read_article(page.html).content), page).f1 == 1


@pytest.mark.parametrize("tag", ["section", "div", 'div class="chapter"'])
def test_article_in_several_chapters_is_all_of_them(tag: str) -> None:
    end = tag.split()[0]
    chapters = "".join(
        f"<{tag}><h2>{word}</h2>{TEXT.replace('tide', word) * count}</{end}>"
        for word, count in (("fog", 1), ("tide", 4), ("ice", 2))
    )
    page = f"<title>T</title><div><a href='/'>Home</a></div><div class='text'>{chapters}</div>"
    content = read_article(page).content
    assert all(word in content for word in ("fog", "tide", "ice"))
    assert "Home" not in content


@pytest.mark.parametrize(
    "beside",
    [
        "<div>Short.</div>",
        f"<div>{'<a href=/a>A link to another page of the site</a> ' * 9}</div>",
        f'<div class="other">{TEXT}</div>',
        f"<p>{TEXT}</p>",
    ],
)
def test_what_stands_beside_the_text_is_no_chapter(beside: str) -> None:
    page = f"<title>T</title><div><div>{TEXT * 4}</div>{beside.replace('tide', 'fog')}</div>"
    content = read_article(page).content
    assert "tide" in content
    assert not any(word in content for word in ("Short", "link", "fog"))


def test_rows_that_are_the_article_are_in_their_table() -> None:
    rows = "".join(f"<tr><td>{TEXT}</td><td>{TEXT}</td></tr>" for _ in range(5))
    page = f"<title>T</title><div><a href='/'>x</a></div><div><table>{rows}</table></div>"
    assert read_article(page).content.count("<td>") == 10


def test_page_of_tables_in_tables_is_not_all_an_article() -> None:
    page = make_page("tables98", "essay")
    told = rules(read_source(page.html.replace("<CENTER>", "").replace("</CENTER>", "")))
    assert not any("nothing but an article" in rule for rule in told)
    form = f"<title>T</title><form>x</form>{TEXT}"
    assert not any("nothing but" in rule for rule in rules(read_source(form)))
