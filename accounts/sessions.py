"""A user's sessions. Whoever knows a key is signed in, so keys are on no page and in no URL."""

from typing import Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from qsessions.models import Session

from accounts.models import User

SALT: Final = "accounts.sessions"


def reference(session_key: str) -> str:
    """Return a hash of a session's key that identifies the session, but can't open it."""
    return salted_hmac(SALT, session_key, algorithm="sha256").hexdigest()[:32]


def live(user: User) -> QuerySet[Session]:
    """Return a user's sessions that have not expired, the last used first."""
    sessions: QuerySet[Session] = Session.objects.filter(user=user)
    return sessions.filter(expire_date__gt=timezone.now()).order_by("-updated_at", "pk")


def find_session(user: User, wanted: str) -> Session | None:
    return next((each for each in live(user) if reference(each.pk) == wanted), None)


def end_all(user: User, *, but: str | None = None) -> int:
    """End a user's sessions, except for the one with the key `but`; return how many were live."""
    count = live(user).exclude(pk=but).count()
    Session.objects.filter(user=user).exclude(pk=but).delete()
    return count
