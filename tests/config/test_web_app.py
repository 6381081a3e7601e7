"""The manifest and the icons of the installed app, for everybody and without a session."""

import struct

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.people import Person

PATH = "/manifest.webmanifest"


def test_the_manifest_is_what_browsers_want_to_install_an_app(nobody: Client):
    response = nobody.get(PATH)
    assert response["Content-Type"] == "application/manifest+json"
    assert response["Cache-Control"] == "public, max-age=86400"
    manifest = response.json()
    assert (manifest["start_url"], manifest["id"]) == ("/tasks/start/", "/tasks/")
    assert manifest["scope"] == "/"
    assert manifest["display"] == "standalone"
    assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}


def test_each_icon_is_there_and_has_its_size(nobody: Client):
    for icon in nobody.get(PATH).json()["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        assert path, icon
        if icon["type"] == "image/png":
            with open(path, "rb") as file:
                width, height = struct.unpack(">II", file.read(24)[16:])
            assert icon["sizes"] == f"{width}x{height}"


def test_it_is_the_same_for_somebody_signed_in(owner: Person, nobody: Client):
    assert owner.get(PATH).content == nobody.get(PATH).content


def test_the_favicon_is_found_at_its_old_place(nobody: Client):
    assert nobody.get("/favicon.ico")["Location"] == "/static/onelist/favicon.ico"
    assert finders.find("onelist/favicon.ico")


@pytest.mark.parametrize("path", ["/", "/tasks/", "/accounts/"])
def test_pages_name_them(owner: Person, nobody: Client, path: str):
    html = (nobody if path == "/" else owner).get(path).content.decode()
    for part in ('rel="manifest"', 'rel="apple-touch-icon"', 'name="theme-color"'):
        assert part in html
    assert 'name="description"' in html


def test_the_page_of_sign_in_has_a_picture_for_those_who_share_it(nobody: Client, settings):
    html = nobody.get("/").content.decode()
    assert f'property="og:url" content="{settings.SITE_URL}/"' in html
    assert f'property="og:image" content="{settings.SITE_URL}/static/' in html
