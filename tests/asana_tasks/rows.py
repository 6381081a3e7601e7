"""Tasks put beside those of a sync, through the door that a sync uses."""

import itertools

from django.db import transaction

from accounts.models import AsanaAccount
from asana_tasks.api.schemas import TaskSchema
from asana_tasks.models import Task, Workspace
from asana_tasks.sync.rows import Writer

gids = itertools.count(1)


def workspace_of(account: AsanaAccount, gid: str = "77") -> Workspace:
    return Workspace.objects.get_or_create(account=account, gid=gid, defaults={"name": "Here"})[0]


def add_tasks(workspace: Workspace, *schemas: dict) -> list[Task]:
    made = [TaskSchema(**{"gid": f"rows{next(gids)}", **schema}) for schema in schemas]
    with transaction.atomic():
        Writer(workspace.account, 1, [(workspace, made)]).write()
    return list(Task.objects.filter(gid__in=[each.gid for each in made]))
