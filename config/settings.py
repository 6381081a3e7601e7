"""The site's settings, read from the environment. README.md explains each variable."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import VERSION, addresses, environment, logs, mail, services
from config.environment import BASE_DIR
from config.known_names import refuse_unknown_names

DEBUG = environment.flag("DEBUG")

# Without these nothing starts. Those that are missing are named all at once.
SECRET_KEY = environment.secret_key("SECRET_KEY")
TOKEN_KEYS = environment.token_keys("TOKEN_KEYS")
SITE_URL = environment.site_address("SITE_URL")
ASANA_CLIENT_ID = environment.required(
    "ASANA_CLIENT_ID", "register an app in Asana's developer console (see README.md)"
)
ASANA_CLIENT_SECRET = environment.required(
    "ASANA_CLIENT_SECRET", "it stands beside the client ID in Asana's developer console"
)
environment.refuse_if_missing()

# The site's address. Links and the redirect URI are built from SITE_URL, never from a Host header.
SITE_HOST = str(urlsplit(SITE_URL).hostname)
SECURE = SITE_URL.startswith("https:")
IS_LOCAL = SITE_HOST in addresses.LOOPBACK_HOSTS
OTHER_HOSTS = [  # pages opened there lead to SITE_URL
    *(["localhost", "127.0.0.1", "[::1]"] if IS_LOCAL else []),
    *environment.hosts("ALLOWED_HOSTS"),
]
ALLOWED_HOSTS = [f"[{SITE_HOST}]" if ":" in SITE_HOST else SITE_HOST, *OTHER_HOSTS]
CSRF_TRUSTED_ORIGINS = environment.origins("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = environment.whole_number("TRUSTED_PROXIES", 0, most=20)
WEB_CONCURRENCY = max(1, environment.whole_number("WEB_CONCURRENCY", 1, most=100))  # processes

# Asana
ASANA_API_URL = environment.web_address("ASANA_API_URL", "https://app.asana.com/api/1.0")
ASANA_OIDC_ENDPOINT = environment.web_address(
    "ASANA_OIDC_ENDPOINT", "https://app.asana.com/api/1.0"
)
ASANA_OIDC_ISSUER = environment.web_address("ASANA_OIDC_ISSUER", ASANA_OIDC_ENDPOINT)
HTTPS_PROXY_URL = services.proxy("HTTPS_PROXY_URL")
CA_BUNDLE = services.certificates("CA_BUNDLE")
ASANA_OIDC_STRICT = environment.flag("ASANA_OIDC_STRICT")
ASANA_APP_PERMISSIONS = environment.choice("ASANA_APP_PERMISSIONS", "scoped", "full")
ASANA_REQUESTS_PER_MINUTE = environment.whole_number(
    "ASANA_REQUESTS_PER_MINUTE", 150, least=3, most=100_000
)
SIGN_IN_RATE = environment.rate("SIGN_IN_RATE", "30/m")
PASSWORD_RATE = environment.rate("PASSWORD_RATE", "10/m")
ADMIN_PASSWORDS = environment.choice("ADMIN_PASSWORDS", "on", "off") == "on"
ALLOWED_WORKSPACES = environment.gids("ALLOWED_WORKSPACES")
SIGNUPS = environment.choice("SIGNUPS", "open", "closed")
AUDIT_DAYS = environment.whole_number("AUDIT_DAYS", 365, most=36_500)

SECURITY_CONTACT = mail.contact("SECURITY_CONTACT")

INSTALLED_APPS = [
    "social_django",  # this and qsessions before accounts, which unregisters their admin
    "qsessions",
    "accounts",
    "asana_tasks",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "accounts.probes.answer_probes",  # before all that asks which host is meant
    "accounts.request_log.log_requests",  # around all others: it names, times and counts
    "config.headers.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.security_txt.security_txt",
    "config.one_address.lead_to_site_url",
    "config.compression.CompressPages",
    "accounts.bulkhead.limit_waiting",
    "accounts.session_store.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.sliding_session",
    "accounts.middleware.use_time_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.private_pages",
    "accounts.middleware.sign_in_for_htmx",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInFailureMiddleware",
    "config.wrong_method.page_for_wrong_method",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "config.template_loaders.WithoutIndents",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.version",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja2"],
        "OPTIONS": {"environment": "config.jinja2.environment"},
    },
]

# Data. What is made there is for the site's own system user alone.
ENV_FILE = environment.ENV_FILE
VAR = Path(environment.text("VAR_DIR") or BASE_DIR / "var").absolute()
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
DATABASE_CONNECTIONS = environment.whole_number("DATABASE_CONNECTIONS", 20, least=4, most=1000)
DATABASES = {
    "default": services.database("DATABASE_URL", VAR / "onelist.sqlite3", DATABASE_CONNECTIONS)
}
REDIS_URL = services.redis("REDIS_URL")
CELERY_BROKER_URL = services.broker("CELERY_BROKER_URL", REDIS_URL)  # config/celery.py
CELERY_QUEUES = ["onelist.interactive", "onelist.background"]  # people who look, and all others
REDIS_TIMEOUTS = services.REDIS_TIMEOUTS
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": REDIS_TIMEOUTS,
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "config.formats"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Metrics (docs/running.md, Watch it)
METRICS_TOKEN = environment.token("METRICS_TOKEN")
METRICS_ADDRESS = environment.listening_address("METRICS_ADDRESS")
METRICS_DIR = VAR / "metrics" / VERSION  # another version may count in another way
if METRICS_ADDRESS and not METRICS_TOKEN:
    raise ImproperlyConfigured("METRICS_ADDRESS is set, and METRICS_TOKEN is not: set both")

# Mail
MAIL_SERVER = mail.mail_server("EMAIL_URL")
SENDS_MAIL = bool(MAIL_SERVER)
EMAIL_BACKEND = MAIL_SERVER.get("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_HOST = MAIL_SERVER.get("EMAIL_HOST", "")
EMAIL_PORT = MAIL_SERVER.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = MAIL_SERVER.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = MAIL_SERVER.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = MAIL_SERVER.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL_SERVER.get("EMAIL_USE_SSL", False)
# A page may wait for it.
EMAIL_TIMEOUT = max(1, environment.whole_number("EMAIL_TIMEOUT", 5, most=60))
_SENDER = f"onelist@{'localhost' if ':' in SITE_HOST else SITE_HOST}"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = mail.mail_address("EMAIL_FROM", _SENDER)

# Static files
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Sign-in and sessions
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.AsanaOpenIdConnect",
    "django.contrib.auth.backends.ModelBackend"  # the admin's password form
    if ADMIN_PASSWORDS
    else "accounts.passwords.PermissionsOnly",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "asana_tasks:start"
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())

# social-auth
SOCIAL_AUTH_ASANA_KEY = ASANA_CLIENT_ID
SOCIAL_AUTH_ASANA_SECRET = ASANA_CLIENT_SECRET
SOCIAL_AUTH_RAISE_EXCEPTIONS = False  # show the page of a failed sign-in with DEBUG too
SOCIAL_AUTH_INACTIVE_USER_URL = "accounts:inactive"
SOCIAL_AUTH_PIPELINE = [
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_uid",
    "accounts.sign_in.pipeline.find_account",
    "accounts.sign_in.signups.check_signups",
    "asana_tasks.membership.check_membership",
    "accounts.sign_in.pipeline.store_account",
]

# Headers and cookies
if addresses.origin(SITE_URL) == addresses.origin(ASANA_OIDC_ENDPOINT):
    raise ImproperlyConfigured("SITE_URL and ASANA_OIDC_ENDPOINT are the same site")
ASANA_PICTURE_SOURCES = [
    addresses.origin(ASANA_OIDC_ENDPOINT),
    "https://*.asana.com",
    "https://asanausercontent.com",
    "https://*.asanausercontent.com",
    "https://s3.amazonaws.com/profile_photos/",
]
CSP_REPORTS_PATH = "/csp-reports/"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "img-src": [SELF, *ASANA_PICTURE_SOURCES],
        # The response to the sign-in form redirects to Asana, and form-action applies to that.
        "form-action": [SELF, addresses.origin(ASANA_OIDC_ENDPOINT)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "report-uri": [CSP_REPORTS_PATH],  # for browsers that don't know report-to
        "report-to": ["csp"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "__Host-onelist" if SECURE else "onelist"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # Asana's redirect must find the session
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "accounts.views.stale_form.stale_form"
SECURE_SSL_REDIRECT = SECURE
SECURE_SSL_HOST = urlsplit(SITE_URL).netloc  # whatever allowed name was opened
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Error reports and logs, without secrets
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.errors.NoSecrets"
LOG_FORMAT = environment.choice("LOG_FORMAT", "text", "json")
LOGGING_CONFIG = "config.logs.configure"
LOGGING = logs.configuration(LOG_FORMAT)
SILENCED_SYSTEM_CHECKS = [
    # HSTS for sub-domains and preloading would bind other sites of the same domain.
    "security.W005",
    "security.W021",
]

refuse_unknown_names([*os.environ, *environment.names_in_file])
