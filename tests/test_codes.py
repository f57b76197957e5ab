"""Codes: a block of code keeps its language, wherever the site says it, and loses its numbers."""

import pytest

from tests.reading import read_article

TEXT = "<p>" + "The tide was late, and nobody in the town had asked it why. " * 5 + "</p>"


def read(block: str) -> str:
    page = f"<title>T</title><article>{TEXT}<hr>{block}<hr>{TEXT}</article>"
    return read_article(page).content.split("<hr>")[1]


@pytest.mark.parametrize(
    "block",
    [
        '<pre><code class="language-python">a</code></pre>',
        '<pre><code class="hljs lang-Python">a</code></pre>',
        '<pre class="language-python"><code>a</code></pre>',
        '<pre><code data-lang="python">a</code></pre>',
        '<pre data-language="python"><code>a</code></pre>',
        '<div class="highlight highlight-source-python"><pre><code>a</code></pre></div>',
        '<div class="highlight-python"><div><pre><code>a</code></pre></div></div>',
        '<pre class="brush: python; gutter: false"><code>a</code></pre>',
        '<pre class="sourceCode python"><code class="sourceCode python">a</code></pre>',
        '<figure data-lang="python"><div><pre><code>a</code></pre></div></figure>',
    ],
)
def test_language_is_in_a_class_of_the_code(block: str) -> None:
    assert '<code class="language-python">a</code>' in read(block)


def test_block_without_code_has_the_language_itself() -> None:
    assert read('<div class="highlight-python"><pre>a</pre></div>') == (
        '<div><pre class="language-python">a</pre></div>'
    )


@pytest.mark.parametrize(
    "block",
    [
        "<pre><code>a</code></pre>",
        '<div class="highlight-default"><pre><code>a</code></pre></div>',
        '<pre data-lang="a b"><code>a</code></pre>',
        '<div class="language-python"><pre><code>a</code></pre><pre>b</pre></div>',
    ],
)
def test_no_language_is_made_up(block: str) -> None:
    assert "<pre><code>a</code></pre>" in read(block)


@pytest.mark.parametrize(
    "block",
    [
        '<table><tr><td class="linenos"><pre>1\n2</pre></td><td><pre>a\nb</pre></td></tr></table>',
        '<pre><span class="lineno">1 </span>a\n<span class="lineno">2 </span>b</pre>',
        '<pre><code><span class="ln">1</span>a\n<span class="ln">2</span>b</code></pre>',
    ],
)
def test_numbers_of_lines_are_left_out(block: str) -> None:
    content = read(block)
    assert "1" not in content
    assert "a\nb" in content
