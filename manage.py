#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Onelist cannot start: {error}")
    except KeyboardInterrupt:  # of a command that has nothing better to say, or while Django starts
        sys.exit(130)


if __name__ == "__main__":
    main()
