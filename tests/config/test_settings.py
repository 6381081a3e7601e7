"""Each test reads the settings anew from an environment of its own; a start that is refused is
also seen from outside, once."""

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).parents[2]
KEY, OLD_KEY = "A" * 43 + "=", "B" * 42 + "A="
COMPLETE = {
    "ENV_FILE": "",
    "SECRET_KEY": "x" * 50,
    "TOKEN_KEYS": KEY,
    "SITE_URL": "https://tasks.example.com",
    "ASANA_CLIENT_ID": "1200",
    "ASANA_CLIENT_SECRET": "hush-hush-hush",
}


def documented() -> list[str]:
    """Return the names of all settings, as .env.example has them."""
    example = (ROOT / ".env.example").read_text()
    return re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)


def read(*, less: str = "", **environ: str) -> SimpleNamespace:
    """Read the settings with nothing else in the environment; return them over Django's defaults.

    Raises ImproperlyConfigured.
    """
    env = {"PATH": os.environ["PATH"], **COMPLETE, **environ}
    env.pop(less, None)
    config = import_module("config")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            patch.delenv(name)
        for name, text in env.items():
            patch.setenv(name, text)
        for name in ("settings", "environment"):
            patch.delattr(config, name)
            patch.delitem(sys.modules, f"config.{name}")
        settings = import_module("config.settings")
    return SimpleNamespace(**{**vars(global_settings), **vars(settings)})


def refusal(*, less: str = "", **environ: str) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        read(less=less, **environ)
    return str(caught.value)


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "TOKEN_KEYS", "SITE_URL", "ASANA_CLIENT_ID", "ASANA_CLIENT_SECRET"]
)
def test_a_missing_secret_stops_the_start_with_a_sentence(name):
    told = refusal(less=name)
    assert f"{name} is not set" in told
    assert "hush-hush-hush" not in told


def test_all_that_are_missing_are_named_at_once():
    told = refusal(SECRET_KEY="", SITE_URL=" ", ASANA_CLIENT_SECRET="")
    for name in ("SECRET_KEY", "SITE_URL", "ASANA_CLIENT_SECRET"):
        assert f"{name} is not set" in told
    assert "TOKEN_KEYS" not in told
    assert "\n" not in told


@pytest.mark.parametrize("name", ["SECRET_KEY", "ASANA_CLIENT_ID", "ASANA_CLIENT_SECRET"])
@pytest.mark.parametrize(
    "left", ["<your client ID>", "changeme", "change-me-please", "your-client-id", "...", "xxxxxx",
             "${CLIENT_ID}", "{{ client }}", "TODO", "client_secret"]
)  # fmt: skip
def test_a_placeholder_stops_the_start(name, left):
    assert refusal(**{name: left}) == f"{name} is still a placeholder: put the real value there"


