"""Hygiene: what is kept, what becomes of addresses and files, what is told; never a surprise."""

import time
import unicodedata
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.clean import clean_text, clean_url
from feedsvc.converters import show
from feedsvc.errors import ArticleError, MediumRefused
from feedsvc.model import Enclosure, Finding, Picture
from feedsvc.readers import hygiene
from feedsvc.readers.hygiene import Clean, sanitize
from feedsvc.readers.hygiene.allowed import ATTRIBUTES, EMPTIED, MATH, SEEN, TAGS
from feedsvc.readers.hygiene.embeds import HOSTS
from feedsvc.readers.hygiene.references import LONGEST_DATA
from feedsvc.readers.hygiene.telling import MOST_TOLD
from feedsvc.readers.lines import Notes
from feedsvc.readers.media import find_nothing, tell_type

BASE = "https://blog.example.org/2024/post/"
FEEDS = "https://feeds.example.org/media/"
DOT = "data:image/png;base64,iVBORw0KGgo="


class Reading:
    """What was made of some HTML, and what was told of it."""

    def __init__(self, html: str, files: tuple[str, ...] = (), *, is_placed: bool = True) -> None:
        def find(reference: str) -> Enclosure:
            if reference not in files:
                raise MediumRefused("no such file", show(reference))
            name = reference.rpartition("/")[2]
            return Enclosure(f"{FEEDS}0-{name}", tell_type(reference), 7, name)

        def where(written: str) -> int:
            return html[: max(html.find(written), 0)].count("\n") + 1

        self.notes = Notes("a.html")
        self.clean: Clean = sanitize(html, BASE, find, self.notes, where, is_placed=is_placed)
        self.content = self.clean.content
        self.findings = self.notes.findings
        self.rules = self.notes.rules


def clean(html: str) -> str:
    return Reading(html).content


# What is kept.

CONTEXTS = {
    "caption": "<table>{}</table>",
    "col": "<table><colgroup>{}</colgroup></table>",
    "colgroup": "<table>{}</table>",
    "tbody": "<table>{}</table>",
    "td": "<table><tbody><tr>{}</tr></tbody></table>",
    "tfoot": "<table>{}</table>",
    "th": "<table><tbody><tr>{}</tr></tbody></table>",
    "thead": "<table>{}</table>",
    "tr": "<table><tbody>{}</tbody></table>",
    **dict.fromkeys(MATH - {"math"}, "<math><mrow>{}</mrow></math>"),
}
VALUES = {
    "align": "right",
    "cite": "https://e.org/",
    "class": "language-python",
    "dir": "rtl",
    "headers": "",
    "height": "90",
    "href": "https://e.org/?a=1&amp;b=2#c",
    "hreflang": "nl",
    "id": "a-1",
    "lang": "pt-BR",
    "loading": "lazy",
    "poster": "https://e.org/p.jpg",
    "preload": "none",
    "src": "https://e.org/a.png",
    "srcset": "https://e.org/a.png 1x, https://e.org/b.png 2x",
    "width": "120",
    "xmlns": "http://www.w3.org/1998/Math/MathML",
}
VOID = {"area", "br", "col", "hr", "img", "source", "track", "wbr"}
ALWAYS = {
    "a": ' href="https://e.org/"',
    "audio": ' controls=""',
    "img": ' src="https://e.org/i.png" alt=""',
    "source": ' src="https://e.org/a.mp3"',
    "track": ' src="https://e.org/a.vtt"',
    "video": ' controls=""',
}
"""What these are nothing without."""


def write(tag: str, attributes: str = "") -> str:
    end = "" if tag in VOID else f"</{tag}>"
    return CONTEXTS.get(tag, "{}").format(f"<{tag}{attributes}>{end}")


@pytest.mark.parametrize("tag", sorted(TAGS))
def test_element_comes_through_as_it_is_written(tag: str) -> None:
    html = write(tag, ALWAYS.get(tag, ""))
    assert clean(html) == html


@pytest.mark.parametrize(
    ("tag", "attribute"),
    [
        (tag, attribute)
        for tag in sorted(TAGS)
        for attribute in sorted(ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()))
        if attribute not in ("headers", "id")  # those are to be of use
    ],
)
def test_attribute_comes_through_as_it_is_written(tag: str, attribute: str) -> None:
    given = f' {attribute}="{VALUES.get(attribute, "1")}"'
    rest = ALWAYS.get(tag, "")
    if f" {attribute}=" in rest:
        html = write(tag, rest)
    elif attribute == "sizes":
        html = write(tag, f'{rest} srcset="{VALUES["srcset"]}"{given}')
    else:
        html = write(tag, given + rest if tag in ("audio", "video") else rest + given)
    assert clean(html) == html


