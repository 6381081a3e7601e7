#!/usr/bin/env python
import os
import sys

from django import get_version
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import Error

from accounts.outage import is_outage, reason
from config import VERSION


def main() -> None:
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"Onelist {VERSION} (Django {get_version()})\n")
        return
    os.umask(0o077)  # what a command writes, a database too, is its owner's alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Onelist cannot start: {error}")
    except Error as error:
        if not is_outage(error):
            raise
        sys.exit(f"Onelist can't use its database (DATABASE_URL): {reason(error)}")
    except KeyboardInterrupt:  # of a command that has nothing better to say, or while Django starts
        sys.exit(130)


if __name__ == "__main__":
    main()
