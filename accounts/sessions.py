"""Where a person is signed in. A session's key opens it, so it is on no page and in no address."""

from typing import Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from qsessions.models import Session

from accounts.models import User

SALT: Final = "accounts.sessions"


def reference(session_key: str) -> str:
    """Finds a session of somebody's without opening it."""
    return salted_hmac(SALT, session_key, algorithm="sha256").hexdigest()[:32]


def live(user: User) -> QuerySet[Session]:
    """Not signed out, not expired; the last used first."""
    sessions: QuerySet[Session] = Session.objects.filter(user=user)
    return sessions.filter(expire_date__gt=timezone.now()).order_by("-updated_at", "pk")


def find_session(user: User, wanted: str) -> Session | None:
    return next((each for each in live(user) if reference(each.pk) == wanted), None)


def end_all(user: User, *, but: str | None = None) -> int:
    """How many were ended. `but`: the key of one that goes on."""
    count = live(user).exclude(pk=but).count()
    Session.objects.filter(user=user).exclude(pk=but).delete()
    return count
