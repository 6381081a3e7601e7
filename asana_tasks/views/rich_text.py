"""Sanitizer for HTML from Asana."""

from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS: Final = {
    *("a", "blockquote", "br", "code", "em", "h1", "h2", "hr", "li", "ol", "p", "pre", "s"),
    *("strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}


def clean_html(html: str) -> SafeString:
    """Return Asana's notes with only TAGS; links open a new tab, nothing is loaded from elsewhere.

    Headings become h3 and h4, below those of our page.
    """
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    for ours, theirs in (("h4", "h2"), ("h3", "h1")):
        cleaned = cleaned.replace(f"<{theirs}>", f"<{ours}>").replace(f"</{theirs}>", f"</{ours}>")
    return mark_safe(cleaned)  # noqa: S308  (nh3 has cleaned it)
