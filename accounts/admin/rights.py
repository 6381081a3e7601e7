"""What a form gives and takes away: groups, permissions and the switches that let somebody in."""

from typing import Any, Final

from django.contrib.auth.models import Group, Permission

FLAGS: Final = ("is_active", "is_staff", "is_superuser")
RELATIONS: Final = ("groups", "user_permissions", "permissions")
Rights = dict[str, list[list[str]]]


def rights_changed(form: Any) -> Rights:
    """Return the rights that a form gave and took, as pairs of kind and name, without empty lists.

    `accounts.messages` words them.
    """
    rights: Rights = {"given": [], "taken": []}
    for name in form.changed_data:
        if name in FLAGS:
            rights["given" if form.cleaned_data[name] else "taken"].append(["flag", name])
        elif name in RELATIONS:
            before, after = set(form.initial.get(name) or ()), set(form.cleaned_data[name])
            rights["given"] += sorted(map(kind_and_name, after - before))
            rights["taken"] += sorted(map(kind_and_name, before - after))
    return {what: names for what, names in rights.items() if names}


def kind_and_name(right: Group | Permission) -> list[str]:
    """Return kind and name of a group or of a permission (`app.codename`)."""
    if isinstance(right, Group):
        return ["group", right.name]
    return ["permission", f"{right.content_type.app_label}.{right.codename}"]
