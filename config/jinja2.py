"""The Jinja2 environment of templates/jinja2: what a page repeats a hundred times."""

import re
from typing import Any

from django.utils.translation import gettext, ngettext
from jinja2 import BaseLoader, Environment, StrictUndefined
from jinja2.ext import Extension


class WithoutIndents(Extension):
    """Drops the indents of a template's source, and its line breaks beside tags.

    A hundred rows have thousands of them.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        beside_tags = re.sub(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])", "", source)
        return re.sub(r"\s*\n\s*", " ", beside_tags)


def environment(*, loader: BaseLoader, auto_reload: bool, **_options: Any) -> Environment:
    """Return an environment that escapes, translates as Django does, and refuses unknown names."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", WithoutIndents],
        loader=loader,
        auto_reload=auto_reload,
    )
    # A method that the extension i18n adds
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made