@pytest.mark.process
def test_a_server_of_ones_own_is_stopped_by_the_same_sentence():
    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        env={"PATH": os.environ["PATH"], "ENV_FILE": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith("Onelist cannot start: SECRET_KEY is not set")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.process
def test_python_stops_there_and_tells_no_secret():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from django.conf import settings; settings.DEBUG"],
        env={
            "PATH": os.environ["PATH"],
            **COMPLETE,
            "ASANA_CLIENT_ID": "",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "ASANA_CLIENT_ID is not set" in done.stderr
    assert "ImproperlyConfigured" in done.stderr
    assert "hush-hush-hush" not in done.stderr


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("TOKEN_KEYS", "short"),
        ("TOKEN_KEYS", ","),
        ("TOKEN_KEYS", f"{KEY},short"),
        ("TOKEN_KEYS", f"{KEY};{OLD_KEY}"),  # base64 decoders stop at the padding
        ("TOKEN_KEYS", f"{KEY}{OLD_KEY}"),
        ("TOKEN_KEYS", f'"{KEY}"'),  # and pass over what they don't know
        ("TOKEN_KEYS", f"[{KEY}]"),
        ("TOKEN_KEYS", f"{KEY}x"),
        ("TOKEN_KEYS", "A" * 42 + "B="),  # the same key in other letters
        ("SITE_URL", "http://tasks.example.com"),
        ("SITE_URL", "https://user:pw@tasks.example.com"),
        ("SITE_URL", "tasks.example.com"),
        ("SITE_URL", "https://tasks.example.com:port"),
        ("SITE_URL", "javascript:alert(1)"),
        ("SITE_URL", "https://app.asana.com"),
        ("SITE_URL", "https://tasks.example.com/onelist"),
        ("SITE_URL", "https://tasks example.com"),
        ("SITE_URL", "https://täsks.example.com"),
        ("SITE_URL", "https://yourdomain.com"),
        ("SECRET_KEY", "too-short"),
        ("SECRET_KEY", "django-insecure-" + "x" * 50),
        ("ALLOWED_HOSTS", "https://tasks.example.com"),
        ("ALLOWED_HOSTS", "tasks.example.com:8000"),
        ("CSRF_TRUSTED_ORIGINS", "tasks.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "https://tasks.example.com/"),
        ("TRUSTED_PROXIES", "99999999999999999999"),
        ("AUDIT_DAYS", "99999999999"),
        ("EMAIL_TIMEOUT", "99999999999"),
        ("SIGN_IN_RATE", f"{'9' * 5000}/m"),
        ("ASANA_OIDC_ENDPOINT", "http://asana.example.com"),
        ("ASANA_API_URL", "http://asana.example.com"),
        ("ASANA_APP_PERMISSIONS", "some"),
        ("ASANA_OIDC_STRICT", "perhaps"),
        ("DEBUG", "2"),
        ("TRUSTED_PROXIES", "-1"),
        ("SIGN_IN_RATE", "0/m"),
        ("SIGN_IN_RATE", "30/fortnight"),
        ("SIGN_IN_RATE", "many"),
        ("ALLOWED_WORKSPACES", "my workspace"),
        ("ALLOWED_WORKSPACES", "1200, 1201, x"),
        ("ALLOWED_WORKSPACES", "-1"),
        ("ALLOWED_WORKSPACES", "²"),
        ("SIGNUPS", "sometimes"),
        ("ADMIN_PASSWORDS", "never"),
        ("AUDIT_DAYS", "a year"),
        ("AUDIT_DAYS", "-1"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", "with spaces " * 5),
        ("METRICS_TOKEN", "ä" * 40),
        ("METRICS_ADDRESS", "9464"),
        ("METRICS_ADDRESS", "10.0.0.7"),
        ("METRICS_ADDRESS", "10.0.0.7:0"),
        ("METRICS_ADDRESS", "10.0.0.7:65536"),
        ("METRICS_ADDRESS", "http://10.0.0.7:9464"),
        ("METRICS_ADDRESS", "::1:9464"),
    ],
)
def test_a_value_that_makes_no_sense_stops_the_start(name, wrong):
    assert name in refusal(**{name: wrong}).splitlines()[-1]


@pytest.mark.parametrize("between", [",", " , ", "\n", ",\n", " "])
def test_token_keys_stand_side_by_side_or_on_lines_of_their_own(between, tmp_path):
    file = tmp_path / "keys"
    file.write_text(f"{KEY}{between}{OLD_KEY}\n")
    expected = [KEY, OLD_KEY]
    assert expected == read(TOKEN_KEYS=f"{KEY}{between}{OLD_KEY}").TOKEN_KEYS
    assert expected == read(TOKEN_KEYS="", TOKEN_KEYS_FILE=str(file)).TOKEN_KEYS


@pytest.mark.process
def test_manage_py_says_it_in_one_line():
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={"PATH": os.environ["PATH"], "ENV_FILE": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Onelist cannot start: SECRET_KEY is not set")
    assert "Traceback" not in done.stderr


def test_every_name_can_be_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    file = {"ASANA_CLIENT_SECRET_FILE": str(secret)}
    assert read(**file).ASANA_CLIENT_SECRET == "from a file"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path, content):
    file = tmp_path / "secret"
    if content:
        file.write_bytes(content)
    assert "ASANA_CLIENT_SECRET_FILE must name" in refusal(ASANA_CLIENT_SECRET_FILE=str(file))


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"SITE_URL=https://a.example\nTRUSTED 1\n"])
def test_a_file_of_settings_that_cannot_be_read_stops_the_start(tmp_path, content):
    file = tmp_path / "settings"
    if content:
        file.write_bytes(content)
    assert str(file) in refusal(ENV_FILE=str(file))


