"""Sanitizer for HTML from Asana."""

import re
from collections import Counter
from typing import Final

import nh3
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe

TAGS: Final = {
    *("a", "blockquote", "br", "code", "em", "h1", "h2", "hr", "li", "ol", "p", "pre", "s"),
    *("strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}

MAX_CHARACTERS: Final = 65_536
MAX_DEPTH: Final = 100  # the time to parse grows with the square of the depth
TAG: Final = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
TOKEN: Final = re.compile(r'(<(?:[^>"]|"[^"]*")*>)')  # of cleaned HTML
LEFT_ALONE: Final = re.compile(r"<(a|code|pre)\b")
LINKED: Final = re.compile(r'(<a href="[^"]*") rel="nofollow"')  # by urlize
LINK_REL: Final = "noopener noreferrer nofollow"
VOID: Final = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


def shorten_html(html: str) -> str:
    """Return as much of `html` as has at most MAX_CHARACTERS and MAX_DEPTH; cut before a tag.

    Whatever is open at the cut, nh3 closes.
    """
    is_open: Counter[str] = Counter()
    tag_at = 0
    for tag in TAG.finditer(html, 0, MAX_CHARACTERS):
        tag_at, name = tag.start(), tag[2].lower()
        if not tag[1]:
            is_open[name] += name not in VOID
        elif is_open[name]:  # one that closes nothing must not hide how deep it is
            is_open[name] -= 1
        if is_open.total() > MAX_DEPTH:
            return html[:tag_at]
    if len(html) <= MAX_CHARACTERS:
        return html
    is_inside_tag = ">" not in html[tag_at:MAX_CHARACTERS]
    return html[:tag_at] if is_inside_tag else html[:MAX_CHARACTERS]


def clean_html(html: str) -> SafeString:
    """Return Asana's notes with only TAGS; links open a new tab, nothing is loaded from elsewhere.

    Headings become h3 and h4, below those of our page; addresses in the text become links.
    """
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=LINK_REL,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    for ours, theirs in (("h4", "h2"), ("h3", "h1")):
        cleaned = cleaned.replace(f"<{theirs}>", f"<{ours}>").replace(f"</{theirs}>", f"</{ours}>")
    return mark_safe(_with_links(cleaned))  # noqa: S308  (nh3 has cleaned it)


def _with_links(cleaned: str) -> str:
    """Return cleaned HTML with the addresses in its text as links, but in links and in code.

    The result of nh3 is well-formed, and values in it are between double quotes.
    """
    parts, closing = [], ""
    for number, part in enumerate(TOKEN.split(cleaned)):
        is_text = number % 2 == 0
        if is_text:
            parts.append(part if closing else _linked(part))
            continue
        parts.append(part)
        if part == closing:
            closing = ""
        elif not closing and (opened := LEFT_ALONE.match(part)):
            closing = f"</{opened[1]}>"
    return "".join(parts)


def _linked(text: str) -> str:
    """Return escaped text with its addresses as links like those of Asana."""
    linked = urlize(mark_safe(text), nofollow=True)  # noqa: S308  (text of cleaned HTML)
    return LINKED.sub(rf'\1 rel="{LINK_REL}" target="_blank"', linked)