def test_nothing_of_the_list_that_the_sanitiser_comes_with_is_lost() -> None:
    assert nh3.ALLOWED_TAGS <= TAGS
    for tag, attributes in nh3.ALLOWED_ATTRIBUTES.items():
        assert attributes <= ATTRIBUTES.get(tag, set()) | ATTRIBUTES["*"], tag
    assert not EMPTIED & SEEN


HARMLESS = [
    "<p>Text &amp; more: 1 &lt; 2 &gt; 0, “quoted” \"plainly\" and 'so', é, 日本語, 👩‍👩‍👧.</p>",
    '<p>A<a href="https://e.org/" title="T" hreflang="nl">link</a>, <b>b</b><i>i</i><br>next</p>',
    '<table><caption>C</caption><thead><tr><th scope="col">A</th></tr></thead><tbody><tr>'
    '<td colspan="2" rowspan="3">1</td></tr></tbody></table>',
    '<table><tbody><tr><th id="h-1">A</th></tr><tr><td headers="h-1">1</td></tr></tbody></table>',
    '<pre><code class="language-c++">a &lt; b;\n\n  c\n</code></pre>',
    '<div class="highlight"><pre>x</pre></div>',
    '<figure><img src="https://e.org/a.png" alt="A" width="3" height="2" loading="lazy">'
    "<figcaption>C</figcaption></figure>",
    '<picture><source srcset="https://e.org/a.avif 1x, https://e.org/b.avif 2x" type="image/avif"'
    ' media="(min-width: 40em)"><img src="https://e.org/a.png" alt=""></picture>',
    '<math display="block" alttext="x^2"><msup><mi>x</mi><mn>2</mn></msup><mo>=</mo><mfrac>'
    "<mn>1</mn><msqrt><mi>y</mi></msqrt></mfrac></math>",
    "<math><mmultiscripts><mi>X</mi><none></none><mi>a</mi><mprescripts></mprescripts><mi>b</mi>"
    "<none></none></mmultiscripts></math>",
    "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
    '<p lang="ar" dir="rtl">مرحبا</p><p><bdi>x</bdi><bdo dir="ltr">y</bdo></p>',
    '<details open=""><summary>S</summary><p>x</p></details>',
    '<p><del cite="https://e.org/" datetime="2024-01-01">a</del><ins>b</ins><mark>c</mark>'
    '<kbd>d</kbd><samp>e</samp><abbr title="F">f</abbr><time datetime="2024">g</time></p>',
    "<dl><dt>A</dt><dd>B</dd></dl>",
    '<ol start="3" reversed="" type="a"><li value="7">x</li></ol>',
    '<video src="https://e.org/a.mp4" poster="https://e.org/a.jpg" width="640" controls="">'
    '<track src="https://e.org/a.vtt" kind="captions" srclang="en" label="English"></video>',
    f'<p>x<sup><a href="{BASE}#fn1" id="fnref1">1</a></sup></p>'
    f'<ol><li id="fn1">y <a href="{BASE}#fnref1">↩</a></li></ol>',
    '<blockquote cite="https://e.org/"><p>x</p><footer>— <cite>y</cite></footer></blockquote>',
    '<p><a href="mailto:jan@example.org?subject=A">m</a> <a href="tel:+31-20-1234567">t</a></p>',
    f'<img src="{DOT}" alt="">',
    "<span>y</span>",
]


@pytest.mark.parametrize("html", HARMLESS)
def test_harmless_html_comes_through_byte_for_byte(html: str) -> None:
    reading = Reading(html)
    assert reading.content == html
    assert reading.findings == reading.rules == []


