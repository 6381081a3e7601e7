from typing import Any, Final

from django.apps import apps
from django.core.management.base import CommandError
from django.core.management.commands import dumpdata
from django.db import models

from accounts.registry import dumped_models

WHY: Final = (
    "not for a file: it opens something, or is for its person alone. A backup is a copy of the"
    " database itself (README.md)"
)

Model = type[models.Model]


class Command(dumpdata.Command):
    """Django's `dumpdata`, limited to users, linked accounts without tokens, and the audit log.

    Models that no app has registered are left out. Tasks come back with the next sync; waiting
    revocations are of no use without their tokens.
    """

    def handle(self, *app_labels: str, **options: Any) -> None:
        every_model = set(apps.get_models(include_auto_created=True))
        kept_back = {model for model in every_model if _label(model) not in dumped_models}
        asked = {label: _named(label) for label in app_labels}
        if refused := [label for label, named in asked.items() if named and named <= kept_back]:
            raise CommandError(f"{', '.join(refused)}: {WHY}")
        options["exclude"] = [*options["exclude"], *map(_label, kept_back)]
        if options["verbosity"]:
            self._tell(kept_back & (set().union(*asked.values()) or set(apps.get_models())))
        super().handle(*app_labels, **options)

    def _tell(self, left_out: set[Model]) -> None:
        names = sorted(str(model._meta.verbose_name_plural) for model in left_out)
        if names:
            self.stderr.write(f"Left out on purpose: {', '.join(names)}", self.style.WARNING)


def _label(model: Model) -> str:
    return model._meta.label_lower


def _named(label: str) -> set[Model]:
    """Return the models that a label names: all of an app, or one.

    Return none for an unknown label: Django itself reports it.
    """
    try:
        if "." in label:
            return {apps.get_model(label)}
        return set(apps.get_app_config(label).get_models())
    except (LookupError, ValueError):
        return set()
