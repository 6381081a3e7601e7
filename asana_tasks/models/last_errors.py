"""The reason of a failed sync, as rows keep it."""

from django.db import models

from asana_tasks.error_codes import ErrorCode, Reason


class HasLastError(models.Model):
    """The reason why the last attempt to sync failed: a code with arguments."""

    last_error = models.CharField(max_length=32, choices=ErrorCode, blank=True)
    last_error_args = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def reason(self) -> Reason | None:
        return Reason(ErrorCode(self.last_error), self.last_error_args) if self.last_error else None
