from html.parser import HTMLParser

import pytest

from asana_tasks.views.rich_text import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    VOID,
    clean_html,
    shorten_html,
)


class Depth(HTMLParser):
    """The greatest depth of nested elements in clean HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.now = self.most = 0
        self.feed(html)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.now += tag not in VOID
        self.most = max(self.most, self.now)

    def handle_endtag(self, tag: str) -> None:
        self.now -= tag not in VOID


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<body>Plain</body>", "Plain"),
        ("<body><strong>a</strong> <em>b</em><ul><li>c</li></ul></body>", None),
        ("<h1>Big</h1><h2>Less</h2>", "<h3>Big</h3><h4>Less</h4>"),
        ("<script>alert(1)</script>x", "x"),
        ("<style>* { color: red }</style>x", "x"),
        ('<p onclick="alert(1)" style="color: red" class="top">x</p>', "<p>x</p>"),
        ('<img src="https://evil.example/pixel.png">x', "x"),
        ('<iframe src="https://evil.example/"></iframe>x', "x"),
        ('<form action="/logout/"><button>x</button></form>', "x"),
        ("<svg><script>alert(1)</script></svg>x", "x"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("<!-- secret -->x", "x"),
    ],
)
def test_notes_keep_a_few_tags_and_nothing_else(html, cleaned):
    expected = html.removeprefix("<body>").removesuffix("</body>") if cleaned is None else cleaned
    assert clean_html(html) == expected


@pytest.mark.parametrize(
    "href",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "vbscript:x"),
        *("&#106;avascript:x", "data:text/html,x", "/logout/", "//evil.example/"),
        "file:///etc/passwd",
    ],
)
def test_links_lead_to_web_pages_alone(href):
    assert "href" not in clean_html(f'<a href="{href}">x</a>')


def test_links_tell_the_other_side_nothing_and_vouch_for_nobody():
    link = clean_html('<a href="https://example.com/" target="_top" rel="opener">x</a>')
    assert 'rel="noopener noreferrer nofollow"' in link
    assert 'target="_blank"' in link
    assert 'href="https://example.com/"' in link


ATTRIBUTES = 'rel="noopener noreferrer nofollow" target="_blank"'


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        (
            "<p>See https://a.example/x?y=1&amp;z=2.</p>",
            f'<p>See <a href="https://a.example/x?y=1&amp;z=2" {ATTRIBUTES}>'
            "https://a.example/x?y=1&amp;z=2</a>.</p>",
        ),
        ("me@a.example", '<a href="mailto:me@a.example">me@a.example</a>'),
        ("<code>https://a.example/</code>", None),
        ("<pre>a <em>b</em> https://a.example/</pre>", None),
        ("javascript:alert(1)", None),
        ("http://[::1", None),
        ('rel="nofollow"', None),
        (
            'https://a.example/"onclick="alert(1)',
            f'<a href="https://a.example/" {ATTRIBUTES}>https://a.example/</a>"onclick="alert(1)',
        ),
        (
            "https://a.example/&lt;script&gt;",
            f'<a href="https://a.example/%3Cscript%3E" {ATTRIBUTES}>'
            "https://a.example/&lt;script&gt;</a>",
        ),
    ],
)
def test_addresses_in_the_text_become_links(html, cleaned):
    assert clean_html(html) == (html if cleaned is None else cleaned)


def test_a_link_is_not_linked_again():
    link = clean_html('<a href="https://a.example/&gt;x">https://b.example/ <em>c</em> d.com</a>')
    assert link.count("<a ") == 1


@pytest.mark.parametrize(
    "html",
    [
        "",
        "Plain",
        "<body>" + "<p>word</p><br>" * 3000 + "</body>",
        "<body>" + "<ul><li>" * 40 + "deep" + "</li></ul>" * 40 + "</body>",
    ],
    ids=["empty", "text", "long", "deep"],
)
def test_what_people_write_is_left_whole(html):
    assert shorten_html(html) == html


@pytest.mark.parametrize(
    "part",
    [
        *("<em>", "<ul><li>", "<BLOCKQUOTE>", "<li/>", "<a href='https://a.example'>"),
        *("<ul></b></b></b>", "<ul><li></ul", "<li><ul></li>", "<p><b></p>", "<table><td>"),
    ],
)
def test_a_mountain_of_tags_is_cut_where_it_is_too_deep(part):
    html = "Read me. " + part * (200_000 // len(part))
    shortened = shorten_html(html)
    assert shortened.startswith("Read me.")
    assert len(shortened) <= MAX_CHARACTERS
    assert Depth(clean_html(shortened)).most <= 2 * MAX_DEPTH + 10


@pytest.mark.parametrize("at_the_cut", ["<a href='https://a.example'>x</a>", "<em>x</em>", "word "])
def test_the_cut_is_not_inside_a_tag(at_the_cut):
    html = "y" * (MAX_CHARACTERS - 5) + at_the_cut * 3
    shortened = shorten_html(html)
    assert html.startswith(shortened)
    assert shortened.count("<") == shortened.count(">")
