"""The group "Account managers": its members may look after linked accounts, and nothing else.

It is created after every `migrate`, a signal that Django also sends when a database was emptied. A
data migration would not notice that, nor run after the permissions of a new model were created.
"""

from typing import Any, Final

from django.apps import AppConfig
from django.apps import apps as present_apps
from django.contrib.auth.management import create_permissions

NAME: Final = "Account managers"
PERMISSIONS: Final = (
    *("view_user", "delete_user"),
    *("view_asanaaccount", "delete_asanaaccount", "look_after"),
    *("view_auditentry", "view_revocation"),
)


def make_account_managers(
    sender: AppConfig, using: str, apps: Any = present_apps, **kwargs: Any
) -> None:
    """Create the group, or give it exactly PERMISSIONS, whatever it had before.

    `apps` is missing if `flush` sends the signal.
    """
    try:
        groups = apps.get_model("auth", "Group").objects.using(using)
    except LookupError:  # migrated back to before there were groups
        return
    create_permissions(sender, verbosity=0, using=using, apps=apps)  # auth's own handler runs later
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    ours = permissions.filter(content_type__app_label=sender.label, codename__in=PERMISSIONS)
    groups.get_or_create(name=NAME)[0].permissions.set(ours)
