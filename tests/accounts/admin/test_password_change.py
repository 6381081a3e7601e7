"""One's own password in the administration: limited like the sign-in, and recorded."""

import pytest

from accounts import messages
from accounts.models import User
from tests.accounts.admin.test_login import attempt, someone
from tests.accounts.administration import user_of

PATH = "/admin/password_change/"
NEW = "correct horse 7"


@pytest.fixture
def few(settings) -> None:
    """Set the limit to two passwords a minute."""
    settings.PASSWORD_RATE = "2/minute"


def change(client, here: str, old: str = "root", new: str = NEW) -> int:
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(PATH, data, REMOTE_ADDR=here).status_code


def test_it_is_written_into_ones_history(administrator):
    root = user_of(administrator)
    here = someone()
    assert change(administrator, here) == 302
    entry = root.history.get(event="password_changed")
    assert (entry.by, entry.actor, entry.address) == ("person", root, here)
    assert User.objects.get(pk=root.pk).check_password(NEW)


def test_so_is_a_wrong_old_one(administrator):
    assert change(administrator, someone(), old="guessed") == 200
    entry = user_of(administrator).history.get(event="nothing_changed")
    assert messages.detail_message(entry) == "Changing the password: the old one was wrong"


def test_wrong_ones_are_counted(administrator):
    for old in ("a", "b", "c"):
        change(administrator, someone(), old=old)
    entry = user_of(administrator).history.get(event="nothing_changed")
    assert entry.detail_args["times"] == 3


def test_a_new_one_that_is_too_short_is_no_attempt_to_guess(administrator):
    assert change(administrator, someone(), new="x") == 200
    assert not user_of(administrator).history.filter(event="nothing_changed").exists()


def test_an_address_can_try_so_many(few, administrator):
    here = someone()
    assert [change(administrator, here, old=old) for old in ("a", "b", "root")] == [200, 200, 429]
    assert user_of(administrator).check_password("root")
    assert change(administrator, someone()) == 302


def test_they_are_counted_together_with_those_of_the_sign_in(few, administrator):
    here = someone()
    assert [attempt(here), change(administrator, here, old="a"), attempt(here)] == [200, 200, 429]


def test_to_look_at_the_form_counts_nothing(few, administrator):
    here = someone()
    for _ in range(5):
        assert administrator.get(PATH, REMOTE_ADDR=here).status_code == 200
    assert change(administrator, here) == 302
