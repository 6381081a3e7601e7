"""Searches that a database would refuse: the list says what is accepted, whatever it lists."""

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.urls import reverse

SEARCHED = [model for model, room in admin.site._registry.items() if room.search_fields]  # noqa: SLF001
TOO_LONG = ["word " * 1900, "x" * 70_000, "x" * 201]


def list_of(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("model", SEARCHED)
@pytest.mark.parametrize("text", TOO_LONG, ids=["words", "letters", "one more"])
def test_a_search_that_is_too_long_is_told_so(administrator, model, text):
    response = administrator.get(list_of(model), {"q": text}, follow=True)
    assert response.redirect_chain == [(list_of(model), 302)]
    assert "Search for at most 200 letters" in response.content.decode()


@pytest.mark.parametrize("model", SEARCHED)
@pytest.mark.parametrize("text", ["x" * 200, "x " * 100])
def test_the_longest_search_is_carried_out(administrator, model, text):
    response = administrator.get(list_of(model), {"q": text})
    assert response.status_code == 200
    assert not response.context["cl"].queryset


def test_a_field_that_completes_names_takes_no_more(administrator, owner):
    wanted = {"app_label": "accounts", "model_name": "auditentry", "field_name": "user"}
    response = administrator.get("/admin/autocomplete/", {**wanted, "term": "word " * 1900})
    assert response.status_code == 302


def test_nobody_is_told_anything(nobody, db):
    response = nobody.get("/admin/accounts/user/", {"q": "x" * 201})
    assert response["Location"].startswith("/admin/login/")
    assert not list(get_messages(response.wsgi_request))
