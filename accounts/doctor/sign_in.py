"""Findings about the app at Asana from one real sign-in, recorded by `accounts.oidc.recorder`."""

from typing import Any, Final

from django.conf import settings
from django.utils.translation import ngettext

from accounts import tokens
from accounts.doctor import refusals
from accounts.doctor.findings import Finding, Findings, ok, problem, warning
from accounts.models import AsanaAccount, WatchedSignIn
from accounts.oidc import recorder
from accounts.oidc.authorization import scopes_for

IDENTITY: Final = {"openid", "email", "profile"}
MAX_LISTED: Final = 10
OFF: Final = "Leave ASANA_OIDC_STRICT off: it would refuse everybody."
CHECKED: Final = "pipeline"  # the stage of refusals after all checks of the ID token
AN_ERROR: Final = (
    "Compare client ID, client secret and redirect URL with those in Asana's developer console."
)
ELSEWHERE: Final = "Check ASANA_OIDC_ENDPOINT: Asana's own token endpoint answers with one."
SWITCH_OFF: Final = "Set ASANA_OIDC_STRICT=off: it refuses everybody."


def report(watched: WatchedSignIn) -> Findings:
    """Yield findings about a watched sign-in, and about one refresh of its account."""
    seen = watched.seen
    response = seen.get("token_response")
    yield _outcome(seen.get("refused"), something_came=response is not None)
    if response is None:
        return
    yield from _token_response(response)
    yield from _id_token(response.get("id_token"))
    yield _userinfo(seen.get("userinfo"))
    if watched.account is not None and response.get("refresh_token"):
        yield from _refresh(watched.account)
    yield _recommendation(response.get("id_token"), seen.get("refused"))


def _outcome(refused: dict[str, Any] | None, *, something_came: bool) -> Finding:
    if refused is None:
        return ok("sign-in", "worked")
    why = ", ".join(f"{name} {value}" for name, value in refused.items() if value)
    advice = refusals.advice(refused, something_came=something_came)
    return problem("sign-in", f"was refused: {why}", advice)


def _token_response(response: dict[str, Any]) -> Findings:
    names = response.get("names", [])
    if "access_token" not in names:
        says = f"holds no access token, but: {', '.join(names) or 'nothing'}"
        yield problem("token response", says, AN_ERROR if "error" in names else ELSEWHERE)
        return
    yield ok("token response", f"holds {', '.join(names)}")
    yield ok("client", "the client ID and its secret are accepted")
    if response["token_type"] == "bearer":  # noqa: S105
        yield ok("token_type", "bearer")
    else:
        yield problem("token_type", response["token_type"], "Only bearer tokens can be used.")
    yield _lifetime(response["expires_in"])
    yield _scope(response)
    if response["refresh_token"]:
        yield ok("refresh_token", "came")
    else:
        advice = "Everybody has to sign in again after an hour. Asana documents one for every app."
        yield warning("refresh_token", "did not come", advice)


def _lifetime(expires_in: int | str) -> Finding:
    if isinstance(expires_in, int):
        return ok("expires_in", f"{expires_in} s")
    return warning("expires_in", expires_in, "Tokens are taken to live for an hour.")


def _scope(response: dict[str, Any]) -> Finding:
    """Warn if scopes are missing that we need for reading tasks.

    Without those of IDENTITY only userinfo says less.
    """
    missing, others = response.get("missing_scopes", []), response.get("other_scopes", [])
    says = _differences(response["scope"], missing, others)
    needed = set(scopes_for()) - IDENTITY
    if needed.isdisjoint(missing) or "default" in others:
        return ok("scope", says)
    return warning("scope", says, refusals.about_scopes())


def _differences(kind: str, missing: list[str], others: list[str]) -> str:
    if kind == "absent":
        return "absent: what was asked counts as granted"
    told = []
    if missing:
        are_missing = ngettext("%s is missing", "%s are missing", len(missing))
        told.append(are_missing % _listed(missing))
    if others:
        told.append(f"{_listed(others)} came besides")
    return f"{kind}: {'; '.join(told)}" if told else kind


def _listed(names: list[str]) -> str:
    return ", ".join(names[:MAX_LISTED]) + (" and more" if len(names) > MAX_LISTED else "")


def _id_token(seen: dict[str, Any] | None) -> Findings:
    if seen is None:
        yield warning("id_token", "did not come", "Identity then comes from userinfo.")
    elif not seen["readable"]:
        yield problem("id_token", "came, but can't be read", "Nobody can sign in with such a one.")
    else:
        kid = "with" if seen["kid"] else "without"
        yield ok("id_token", f"came: {seen['alg']}, {kid} kid; {', '.join(seen['claims'])}")
        for claim in ("nonce", "at_hash"):
            there = claim in seen["claims"]
            yield ok(claim, "is there" if there else "is absent, which is tolerated unless strict")


def _userinfo(claims: list[str] | None) -> Finding:
    if claims is None:
        return warning("userinfo", "was not asked for", "The sign-in was refused before that.")
    return ok("userinfo", f"holds {', '.join(claims) or 'nothing'}")


def _refresh(account: AsanaAccount) -> Findings:
    """Refresh the account that has just signed in, once, and yield findings about the response."""
    before = tokens.fingerprint(account)
    with recorder.record_refreshes() as noted:
        try:
            tokens.refresh_now(account)
        except tokens.TokenError as error:
            advice = "The account stays as it is; see the log for why."
            yield warning("refreshing", f"did not work: {error}", advice)
    if not noted:
        return
    account.refresh_from_db()
    came, changed = noted[-1]["refresh_token"], tokens.fingerprint(account) != before
    rotation = "comes with a new refresh token each time" if changed else "keeps the refresh token"
    yield ok("refreshing", f"{rotation} ({'one came' if came else 'none came'})")
    with_id_token = "with" if noted[-1]["id_token"] else "without"
    yield ok("id_token", f"{with_id_token} one after refreshing")


def _recommendation(id_token: dict[str, Any] | None, refused: dict[str, Any] | None) -> Finding:
    if id_token is None or "nonce" not in id_token.get("claims", []):
        return _incomplete("the ID token" if id_token is None else "the nonce")
    if refused is not None and refused.get("stage") != CHECKED:
        advice = "Find out why the sign-in was refused before you change ASANA_OIDC_STRICT."
        return warning("strict", "ID token and nonce came, but were not accepted", advice)
    came = "ID token and nonce came and were right"
    if refused is not None:
        came += "; the sign-in was refused later, for another reason"
    if settings.ASANA_OIDC_STRICT:
        return ok("strict", f"ASANA_OIDC_STRICT is on, and Asana returns all it takes: {came}")
    return ok("strict", f"ASANA_OIDC_STRICT=on is safe: {came}")


def _incomplete(lacking: str) -> Finding:
    if settings.ASANA_OIDC_STRICT:
        return problem("strict", f"{lacking} is missing", SWITCH_OFF)
    return ok("strict", f"{lacking} is missing. {OFF[:-1]}")
