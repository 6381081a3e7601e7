"""Helpers that write and read entries of the audit log."""

from typing import Any

from accounts.models import AuditEntry, User


def saying(text: str) -> dict[str, Any]:
    """Return the fields of an entry whose detail is free text, as before there were codes."""
    return {"detail": "legacy", "detail_args": {"text": text}}


def told(event: AuditEntry.Event, gid: str = "") -> list[tuple[User | None, str]]:
    """Return whose history each entry of an event is in and who did it, oldest first."""
    entries = AuditEntry.objects.filter(event=event).order_by("pk")
    entries = entries.filter(account_gid=gid) if gid else entries
    return [(entry.user, entry.by) for entry in entries]
