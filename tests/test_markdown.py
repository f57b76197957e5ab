"""Markdown: an article of any folder becomes what its writer sees, or is refused with its line."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.clean import clean_line, clean_text
from feedsvc.errors import ArticleError, MediumRefused
from feedsvc.model import Enclosure, Reading
from feedsvc.readers import READERS, is_article, read
from feedsvc.readers.markdown import MOST_LINES, read_markdown
from feedsvc.readers.markdown.commonmark import DEEPEST, render, render_line
from feedsvc.readers.media import Find, find_nothing
from tests.test_text import DEFAULTS

HEAD = "---\ntitle: A title\ndate: 2024-05-01\n---\n"


def take(
    text: str | bytes, path: str = "a.md", find: Find = find_nothing, **settings: object
) -> Reading:
    data = text if isinstance(text, bytes) else text.encode()
    return read_markdown(path, data, replace(DEFAULTS, **settings), find)


def content(text: str) -> str:
    return take(HEAD + text).article.content


def refuse(text: str) -> str:
    begun = time.process_time()
    with pytest.raises(ArticleError) as caught:
        take(text)
    assert time.process_time() - begun < 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def rules(reading: Reading) -> list[str]:
    return [str(rule).removeprefix("a.md:") for rule in reading.rules]


def find_all(reference: str) -> Enclosure:
    return Enclosure(f"http://a/media/{reference.strip('/')}", "image/png", 3, reference)


@pytest.mark.parametrize("suffix", ["md", "markdown", "mdown", "mkd", "mdx", "MD"])
def test_every_suffix_of_markdown_is_read(suffix: str) -> None:
    path = f"a/b.{suffix}"
    assert is_article(path)
    assert read(path, b"# A title\n\n*Text*.", DEFAULTS).article.title == "A title"
    assert {".md", ".mdx"} <= set(READERS)


HTML = {
    "a  \nb\\\nc": "<p>a<br>\nb<br>\nc</p>",
    '~~a~~ http://a.org/ -- (c) "b"': '<p><s>a</s> http://a.org/ -- (c) "b"</p>',
    "## A {#b}": "<h2>A</h2>",
    "- [ ] a\n- [X] b": "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>",
    "- [ ] a\n\n- [x] b\n\n  c": (
        "<ul>\n<li>\n<p>☐ a</p>\n</li>\n<li>\n<p>☑ b</p>\n<p>c</p>\n</li>\n</ul>"
    ),
    "- [x] ```\n  a\n  ```\n- b": (
        "<ul>\n<li>\n☑ <pre><code>a\n</code></pre>\n</li>\n<li>b</li>\n</ul>"
    ),
    "|a|b|c|\n|-|:-:|-:|\n|1|2|3|": (
        '<table>\n<thead>\n<tr>\n<th>a</th>\n<th align="center">b</th>\n<th align="right">c</th>'
        '\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td align="center">2</td>\n'
        '<td align="right">3</td>\n</tr>\n</tbody>\n</table>'
    ),
    "``` Python {hl=1}\na\n```": '<pre><code class="language-python">a\n</code></pre>',
    "```{.c++ #a}\nb\n```": '<pre><code class="language-c++">b\n</code></pre>',
    "```\na\n```": "<pre><code>a\n</code></pre>",
    "    #!ruby\n    a": '<pre><code class="language-ruby">a\n</code></pre>',
    "    :::\n    a": "<pre><code>:::\na\n</code></pre>",
    "A\n: b": "<dl>\n<dt>A</dt>\n<dd>b</dd>\n</dl>",
    "<i>a</i> &amp; <b\nid=q>c</b>": "<p><i>a</i> &amp; <b>c</b></p>",
    "[a](<http://b.org/c d>)": '<p><a href="http://b.org/c%20d">a</a></p>',
}


@pytest.mark.parametrize("text", HTML)
def test_text_is_shown_as_it_is_meant(text: str) -> None:
    assert content(text) == HTML[text]


def test_footnotes_of_two_articles_have_ids_of_their_own() -> None:
    first, second = (render("a[^1]\n\n[^1]: b", name).html for name in ("a.md", "b.md"))
    assert 'href="#fn-' in first
    assert first != second
    assert render("a[^1]\n\n[^1]: b", "a.md").html == first


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("# A *b* `c` ![d](e.png) <i>f</i> &lt;", "A b c d f <", ""),
        ("A\nb\n===\n\nText.", "A b", "<p>Text.</p>"),
        ("Text.\n\n# A", "A", "<p>Text.</p>\n<h1>A</h1>"),
        ("# \n\nText.", "", "<h1></h1>\n<p>Text.</p>"),
        ("## A\n\n# B", "B", "<h2>A</h2>\n<h1>B</h1>"),
        ("## A", "", "<h2>A</h2>"),
        ("Text.", "", "<p>Text.</p>"),
    ],
)
def test_first_heading_is_the_title_and_no_text_where_it_begins_it(
    text: str, title: str, rest: str
) -> None:
    rendered = render(text, "a.md")
    assert (rendered.heading, rendered.html.strip()) == (title, rest)


def test_title_that_a_field_has_isnt_repeated_by_the_text() -> None:
    reading = take(f"{HEAD}\n# A title\n\nText.")
    assert reading.article.content == "<p>Text.</p>"
    assert "6: text: heading left out: it is the title" in rules(reading)
    assert content("# Another title") == "<h1>Another title</h1>"


@pytest.mark.parametrize(
    "mark",
    [
        *(
            "<!--more-->",
            "<!-- more -->",
            "<!--more Read on-->",
            "<!-- excerpt -->",
            "{{< more >}}",
        ),
        *("<!-- truncate -->", "<!-- PELICAN_END_SUMMARY -->", "{{</* more */>}} <!--MORE-->"),
    ],
)
def test_what_stands_above_the_mark_is_the_summary(mark: str) -> None:
    text = f"{HEAD}One *two*.\n\nThree.\n\n{mark}\n\nFour."
    article = take(text).article
    assert article.summary.startswith("One two. Three.")
    assert "Four." in article.content
    assert "more-->" not in article.content


def test_mark_in_code_ends_no_lead_and_a_field_comes_before_it() -> None:
    assert take(f"{HEAD}A.\n\n`<!--more-->` b.\n\nC.").article.summary == "A."
    text = "---\ntitle: T\nsummary: S\n---\nA.\n<!--more-->\nB."
    assert take(text).article.summary == "S"
    text = "---\ntitle: T\nexcerpt_separator: '***'\n---\nA.\n\nB.\n\n***\n\nC."
    assert take(text).article.summary == "A. B."
    text = "---\ntitle: T\nexcerpt_separator: '\\n'\n---\nA.\n\nB."
    assert take(text.replace("'", '"')).article.summary == "A."


def test_summary_is_markdown() -> None:
    text = "---\ntitle: T\nsummary: A *b* [c](d) & `e` < f\n---\nText."
    assert take(text).article.summary == "A b c & e < f"
    assert render_line("Plain, as it is") == "Plain, as it is"


def test_tags_are_replaced_and_know_the_article() -> None:
    assert content("{{ page.title }} of {{ site.title }}{% include a %}") == "<p>A title of T</p>"


def test_site_below_a_path_is_told_from_files_beside() -> None:
    text = "![a]({{ site.baseurl }}/a.png) [b]({{ site.baseurl }}/b) [c]({{ '/c.png' | url }})"

    def find(reference: str) -> Enclosure:
        if reference == "/a.png":
            return find_all(reference)
        raise MediumRefused("no such file", reference)

    html = take(HEAD + text, find=find, site_url="https://example.org/below/").article.content
    assert 'src="http://a/media/a.png"' in html
    assert 'href="https://example.org/below/b"' in html
    assert 'href="https://example.org/below/c.png"' in html


def test_each_reference_has_its_line() -> None:
    reading = take(f"{HEAD}![a](missing-a.png)\n\n[b]({{% link b.md %}})\n\n![c](missing-c.png)")
    lines = {finding.why.split("'")[1]: finding.line for finding in reading.findings}
    assert lines == {"missing-a.png": 5, "{filename}/b.md": 7, "missing-c.png": 9}


def test_of_more_references_than_some_the_line_isnt_looked_for() -> None:
    text = "".join(f"[{at}]({at}.md)\n" for at in range(MOST_LINES + 10))
    lines = {finding.line for finding in take(HEAD + text).findings}
    assert {5, 6, 1} <= lines


def test_mdx_has_javascript_and_no_indented_code() -> None:
    reading = take("import A from 'a'\n\n# Title\n\n<A>\n    *Inside*\n</A>", "a.mdx")
    assert reading.article.title == "Title"
    assert reading.article.content == "<p><em>Inside</em></p>"


def test_line_ends_of_all_machines_are_the_same() -> None:
    text = f"{HEAD}a\n\n```\nb\n\nc\n```\n"
    readings = [take(text.replace("\n", end)) for end in ("\n", "\r\n", "\r")]
    assert readings[0] == readings[1] == readings[2]


@pytest.mark.parametrize("text", [HEAD, "", "---\ntitle: A\nlang: no\n---\n\n"])
def test_article_of_nothing_is_refused(text: str) -> None:
    assert refuse(text) == "a.md:1: text: missing: and no URL to point at"


REFUSED = {
    "---\ntitle: A: b\n---\n": "a.md:2: front matter: not YAML",
    "---\ntitle: A\ndate: 2026-02-30\n---\nText.": "a.md:3: date: not a date: '2026-02-30'",
    "---\ntitle: A\ndraft: yep\n---\nText.": "a.md:3: draft: not yes or no: 'yep'",
    HEAD + "[" * 100_000: "a.md:5: text: too deep: over 1000 brackets in each other",
    HEAD + "![" * 100_000: "a.md:5: text: too deep: over 1000 brackets in each other",
    HEAD + "> " * (DEEPEST + 1) + "a": (
        f"a.md:5: text: too deep: over {DEEPEST} levels of lists and quotes in each other"
    ),
    HEAD + "- " * 100_000 + "a": (
        f"a.md:5: text: too deep: over {DEEPEST} levels of lists and quotes in each other"
    ),
    "---\n" + "a: b\n" * 2_000_000: "a.md:1: front matter: has no end",
}


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_bad_article_is_refused_with_its_line_in_little_time(number: int) -> None:
    text, expected = list(REFUSED.items())[number]
    assert refuse(text).startswith(expected)


@pytest.mark.parametrize(
    "text",
    ["<!-- more " * 50_000 + "a", "[a](b.md) " * 5_000, "{{site.url}}" * 10_000],
    ids=lambda text: text[:9],
)
def test_what_is_long_takes_little_time(text: str) -> None:
    begun = time.process_time()
    take(f"{HEAD}Text.\n\n{text}")
    assert time.process_time() - begun < 5


def test_quotes_that_are_as_deep_as_may_be_are_kept() -> None:
    assert "deep" in content("> " * 60 + "deep")


def check(read_it: Callable[[], Reading]) -> None:
    try:
        reading = read_it()
    except ArticleError as fault:
        error = fault
    else:
        article = reading.article
        assert article.title == clean_line(article.title) != ""
        assert article.content == clean_text(article.content)
        assert "<script" not in article.content
        return
    assert "\n" not in str(error)
    assert error.line >= 1


@given(st.binary())
@pytest.mark.parametrize("path", ["a.md", "a.mdx"])
def test_any_bytes_are_refused_or_an_article_fuzz(path: str, data: bytes) -> None:
    check(lambda: take(data, path, find_all))


PIECES = st.sampled_from(
    [
        *(
            "---\n",
            "+++\n",
            "title: a\n",
            "date: 2024-05-01\n",
            "# A\n",
            "\n",
            "\n\n",
            "text ",
            "*",
        ),
        *(
            "`",
            "```\n",
            "{{ a }}",
            "{% raw %}",
            "{% endraw %}",
            "{{< figure src=a.png >}}",
            "[a](b)",
        ),
        *("[^1]", "\n[^1]: a\n", "|a|b|\n|-|-|\n", "- ", "> ", "    ", "- [ ] ", "\n: b\n", "<p>"),
        *("<!--more-->", "![a]({static}b.png)", "[a](@/b.md)", "[a]({% link b.md %})", "<script>"),
        *(
            "import a from 'b'\n",
            "<A b={c}>",
            "</A>",
            "{",
            "}",
            "{: .a}",
            "&amp;",
            "\\",
            "\t",
            "\x85",
        ),
    ]
) | st.text(max_size=8)


@given(st.lists(PIECES, max_size=15).map("".join))
@pytest.mark.parametrize("path", ["_posts/2024-05-01-a.md", "a.mdx"])
def test_any_text_is_refused_or_an_article_fuzz(path: str, text: str) -> None:
    permalink = "/:year/:month/:day/:title/"
    check(lambda: take(text, path, find_all, site_url="https://a.org/", permalink=permalink))
