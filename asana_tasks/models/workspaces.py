from typing import Final

from django.db import models

from accounts.models import AsanaAccount
from accounts.printable import visible_name
from asana_tasks.models.last_errors import HasLastError
from asana_tasks.querysets import WorkspaceQuerySet


class Workspace(HasLastError):
    """A workspace as one linked account sees it. The same gid can exist for two accounts."""

    account = models.ForeignKey(AsanaAccount, on_delete=models.CASCADE, related_name="workspaces")
    gid = models.CharField(max_length=64)
    name = models.CharField(max_length=255, serialize=False)
    is_organization = models.BooleanField(default=False)
    is_offered = models.BooleanField(default=True)  # Asana still lists it
    synced_at = models.DateTimeField(null=True, blank=True)  # by a crawl or a delta

    crawled_at = models.DateTimeField(null=True, blank=True)  # start of the last whole crawl
    pages = models.PositiveIntegerField(default=0, editable=False)  # of that crawl
    # Tasks completed since then were read by that crawl
    completed_since = models.DateTimeField(null=True, blank=True, editable=False)
    fields_version = models.PositiveSmallIntegerField(default=0, editable=False)
    cursor = models.DateTimeField(null=True, blank=True, editable=False)  # Asana's clock
    # Custom fields were read of what was modified until then; None: not yet, or not wanted
    fields_cursor = models.DateTimeField(null=True, blank=True, editable=False)
    fields_offset = models.TextField(blank=True, editable=False)  # where a reading goes on
    fields_upto = models.DateTimeField(null=True, editable=False)  # what its end makes the cursor
    fields_since = models.DateTimeField(null=True, editable=False)  # its `modified_since`
    # Tasks that were last seen before this number are asked for one by one
    absent_below = models.BigIntegerField(default=0, editable=False)
    # The crawl that missed too many tasks to believe it alone
    suspected_number = models.BigIntegerField(null=True, blank=True, editable=False)
    suspected_at = models.DateTimeField(null=True, blank=True, editable=False)
    open_tasks: int  # with_counts()
    changed_tasks: int  # with_counts()

    COLOURS: Final = 8  # static/onelist/list.css

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "gid"], name="workspace_once_per_account")
        ]

    def __str__(self) -> str:
        return visible_name(self.name) or f"Workspace {self.gid}"

    @property
    def colour(self) -> int:
        """Return the number of its colour, always the same one."""
        return self.colour_of(self.pk)

    @classmethod
    def colour_of(cls, pk: int) -> int:
        """Return the colour of a workspace of which only the key is at hand."""
        return pk % cls.COLOURS


class Pass(models.Model):
    """A crawl or a delta of a workspace that has begun: where the next sync goes on.

    Kept after each stored page, deleted with the last one.
    """

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, primary_key=True, related_name="unfinished_pass"
    )
    number = models.BigIntegerField()  # of the sync that began it
    offset = models.TextField()
    pages = models.PositiveIntegerField()
    tasks = models.PositiveIntegerField()
    unreadable = models.PositiveIntegerField()
    completed_since = models.DateTimeField()
    modified_since = models.DateTimeField(null=True)  # a delta's; None for a crawl
    began_at = models.DateTimeField()  # our clock
    asana_date = models.DateTimeField(null=True)  # Asana's clock at its first response

    def __str__(self) -> str:
        return f"Pass {self.number} of workspace {self.workspace_id}"
