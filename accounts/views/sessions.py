from typing import Any, Final

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from qsessions.models import Session

from accounts import audit, sessions, user_agents
from accounts.codes import Detail
from accounts.decorators import signed_in_post
from accounts.models import AuditEntry
from accounts.typing import SignedInRequest

SHOWN: Final = 50


@login_required
@require_safe
def session_list(request: SignedInRequest) -> HttpResponse:
    """Show the user's sessions, this one first, at most SHOWN."""
    here = request.session.session_key
    others = sessions.live(request.user).exclude(pk=here)
    shown = [*sessions.live(request.user).filter(pk=here), *others[: SHOWN - 1]]
    context = {
        "sessions": [_described(session, request) for session in shown],
        "others": others.count(),
        "more": others.count() + 1 - len(shown),
    }
    return render(request, "accounts/session_list.html", context)


@signed_in_post
def end_session(request: SignedInRequest, reference: str) -> HttpResponse:
    """End one of the user's sessions. If it is the current one, they are signed out."""
    session = sessions.find_session(request.user, reference)
    if session is None:
        messages.success(request, "That session has ended already.")
        return redirect("accounts:session_list")
    browser = user_agents.known(session.user_agent or "")
    audit.record(
        AuditEntry.Event.SESSION_ENDED,
        user=request.user,
        request=request,
        detail=Detail.BROWSER,
        detail_args=browser._asdict(),
    )
    if session.pk == request.session.session_key:
        logout(request)
        messages.success(request, "You are signed out here.")
        return redirect("accounts:sign_in")
    session.delete()
    messages.success(request, f"Signed out: {user_agents.worded(*browser)}.")
    return redirect("accounts:session_list")


@signed_in_post
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    count = sessions.end_all(request.user, but=request.session.session_key)
    if count:
        audit.record(
            AuditEntry.Event.SESSION_ENDED,
            user=request.user,
            request=request,
            detail=Detail.OTHER_SESSIONS,
            detail_args={"count": count},
        )
    messages.success(request, "You are signed in nowhere else.")
    return redirect("accounts:session_list")


def _described(session: Session, request: SignedInRequest) -> dict[str, Any]:
    """Return a session as texts for the page.

    Browser and address of the current one are those of this request: its row is updated after it.
    """
    is_this = session.pk == request.session.session_key
    browser = audit.browser_of(request) if is_this else session.user_agent or ""
    return {
        "reference": sessions.reference(session.pk),
        "is_this": is_this,
        "words": user_agents.in_words(browser),
        "address": audit.address_of(request) if is_this else session.ip,
        "since": session.created_at,
        "used": session.updated_at,
        "which": "this browser" if is_this else f"last used {naturaltime(session.updated_at)}",
    }
