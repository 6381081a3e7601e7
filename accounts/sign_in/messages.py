"""Messages on the next page after an account was linked, changed or disconnected."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AsanaAccount
from accounts.oidc.authorization import AuthorizationRequest
from accounts.sign_in.linking import Linked
from accounts.tokens import Outcome

BY_HAND: Final = "remove Onelist in Asana's settings, under “Apps”"
DISCONNECTED: Final = {
    None: "Onelist held no lasting access any more that Asana would have to end.",
    Outcome.REVOKED: "Asana has ended Onelist's access.",
    Outcome.WAITING: "Asana isn't answering: Onelist keeps telling it for up to 7 days. You can "
    f"also {BY_HAND}.",
    Outcome.GONE: "Onelist has dealt with its access at Asana at the same moment: your history "
    "says how.",
    Outcome.GIVEN_UP: "Onelist could not tell Asana: to end its access there too, please "
    f"{BY_HAND}.",
}
NARROWED: Final = {
    None: "There was no other permission left to end at Asana.",
    Outcome.REVOKED: "Asana has ended the earlier permission.",
    Outcome.WAITING: "Asana isn't answering about the earlier permission: Onelist no longer uses "
    f"it, and keeps telling Asana for up to 7 days. You can also {BY_HAND}, and reconnect "
    "afterwards.",
    Outcome.GONE: "Onelist has dealt with the earlier permission at the same moment: your history "
    "says how.",
    Outcome.GIVEN_UP: "Onelist could not tell Asana to end the earlier permission, and holds it no "
    f"longer. To end it there too, {BY_HAND}, and reconnect afterwards.",
}


def say_signed_in_already(request: HttpRequest) -> None:
    messages.info(
        request,
        "You are signed in already, and that way back from Asana was of an earlier sign-in: it "
        "changed nothing. To connect or reconnect an account, start on the accounts page.",
    )


def say_too_late(request: HttpRequest) -> None:
    messages.info(
        request,
        "You were at Asana for more than half an hour, so nothing has been changed. Start again "
        "from here.",
    )


def who(account: AsanaAccount) -> SafeString:
    """Return an account's name at Asana and its e-mail address.

    The user's label would be no proof of which account it was.
    """
    if email := account.email_beside_asana_name:
        return format_html("<bdi>{}</bdi> (<bdi>{}</bdi>)", account.asana_name, email)
    return format_html("<bdi>{}</bdi>", account.asana_name)


def say_linked(
    request: HttpRequest,
    authorization: AuthorizationRequest,
    linked: Linked,
    outcome: Outcome | None,
) -> None:
    """Add a message about a linked account.

    `outcome` is that of revoking the wider grant that was replaced.
    """
    match authorization.kind:
        case "connect":
            _connected(request, linked)
        case "reconnect":
            _say(request, "{} works again." + _less(linked), linked)
        case "widen" if linked.account.may_write and not authorization.next:
            _say(request, "Onelist may change tasks of {} now.", linked)
        case "custom_fields" if linked.account.may_read_custom_fields and not authorization.next:
            _say(request, "Onelist may read custom fields of {} now.", linked)
        case "narrow":
            _narrowed(request, linked, outcome)


def say_disconnected(request: HttpRequest, account: AsanaAccount, outcome: Outcome | None) -> None:
    level = messages.SUCCESS if outcome in {None, Outcome.REVOKED} else messages.WARNING
    text = format_html(
        "{} is disconnected, and its tasks are gone from here. {}",
        who(account),
        DISCONNECTED[outcome],
    )
    messages.add_message(request, level, text)


def _say(request: HttpRequest, text: str, linked: Linked) -> None:
    messages.success(request, format_html(text, who(linked.account)))


def _connected(request: HttpRequest, linked: Linked) -> None:
    if linked.is_new:
        _say(request, "{} is connected. Its tasks are synced when you next open your list.", linked)
    elif linked.was_broken:
        _say(request, "{} was connected already, and works again." + _less(linked), linked)
    # else the page is connected_already


def _less(linked: Linked) -> str:
    lost = linked.could_write and not linked.account.may_write
    return " Onelist may only read its tasks now." if lost else ""


def _narrowed(request: HttpRequest, linked: Linked, outcome: Outcome | None) -> None:
    left = AsanaAccount.objects.filter(pk=linked.account.pk).first()
    if left and left.needs_reconnecting:
        messages.warning(
            request,
            format_html(
                "{} needs reconnecting: together with the permission to change tasks, Asana has "
                "ended the one to read them. When you reconnect, Onelist asks for read-only "
                "access.",
                who(left),
            ),
        )
        return
    level = messages.SUCCESS if outcome in {None, Outcome.REVOKED} else messages.WARNING
    text = "Onelist may only read the tasks of {} now, and change nothing. {}"
    messages.add_message(request, level, format_html(text, who(linked.account), NARROWED[outcome]))
