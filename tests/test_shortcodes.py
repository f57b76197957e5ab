"""Shortcodes: each tag of a generator becomes what it stands for, or is told to be left out."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.readers.lines import Notes
from feedsvc.readers.markdown.commonmark import _make_parser
from feedsvc.readers.markdown.prose import Prose
from feedsvc.readers.markdown.shortcodes import MOST_TOLD, Site, expand_tags
from feedsvc.readers.markdown.tags import LONGEST, MOST_TAGS, find_tags, read_arguments

SITE = Site({"page.title": "A title", "title": "A title"}, lambda path: "")
BELOW = Site({}, lambda path: "/blog")


def expand(text: str, site: Site = SITE) -> str:
    return expand_tags(text, 1, site, Notes("posts/a.md"))


def rules(text: str, line: int = 1) -> list[str]:
    notes = Notes("a.md")
    expand_tags(text, line, SITE, notes)
    return [str(rule).removeprefix("a.md:").replace(" shortcode:", "") for rule in notes.rules]


LEFT_OUT = [
    *("{% include a.html b=c %}", "{%- assign a = 1 -%}", "{% # a comment %}", "{% %}"),
    *("{{ content }}", "{{ site.data.a | map: 'b' }}", "{{ f(a=1) }}", "{{{ a }}}", "{{ }}"),
    *("{{< toc >}}", "{{% toc %}}", "{{< toc />}}", '{{< a/b "c d" e="f" >}}', "{{> partial}}"),
    *("{# a comment #}", "{#- a comment -#}", "{% comment %} {{ a }} {% endcomment %}"),
    *("{{< comment >}} a {{< /comment >}}", "{::comment}a{:/comment}", "{::options a='b' /}"),
    *("{% for a in b %}c {% for d in e %}f{% endfor %}{% endfor %}", "{% set a = 1 %}"),
    *("{% capture a %}b{% endcapture %}", "{% case a %}{% when 1 %}b{% endcase %}"),
    *("{% macro a() %}b{% endmacro %}", "{% endif %}", "{{< /toc >}}", "{% set a %}b{% endset %}"),
    *(
        '{{ f(a={"b": {"c": 1}}) }}',
        "{{ a({ { { { { { }} }} }} }}",
        "{% include youtube.html %}",
        "{{< youtube >}}",
    ),
    *(
        "{% link %}",
        "{% link _posts/a.md %}",
        "{{ url() }}",
        "{{< figure >}}",
        "{{< audio a.png >}}",
    ),
]


@pytest.mark.parametrize("tag", LEFT_OUT)
def test_tag_that_stands_for_nothing_known_is_left_out_and_told(tag: str) -> None:
    assert expand(f"Before {tag} behind.") == "Before  behind."
    if "end" not in tag[:8] and "/toc >" not in tag:
        assert "left out" in rules(f"Before {tag} behind.")[0]


KEPT = {
    "{{< notice >}}Inside.{{< /notice >}}": "Inside.",
    "{{% notice tip %}}\n*Inside.*\n{{% /notice %}}": "\n*Inside.*\n",
    '{% quote(author="A") %}Inside.{% end %}': "Inside.",
    "{% unknown %}Inside.{% endunknown %}": "Inside.",
    "{% if a %}One{% set b = 1 %}{% else %}Two{% endif %}": "One",
    "{% if a %}{% for b in c %}d{% else %}e{% endfor %}One{% elsif f %}Two{% else %}3{% endif %}": (
        "One"
    ),
    "{% unless a %}One{% endunless %}": "One",
    "{% else %}One": "One",
    "{% if a %}One{% else %}Two": "OneTwo",
    "{{ 'One' }}": "One",
    '{{ "One" | upcase }}': "One",
    "{% raw %}{{ a }}{% endraw %}": "{{ a }}",
    "{% verbatim %}{% b %}{% endverbatim %}": "{% b %}",
    "{::nomarkdown}<b>{% c %}</b>{:/}": "<b>{% c %}</b>",
    "{{</* a */>}}": "{{&lt; a &gt;}}",
    "{{%/* a */%}}": "{{% a %}}",
    "{{/* a() */}}": "{{ a() }}",
    "{{ page.title }} {{ title | escape }}": "A title A title",
}


@pytest.mark.parametrize("text", KEPT)
def test_text_inside_or_the_value_is_kept(text: str) -> None:
    assert expand(text) == KEPT[text]
    assert rules(text)


TEXT = [
    *("No tags.", "{ }", "{{", "}}", "%}", "100 {% of }}", "{{ \\alpha }}", "{{ {{ a", "{% {% a"),
    *("f'{:.2f}'", "{: .a", "{.a} b", "{#a} b", "{%50%}", "{{< a", "{{{ a }}", "{::a", "{#a"),
    "{% " + "a" * LONGEST + " %}",
]


@pytest.mark.parametrize("text", TEXT)
def test_what_has_no_end_or_no_meaning_is_text(text: str) -> None:
    assert expand(text) == text


def test_first_tag_without_an_end_is_told() -> None:
    assert rules("a\n\n{% b\n{{< c", 5) == ["7: {% b {{< c: kept as text: it has no end"]
    assert rules("{{< b\n\n{% c %}") == [
        "3: {% c %}: left out",
        "1: {{< b {% c %}: kept as text: it has no end",
    ]


CODE = [
    *("`{{ a }}`", "``{% a ` %}``", "    {% a %}\n    {{< b >}}", "\t{{ a }}"),
    *("```\n{% a %}\n```", "~~~~ liquid\n{{ a }}\n~~~\n{% b %}\n~~~~", "```\n{{ unclosed }}"),
    *("- ```\n  {{ a }}\n  ```", "> ```\n> {{ a }}\n> ```", "- a\n\n      {{ b }}"),
    *("1. a\n\n       {{ b }}", "# A\n    {{ b }}", "`{: .a}` `{#a}`", "`a\n{{ b }}`"),
    "```\n{{ a }}\n\n    ```\n{{ b }}",
]


@pytest.mark.parametrize("code", CODE)
def test_nothing_in_code_is_touched(code: str) -> None:
    assert expand(code) == code
    assert expand(f"{{% a %}}\n\n{code}") == f"\n\n{code}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n\n    {{ b }}", "- a\n\n    "),
        ("a\n    {{ b }}", "a\n    "),
        ("\\`{{ a }}`", "\\``"),
        ("`a {{ b }}", "`a "),
        ("`a\n\n{{ b }}`", "`a\n\n`"),
        ("- `a\n- {{ b }}`", "- `a\n- `"),
        ("```\na\n```\n{{ b }}", "```\na\n```\n"),
        ("- ```\n  a\n\nb {{ c }}", "- ```\n  a\n\nb "),
        ("> ```\n> a\n\nb {{ c }}", "> ```\n> a\n\nb "),
        ("- a\n  - b\n\nc\n\n    {{ d }}", "- a\n  - b\n\nc\n\n    {{ d }}"),
        ("a\n    ```\n{{ b }}", "a\n    ```\n"),
    ],
)
def test_what_only_looks_like_code_is_none(text: str, expected: str) -> None:
    assert expand(text) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("`{% raw %}{{ a }}{% endraw %}`", "`{{ a }}`"),
        ("```\n{% raw %}\n{{ a }}\n{% endraw %}\n```", "```\n{{ a }}\n```"),
        ("```\n{%- verbatim -%}{% a %}{%- endverbatim -%}\n```", "```\n{% a %}\n```"),
        (
            "```\n{{</* a */>}} {{%/* b */%}} {%/* c */%}\n```",
            "```\n{{< a >}} {{% b %}} {% c %}\n```",
        ),
        ("`{% raw %}`", "`{% raw %}`"),
        ("{% raw %}\n```\n{{ a }}\n```\n{% endraw %}", "\n```\n{{ a }}\n```\n"),
        ("`{% raw %}` {% raw %}{{ a }}{% endraw %}", "`{% raw %}` {{ a }}"),
    ],
)
def test_what_says_that_a_tag_is_shown_is_taken_off_in_code_too(code: str, expected: str) -> None:
    assert expand(code) == expected


HIGHLIGHTS = {
    "{% highlight ruby linenos %}\na\n  b\n{% endhighlight %}": "```ruby\na\n  b\n```",
    "{{< highlight go >}}\n{{ a }}\n{{< /highlight >}}": "```go\n{{ a }}\n```",
    '{{< highlight Go "linenos=table" >}}a{{< / highlight >}}': "```go\na\n```",
    "{% codeblock A title lang:js %}\na\n{% endcodeblock %}": "```js\na\n```",
    '{{< code file="a.py" lang="python" >}}\na\n{{< /code >}}': "```python\na\n```",
    "{% highlight %}\n````\na\n{% endhighlight %}": "`````\n````\na\n`````",
    "- {% highlight a %}\n  b\n   c\n  {% endhighlight %}": "- ```a\n  b\n   c\n  ```",
    "- a\n  {% highlight b %}\nc\n  {% endhighlight %}": "- a\n  ```b\n  c\n  ```",
    "> {% highlight a %}\n> b\n>\n>   c\n> {% endhighlight %}": "> ```a\n> b\n> \n>   c\n> ```",
    "In {% highlight a %}b `c`{% endhighlight %}.": "In `` b `c` ``.",
    "In {% highlight a %}\nb\n{% endhighlight %}.": "In \n\n```a\nb\n```\n\n.",
    "{% highlight ruby %}\n{% raw %}\n{{ a }}\n{% endraw %}\n{% endhighlight %}": (
        "```ruby\n{{ a }}\n```"
    ),
    "{% highlight a %} b": " b",
    "{% highlight '<b>' %}\na\n{% endhighlight %}": "```\na\n```",
}


@pytest.mark.parametrize("text", HIGHLIGHTS)
def test_highlighted_code_is_code_in_its_language(text: str) -> None:
    assert expand(text) == HIGHLIGHTS[text]


FIGURES = {
    '{{< figure src="a.png" alt="An a" >}}': '<figure>\n<img src="a.png" alt="An a">\n</figure>\n',
    '{{< figure src="a.png" caption="*B*" title="T" link="c" />}}': (
        '<figure>\n<a href="c"><img src="a.png" alt="*B*"></a>\n'
        "<figcaption>\n\nT *B*\n\n</figcaption>\n</figure>\n"
    ),
    '{{ figure(src="a.png", alt=`An "a"`) }}': (
        '<figure>\n<img src="a.png" alt="An &quot;a&quot;">\n</figure>\n'
    ),
    '{% image "./a.jpg", "My cat", "(min-width: 30em) 50vw" %}': (
        '<figure>\n<img src="./a.jpg" alt="My cat">\n</figure>\n'
    ),
    "{% img left /a/b.png 300 200 A cat %}": (
        '<figure>\n<img src="/a/b.png" alt="A cat">\n</figure>\n'
    ),
    "{% asset_img a.jpg %}": '<figure>\n<img src="a/a.jpg" alt="">\n</figure>\n',
    '{% include figure.html image_path="/a b.png" alt="A" %}': (
        '<figure>\n<img src="/a%20b.png" alt="A">\n</figure>\n'
    ),
    '{% include figure image_path="https://a.org/b" %}': (
        '<figure>\n<img src="https://a.org/b" alt="">\n</figure>\n'
    ),
    'See {{< figure src="a.png" >}} there': 'See <img src="a.png" alt=""> there',
    '- {{< figure src="a.png" >}}': '- <figure>\n  <img src="a.png" alt="">\n  </figure>\n  ',
    '{% video src="a.mp4" %}': '<video src="a.mp4" controls></video>',
    "{{< audio a.mp3 >}}": '<audio src="a.mp3" controls></audio>',
}


@pytest.mark.parametrize("text", FIGURES)
def test_picture_and_film_are_shown(text: str) -> None:
    assert expand(text) == FIGURES[text]


LINKS = {
    "{{< youtube w7Ft2ymGmfc >}}": "https://www.youtube.com/watch?v=w7Ft2ymGmfc",
    '{{< youtube id="w7Ft2ymGmfc" title="A film" >}}': "https://www.youtube.com/watch?v=w7Ft2ymGmfc",
    '{{ youtube(id="w7Ft2ymGmfc", autoplay=true) }}': "https://www.youtube.com/watch?v=w7Ft2ymGmfc",
    "{% youtube https://youtu.be/w7Ft2ymGmfc %}": "https://youtu.be/w7Ft2ymGmfc",
    '{% include youtube.html id="w7Ft2ymGmfc" %}': "https://www.youtube.com/watch?v=w7Ft2ymGmfc",
    "{{< vimeo 146022717 >}}": "https://vimeo.com/146022717",
    "{{< gist jmooring 50a7482715eac222e230d1e64dd9a89b >}}": (
        "https://gist.github.com/jmooring/50a7482715eac222e230d1e64dd9a89b"
    ),
    "{% gist jmooring/50a7482715 a.rb %}": "https://gist.github.com/jmooring/50a7482715",
    '{{ gist(url="https://gist.github.com/a/1") }}': "https://gist.github.com/a/1",
    "{{< instagram CxOWiQNP2MO >}}": "https://www.instagram.com/p/CxOWiQNP2MO/",
    '{{< x user="SanDiegoZoo" id="1453110110599868418" >}}': (
        "https://x.com/SanDiegoZoo/status/1453110110599868418"
    ),
    "{{< tweet 877500564405444608 >}}": "https://x.com/i/status/877500564405444608",
    '{{ streamable(id="a") }}': "https://streamable.com/a",
    '{{< soundcloud "https://soundcloud.com/a/b" >}}': "https://soundcloud.com/a/b",
    "{% embed https://a.org/b?c=1&d=2 %}": "https://a.org/b?c=1&d=2",
}


@pytest.mark.parametrize("text", LINKS)
def test_what_stands_on_another_site_is_a_link_to_it(text: str) -> None:
    match = re.fullmatch(r'<figure><a href="([^"]*)">([^<]+)</a></figure>\n', expand(text))
    assert match
    assert match[1].replace("&amp;", "&") == LINKS[text]
    assert "made a link" in rules(text)[0]


def test_link_in_a_line_is_part_of_it() -> None:
    assert expand("See {{< vimeo 1 >}}.") == 'See <a href="https://vimeo.com/1">Vimeo</a>.'


def test_address_that_is_given_with_a_text_is_no_link() -> None:
    assert expand("{% quote https://a.org/ %}Inside.{% endquote %}") == "Inside."


def test_of_several_addresses_none_is_taken() -> None:
    assert expand("{% embed https://a.org/ https://b.org/ %}") == ""


REFERENCES = {
    "[a]({{ site.url }}/b)": "[a](/b)",
    "[a]({{ site.baseurl }}/b)": "[a](/blog/b)",
    "[a]({{ site.url }}{{ site.baseurl }}/b)": "[a](/blog/b)",
    "[a]({{ site.baseurl }}{% link _posts/b.md %})": "[a]({filename}/_posts/b.md)",
    "[home]({{ site.baseurl }})": "[home](/blog/)",
    "[home]({{ site.url }})": "[home](/blog/)",
    '[a]({{ "/b" | relative_url }})': "[a](/blog/b)",
    '[a]({{ "https://c.org/b" | absolute_url }})': "[a](https://c.org/b)",
    "[a]({{ '/b' | url }})": "[a](/blog/b)",
    "[a]({{ url('/b') }})": "[a](/blog/b)",
    "[a]({% link b.pdf %})": "[a]({filename}/b.pdf)",
    "[a]({% post_url 2024-05-01-b %})": "[a]({filename}/_posts/2024-05-01-b.md)",
    '[a]({{< ref "b.md#c d" >}})': "[a]({filename}b.md#c%20d)",
    '[a]({{% relref path="/b" %}})': "[a]({filename}/b)",
    '[a]: {{< ref "b.md" >}}': "[a]: {filename}b.md",
    '<a href="{% link b.md %}">': '<a href="{filename}/b.md">',
    '[a]({{ get_url(path="@/b.md") }})': "[a](@/b.md)",
}


@pytest.mark.parametrize("text", REFERENCES)
def test_reference_is_to_what_it_names(text: str) -> None:
    assert expand(text, BELOW) == REFERENCES[text]


ATTRIBUTES = {
    "A paragraph.\n{: .note}\n\nAnother.": "A paragraph.\n\nAnother.",
    "* item\n  {:.a #b}\n* other": "* item\n* other",
    "## Heading {#id .a}\n": "## Heading \n",
    "## Heading {: #id}\n": "## Heading \n",
    "[a](b){:target='_blank'} c": "[a](b) c",
    "`a`{:.language-ruby}": "`a`",
    "{:toc}": "",
    "Above.\n\n* Contents\n{:toc}\n\nBelow.": "Above.\n\n\n\nBelow.",
    "1. Contents\n{:toc}": "",
    "{.a}": "",
}


@pytest.mark.parametrize("text", ATTRIBUTES)
def test_attributes_of_an_element_are_left_out(text: str) -> None:
    assert expand(text) == ATTRIBUTES[text]


def test_details_unfold_and_the_lead_ends() -> None:
    text = '{{< details summary="More < less" >}}\nInside.\n{{< /details >}}'
    assert expand(text) == ("<details><summary>More &lt; less</summary>\n\nInside.\n\n</details>\n")
    assert expand("a {{< more >}} b") == "a <!--more--> b"


def test_each_tag_is_told_with_its_line_up_to_some() -> None:
    text = "\n".join("{% a %}" for _ in range(MOST_TOLD + 3))
    told = rules(text, 3)
    assert told[:2] == ["3: {% a %}: left out", "4: {% a %}: left out"]
    assert told[-1] == "22: 3 more: by the same rules"
    assert len(told) == MOST_TOLD + 1
    assert rules("{% " + "a" * 100 + " %}") == ["1: {% " + "a" * 57 + "…: left out"]


def test_too_many_tags_stay_text_and_that_is_told() -> None:
    notes = Notes("a.md")
    text = expand_tags("{{a}}\n" * (MOST_TAGS + 1), 1, SITE, notes)
    assert text == "\n" * MOST_TAGS + "{{a}}\n"
    (finding,) = notes.findings
    assert (finding.line, finding.what) == (MOST_TAGS + 1, "too many")


def test_arguments_stand_by_place_or_by_name() -> None:
    given = read_arguments("""a "b \\"c\\"", 'd', e=`f`, G: "h", i = 1, https://j.org/k""")
    assert given.words == ("a", 'b "c"', "d", "https://j.org/k")
    assert given.named == {"e": "f", "g": "h", "i": "1"}
    assert given.take("x", "e") == "f"
    assert given.take("x", at=1) == 'b "c"'
    assert given.take("x", at=9) == given.take("x") == ""


