"""Is everything all right?"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from accounts import health, tokens
from accounts.encryption import encrypt
from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from asana_tasks.error_codes import ErrorCode
from asana_tasks.models import SyncState, Worker
from asana_tasks.sync import engine
from tests.accounts.administration import ACCOUNTS, FIRST, confirm
from tests.markup import page_html

Event = AuditEntry.Event


def happened(event: str, **ago: float) -> None:
    AuditEntry.objects.create(event=event, by="site", at=timezone.now() - timedelta(**ago))


@pytest.fixture(autouse=True)
def somebody_works(db) -> None:
    Worker.objects.create(name="host:1", kind=Worker.Kind.EMBEDDED)


@pytest.fixture
def cleaned(db) -> None:
    happened(Event.CLEANED_UP, hours=20)


def page(client) -> str:
    response = client.get(FIRST)
    assert response.status_code == 200
    return page_html(response)


def troubles() -> list[str]:
    return [trouble.words for trouble in health.read_health().troubles]


@pytest.mark.parametrize("who", ["account_manager", "administrator"])
def test_everything_is_all_right(request, owner, cleaned, who):
    assert troubles() == []
    text = page(request.getfixturevalue(who))
    assert "Everything is all right." in text
    assert "These things need you" not in text
    assert 'status__exact=connected">Connected</a></dt> <dd>1</dd>' in text


def test_states_are_counted(administrator, owner, other_user, cleaned):
    AsanaAccount.objects.filter(pk=owner.account.pk).update(status="needs_reconnecting")
    numbers = {state.value: state.number for state in health.read_health().accounts}
    assert numbers == {"connected": 1, "needs_reconnecting": 1}


def test_with_asana_down_it_says_that_nothing_could_be_fetched(
    administrator, asana, owner, other_user, cleaned
):
    """Neither a token nor a task: no refusal, and so no entry in the log."""
    AsanaAccount.objects.update(access_token_expires_at=timezone.now())
    asana.order("server_error")
    assert engine.run_sync(owner.account).state == "failed"
    assert sum(failure.number for failure in health.read_health().failures) == 0
    words = "the last attempt to sync tasks failed for {} of 2 connected accounts"
    assert troubles() == [words.format(1)]
    assert engine.run_sync(other_user.account).state == "failed"
    assert troubles() == [words.format(2)]
    assert "Everything is all right." not in page(administrator)

    asana.heal()
    confirm(administrator, ACCOUNTS, "sync", owner.account.pk, other_user.account.pk)
    assert troubles() == []
    assert "Everything is all right." in page(administrator)


def fail(account: AsanaAccount) -> None:
    SyncState.objects.create(account=account, last_error=ErrorCode.NO_RESPONSE)


def test_failed_attempts_lead_to_the_accounts(administrator, owner, other_user, cleaned):
    fail(owner.account)
    assert f'href="{ACCOUNTS}?attempt=failed"' in page(administrator)
    response = administrator.get(ACCOUNTS, {"attempt": "failed"})
    assert list(response.context["cl"].result_list) == [owner.account]


def test_of_somebody_who_is_switched_off_nothing_is_fetched_and_nothing_fails(
    owner, other_user, cleaned
):
    fail(owner.account)
    fail(other_user.account)
    (trouble,) = troubles()
    assert trouble.endswith("for 2 of 2 connected accounts")
    User.objects.filter(pk=owner.user.pk).update(is_active=False)
    (trouble,) = troubles()
    assert trouble.endswith("for 1 of 1 connected account")
    User.objects.update(is_active=False)
    assert troubles() == []


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 account needs reconnecting by its person"),
        (2, "2 accounts need reconnecting by their people"),
    ],
)
def test_what_only_its_person_can_mend_is_told_and_is_no_trouble(
    administrator, owner, cleaned, count, words
):
    for number in range(count):
        AsanaAccount.objects.create(
            user=owner.user,
            gid=str(number),
            status="needs_reconnecting",
            last_error="access_ended",
        )
    assert (troubles(), health.read_health().remarks) == ([], [words])
    text = page(administrator)
    assert "Nothing here needs you." in text
    assert words in text
    assert "Everything is all right." not in text


@pytest.mark.parametrize(("count", "words"), [(1, "the only one needs"), (2, "all 2 need")])
def test_that_no_account_works_any_more_is_a_trouble_even_days_later(
    administrator, owner, cleaned, count, words
):
    """The app was taken away at Asana, or a key was lost."""
    AsanaAccount.objects.create(user=owner.user, gid="2", status="needs_reconnecting")
    if count == 1:
        owner.account.delete()
    AsanaAccount.objects.update(status="needs_reconnecting", last_error="access_ended")
    Revocation.objects.all().delete()
    found = health.read_health()
    assert troubles() == [f"no linked account works: {words} reconnecting"]
    assert found.remarks == []
    assert "These things need you:" in page(administrator)


@pytest.mark.parametrize("event", health.TROUBLING)
def test_a_failure_needs_somebody_for_a_day(administrator, cleaned, event):
    happened(event, hours=25)
    assert troubles() == []
    happened(event, hours=23)
    assert troubles() == [f"{event.label}: 1 in the last 24 hours"]
    happened(event, hours=1)
    assert troubles() == [f"{event.label}: 2 in the last 24 hours"]
    text = page(administrator)
    assert "These things need you:" in text
    assert f"?event__exact={event.value}&amp;at__gte=" in text


def test_a_sign_in_that_was_refused_is_counted_and_is_no_trouble(administrator, cleaned):
    """Anybody at all can press Deny."""
    happened(Event.SIGN_IN_REFUSED, hours=1)
    assert troubles() == []
    assert {each.value: each.number for each in health.read_health().failures}[
        "sign_in_refused"
    ] == 1
    assert "Everything is all right." in page(administrator)
    happened(Event.REFRESH_REFUSED, hours=1)
    assert troubles() == ["Token refresh refused: 1 in the last 24 hours"]


def test_of_a_grant_that_is_gone_it_says_what_each_entry_is(asana, owner, other_user, cleaned):
    """One refusal is written down as such, and as what came of it."""
    asana.order("invalid_grant", path="/-/oauth_token")
    assert not tokens.grant_works(owner.account)
    assert troubles() == [
        "Needs reconnecting: 1 in the last 24 hours",
        "Token refresh refused: 1 in the last 24 hours",
    ]


def test_each_trouble_leads_to_the_list_that_shows_it(administrator, owner, other_user, cleaned):
    happened(Event.REFRESH_REFUSED, hours=25)
    happened(Event.REFRESH_REFUSED, hours=1)
    Revocation.objects.create(encrypted_refresh_token=encrypt("token", bound_to="x"))
    fail(owner.account)
    response = administrator.get(FIRST)
    found = response.context["health"].troubles
    assert len(found) == 3
    for trouble in found:
        assert f'<li><a href="{escape(trouble.address)}">' in page_html(response)
        assert len(administrator.get(trouble.address).context["cl"].result_list) == 1

    AsanaAccount.objects.update(status="needs_reconnecting")
    address = health.read_health().troubles[0].address
    assert len(administrator.get(address).context["cl"].result_list) == 2


def test_a_failure_leads_to_the_log_of_that_day(administrator, cleaned):
    happened(Event.SIGN_IN_REFUSED, hours=25)
    happened(Event.SIGN_IN_REFUSED, hours=23)
    happened(Event.SIGNED_IN, hours=23)
    (link,) = [
        part.split('"')[0].replace("&amp;", "&")
        for part in page(administrator).split('href="')
        if "event__exact=sign_in_refused" in part
    ]
    assert len(administrator.get(link).context["cl"].result_list) == 1


def test_other_events_are_no_failures(administrator, cleaned):
    for event in set(Event) - set(health.FAILURES):
        happened(event, hours=1)
    assert troubles() == []


@pytest.mark.parametrize(("count", "words"), [(1, "1 revocation is"), (2, "2 revocations are")])
def test_a_waiting_revocation_needs_somebody(administrator, cleaned, count, words):
    for _ in range(count):
        Revocation.objects.create(encrypted_refresh_token=encrypt("token", bound_to="x"))
    assert troubles() == [f"{words} waiting for Asana"]


def test_rows_on_an_old_key_are_counted(administrator, owner, cleaned, settings):
    settings.TOKEN_KEYS = ["u" * 43 + "=", *settings.TOKEN_KEYS]
    assert troubles() == ["1 row is still on an old key or in the old format"]
    assert "rotate_token_keys" in page(administrator)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, ["nothing has been cleaned up yet"]),
        (49, ["the last clean-up is too long ago"]),
        (47, []),
    ],
)
def test_a_clean_up_that_is_late_needs_somebody(administrator, hours, words):
    if hours:
        happened(Event.CLEANED_UP, hours=hours)
        happened(Event.CLEANED_UP, hours=hours + 100)
    assert troubles() == words
    assert ("The worker does it once a day." in page(administrator)) == bool(words)


def test_a_clean_up_that_only_begins_is_none(administrator):
    """It is killed each time, and begun anew each hour."""
    happened(Event.CLEANED_UP, hours=49)
    AuditEntry.objects.create(event=Event.CLEANED_UP, by="site", detail="begun")
    assert troubles() == ["the last clean-up is too long ago"]
    AuditEntry.objects.exclude(detail="begun").delete()
    assert troubles() == ["nothing has been cleaned up yet"]


def test_it_asks_no_more_for_more(administrator, owner, cleaned, django_assert_num_queries):
    page(administrator)
    with CaptureQueriesContext(connection) as few:
        page(administrator)
    for number in range(30):
        user = User.objects.create_user(f"user{number}")
        AsanaAccount.objects.create(user=user, gid=str(number))
        Revocation.objects.create(encrypted_refresh_token="x")
        happened(health.FAILURES[number % 4], hours=1)
    with django_assert_num_queries(len(few)):
        page(administrator)


def test_an_empty_site_is_answered(administrator):
    assert "never" in page(administrator)


def test_what_administrators_did_is_in_our_log_and_not_on_this_page(administrator):
    assert "Recent actions" not in page(administrator)
