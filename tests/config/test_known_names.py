import pytest

from tests.config.test_settings import read, refusal


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("TOKEN_KEY", "TOKEN_KEYS"),
        ("REDIS_URI", "REDIS_URL"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("SIGNUP", "SIGNUPS"),
        ("site_url", "SITE_URL"),
        ("ASANA_CLIENTID", "ASANA_CLIENT_ID"),
        ("ASANA_CLIENT_SECRETS_FILE", "ASANA_CLIENT_SECRET"),
        ("ONELIST_SIGNUPS", "SIGNUPS"),
    ],
)
def test_a_name_that_is_nearly_one_of_ours_stops_the_start(name, meant):
    assert refusal(**{name: "1"}) == f"{name} is no setting of Onelist: is {meant} meant?"


def test_so_does_one_in_the_file_of_settings(tmp_path):
    file = tmp_path / "settings"
    file.write_text("TRUSTED_PROXY=1\n")
    assert "TRUSTED_PROXY is no setting" in refusal(ENV_FILE=str(file))


@pytest.mark.parametrize(
    "name",
    [
        *("HOST", "PORT", "HOSTNAME", "LANG", "DEBUGINFOD_URLS", "REDIS_PORT"),
        *("HTTPS_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "CURL_CA_BUNDLE"),
        *("TEST_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ASANA_PAT", "SIGNUPS_FILE"),
    ],
)
def test_names_of_others_are_none_of_our_business(name, tmp_path):
    (tmp_path / "value").write_text("open")
    assert read(**{name: str(tmp_path / "value")}).SIGNUPS == "open"
