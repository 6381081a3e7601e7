from accounts.doctor import people
from tests.accounts.doctor.findings import OK, is_found
from tests.accounts.sign_ins import sign_in


def test_closed_sign_ups_with_somebody_here(op, settings):
    sign_in(op).is_signed_in()
    settings.SIGNUPS = "closed"
    is_found(people.who_may_come_in, OK, "closed")
    is_found(people.accounts, OK, "1 connected, 0 needs reconnecting")
