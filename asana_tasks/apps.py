from django.apps import AppConfig


class AsanaTasksConfig(AppConfig):
    name = "asana_tasks"
    verbose_name = "Asana tasks"

    def ready(self) -> None:
        """Register the health check and the secret fields of this app.

        Imports them here: models have to be loaded first.
        """
        from accounts import registry  # noqa: PLC0415
        from asana_tasks import health  # noqa: PLC0415

        registry.register_health_check(health.failed_syncs)
        registry.register_secret_fields("asana_tasks.syncstate", "lease", "lease_expires_at")