# What isn't.


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script>a</script>b", "b"),
        ("<style>a</style><svg><text>b</text></svg><template>c</template>d", "d"),
        ("<select><option>a</select><textarea>b</textarea><button>c</button>d", "d"),
        ("<title>a</title>b", "b"),
        ("<form action=x>a<input name=b><label>c</label></form>", "ac"),
        ("<main><font color=red>a</font><x-y>b</x-y></main>", "ab"),
        ("<p onclick=x style=color:red data-a=1 class='a b' role=note tabindex=0>a", "<p>a</p>"),
        ("<span style=color:red>a</span> <span class=k>b</span>", "a b"),
        ('<code class="x lang-js y">a</code>', '<code class="lang-js">a</code>'),
        ("<!-- a --><![CDATA[b]]><?php c ?>d", "d"),
        ("<object data=x.bin>a<param name=b></object>", "a"),
        ("<math><semantics><mi>x</mi><annotation>y</annotation></semantics></math>",
         "<math><semantics><mi>x</mi></semantics></math>"),
        ("<p lang=en_US dir=up title>a", '<p title="">a</p>'),
        ("<math xmlns=http://evil.test/></math>", "<math></math>"),
        ("<img src=//e.org/a.png width=10.5px height=50%>",
         '<img src="https://e.org/a.png" width="10" alt="">'),
        ("<video src=//e.org/a.mp4 autoplay preload=auto>",
         '<video src="https://e.org/a.mp4" controls=""></video>'),
    ],
)  # fmt: skip
def test_what_isnt_on_the_list_is_left_out(html: str, expected: str) -> None:
    assert clean(html) == expected


def test_words_in_brackets_take_nothing_with_them() -> None:
    """Each is an element of SVG or of MathML, which the sanitiser would drop with what follows."""
    assert clean("<p>cd <path> and <b>go</b></p>") == "<p>cd  and <b>go</b></p>"
    assert clean("<p>a <mi> b <list title='<p>'> c</p><!-- <in> -->") == "<p>a  b  c</p>"
    assert clean("<math><mi>x</mi></math> a <set> b") == "<math><mi>x</mi></math> a  b"


def test_what_stands_for_scripts_is_shown_once() -> None:
    lazy = '<img src="blank.gif" data-src="https://e.org/a.png" alt="A">'
    shown = '<img src="https://e.org/a.png" alt="A">'
    assert clean(f"{lazy}<noscript>{shown}</noscript>") == shown
    assert clean(f"<noscript><p>{shown}</p></noscript>") == f"<p>{shown}</p>"
    assert clean('<img data-srcset="https://e.org/b.png 2x" alt="B">') == (
        '<img alt="B" srcset="https://e.org/b.png 2x" src="https://e.org/b.png">'
    )


def test_boxes_of_a_list_of_tasks_become_characters() -> None:
    html = "<ul><li><input type=checkbox disabled checked> a<li><input type=checkbox> b</ul>"
    assert clean(html) == "<ul><li>☑ a</li><li>☐ b</li></ul>"


def test_columns_stay_aligned() -> None:
    html = '<table><tr><td style="text-align: right">1<th align=center style="text-align:left">2'
    assert '<td align="right">1</td><th align="center">2</th>' in clean(html)


@pytest.mark.parametrize(
    "image",
    [
        "src=//e.org/a.gif width=1 height=1",
        "src=//e.org/a.gif width=0",
        "src=//e.org/a.gif height=1.5px",
        "src=//e.org/a.gif style='display : none'",
        "src=//e.org/a.gif style='width:1px; height:1px'",
        "src=data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP==",
        "src=https://pixel.wp.com/b.gif?x",
        "src=//ssl-vg03.met.vgwort.de/na/0",
        "src=https://stats.example.org/matomo.php?idsite=1",
        "src=https://www.facebook.com/tr?id=1",
        "src=http://feeds.feedburner.com/~r/x/~4/y",
    ],
)
def test_tracker_is_left_out(image: str) -> None:
    reading = Reading(f"<p>a<img {image}>b</p>")
    assert reading.content == "<p>ab</p>"
    assert [rule.what for rule in reading.rules] == ["tracker left out"]
    assert reading.findings == []


def test_tracker_is_one_wherever_it_lies() -> None:
    assert clean("<img src=/piwik.php?a>") == ""
    assert clean("<video src=//e.org/a width=1><source src=//e.org/b>x</video>") == "x"


def test_picture_that_is_large_enough_is_no_tracker() -> None:
    html = '<img src="https://stats.example.org/chart.png" width="300" alt="">'
    assert clean(html) == html
    assert "<img" in clean('<img src="https://e.org/a.png" width="1%">')


# Frames.


