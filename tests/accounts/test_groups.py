import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from accounts import groups

MAY = {
    "accounts.view_user",
    "accounts.delete_user",
    "accounts.view_asanaaccount",
    "accounts.delete_asanaaccount",
    "accounts.look_after",
    "accounts.view_auditentry",
    "accounts.view_revocation",
}


def test_account_managers_may_look_after_accounts_and_nothing_else(account_manager):
    user = account_manager.get("/admin/").wsgi_request.user
    assert user.get_all_permissions() == MAY


def test_migrating_again_puts_the_group_right(db):
    group = Group.objects.get(name=groups.NAME)
    group.permissions.set(Permission.objects.filter(codename="change_user"))
    call_command("migrate", verbosity=0)
    assert set(group.permissions.values_list("codename", flat=True)) == set(groups.PERMISSIONS)
    assert Group.objects.filter(name=groups.NAME).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_emptied_has_it_again():
    Group.objects.all().delete()
    call_command("flush", interactive=False, verbosity=0)
    group = Group.objects.get(name=groups.NAME)
    assert set(group.permissions.values_list("codename", flat=True)) == set(groups.PERMISSIONS)
