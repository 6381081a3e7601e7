"""Scripts of one page share one scope: a name that two of them declare belongs to the later one."""

import re
from collections import Counter

from django.conf import settings

SCRIPTS = (
    "pictures.js",
    "rows.js",
    "merge.js",
    "change.js",
    "beside.js",
    "row_tools.js",
    "keys.js",
    "palette.js",
    "progress.js",
    "sync.js",
    "filters.js",
    "drag.js",
    "badge.js",
    "midnight.js",
    "views.js",
    "calendar.js",
    "time_zone.js",
)
DECLARED = re.compile(r"^(?:async )?(?:function|const|let) (\w+)", re.MULTILINE)


def test_no_two_scripts_declare_the_same_name():
    folder = settings.BASE_DIR / "static" / "onelist"
    assert {path.name for path in folder.glob("*.js")} == set(SCRIPTS)
    names = Counter(
        name for script in SCRIPTS for name in DECLARED.findall((folder / script).read_text())
    )
    assert len(names) > 50
    assert [name for name, times in names.items() if times > 1] == []