@pytest.mark.parametrize(
    ("html", "url", "text"),
    [
        ("<iframe src=//www.youtube.com/embed/dQw4w9WgXcQ?start=9 title='A film'></iframe>",
         "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "A film"),
        ("<iframe data-src=https://youtube-nocookie.com/embed/dQw4w9WgXcQ></iframe>",
         "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "YouTube"),
        ("<embed src=https://www.youtube.com/v/dQw4w9WgXcQ>",
         "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "YouTube"),
        ("<iframe src=https://player.vimeo.com/video/123?h=a></iframe>",
         "https://vimeo.com/123", "Vimeo"),
        ("<iframe src=https://open.spotify.com/embed/track/1a></iframe>",
         "https://open.spotify.com/track/1a", "Spotify"),
        ("<iframe src=https://w.soundcloud.com/player/?url=x></iframe>",
         "https://w.soundcloud.com/player/?url=x", "SoundCloud"),
        ("<iframe src='https://www.google.com/maps/embed?pb=1'></iframe>",
         "https://www.google.com/maps/embed?pb=1", "Google Maps"),
        ("<iframe src=https://codepen.io/a/embed/preview/b></iframe>",
         "https://codepen.io/a/pen/b", "CodePen"),
        ("<iframe src=https://archive.org/embed/a/b.mp3></iframe>",
         "https://archive.org/details/a/b.mp3", "b.mp3"),
        ("<iframe src=https://bandcamp.com/EmbeddedPlayer/album=1></iframe>",
         "https://bandcamp.com/EmbeddedPlayer/album=1", "Bandcamp"),
        ("<iframe src=https://tube.example/videos/embed/01234567-89ab-cdef-0123-456789abcdef>"
         "</iframe>", "https://tube.example/w/01234567-89ab-cdef-0123-456789abcdef",
         "tube.example"),
        ("<iframe src=https://social.example/@jan/110123456789012345/embed></iframe>",
         "https://social.example/@jan/110123456789012345", "social.example"),
        ("<object data=https://e.org/a%20b.pdf></object>", "https://e.org/a%20b.pdf", "a b.pdf"),
    ],
)  # fmt: skip
def test_frame_of_a_known_site_becomes_a_link(html: str, url: str, text: str) -> None:
    reading = Reading(f"<p>{html}</p>")
    assert reading.content == f'<p><a href="{url}">{text}</a></p>'
    assert next(rule.what for rule in reading.rules) == "frame made a link"
    assert reading.findings == []


@pytest.mark.parametrize("site", HOSTS)
def test_frame_of_each_site_on_the_list_becomes_a_link(site: str) -> None:
    html = f"<iframe src=https://{site}/x></iframe>"
    assert clean(html).startswith(f'<a href="https://{site}/x">')


def test_frame_in_a_link_becomes_its_text() -> None:
    html = "<a href=//e.org/><iframe src=//vimeo.com/1 title='A &amp; B'></iframe></a>"
    assert clean(html) == '<a href="https://e.org/">A &amp; B</a>'


def test_other_frame_is_left_out_and_everybody_is_told() -> None:
    reading = Reading("<p>a</p>\n<iframe src=https://ads.example/x></iframe>")
    assert reading.content == "<p>a</p>"
    assert reading.findings == [
        Finding(
            "a.html",
            2,
            "text",
            "frame left out",
            "https://ads.example/x is of no site whose frames become links",
        )
    ]
    hidden = Reading(
        "<iframe src=//www.googletagmanager.com/ns.html?id=1></iframe><iframe></iframe>"
    )
    assert hidden.content == ""
    assert hidden.findings == []


def test_film_beside_that_is_embedded_is_an_enclosure_and_a_link() -> None:
    reading = Reading('<embed src="films/a.mp4">', files=("films/a.mp4",))
    assert reading.content == f'<a href="{FEEDS}0-a.mp4">a.mp4</a>'
    assert [file.url for file in reading.clean.enclosures] == [f"{FEEDS}0-a.mp4"]


# Addresses.


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("x", f"{BASE}x"),
        ("/x/../y", "https://blog.example.org/y"),
        ("../x?a=b c", "https://blog.example.org/2024/x?a=b%20c"),
        ("//e.org/x", "https://e.org/x"),
        ("?a", f"{BASE}?a"),
        ("#fn1", f"{BASE}#fn1"),
        ("", BASE),
        ("HTTP://E.org/é", "http://e.org/%C3%A9"),
        (" https://e.org/a\n b ", "https://e.org/a%20b"),
        ("https:\\\\e.org\\x", "https://e.org/x"),
        ("a\\b?c\\d", f"{BASE}a/b?c%5Cd"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("mailto:jan@example.org", "mailto:jan@example.org"),
        ("TEL:+31201234567", "TEL:+31201234567"),
    ],
)
def test_address_is_made_absolute_and_valid(written: str, url: str) -> None:
    assert clean(f'<a href="{written}">x</a>') == f'<a href="{url}">x</a>'


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("javascript:alert(1)", "not an http or https URL"),
        ("JAVA&Tab;SCRIPT:alert(1)", "not an http or https URL"),
        ("data:text/html,x", "not an http or https URL"),
        ("ftp://e.org/", "not an http or https URL"),
        ("gopher:x", "not an http or https URL"),
        ("mailto:", "not an http or https URL"),
        ("C:\\x", "not an http or https URL"),
        ("http://", "not a URL"),
        ("http://e.org:99999/", "not a URL"),
        ("http://[::1", "not a URL"),
        ("//[x/", "not a URL"),
        ("http://a b/", "not a URL"),
        ("http://e.org%2Fx/", "not a URL"),
        ("http://jan:secret@e.org/", "not a public URL"),
        ("http://e.org/" + "x" * 3000, "too long"),
    ],
)
def test_what_is_no_address_is_left_out_and_told_with_its_line(written: str, what: str) -> None:
    reading = Reading(f"<p>\n\n<a href='{written}'>x</a></p>")
    assert reading.content == "<p>\n\nx</p>"
    (finding,) = reading.findings
    assert (finding.what, finding.field) == (what, "text")
    assert finding.line == (3 if "&" not in written else 1)
    assert finding.why.endswith("left out")


