"""Furniture: what a site puts around and between is taken out, what the article says stays."""

import pytest

from tests.reading import read_article, read_source, rules

TEXT = "<p>" + "The tide was late, and nobody in the town had asked it why. " * 5 + "</p>"


def read(inside: str, title: str = "Late tide", head: str = "") -> str:
    page = f"<title>{title}</title>{head}<body><div>x</div><article>{inside}</article>"
    return read_article(page).content


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav>Gone</nav>",
        "<aside>Gone</aside>",
        "<footer>Gone</footer>",
        "<form>Gone<input></form>",
        "<button>Gone</button>",
        "<dialog open>Gone</dialog>",
        '<div role="navigation">Gone</div>',
        '<div role="complementary">Gone</div>',
        "<div hidden>Gone</div>",
        '<div style="color: red; display:none">Gone</div>',
        '<div class="sharedaddy sd-block">Gone</div>',
        '<div class="post-share">Gone</div>',
        '<section class="relatedPosts">Gone</section>',
        '<div id="comments">Gone</div>',
        '<ul class="post-tags"><li>Gone</ul>',
        '<h3 class="newsletter-title">Gone</h3>',
        '<span class="sr-only">Gone</span>',
        '<table class="navbox"><tr><td>Gone</table>',
        '<a class="headerlink" href="#a">Gone</a>',
        "<script>Gone</script>",
        "<style>Gone</style>",
        "<noscript>Gone</noscript>",
        "<amp-ad>Gone</amp-ad>",
    ],
)
def test_furniture_is_taken_out(furniture: str) -> None:
    content = read(f"{TEXT}{furniture}{TEXT}")
    assert "Gone" not in content
    assert content.count("The tide was late") == 10


@pytest.mark.parametrize(
    "kept",
    [
        '<aside class="footnote">Stays</aside>',
        '<aside role="doc-endnotes">Stays</aside>',
        '<aside epub:type="note">Stays</aside>',
        "<blockquote>x<footer>Stays</footer></blockquote>",
        "<figure><img src='a.png'><footer>Stays</footer></figure>",
        '<p>x <span class="share">Stays</span></p>',
        '<pre><code><span class="comments">Stays</span></code></pre>',
        '<table class="x"><tr><td class="comments">Stays</table>',
        '<p class="shared-space">Stays</p>',
        '<img class="skip-lazy share" src="https://a.example/Stays.png">',
        '<figure class="related-figure"><img src="a.png"><figcaption>Stays</figcaption></figure>',
        "<details><summary>x</summary>Stays</details>",
    ],
)
def test_what_the_article_says_stays(kept: str) -> None:
    assert "Stays" in read(f"{TEXT}{kept}{TEXT}")


def test_what_is_taken_out_is_told_with_its_line() -> None:
    page = f"<title>T</title>\n<article>{TEXT}\n<nav>a</nav>\n<nav>b</nav><nav>c</nav></article>"
    told = rules(read_source(page))
    assert "3: text: left out: <nav>, and 2 more" in told


@pytest.mark.parametrize("around", ['class="social"', "hidden", 'role="dialog"'])
def test_most_of_the_text_is_no_furniture_whatever_its_name(around: str) -> None:
    assert "The tide" in read(f"<div {around}><div {around}>{TEXT}</div></div>")
    assert "The tide" in read(f"<form {around}><p>{TEXT}</form>")


def test_long_comments_below_a_short_text_go() -> None:
    content = read(f"<p>Short.</p><div class='comments'>{TEXT * 9}</div>")
    assert content == "<p>Short.</p>"


def test_title_and_what_stands_above_it_go() -> None:
    above = "<div class='x'><a href='/'>Home</a> › <a href='/n'>News</a></div>"
    assert read(f"{above}<h1>Late tide</h1><p>Text.</p>") == "<p>Text.</p>"
    assert read(f"<header>{above}<h1>Late <i>tide</i></h1></header><p>Text.</p>").endswith(
        "<p>Text.</p>"
    )
    assert read("<h2>LATE TIDE</h2><p>Text.</p>") == "<p>Text.</p>"


def test_picture_above_the_title_stays() -> None:
    picture = '<img src="https://a.example/a.png" alt="A">'
    assert read(f"{picture}<h1>Late tide</h1><p>Text.</p>").startswith(picture)
    assert picture in read(f"<p>x {picture}</p> y <h1>Late tide</h1><p>Text.</p>")


def test_heading_below_the_text_is_no_title() -> None:
    assert "<h1>Late tide</h1>" in read(f"{TEXT}<h1>Late tide</h1>")


def test_only_heading_of_the_first_level_is_the_title_whatever_it_says() -> None:
    head = '<meta property="og:title" content="Another">'
    content = read("<h1>The sea</h1><p>Text.</p>", head=head)
    assert content == "<p>Text.</p>"
    assert "<h1>The sea</h1>" in read("<h1>The sea</h1><p>x</p><h1>y</h1>", head=head)


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="meta">Gone</p>',
        '<div class="post-byline">Gone</div>',
        '<p>Gone on <time datetime="2024-05-01">1 May</time></p>',
        '<p><a rel="author" href="/a">Gone</a></p>',
        "<div>Gone: Jan Jansen, 5 min</div>",
        "<div> </div><!-- x --><div><p class='date'>Gone</p><p class='author'>Gone</p></div>",
        '<img src="a.png"><p class="date">Gone</p>',
    ],
)
def test_byline_above_the_text_goes(byline: str) -> None:
    head = '<meta name="author" content="Jan Jansen">'
    content = read(f"<h1>Late tide</h1>{byline}<p>Text.</p>", head=head)
    assert "Gone" not in content
    assert "<p>Text.</p>" in content


@pytest.mark.parametrize(
    "text",
    [
        "<p>Jan Jansen was late.</p>",
        '<p>On <time datetime="2024-05-01">1 May</time> it was late.</p>',
        '<div class="x">Jan</div>',
        f'<div class="date">{TEXT}</div>',
        "Plain text by Jan Jansen.",
        '<p>It was late.</p><p class="date">1 May</p>',
    ],
)
def test_text_that_names_somebody_or_a_day_stays(text: str) -> None:
    head = '<meta name="author" content="Jan Jansen">'
    from tests.pages import read_text

    want = " ".join(read_text(text).split())
    assert " ".join(read_text(read(f"<h1>Late tide</h1>{text}", head=head)).split()) == want
