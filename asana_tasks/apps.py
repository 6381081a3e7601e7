from django.apps import AppConfig


class AsanaTasksConfig(AppConfig):
    name = "asana_tasks"
    verbose_name = "Asana tasks"

    def ready(self) -> None:
        """Register the checks, gauges, outdated rows and secret fields of this app.

        Imports them here: models have to be loaded first.
        """
        from accounts import registry
        from asana_tasks import doctor, gauges, health
        from asana_tasks.sync import outdated

        registry.register_health_check(health.failed_syncs)
        registry.register_health_check(health.workers)
        registry.register_doctor_check(doctor.worker)
        registry.register_doctor_check(doctor.due_syncs)
        registry.register_readiness_check("worker", health.has_worker)
        registry.register_gauges("syncs", gauges.syncs)
        registry.register_gauges("queues", gauges.queues)
        registry.register_outdated("former_tasks", outdated.former_tasks, outdated.FORMER_TASKS)
        registry.register_outdated("dead_workers", outdated.dead_workers, outdated.DEAD_WORKERS)
        registry.register_secret_fields("asana_tasks.syncstate", "lease", "lease_expires_at")
        registry.register_secret_fields("asana_tasks.pass", "offset")
        registry.register_secret_fields("asana_tasks.workspace", "fields_offset")
