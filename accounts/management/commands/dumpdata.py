from typing import Any, Final

from django.core.management.commands import dumpdata

OPENS_SOMETHING: Final = ("qsessions", "social_django")


class Command(dumpdata.Command):
    """Django's own, without what opens a session or finishes a sign-in for whoever reads it.

    Tokens and what a task says are left out by their fields (`serialize=False`).
    """

    def handle(self, *app_labels: str, **options: Any) -> None:
        options["exclude"] = [*options["exclude"], *OPENS_SOMETHING]
        super().handle(*app_labels, **options)
