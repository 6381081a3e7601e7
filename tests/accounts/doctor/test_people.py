from accounts.doctor import people
from accounts.models import AsanaAccount, User
from tests.accounts.doctor.findings import OK, WARNING, is_found
from tests.accounts.sign_ins import sign_in


def test_without_passwords_an_administrator_needs_an_account_that_works(owner, settings):
    is_found(people.administrators, OK, "by password")
    settings.ADMIN_PASSWORDS = False
    is_found(people.administrators, WARNING, "no administrator has an Asana account")
    User.objects.filter(pk=owner.user.pk).update(is_staff=True, is_superuser=True)
    is_found(people.administrators, OK, "with Asana alone")
    AsanaAccount.objects.update(status=AsanaAccount.Status.NEEDS_RECONNECTING)
    is_found(people.administrators, WARNING, "no administrator has an Asana account")


def test_closed_sign_ups_with_somebody_here(op, settings):
    sign_in(op).is_signed_in()
    settings.SIGNUPS = "closed"
    is_found(people.who_may_come_in, OK, "closed")
    is_found(people.accounts, OK, "1 connected, 0 needs reconnecting")
