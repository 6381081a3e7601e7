"""A short client of Asana's OAuth and REST API, for the tests of the stand-in."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from tests.stand_in import CALLBACK

SCOPE = "openid email profile users:read workspaces:read tasks:read tasks:write"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().strip("=")


class App:
    def __init__(self, asana):
        self.asana = asana
        self.http = requests.Session()
        self.http.trust_env = False

    def asking(self, **changed):
        """Return the parameters of an authorization request; None leaves one out."""
        asked = {
            "client_id": self.asana.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "state": "a-state",
            "nonce": "a-nonce",
            "scope": SCOPE,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changed,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def authorize_url(self, **changed):
        return f"{self.asana.url}/-/oauth_authorize?{urlencode(self.asking(**changed))}"

    def open(self, **changed):
        return self.http.get(self.authorize_url(**changed), allow_redirects=False)

    def code(self, person, **changed):
        return query(self.asana.allow(self.authorize_url(**changed), person))["code"]

    def post(self, path, **form):
        return self.http.post(f"{self.asana.url}/-/{path}", data=form)

    def secrets(self):
        return {"client_id": self.asana.client_id, "client_secret": self.asana.client_secret}

    def exchange(self, code, **changed):
        form = {
            "grant_type": "authorization_code",
            "redirect_uri": CALLBACK,
            "code": code,
            "code_verifier": VERIFIER,
            **self.secrets(),
            **changed,
        }
        return self.post("oauth_token", **form)

    def sign_in(self, person, **changed):
        response = self.exchange(self.code(person, **changed))
        assert response.status_code == 200, response.text
        return response.json()

    def refresh(self, refresh_token, **changed):
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **self.secrets()}
        return self.post("oauth_token", **{**form, **changed})

    def revoke(self, token, **changed):
        return self.post("oauth_revoke", **{**self.secrets(), "token": token, **changed})

    def api(self, person, **changed):
        return Api(self, self.sign_in(person, **changed)["access_token"])


class Api:
    """The REST API with one user's bearer token."""

    def __init__(self, app, access_token):
        self.app = app
        self.headers = {"Authorization": f"Bearer {access_token}"}

    def get(self, path, **params):
        return self._send("GET", path, params=params)

    def put(self, path, body, **params):
        return self._send("PUT", path, json=body, params=params)

    def data(self, path, **params):
        response = self.get(path, **params)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def tasks(self, workspace, **params):
        return self.data("/tasks", assignee="me", workspace=workspace, **params)

    def pages(self, path, **params):
        """Yield every page of a list, following `next_page.offset`."""
        while True:
            response = self.get(path, limit=100, **params).json()
            yield response["data"]
            if response["next_page"] is None:
                return
            params["offset"] = response["next_page"]["offset"]

    def _send(self, method, path, **about):
        url = self.app.asana.issuer + path
        return self.app.http.request(method, url, headers=self.headers, timeout=20, **about)


def query(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def message(response):
    """Check the shape of an API error; return its text."""
    [error] = response.json()["errors"]
    assert "https://developers.asana.com/docs/errors" in error["help"]
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    return error["message"]
