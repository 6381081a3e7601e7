from tests.stand_in import ADA, BEN, CLEO, DORA, EMIL, FAY, OTHER_SAM, ROBIN, SAM, Form


def test_it_lists_everybody_and_chooses_the_first(app):
    page = app.open().text
    form = Form(page)
    assert form.choices["person"] == [ADA, BEN, CLEO, DORA, EMIL, SAM, OTHER_SAM, ROBIN, FAY]
    assert form.choices["answer"] == ["allow", "deny"]
    assert page.count(" checked") == 1
    assert "Ten thousand open tasks" in page


def test_it_says_that_it_is_not_asana(app):
    assert "This is not Asana; it is a stand-in" in app.open().text


def test_it_says_in_words_what_is_asked_for(app):
    page = app.open(scope="openid tasks:read").text
    assert "see your tasks" in page
    assert "change your tasks" not in page


def test_it_carries_every_parameter(app):
    assert Form(app.open().text).hidden == app.asking()


def test_it_escapes_what_it_was_given(app):
    attack = '"><script>alert(1)</script>'
    response = app.open(state=attack, nonce="<b>", login_hint="'\"<img src=x>")
    assert "<script" not in response.text
    assert "<img" not in response.text
    assert Form(response.text).hidden["state"] == attack


def test_it_needs_neither_scripts_nor_cookies(app):
    response = app.open()
    assert "Set-Cookie" not in response.headers
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "no-store" in response.headers["Cache-Control"]
