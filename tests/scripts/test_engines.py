"""What is said where a browser of `make test-browsers` is missing: never is one skipped."""

import pytest

from scripts import browser, engines


def test_a_machine_without_them_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("FIREFOX", raising=False)
    monkeypatch.setattr(browser, "main", lambda: None)
    monkeypatch.setattr(engines, "MINI_BROWSERS", "nowhere")
    with pytest.raises(SystemExit) as ended:
        engines.main()
    assert "apt install firefox-esr webkit2gtk-driver xvfb" in str(ended.value)


def test_a_firefox_that_is_named_and_not_there_is_missing(monkeypatch):
    monkeypatch.setenv("FIREFOX", "/no/such/firefox")
    assert "Firefox" in engines.missing()


def test_a_firefox_can_be_named(monkeypatch, tmp_path):
    firefox = tmp_path / "firefox"
    firefox.touch(0o700)
    monkeypatch.setenv("FIREFOX", str(firefox))
    assert engines.find_firefox() == str(firefox)