def test_picture_without_an_address_is_its_text() -> None:
    assert clean("<img alt=' A  &amp; B '>") == "A &amp; B"
    assert clean("<img src='javascript:x' alt=A>") == "A"
    assert clean("<img src='#a' alt=A><video poster='#'>") == 'A<video controls=""></video>'
    assert clean("<p><img src='mailto:a@b.org'></p>") == "<p></p>"
    assert clean("<video src=''><source src=''><track></video>") == '<video controls=""></video>'


def test_quote_says_where_it_is_from_or_nothing() -> None:
    assert clean("<q cite=' '>x</q><q cite=#a><q cite=/y>z</q>") == (
        '<q>x</q><q><q cite="https://blog.example.org/y">z</q></q>'
    )


def test_base_of_the_html_itself_goes_before() -> None:
    """And no file lies beside it then."""
    reading = Reading("<a href=b.html>x</a><img src=a.png><base id=x href=/c/d>", files=("a.png",))
    assert reading.content == (
        '<a href="https://blog.example.org/c/b.html">x</a>'
        '<img src="https://blog.example.org/c/a.png" alt="">'
    )
    assert reading.findings == []
    assert ("base", "https://blog.example.org/c/d") in [
        (rule.what, rule.why) for rule in reading.rules
    ]
    bad = Reading("<base href=http://a%><a href=x>y</a>")
    assert bad.content == f'<a href="{BASE}x">y</a>'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.png, b.png 2x", f"{BASE}a.png, {BASE}b.png 2x"),
        ("a.png 100w,b.png 1.5x", f"{BASE}a.png 100w, {BASE}b.png 1.5x"),
        (" , a.png,, b.png 2x , ", f"{BASE}a.png, {BASE}b.png 2x"),
        ("a,b.png 2x", f"{BASE}a,b.png 2x"),
        ("a.png huge, b.png 2x", f"{BASE}b.png 2x"),
        ("javascript:x 1x, b.png", f"{BASE}b.png"),
        (f"{DOT} 1x, b.png 2x", f"{DOT} 1x, {BASE}b.png 2x"),
    ],
)
def test_each_candidate_of_a_set_is_made_absolute(written: str, expected: str) -> None:
    html = f'<img src="https://e.org/a.png" srcset="{written}" sizes="50vw" alt="">'
    assert clean(html) == (
        f'<img src="https://e.org/a.png" srcset="{expected}" sizes="50vw" alt="">'
    )


def test_set_without_any_candidate_is_left_out() -> None:
    html = '<img src="https://e.org/a.png" srcset="javascript:x 2x" sizes="50vw" alt="">'
    assert clean(html) == '<img src="https://e.org/a.png" alt="">'


def test_picture_in_the_text_itself_is_kept_where_readers_show_it() -> None:
    assert clean(f"<img src='{DOT}' alt=A>") == f'<img src="{DOT}" alt="A">'
    assert clean("<img src='DATA:image/JPG;base64, iVBO\nRw=='>") == (
        '<img src="data:image/jpeg;base64,iVBORw==" alt="">'
    )
    for url in ("data:image/svg+xml;base64,PHN2Zz4=", "data:text/html,x", "data:image/png,x"):
        reading = Reading(f"\n<img src='{url}' alt=A><img src='{url}' alt=B>")
        assert reading.content == "AB"
        assert [(one.line, one.what) for one in reading.findings] == [(2, "no picture")]
    reading = Reading(f"<img src='data:image/png;base64,{'A' * LONGEST_DATA}' alt=A>")
    assert reading.content == "A"
    assert [one.what for one in reading.findings] == ["too large"]
    assert len(str(reading.findings[0])) < 300


