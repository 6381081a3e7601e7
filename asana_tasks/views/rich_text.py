"""HTML that people wrote in Asana, made safe to show."""

from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS: Final = {
    *("a", "blockquote", "br", "code", "em", "h1", "h2", "hr", "li", "ol", "p", "pre", "s"),
    *("strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}


def clean_html(html: str) -> SafeString:
    """Asana's notes with a few tags, links that open outside, and nothing loaded from elsewhere.

    Their headings come below those of our page.
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
    return mark_safe(cleaned)  # noqa: S308  (this is where it was made safe)
