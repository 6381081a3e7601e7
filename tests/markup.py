"""The HTML of a response without the layout of its templates: tests don't depend on it."""

import re
from html import unescape
from typing import Any


def one_line(html: str) -> str:
    """Drop line breaks after opening and before closing tags; turn other whitespace into spaces."""
    html = re.sub(r"(<\w[^<>]*>)\s*\n\s*", r"\1", html)
    html = re.sub(r"\s*\n\s*(</)", r"\1", html)
    return re.sub(r"[ \t\r\n]+", " ", html).strip()  # a no-break space stays


def page_html(response: Any) -> str:
    """Return the HTML without its CSRF tokens: 64 letters by chance spell any short word."""
    html = re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", response.content.decode())
    return one_line(html)


def page_text(response: Any) -> str:
    """Return the HTML with its entities as the characters that people read."""
    return unescape(page_html(response))