def test_https_brings_secure_cookies_and_hsts():
    settings = read()
    assert settings.SESSION_COOKIE_SECURE is True
    assert settings.CSRF_COOKIE_SECURE is True
    assert settings.SECURE_SSL_REDIRECT is True
    assert settings.SECURE_SSL_HOST == "tasks.example.com"
    assert settings.SECURE_HSTS_SECONDS > 0
    assert settings.SESSION_COOKIE_NAME.startswith("__Host-")
    assert settings.CSRF_COOKIE_NAME.startswith("__Host-")


def test_debug_is_off_unless_asked_for():
    assert read().DEBUG is False
    assert read(DEBUG="on").DEBUG is True


@pytest.mark.parametrize("debug", ["off", "on"])
def test_a_failed_sign_in_is_never_an_exception(debug):
    """Without this setting, social-auth would raise exceptions under DEBUG."""
    assert read(DEBUG=debug).SOCIAL_AUTH_RAISE_EXCEPTIONS is False


def test_localhost_may_be_http():
    settings = read(SITE_URL="http://localhost:8000/")
    assert settings.SITE_URL == "http://localhost:8000"
    assert settings.SESSION_COOKIE_SECURE is False


def test_an_ipv6_address_is_a_host_in_brackets():
    settings = read(SITE_URL="http://[::1]:8000")
    assert settings.ALLOWED_HOSTS[0] == "[::1]"
    assert settings.DEFAULT_FROM_EMAIL == "onelist@localhost"


def test_only_the_sites_own_host_is_answered():
    assert read().ALLOWED_HOSTS == ["tasks.example.com"]


def test_forwarded_headers_are_believed_behind_a_proxy_only():
    assert read().SECURE_PROXY_SSL_HEADER is None
    assert "FORWARDED_PROTO" in read(TRUSTED_PROXIES="1").SECURE_PROXY_SSL_HEADER[0]


def test_the_policy_allows_no_inline_script_and_no_eval():
    policy = read().CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert "unsafe" not in str(policy)
    assert policy["script-src"] == ["'self'"]


@pytest.mark.parametrize("address", ["10.0.0.7:9464", "localhost:80", "[::1]:9464", "0.0.0.0:1"])
def test_metrics_have_an_address_of_their_own_only_with_a_token(address):
    assert "METRICS_TOKEN" in refusal(METRICS_ADDRESS=address)
    settings = read(METRICS_ADDRESS=address, METRICS_TOKEN="t" * 32)
    assert address == settings.METRICS_ADDRESS


def test_probes_are_answered_before_anything_looks_at_the_host():
    first, second, *_ = read().MIDDLEWARE
    assert first == "accounts.probes.answer_probes"
    assert second == "accounts.request_log.log_requests"


def test_sessions_are_kept_on_the_server():
    assert read().SESSION_ENGINE == "accounts.session_store"


def sources() -> list[Path]:
    """Return the Python files and templates of the site."""
    apps = [ROOT / name for name in ("config", "accounts", "asana_tasks", "templates")]
    return [path for app in apps for path in app.rglob("*.*") if path.suffix in {".py", ".html"}]


def test_a_person_is_never_found_by_email():
    for source in sources():
        assert "associate_by_email" not in source.read_text(), source


@pytest.mark.parametrize(
    "keeper", ["cache_page", "UpdateCacheMiddleware", "FetchFromCacheMiddleware", "{% cache"]
)
def test_no_page_is_kept_in_a_cache_of_ours(keeper):
    """A cached page would be sent to other users, together with its cookies."""
    for source in sources():
        assert keeper not in source.read_text(), source


def test_no_request_writes_back_a_session_that_it_did_not_change():
    assert read().SESSION_SAVE_EVERY_REQUEST is False


def test_without_a_mail_server_no_mail_is_sent():
    settings = read()
    assert settings.SENDS_MAIL is False
    assert "dummy" in settings.EMAIL_BACKEND
    assert settings.DEFAULT_FROM_EMAIL == "onelist@tasks.example.com"


