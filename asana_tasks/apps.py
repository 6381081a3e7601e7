from django.apps import AppConfig


class AsanaTasksConfig(AppConfig):
    name = "asana_tasks"
    verbose_name = "Asana tasks"
