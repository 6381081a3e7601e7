import json

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from asana_tasks.models import SyncState, Task
from asana_tasks.sync.lease import Lease

NDJSON = {"accept": "application/x-ndjson"}


def lines(response) -> list[dict]:
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def said(response) -> str:
    return " ".join(map(str, get_messages(response.wsgi_request)))


def test_a_plain_form_fetches_and_comes_back(owner):
    response = owner.post("/tasks/refresh/", {"next": "/workspaces/"})
    assert (response.status_code, response["Location"]) == (302, "/workspaces/")
    assert Task.objects.filter(account=owner.account, name="Write the plan").exists()


def test_it_tells_a_script_its_progress_line_by_line(owner):
    response = owner.post("/tasks/refresh/", headers=NDJSON)
    assert response["Content-Type"] == "application/x-ndjson"
    told = lines(response)
    assert told[0]["state"] == "started"
    assert told[-1]["state"] == "done"
    assert told[-1]["workspaces"] == told[-1]["workspaces_done"] == 3
    counts = [line["tasks"] for line in told]
    assert counts == sorted(counts)
    assert counts[-1] == Task.objects.count()


def test_a_browser_that_takes_everything_gets_a_page(owner):
    response = owner.post("/tasks/refresh/", headers={"accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 302


@pytest.mark.django_db(transaction=True)  # closing an answer closes the database connection
def test_leaving_in_the_middle_frees_the_account_for_others(owner):
    response = owner.post("/tasks/refresh/", headers=NDJSON)
    next(iter(response.streaming_content))
    response.close()
    lease = Lease.claim(owner.account)
    assert lease is not None


def test_it_says_that_a_refresh_is_under_way(owner):
    assert Lease.claim(owner.account)
    told = lines(owner.post("/tasks/refresh/", headers=NDJSON))
    assert [line["state"] for line in told] == ["busy"]
    assert "already" in said(owner.post("/tasks/refresh/"))


def test_it_says_that_asana_is_not_answering(owner, asana):
    asana.order("drop")
    response = owner.post("/tasks/refresh/")
    assert "Asana isn't answering" in said(response)


def test_a_plain_form_is_refused_without_its_csrf_token(owner):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.client.cookies
    assert strict.post("/tasks/refresh/").status_code == 403


def test_it_never_happens_by_opening_an_address(owner, asana):
    before = len(asana.requests())
    assert owner.get("/tasks/refresh/").status_code == 405
    assert len(asana.requests()) == before


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "x"],
)
def test_it_never_leads_off_the_site(owner, elsewhere):
    response = owner.post("/tasks/refresh/", {"next": elsewhere})
    assert response["Location"] == "/tasks/"


def test_another_user_refreshes_only_their_own(owner, other_user):
    lines(other_user.post("/tasks/refresh/", headers=NDJSON))
    assert SyncState.objects.of(owner.account).synced_at is None
    assert not Task.objects.filter(account=owner.account).exists()


def test_an_administrator_has_nothing_to_refresh(owner, administrator):
    assert administrator.post("/tasks/refresh/").status_code == 302
    assert not Task.objects.exists()


def test_nobody_is_sent_to_sign_in(nobody, db):
    assert nobody.post("/tasks/refresh/")["Location"].startswith("/login/")
