"""Whatever breaks, the rest is found."""

from django.db import OperationalError, ProgrammingError

from accounts import doctor
from accounts.doctor import site
from tests.accounts.doctor.findings import OK, PROBLEM, examined


def test_what_is_not_checked_has_the_names_of_every_day(asana, db):
    for check in doctor.CHECKS:
        assert doctor.about(check) in examined(check)


def test_what_the_database_does_not_let_us_check_is_one_line(asana, db):
    def fails(error):
        raise error

    def tokens():
        yield fails(OperationalError("hush-hush"))

    def accounts():
        yield fails(ProgrammingError("hush-hush"))

    *others, last = doctor.examine((tokens, site.debug, accounts))
    assert [finding.about for finding in others] == ["debug"]
    assert (last.about, last.state) == ("not checked", PROBLEM)
    assert last.says == (
        "tokens, accounts: the database fails (OperationalError, ProgrammingError)"
    )


def test_a_check_that_breaks_breaks_no_other(caplog):
    def broken():
        yield int("hush-hush")

    first, second = doctor.examine((broken, site.debug))
    assert (first.state, second.state) == (PROBLEM, OK)
    assert "ValueError" in first.says
    assert "hush" not in first.says
