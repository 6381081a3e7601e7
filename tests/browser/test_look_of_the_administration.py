"""Every page of the administration: what can be pressed is large enough, and nothing is cut."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AsanaAccount, AuditEntry, Revocation, User
from asana_tasks.models import SyncState
from tests.accounts.administration import ACCOUNTS, FIRST, LOG, PEOPLE, REVOCATIONS
from tests.browser.axe import violations
from tests.browser.walks import take_session
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)

GROUPS = "/admin/auth/group/"
PAGES = [
    FIRST,
    PEOPLE,
    f"{PEOPLE}?is_active__exact=1&q=a",
    f"{PEOPLE}add/",
    f"{PEOPLE}{{person}}/change/",
    f"{PEOPLE}{{person}}/history/",
    f"{PEOPLE}{{administrator}}/password/",
    f"{ACCOUNTS}{{account}}/change/",
    f"{ACCOUNTS}{{account}}/history/",
    LOG,
    f"{LOG}?p=2",
    f"{LOG}{{entry}}/change/",
    f"{REVOCATIONS}{{revocation}}/change/",
    GROUPS,
    f"{GROUPS}{{group}}/change/",
    "/admin/password_change/",
]
LISTS = {ACCOUNTS: "Refresh token now", REVOCATIONS: "Try again now"}
# A label on a tag that takes none, and heads of columns that hold nothing to be read
DJANGO_S = (".search-label-icon", ".tabular thead")
CUT = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility() && each.clientWidth > 1)
  .filter((each) => getComputedStyle(each).overflowX !== "visible")
  .filter((each) => !each.matches(".selector button"))  // whose words an icon stands for
  .filter((each) => each.scrollWidth > each.clientWidth)
  .map((each) => each.outerHTML.slice(0, 200))"""


@pytest.fixture
def root(page: Page, administrator: Client, owner: Person, other_user: Person) -> Page:
    """Open the administration of a site on which there is something to see on each page."""
    person = owner.user
    about = {
        "user": person,
        "account_name": "Ada Okafor",
        "address": "2001:db8:85a3::8a2e:370:7334",
    }
    why = {"detail": "refresh_refused", "detail_args": {"error": "invalid_grant"}}
    actor = User.objects.get(username="root")
    for by in AuditEntry.By.values * 30:
        AuditEntry.objects.create(event="disconnected", by=by, actor=actor, **about, **why)
    Revocation.objects.create(
        user=person, account_name="Ada Okafor", attempts=12, last_error="no_response"
    )
    take_session(page, administrator)
    return page


def addresses() -> list[str]:
    keys = {
        "person": AsanaAccount.objects.earliest("pk").user_id,
        "administrator": User.objects.get(username="root").pk,
        "account": AsanaAccount.objects.earliest("pk").pk,
        "entry": AuditEntry.objects.latest("pk").pk,
        "revocation": Revocation.objects.get().pk,
        "group": Group.objects.get(name="Account managers").pk,
    }
    return [page.format(**keys) for page in PAGES]


def check(page: Page, width: int) -> None:
    assert violations(page, *DJANGO_S) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    if width >= 1280:
        assert page.evaluate(CUT) == [], page.url


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page(root: Page, width: int, scheme: str):
    root.set_viewport_size({"width": width, "height": 900})
    root.emulate_media(color_scheme=scheme)
    for address in addresses():
        root.goto(address)
        check(root, width)
    for address, action in LISTS.items():
        root.goto(address)
        check(root, width)
        root.locator("tbody").get_by_role("checkbox").first.check()
        check(root, width)
        root.locator("select[name=action]").select_option(label=action)
        root.get_by_role("button", name="Go", exact=True).click()
        check(root, width)
        root.get_by_role("button", name=action).click()
        expect(root.locator(".verdict")).to_be_visible()
        check(root, width)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_way_in(page: Page, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(FIRST)
    check(page, width)
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Log in").click()
    check(page, width)


def test_times_have_one_format(root: Page):
    """That of a field, of a column and of what another app adds."""
    SyncState.objects.of(AsanaAccount.objects.earliest("pk"))
    SyncState.objects.update(synced_at=timezone.now())
    for address in addresses():
        root.goto(address)
        words = root.locator("#content").inner_text()
        assert re.search(r"\d{4}-\d\d-\d\d|\b[ap]\.m\.|[A-Z][a-z]+\.? \d+, \d{4}", words) is None
