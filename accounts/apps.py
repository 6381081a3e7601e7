from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Connect signals, and register what this app adds (models have to be loaded first)."""
        from accounts import (
            groups,
            housekeeping,
            registry,
            scrape,
            sign_in_signals,
            signals,
        )

        post_migrate.connect(groups.make_account_managers, sender=self)
        for chore in (housekeeping.revoke_due, housekeeping.send_mails, housekeeping.clean_up):
            registry.register_chore(chore)
        registry.register_gauges("revocations", scrape.revocations)
        registry.register_dumped_models(
            *("contenttypes.contenttype", "auth.permission", "auth.group", "accounts.user"),
            *("accounts.asanaaccount", "accounts.auditentry", "accounts.providerdocument"),
        )
        # Secrets, and values that only our own code needs, are left out of exports.
        registry.register_secret_fields("*", "password")
        registry.register_secret_fields(
            "accounts.asanaaccount",
            "encrypted_access_token",
            "encrypted_refresh_token",
            "encrypted_earlier_refresh_tokens",
            "nonce_hash",
            "refresh_lease_expires_at",
        )
        registry.register_secret_fields(
            "accounts.revocation", "encrypted_refresh_token", "account_hash"
        )
        registry.register_secret_fields("qsessions.session", "session_key", "session_data")
        registry.register_secret_fields("social_django.usersocialauth", "extra_data")
