"""The environment of a test run: complete, so that no `.env` or shell variable leaks in.

pytest loads it before Django's settings (see pyproject.toml). Each pytest-xdist worker has its own
stand-in for Asana and its own site, on ports that were free when it began.
"""

import os
import signal

from cryptography.fernet import Fernet

from scripts.ports import free_port
from tests.stand_in import ROOT, StandIn


def redis_of_this_worker() -> str:
    """Return the URL of this worker's own Redis database, which each test empties; '' for none."""
    server, _, database = os.environ.get("TEST_REDIS_URL", "").rpartition("/")
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return f"{server}/{(int(database) + worker) % 16}" if server else ""


# A suite run in the background of a shell ignores SIGINT, and its child processes inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
(ROOT / "var" / "static").mkdir(parents=True, exist_ok=True)  # where `make run` collects files
ASANA_PORT, SITE_PORT = free_port(), free_port()
ASANA = f"http://127.0.0.1:{ASANA_PORT}/api/1.0"

os.environ.update(
    ENV_FILE="",
    SECRET_KEY="only-for-tests-" + "x" * 50,
    DEBUG="off",
    SITE_URL=f"http://localhost:{SITE_PORT}",
    ALLOWED_HOSTS="",
    CSRF_TRUSTED_ORIGINS="",
    TRUSTED_PROXIES="",
    WEB_CONCURRENCY="",
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL", ""),
    VAR_DIR="",
    HTTPS_PROXY_URL="",
    CA_BUNDLE="",
    DATABASE_CONNECTIONS="",
    REDIS_URL=redis_of_this_worker(),
    CELERY_BROKER_URL="",
    ASANA_CLIENT_ID=StandIn.client_id,
    ASANA_CLIENT_SECRET=StandIn.client_secret,
    ASANA_OIDC_ENDPOINT=ASANA,
    ASANA_OIDC_ISSUER="",
    ASANA_API_URL=ASANA,
    ASANA_APP_PERMISSIONS="",
    ASANA_OIDC_STRICT="",
    ASANA_REQUESTS_PER_MINUTE="100000",
    EMAIL_URL="console://",  # the tests' own outbox takes its place
    EMAIL_FROM="",
    EMAIL_TIMEOUT="",
    SIGN_IN_RATE="1000000/m",
    PASSWORD_RATE="1000000/m",
    ALLOWED_WORKSPACES="",
    SIGNUPS="",
    AUDIT_DAYS="",
    SECURITY_CONTACT="",
    LOG_FORMAT="",
    METRICS_TOKEN="",
    METRICS_ADDRESS="",
    TOKEN_KEYS=Fernet.generate_key().decode(),
    DJANGO_LIVE_TEST_SERVER_ADDRESS=f"localhost:{SITE_PORT}",
    DJANGO_ALLOW_ASYNC_UNSAFE="1",  # Playwright's loop runs beside the ORM in browser tests
)
for name in [name for name in os.environ if name.endswith("_FILE") and name != "ENV_FILE"]:
    os.environ.pop(name)
