from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import groups, sign_in_signals, signals  # noqa: F401, PLC0415  (models come first)

        post_migrate.connect(groups.make_account_managers, sender=self)
