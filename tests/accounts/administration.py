"""The addresses of the administration's pages, and helpers that run its actions."""

import re
from typing import Any

from django.test import Client
from django.utils.html import strip_tags

from accounts.models import AuditEntry, Revocation, User
from tests.stand_in import StandIn

FIRST = "/admin/"
ACCOUNTS = "/admin/accounts/asanaaccount/"
PEOPLE = "/admin/accounts/user/"
LOG = "/admin/accounts/auditentry/"
REVOCATIONS = "/admin/accounts/revocation/"

REVOKE = "/-/oauth_revoke"
ROWS = re.compile(r'name="rows" value="([0-9,]*)"')


def ask(client: Client, where: str, action: str, *rows: Any) -> Any:
    """Choose an action in the menu of a list."""
    return client.post(where, {"action": action, "_selected_action": rows, "index": 0})


def confirm(client: Client, where: str, action: str, *rows: Any) -> Any:
    """Press the button of its confirmation."""
    data = {"rows": ",".join(map(str, rows)), "confirmed": "yes"}
    return client.post(f"{where}do/{action}/", data)


def told(response: Any) -> dict[str, str]:
    """Return the report's sentence about each row, done or failed, by the row's name."""
    assert response.status_code == 200, response
    report = response.context["report"]
    return {name: words for name, _, words in (*report.done, *report.failed)}


def lines(response: Any) -> list[dict[str, str]]:
    """Return the text of each column of a list, in order."""
    rows = re.findall("<tr>(.*?)</tr>", response.content.decode(), re.DOTALL)
    cells = [re.findall(r"field-(\w+)[^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [{name: strip_tags(cell) for name, cell in row} for row in cells if row]


def revocation_waits(asana: StandIn, client: Client, account: Any) -> Revocation:
    """Disconnect an account while Asana fails; return the revocation that waits."""
    asana.order("server_error", path=REVOKE)
    confirm(client, ACCOUNTS, "disconnect", account.pk)
    asana.heal()
    return Revocation.objects.get()


def user_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def events(**about: Any) -> list[str]:
    """Return the events of the matching audit entries, oldest first."""
    entries = AuditEntry.objects.filter(**about).order_by("pk")
    return list(entries.values_list("event", flat=True))
