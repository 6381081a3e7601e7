"""What the audit log says."""

from accounts.models import AuditEntry, User


def told(event: AuditEntry.Event, gid: str = "") -> list[tuple[User | None, str]]:
    """In whose history, and who did it; the oldest first."""
    entries = AuditEntry.objects.filter(event=event).order_by("pk")
    entries = entries.filter(account_gid=gid) if gid else entries
    return [(entry.user, entry.by) for entry in entries]
