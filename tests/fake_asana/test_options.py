import pytest

from fake_asana.faults import Fault
from fake_asana.options import read_options
from tests.stand_in import ADA

APP = {"ASANA_CLIENT_ID": "id", "ASANA_CLIENT_SECRET": "secret", "SITE_URL": "http://site.test/"}


def test_the_app_comes_from_the_environment():
    options = read_options([], APP)
    assert (options.client_id, options.client_secret) == ("id", "secret")
    assert options.redirect_uris == ("http://site.test/complete/asana/",)
    assert (options.host, options.token_lifetime, options.faults) == ("127.0.0.1", 3600, ())


def test_flags_come_first():
    flags = [
        "--client-id=another",
        "--redirect-uri=http://a.test/",
        "--redirect-uri=http://b.test/",
    ]
    options = read_options(flags, APP)
    assert options.client_id == "another"
    assert options.redirect_uris == ("http://a.test/", "http://b.test/")


@pytest.mark.parametrize("name", APP)
def test_it_names_what_is_missing(name, capsys):
    with pytest.raises(SystemExit, match="2"):
        read_options([], {key: value for key, value in APP.items() if key != name})
    [sentence] = capsys.readouterr().err.splitlines()
    assert name in sentence
    assert not any(other in sentence for other in set(APP) - {name})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("drop", Fault("drop")),
        ("latency=250", Fault("latency", value=250)),
        (f"drop=half@{ADA}", Fault("drop", ADA, "half")),
        ("hide_workspace=1200000000000202", Fault("hide_workspace", value="1200000000000202")),
        ("forbid_task=1300101000000007", Fault("forbid_task", value="1300101000000007")),
        ("rate_limit=5", Fault("rate_limit", value=5)),
    ],
)
def test_faults_are_written_name_value_person(text, fault):
    assert read_options(["--fault", text], APP).faults == (fault,)


@pytest.mark.parametrize(
    "flag",
    [
        "--fault=earthquake",
        "--fault=latency=slow",
        "--fault=hide_workspace",
        "--fault=drop@7",
        "--port=70000",
        "--token-lifetime=0",
        "--latency-ms=-1",
        "--issuer=asana",
        "--permissions=none",
    ],
)
def test_it_refuses_what_makes_no_sense(flag, capsys):
    with pytest.raises(SystemExit, match="2"):
        read_options([flag], APP)
    assert flag.partition("=")[0] in capsys.readouterr().err
