"""Checks of who may sign in, and of the state of linked accounts."""

from django.conf import settings
from django.utils.translation import ngettext

from accounts import health
from accounts.doctor.findings import Findings, ok, warning
from accounts.models import AsanaAccount, User


def who_may_come_in() -> Findings:
    workspaces = len(settings.ALLOWED_WORKSPACES)
    who = "everybody with an Asana account"
    if workspaces:
        who = ngettext("members of %d workspace", "members of %d workspaces", workspaces)
        who %= workspaces
    closed = settings.SIGNUPS == "closed"
    if closed and not AsanaAccount.objects.exists():
        yield warning(
            "sign-ups",
            "closed, and nobody is here who could sign in",
            "Set SIGNUPS=open until you have signed in.",
        )
    else:
        yield ok("sign-ups", f"closed; {who}, if they are here" if closed else f"open to {who}")


def administrators() -> Findings:
    """Check that an administrator can sign in if ADMIN_PASSWORDS is off."""
    if settings.ADMIN_PASSWORDS:
        yield ok("administration", "by password or with Asana")
        return
    superusers = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
    if superusers.filter(asana_accounts__in=AsanaAccount.objects.connected()).exists():
        yield ok("administration", "with Asana alone; passwords are off")
    else:
        yield warning(
            "administration",
            "passwords are off, and no administrator has an Asana account here that works",
            "Set ADMIN_PASSWORDS=on until one has.",
        )


def accounts() -> Findings:
    told = ", ".join(f"{each.number} {each.label.lower()}" for each in health.accounts_by_state())
    yield ok("accounts", told)
