"""Markup: HTML below front matter is the article as it is, but for a generator's tags."""

import pytest

from tests.reading import findings, read_article, read_source, refuse, rules

FRONT = "---\ntitle: Late tide\ndate: 2024-05-01\n---\n"


def read(text: str, name: str = "2024-05-01-tide.html") -> str:
    return read_article(FRONT + text, name).content


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xhtml"])
@pytest.mark.parametrize(
    "front",
    [
        FRONT,
        "\ufeff" + FRONT,
        FRONT.replace("\n", "\r\n"),
        "\n" + FRONT,
        '+++\ntitle = "Late tide"\n+++\n',
    ],
)
def test_front_matter_is_read(front: str, name: str) -> None:
    article = read_article(f"{front}<p>x</p>", name)
    assert article.title == "Late tide"
    assert article.content == "<p>x</p>"


def test_nothing_is_taken_out_of_it() -> None:
    text = "<aside><p>One</p></aside>\n\n    <p>Two</p>\n<h1>Three</h1>"
    assert read(text) == "<aside><p>One</p></aside>\n\n<p>Two</p>\n<h1>Three</h1>"


def test_markdown_in_it_is_text() -> None:
    assert read("<p>*One* and `two`</p>\n\n# Three\n\n- four") == (
        "<p>*One* and `two`</p>\n\n# Three\n\n- four"
    )


def test_code_stays_as_it_is_written() -> None:
    text = "<pre>\n    a\n  {% if b %}\n</pre>\n  <p>x</p>"
    assert read(text).startswith("<pre>    a\n")


def test_tags_of_a_generator_are_replaced_in_any_line() -> None:
    text = '<div>\n      <a href="{{ site.baseurl }}/a">x</a>{% comment %}y{% endcomment %}\n</div>'
    content = read(text)
    assert '<a href="https://feeds.example/a">x</a>' in content
    assert "{" not in content
    assert "y" not in content


def test_highlighted_code_is_made_code() -> None:
    text = "<div>\n  {% highlight python %}\na < b\n{% endhighlight %}\n</div>"
    assert '<pre><code class="language-python">a &lt; b\n</code></pre>' in read(text)
    text = "<div>\n{% highlight %}\na & b\n{% endhighlight %}\n</div>"
    assert "<pre><code>a &amp; b\n</code></pre>" in read(text)
    assert "<code>a &lt; b</code>" in read("<p>x {% highlight %}a < b{% endhighlight %} y</p>")


def test_lead_is_the_summary() -> None:
    assert read_article(FRONT + "<p>One</p><!--more--><p>Two</p>", "a.html").summary == "One"


def test_first_heading_is_the_title_where_no_field_is() -> None:
    article = read_article(
        "---\ndate: 2024-05-01\n---\n<h1>Late <i>tide</i></h1><p>x</p>", "a.html"
    )
    assert article.title == "Late tide"


def test_heading_is_read_as_a_browser_reads_it() -> None:
    article = read_article("---\ndate: 2024-05-01\n---\n<h1>A &amp; B &lt;b&gt;</h1>x", "a.html")
    assert article.title == "A & B <b>"


def test_summary_is_text() -> None:
    source = "---\ntitle: x\nsummary: It *was* late\n---\n<p>x</p>"
    assert read_article(source, "a.html").summary == "It *was* late"


def test_fault_of_the_front_matter_has_its_line() -> None:
    assert refuse("---\ntitle: x\ndate: yesterday\n---\n<p>x</p>", "a.html").startswith("3: date:")


def test_missing_picture_is_found_with_its_line() -> None:
    reading = read_source(FRONT + '<p>x</p>\n  <img src="a.png">', "a.html")
    assert any(found.startswith("6: text: no such file: 'a.png'") for found in findings(reading))


def test_line_across_a_page_is_no_front_matter() -> None:
    reading = read_source("<title>T</title><p>x</p>\n---\ntitle: y\n---\n", "a.html")
    assert reading.article.title == "T"
    assert not any("front matter" in rule for rule in rules(reading))
