from django.db import models


class ProviderDocument(models.Model):
    """The last good copy of a public document of the provider: its configuration or its keys.

    It is stored in the database, so that all processes share it and it outlives outages and
    restarts.
    """

    url = models.CharField(max_length=500, primary_key=True)
    content = models.JSONField()
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.url
