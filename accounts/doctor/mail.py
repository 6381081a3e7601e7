from smtplib import SMTPException

from django.conf import settings
from django.core.mail import get_connection

from accounts.doctor.findings import Findings, ok, problem


def server() -> Findings:
    """Check that the mail server lets us in. No mail is sent."""
    if not settings.SENDS_MAIL:
        yield ok("mail", "none is sent: EMAIL_URL is empty")
        return
    connection = get_connection()
    try:
        connection.open()
        connection.close()
    except (OSError, SMTPException) as error:
        yield problem(
            "mail",
            f"the mail server doesn't let us in ({type(error).__name__})",
            "Check EMAIL_URL: host, port, encryption, name and password.",
        )
    else:
        yield ok("mail", f"the mail server lets us in ({_name()})")


def _name() -> str:
    return str(settings.EMAIL_HOST) or str(settings.EMAIL_BACKEND).split(".")[-2]
