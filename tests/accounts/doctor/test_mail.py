from accounts.doctor import mail
from scripts.ports import free_port
from tests.accounts.doctor.findings import OK, PROBLEM, examined, is_found


def test_a_mail_server_that_is_down(settings):
    settings.SENDS_MAIL, settings.EMAIL_BACKEND = (
        True,
        "django.core.mail.backends.smtp.EmailBackend",
    )
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_HOST_PASSWORD = "hush-hush"
    is_found(mail.server, PROBLEM, "EMAIL_URL")
    assert "hush" not in str(examined(mail.server))


def test_a_mail_server_that_lets_us_in(settings):
    settings.SENDS_MAIL = True
    is_found(mail.server, OK, "lets us in")
