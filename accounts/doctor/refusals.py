"""Advice about a watched sign-in that was refused, by the name of its error."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from accounts.backends import AsanaOpenIdConnect
from accounts.oidc.authorization import scopes_for

CLIENT: Final = "Compare ASANA_CLIENT_ID and ASANA_CLIENT_SECRET with Asana's developer console."
REDIRECT: Final = (
    "The redirect URL registered at Asana has to be {redirect}, to the letter. If it is, sign in "
    "once more: a code is good once, and not for long."
)
SCOPES: Final = {
    "scoped": "Tick {scopes} in Asana's developer console, or set ASANA_APP_PERMISSIONS=full if "
    "the app has full permissions.",
    "full": "Give the app full permissions in Asana's developer console, or set "
    "ASANA_APP_PERMISSIONS=scoped if it is to have single ones.",
}
LATER: Final = "Try again later. `manage.py asana_doctor` tells whether Asana can be reached."
CERTIFICATE: Final = (
    "Check this machine's certificates and clock, and what stands between it and Asana."
)
ISSUER: Final = (
    "Compare ASANA_OIDC_ISSUER with the issuer that Asana names: `manage.py asana_doctor` does."
)
CLOCK: Final = "Compare this machine's clock with Asana's: `manage.py asana_doctor` does."
MEMBERS: Final = (
    "Sign in with an account that is in one of ALLOWED_WORKSPACES, or put its workspace there."
)
NEWCOMERS: Final = "Set SIGNUPS=open, or sign in with an account that is connected here already."
ANEW: Final = "Start again at {login} in a private window, where nobody is signed in."
CAME: Final = "What Asana returned follows. `manage.py asana_doctor` examines the rest."
NOTHING_CAME: Final = "Run `manage.py asana_doctor`: it examines settings, discovery and client."
BROKEN: Final = "The site's log says where it failed."

ADVICE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("invalid_client", "unauthorized_client"), CLIENT),
    **dict.fromkeys(("invalid_grant", "invalid_request", "redirect_uri_mismatch"), REDIRECT),
    **dict.fromkeys(("unavailable", "timeout", "connection_failed", "rate_limited"), LATER),
    "tls_error": CERTIFICATE,
    "invalid_parameter": ISSUER,
    **dict.fromkeys(("response_expired", "response_not_yet_valid"), CLOCK),
    "not_a_member": MEMBERS,
    "signups_closed": NEWCOMERS,
    **dict.fromkeys(("session_context_missing", "state_mismatch", "user_mismatch"), ANEW),
    **dict.fromkeys(("another_person", "another_account", "identity_in_use"), ANEW),
}
OF_SCOPES: Final = {"forbidden_scopes", "invalid_scope", "missing_permission"}


def advice(refused: Mapping[str, Any], *, something_came: bool) -> str:
    """Return advice about a refusal. Asana's name of the error takes precedence over social-auth's.

    `something_came`: there was a token response.
    """
    if "error" in refused:
        return BROKEN
    names = [str(refused.get(name)) for name in ("provider_code", "code")]
    if not OF_SCOPES.isdisjoint(names):
        return about_scopes()
    found = next((ADVICE[name] for name in names if name in ADVICE), "")
    return (found or (CAME if something_came else NOTHING_CAME)).format(
        redirect=AsanaOpenIdConnect().get_redirect_uri(), login=f"{settings.SITE_URL}/login/"
    )


def about_scopes() -> str:
    scopes = ", ".join(scopes_for(writing=True))
    return SCOPES[settings.ASANA_APP_PERMISSIONS].format(scopes=scopes)
