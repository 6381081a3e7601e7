GZIP = {"accept-encoding": "gzip"}


def test_a_page_is_compressed(client, db):
    assert client.get("/login/", headers=GZIP)["Content-Encoding"] == "gzip"


def test_what_another_site_asks_for_is_not(client, db):
    response = client.get("/login/", headers={**GZIP, "sec-fetch-site": "cross-site"})
    assert "Content-Encoding" not in response


def test_what_is_made_while_it_is_sent_is_not_held_back(owner):
    response = owner.post("/accounts/me/data/", headers=GZIP)
    assert response.streaming
    assert "Content-Encoding" not in response