def test_id_is_kept_where_a_link_of_the_article_leads_to_it() -> None:
    html = "<a href='#s-1'>x</a><h2 id=s-1>y</h2><h2 id=s-2>z</h2><p id=s-1>"
    assert clean(html) == f'<a href="{BASE}#s-1">x</a><h2 id="s-1">y</h2><h2>z</h2><p></p>'
    assert clean("<a name=_ftn1 href='#_ftnref1'>1</a><a name=_ftnref1></a><a name=x></a>") == (
        f'<a href="{BASE}#_ftnref1">1</a><a id="_ftnref1"></a>'
    )
    assert 'id="über-uns"' in clean("<a href=#%C3%BCber-uns>x</a><p id=über-uns>")


def test_link_within_an_article_whose_page_isnt_known_yet_stays_one() -> None:
    html = "<base href=//e.org/x/><a href='#fn 1'>x</a><a href=y>z</a><p id=fn%201><a href='#'>"
    notes = Notes("a.html")
    content = sanitize(html, BASE, find_nothing, notes, lambda _: 1, is_placed=False).content
    assert content == ('<a href="#fn%201">x</a><a href="https://e.org/x/y">z</a><p></p>')
    again = sanitize(content, BASE, find_nothing, notes, lambda _: 1, is_placed=False)
    assert again.content == content


def test_id_that_a_program_might_know_a_thing_by_is_left_out() -> None:
    assert clean("<a href=#config>x</a><p id=config>y") == f'<a href="{BASE}#config">x</a><p>y</p>'
    cells = "<table><tr><th id=a-1>1<td headers='a-1 b-1'>2<td id=c headers=c>3"
    assert '<th id="a-1">1</th><td headers="a-1">2</td><td>3</td>' in clean(cells)


# Files beside the text.


def test_file_beside_is_published_wherever_it_is_named() -> None:
    html = (
        '<img src="img/a b.png" srcset="img/b.webp 2x"><a href="/paper.pdf">P</a>'
        '<video poster="a.jpg" src="a.mp4"></video>'
    )
    files = ("img/a%20b.png", "img/b.webp", "/paper.pdf", "a.jpg", "a.mp4")
    reading = Reading(html, files)
    assert reading.content == (
        f'<img src="{FEEDS}0-a%20b.png" srcset="{FEEDS}0-b.webp 2x" alt="">'
        f'<a href="{FEEDS}0-paper.pdf">P</a>'
        f'<video poster="{FEEDS}0-a.jpg" src="{FEEDS}0-a.mp4" controls=""></video>'
    )
    assert reading.findings == []
    assert {rule.what for rule in reading.rules} == {"file beside"}


def test_sound_and_films_beside_are_enclosures_in_order_and_once() -> None:
    html = (
        '<a href="b.mp3">B</a><video><source src="a.webm"><source src="a.mp4"></video>'
        '<audio src="b.mp3"></audio><img src="c.png"><a href="d.pdf">D</a>'
        '<audio src="https://cdn.example/e.mp3"></audio>'
    )
    reading = Reading(html, ("b.mp3", "a.webm", "a.mp4", "c.png", "d.pdf"))
    assert reading.clean.enclosures == (
        Enclosure(f"{FEEDS}0-b.mp3", "audio/mpeg", 7, "b.mp3"),
        Enclosure(f"{FEEDS}0-a.webm", "video/webm", 7, "a.webm"),
        Enclosure(f"{FEEDS}0-a.mp4", "video/mp4", 7, "a.mp4"),
    )


def test_file_that_isnt_there_is_told_with_its_line_and_taken_for_one_of_the_site() -> None:
    reading = Reading('<p>\n<img src="a.png">\n<img src="a.png"><a href="c.mp3">C</a>')
    assert f'<img src="{BASE}a.png" alt="">' in reading.content
    assert [str(finding) for finding in reading.findings] == [
        f"a.html:2: text: no such file: 'a.png'; taken for {BASE}a.png",
        f"a.html:3: text: no such file: 'c.mp3'; taken for {BASE}c.mp3",
    ]
    assert reading.clean.enclosures == ()


