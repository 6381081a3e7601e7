"""The process that measures one part with a site's settings.

`python -m bench.inside pages '{…}'` prints the result as JSON.
"""

import importlib
import json
import logging
import sys

import django


def main() -> None:
    part, options = sys.argv[1:]
    django.setup()
    logging.disable(logging.WARNING)
    found = importlib.import_module(f"bench.{part}").measure(**json.loads(options))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