def test_a_mail_server_is_read_from_its_address():
    server = "submission://onelist:p%40ss@mail.example.com"
    settings = read(EMAIL_URL=server, EMAIL_TIMEOUT="3")
    names = "HOST PORT HOST_USER HOST_PASSWORD USE_TLS USE_SSL TIMEOUT"
    said = [getattr(settings, f"EMAIL_{name}") for name in names.split()]
    assert said == ["mail.example.com", 587, "onelist", "p@ss", True, False, 3]
    assert "smtp" in settings.EMAIL_BACKEND
    assert settings.SENDS_MAIL is True


@pytest.mark.filterwarnings("ignore:`smtps` scheme")
@pytest.mark.parametrize(
    "wrong",
    [
        "nonsense",
        "https://mail.example.com",
        "submission://",
        "smtp://mail.example.com:port",
        "smtp://onelist:top-secret@mail.example.com",  # credentials without TLS
        "smtps://onelist:top-secret@mail.example.com",
        "dummy://",
        "memory://",
    ],
)
def test_a_mail_server_that_makes_no_sense_is_refused_without_its_password(wrong):
    told = refusal(EMAIL_URL=wrong)
    assert told.startswith("EMAIL_URL ")
    assert "top-secret" not in told


@pytest.mark.parametrize(
    "wrong", ["onelist", "a@b@c", "Onelist <>", "a@example.com, b@example.com"]
)
def test_mail_is_from_an_address(wrong):
    assert "EMAIL_FROM must be an e-mail address" in refusal(EMAIL_FROM=wrong)
    whole = "Onelist <onelist@example.com>"
    assert whole == read(EMAIL_FROM=whole).DEFAULT_FROM_EMAIL


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        ("security@example.com", "mailto:security@example.com"),
        ("mailto:security@example.com", "mailto:security@example.com"),
        ("mailto:a%2Bb@example.com", "mailto:a+b@example.com"),
        ("what?#%@example.com", "mailto:what%3F%23%25@example.com"),
        ("https://example.com/security/", "https://example.com/security/"),
        (" ", ""),
    ],
)
def test_a_security_contact_is_an_address_to_write_to(given, contact):
    assert contact == read(SECURITY_CONTACT=given).SECURITY_CONTACT


@pytest.mark.parametrize(
    "wrong",
    [
        "me",
        "http://example.com",
        "https://",
        "https://example.com\nContact: x",
        "https://me:pw@example.com",
        "mailto:a@example.com, b@example.com",
        "mailto:a@example.com?subject=x",
        "mailto:a@example.com%0AContact: x",
        "javascript:alert(1)",
    ],
)
def test_a_security_contact_that_makes_no_sense_stops_the_start(wrong):
    assert "SECURITY_CONTACT must be an e-mail address" in refusal(SECURITY_CONTACT=wrong)


NONSENSE = [
    *("x", "-1", "0", "9" * 400, "1e9", "²", "٣", "://", "http://", "https://[", "https://a:b:c/"),
    *("a,b", ",", ";", "'", '"', "%zz", "%00", "ä", "\u202e", "a b", "a\tb", "a\nb"),
    *("https://a.example:99999", "redis://a:99999", "postgres://a:99999/b", "sqlite://", "[::1]"),
    *("postgres://a/b?options", "postgres://a%zz/b", "submission://a:99999", "smtp://[", "/", ".."),
    *("30/m/m", "/m", "1/", "*", ".", "..", "mailto:", "a@b", "<a@b.example>", "http://[::1"),
]


@pytest.mark.filterwarnings("ignore:`smtps` scheme")
@pytest.mark.parametrize("name", documented())
def test_no_nonsense_is_a_traceback(name):
    """It is read or refused with one line that names it."""
    for text in NONSENSE:
        told = refusal_or_nothing(name, text)
        assert told is None or name in told, text
        assert "\n" not in (told or ""), text


def refusal_or_nothing(name: str, text: str) -> str | None:
    try:
        read(**{name: text})
    except ImproperlyConfigured as error:
        return str(error)
    return None
