"""Pages of a user's own data: download all of it, or delete the user with everything."""

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit, personal_data, tokens
from accounts.decorators import shown_and_sent, signed_in_post
from accounts.models import AuditEntry, Revocation, User
from accounts.typing import SignedInRequest
from accounts.user_deletion import OnlyAdministrator, delete_user, is_only_administrator
from accounts.views.confirm import or_proof_by_mail


@login_required
@require_safe
def my_data(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/my_data.html")


@signed_in_post
def download(request: SignedInRequest) -> StreamingHttpResponse:
    """Return everything we store about the user as one JSON file, streamed as it is read."""
    audit.record(AuditEntry.Event.DATA_DOWNLOADED, user=request.user, request=request)
    now = timezone.now()
    content = personal_data.as_json(request.user, site=settings.SITE_URL, now=now)
    name = f"onelist-{timezone.localdate(now).isoformat()}.json"
    return StreamingHttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@never_cache
@login_required(redirect_field_name=None)
@shown_and_sent
@or_proof_by_mail
def delete_person(request: SignedInRequest) -> HttpResponse:
    """Show what is deleted with the user (GET); delete it once they have ticked that (POST)."""
    ticked = request.POST.get("understood") == "yes"
    if request.method == "POST" and ticked and not is_only_administrator(request.user):
        return _deleted(request)
    context = {
        "counts": personal_data.counts(request.user),
        "is_waiting": request.user.revocations.exists(),
        "is_only_administrator": is_only_administrator(request.user),
        "deeds_stay": audit.deeds_of(request.user).exists(),
        "audit_days": settings.AUDIT_DAYS,
        "forgot_to_tick": request.method == "POST",
    }
    return render(request, "accounts/delete_person.html", context)


def _deleted(request: SignedInRequest) -> HttpResponse:
    """Delete the user and report the revocations.

    Everything is deleted in one transaction; only then is Asana asked to revoke the grants. The
    result is rendered here instead of after a redirect: that would need a new session.
    """
    deeds_stay = audit.deeds_of(request.user).exists()
    try:
        revocations = delete_user(request.user, request)
    except User.DoesNotExist:  # deleted in another tab meanwhile
        revocations = []
    except OnlyAdministrator:  # the other administrator left meanwhile
        return render(request, "accounts/delete_person.html", {"is_only_administrator": True})
    logout(request)
    said = tokens.revoke_by_account(revocations)
    context = {
        "deeds_stay": deeds_stay,
        "revoked": said[tokens.Outcome.REVOKED],
        "waiting": said[tokens.Outcome.WAITING],
        "gone": said[tokens.Outcome.GONE],
        "given_up": said[tokens.Outcome.GIVEN_UP],
        "days": Revocation.KEEP_TRYING.days,
    }
    return render(request, "accounts/person_deleted.html", context)
