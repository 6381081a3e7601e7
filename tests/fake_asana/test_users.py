from tests.fake_asana.app import message
from tests.fake_asana.places import BAKERY, LIGHTHOUSE, MUSEUM, PERSONAL
from tests.stand_in import ADA, BEN, CLEO, OTHER_SAM, SAM


def test_me_is_the_one_whose_token_it_is(app):
    user = app.api(ADA).data("/users/me")
    assert (user["gid"], user["name"], user["email"]) == (ADA, "Ada Okafor", "ada@example.com")
    assert user["resource_type"] == "user"
    assert [each["gid"] for each in user["workspaces"]] == [LIGHTHOUSE, MUSEUM, PERSONAL]
    assert set(user["workspaces"][0]) == {"gid", "resource_type", "name"}
    assert set(user["photo"]) > {"image_21x21", "image_1024x1024"}


def test_a_user_may_be_named_by_gid_or_email(app):
    sam = app.api(OTHER_SAM)
    assert sam.data(f"/users/{OTHER_SAM}")["gid"] == OTHER_SAM
    assert sam.data("/users/sam@example.com")["gid"] == OTHER_SAM
    assert app.api(ADA).data("/users/sam@example.com")["gid"] == SAM


def test_strangers_are_not_shown(app):
    api = app.api(ADA)
    stranger, nobody = api.get(f"/users/{BEN}"), api.get("/users/7")
    assert (stranger.status_code, message(stranger)) == (403, "user: Forbidden")
    assert (nobody.status_code, message(nobody)) == (404, "user: Unknown object: 7")


def test_it_tells_only_shared_workspaces_of_others(app):
    workspaces = app.api(ADA).data(f"/users/{SAM}")["workspaces"]
    assert [each["gid"] for each in workspaces] == [PERSONAL]
    own = app.api(SAM).data("/users/me")["workspaces"]
    assert [each["gid"] for each in own] == [BAKERY, PERSONAL]


def test_it_lists_those_one_shares_a_workspace_with(app):
    api = app.api(ADA)
    assert [each["gid"] for each in api.data("/users")] == [ADA, SAM]
    assert [each["gid"] for each in api.data("/users", workspace=LIGHTHOUSE)] == [ADA]
    assert [each["gid"] for each in api.data(f"/workspaces/{PERSONAL}/users")] == [ADA, SAM]


def test_pictures_are_there_missing_or_lost(app):
    photos = [app.api(person).data("/users/me")["photo"] for person in (ADA, BEN, CLEO)]
    there = app.http.get(photos[0]["image_128x128"])
    assert there.headers["Content-Type"] == "image/png"
    assert there.content.startswith(b"\x89PNG")
    assert photos[1] is None
    assert app.http.get(photos[2]["image_128x128"]).status_code == 404
