"""What the audit log says."""

from typing import Any

from accounts.models import AuditEntry, User


def saying(text: str) -> dict[str, Any]:
    """Of an entry: any detail at all, which only those of before there were codes can have."""
    return {"detail": "legacy", "detail_args": {"text": text}}


def told(event: AuditEntry.Event, gid: str = "") -> list[tuple[User | None, str]]:
    """In whose history, and who did it; the oldest first."""
    entries = AuditEntry.objects.filter(event=event).order_by("pk")
    entries = entries.filter(account_gid=gid) if gid else entries
    return [(entry.user, entry.by) for entry in entries]