def test_link_to_another_article_stays_a_link() -> None:
    reading = Reading('<a href="b.md">B</a>', ("b.md",))
    assert reading.content == f'<a href="{BASE}b.md">B</a>'
    assert [(rule.what, rule.why) for rule in reading.rules] == [
        ("no file that is published", f"taken for {BASE}b.md")
    ]


# What an article says of itself.


@pytest.mark.parametrize(
    ("html", "summary"),
    [
        ("<h1>Title</h1><p> </p><p>First <b>one</b>,<br>of\n two &amp; more.</p><p>Next.", "First "
         "one, of two & more."),
        ("<figure><img src=//e.org/a.png><figcaption><p>C</p></figcaption></figure><p>x", "x"),
        ("<table><tr><td><p>T</p><table><tr><td>U</table><p>V</p></table><p>x", "x"),
        ("<div>By Jan</div><p>x", "x"),
        ("<h2>T</h2><div>one</div><div>two</div>", "one"),
        ("one<br>two", "one two"),
        ("<ul><li>one<li>two</ul>", "one"),
        ("<pre>code</pre><p>x<sup><a href='#fn1'>1</a></sup>.", "x."),
        ("<p><video src=//e.org/a.mp4>No film</video>x", "x"),
        ("<p>a<math><mi>b</mi></math>", "ab"),
        ("<h1>Title</h1>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_summary_is_the_first_paragraph_on_one_line(html: str, summary: str) -> None:
    assert Reading(html).clean.summary == summary


def test_image_is_the_first_picture_that_says_something() -> None:
    html = (
        f'<img src="{DOT}"><img src="//e.org/a.png" width=16><img src="//e.org/icons/a.png">'
        '<img src="//img.shields.io/a.svg"><img src=" b.jpg " alt=" B  c "><img src="//e.org/d">'
    )
    assert Reading(html, ("b.jpg",)).clean.image == Picture(f"{FEEDS}0-b.jpg", "B c", "image/jpeg")
    assert Reading("<p>x").clean.image is None
    assert Reading("<img src=//e.org/a>").clean.image == Picture("https://e.org/a")


# What is told.


def test_what_is_left_out_is_told_with_its_line() -> None:
    html = (
        "<p>\n<SCRIPT>x</SCRIPT>\n<blink>y</blink>\n<b title='>' OnClick=z>w</b><body><!-- <q -->"
    )
    assert [(rule.line, rule.what, rule.why) for rule in Reading(html).rules] == [
        (2, "left out with its content", "<script>"),
        (3, "content kept", "<blink>"),
        (4, "left out", "onclick of <b>"),
    ]


def test_what_is_made_absolute_is_counted() -> None:
    reading = Reading("\n<a href=a>x</a><a href=b>y</a><a href=a>z</a>")
    assert [(rule.line, rule.what, rule.why) for rule in reading.rules] == [
        (2, "addresses made absolute (2)", BASE)
    ]


def test_faults_of_a_kind_are_told_up_to_a_number() -> None:
    reading = Reading("".join(f"<a href=ftp://e.org/{n}>x</a>" for n in range(MOST_TOLD + 7)))
    assert len(reading.findings) == MOST_TOLD + 1
    assert reading.findings[-1].why == "7 more like these"


# What can't be parsed, or would take for ever.


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 300_000,
        "<ul><li>" * 200_000,
        "<table><tr><td>" * 100_000,
        "<b>" * 500_000,
        "<div><b></div>" * 100_000,
        "<b><div></b>" * 100_000,
        "<div><object></div></object>" * 50_000,
        "<x/>" * 500_000,
        "<b title='" + "x" * 9000 + "'>" * 200 + "<p>" * 200_000,
        "".join(f"<i title={n}>" for n in range(200)) + "<p>" * 100_000,
    ],
    ids=lambda html: html[:20],
)
def test_html_that_is_nested_without_end_is_refused_at_once(html: str) -> None:
    begun = time.monotonic()
    with pytest.raises(ArticleError) as caught:
        clean(html)
    assert str(caught.value).startswith("a.html:1: text: nested too deeply: ")
    assert time.monotonic() - begun < 2


def test_html_that_never_comes_to_rest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is known: but what a parser makes of its own is trusted only once it is the same."""
    html = "a&#13;b"
    assert clean(html) == "a\nb"
    monkeypatch.setattr(hygiene, "ROUNDS", 1)
    with pytest.raises(ArticleError, match="its HTML has no one meaning"):
        clean(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>x" * 2000,
        "<ul>" + "<li>x" * 2000,
        "<a name=x>y" * 2000,
        "<p><b>x</b><br><img src=//e.org/a.png></p>" * 500,
        "<div><span>x</div>" * 1000,
        "<math>" + "<mspace/>" * 2000 + "</math>",
        "</div></p></b>" * 1000,
        "<div>" * 200 + "</div>" * 200 + "<p>x</p>" * 300,
    ],
    ids=lambda html: html[:20],
)
def test_html_that_is_only_long_is_read(html: str) -> None:
    assert clean(html)


def test_html_of_a_thousand_entities_is_read_like_one_of_few() -> None:
    written = "&lt;a b=&quot;x&quot;&gt; &amp;amp; &nbsp;&eacute;&#233;&#x1F600; &copy &nope; &&#1;"
    shown = '&lt;a b="x"&gt; &amp;amp; &nbsp;éé😀 &amp;copy &amp;nope; &amp;'
    html = f"<pre title='{written}'>{written}'</pre>"
    few = clean(html)
    assert few == clean(few)
    value = shown.replace('"', "&quot;")
    line = f'<p title="{value}">{shown}\'</p>'
    many = clean(html.replace("pre", "p") * 300)
    assert many == line * 300
    assert clean(many) == many


def test_html_of_many_entities_is_read_in_no_time() -> None:
    begun = time.monotonic()
    assert len(clean("<pre>" + "a &lt; b &amp;&amp; " * 100_000)) > 10**6
    assert time.monotonic() - begun < 5


# The laws.


PIECES = st.one_of(
    st.builds(
        lambda tag, attributes, end: f"<{tag} {' '.join(attributes)}{end}",
        st.sampled_from(sorted(SEEN | EMPTIED | {"noscript", "form", "path", "font", "nobr", "x"})),
        st.lists(
            st.builds(
                lambda name, value: f'{name}="{value}"',
                st.sampled_from(sorted({*VALUES, "name", "style", "data-src", "title", "alt"})),
                st.one_of(
                    st.sampled_from(
                        [
                            *VALUES.values(),
                            "#a-1",
                            "a-1",
                            "a.png",
                            "x y",
                            "a.mp4 2x, b,",
                            "javascript:x",
                        ]
                    ),
                    st.text(st.characters(exclude_characters='"'), max_size=8),
                ),
            ),
            max_size=3,
        ),
        st.sampled_from([">", ">", ">", "/>", ""]),
    ),
    st.builds("</{}>".format, st.sampled_from(sorted(SEEN | {"x"}))),
    st.text(max_size=6),
    st.sampled_from(
        ["\n", "&amp;", "&#x338;", "\u0338", "&#13;", "&nbsp;", "<!--", "-->", "&#1;", "\0"]
    ),
)


class Checker(HTMLParser):
    """Fails where there is anything that isn't on the list, or an address that isn't one."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
            if name in ("href", "src", "poster", "cite"):
                assert value is not None
                if not value.startswith(("mailto:", "tel:", "data:image/")):
                    assert clean_url(value) == value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    handle_pi = handle_comment


@given(st.lists(PIECES, max_size=25).map("".join))
def test_fuzz_what_comes_out_is_on_the_list_and_means_the_same_once_more(html: str) -> None:
    once = Reading(html)
    unplaced = Reading(html, is_placed=False)
    assert Reading(unplaced.content, is_placed=False).clean == unplaced.clean
    assert Reading(html).content == once.content
    again = Reading(once.content)
    assert again.clean == once.clean._replace(enclosures=())
    assert clean_text(once.content) == once.content
    assert unicodedata.is_normalized("NFC", once.content)
    checker = Checker()
    checker.feed(once.content)
    checker.close()
    assert nh3.clean(once.content, tags=set(TAGS), attributes=ATTRIBUTES, link_rel=None,
                     url_schemes={"http", "https", "mailto", "tel", "data"}).replace("\n", "") == (
        once.content.replace("\n", "")
    )  # fmt: skip


@given(st.text())
def test_fuzz_any_text_is_read_and_kept_once_escaped(text: str) -> None:
    clean(text)
    plain = clean_text(text).replace("\r", "")
    if "\r" not in text and not plain.startswith("\u0338"):
        escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert clean(escaped) == escaped.replace("\xa0", "&nbsp;").strip()


def test_find_nothing_is_enough() -> None:
    notes = Notes("a.html")
    assert sanitize("<p>x", BASE, find_nothing, notes, lambda written: 1).content == "<p>x</p>"
