"""The loader of the site's own templates."""

import re
from typing import Final

from django.template import Origin
from django.template.loaders import filesystem

INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)


class WithoutIndents(filesystem.Loader):
    """Loads templates of pages without the indents of their source, a tenth of a page.

    Line breaks stay: a browser treats them as it treats an indent. Mails keep theirs.
    """

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return INDENT.sub("", contents) if origin.name.endswith(".html") else contents