@pytest.mark.parametrize(
    "text",
    [
        *("{%" * 125_000, "{{" * 125_000, "{{<" * 75_000, "`" * 0_000_000, "{{{" * 75_000),
        *("{% highlight %}" * 15_000, "{% raw %}" * 25_000 + "{% endraw %}", "{{ { " * 50_000),
        *("{% if a %}" * 25_000, "{% a %} " * 25_000, "` `` ``` " * 25_000, "{:.a}" * 50_000),
        *("{{ {a} }}" * 25_000, "> " * 125_000 + "{{ a }}", "- ```\n{{ a }}\n" * 12_000),
        "{{ a }}\n" + "`{% raw %}`" * 25_000,
    ],
    ids=lambda text: text[:12],
)
def test_what_is_long_takes_little_time(text: str) -> None:
    begun = time.process_time()
    expand(text)
    assert time.process_time() - begun < 2


PIECES = st.sampled_from(
    [
        *("{%", "%}", "{{", "}}", "{{<", ">}}", "{{%", "%}}", "{#", "#}", "{:", "}", "/", "raw"),
        *(
            " end",
            "highlight",
            " if ",
            " for ",
            "else",
            "a",
            '"b"',
            "c=d",
            "`",
            "```",
            "\n",
            "\n\n",
        ),
        *("    ", "- ", "> ", "(", ")", "|", " figure src=a.png ", "{% endraw %}", "{% raw %}"),
    ]
)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_any_text_is_expanded_and_none_of_its_code_lost_fuzz(text: str) -> None:
    tags = find_tags(text)
    assert all(tag.start < tag.end for tag in tags.found)
    ends = [0, *(tag.end for tag in tags.found)]
    assert all(start <= tag.start for start, tag in zip(ends, tags.found, strict=False))
    assert isinstance(expand(text), str)


BLOCKS = st.lists(
    st.sampled_from(
        [
            "",
            "    code",
            "text",
            "  text",
            "```",
            "~~~",
            "````",
            "``` go",
            "    ```",
            "\tcode",
            "# h",
        ]
    ),
    max_size=9,
).map("\n".join)


@given(BLOCKS)
def test_code_is_where_the_parser_finds_it_fuzz(text: str) -> None:
    prose = Prose(text, "@@")
    assert prose.find(0) is None
    blocks = [
        token for token in _make_parser().parse(text) if token.type in ("fence", "code_block")
    ]
    theirs = {line for token in blocks for line in range(*token.map)}
    ours: set[int] = set()
    for start, end in prose.code:
        begin = text.count("\n", 0, start)
        ours |= set(range(begin, begin + len(text[start:end].splitlines())))
    lines = text.split("\n")
    assert {line for line in ours if lines[line].strip()} == {
        line for line in theirs if line < len(lines) and lines[line].strip()
    }
