"""The one registered app, with the methods that Authlib calls."""

from hmac import compare_digest

from fake_asana.options import Options

IDENTITY = ("openid", "email", "profile")
# The scopes of an app are registered in Asana's developer console; it may request no others.
REGISTERED = {
    "scoped": (
        *(*IDENTITY, "users:read", "workspaces:read", "tasks:read", "tasks:write"),
        "custom_fields:read",
        *("stories:read", "attachments:read"),
    ),
    "full": (*IDENTITY, "default"),
}


class Client:
    def __init__(self, options: Options) -> None:
        self.client_id = options.client_id
        self.redirect_uris = options.redirect_uris
        self.permissions = options.permissions
        self._secret = options.client_secret

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None  # Asana wants redirect_uri in every request

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or "default"

    def forbidden(self, scope: str | None) -> list[str]:
        """Return the requested scopes that are not registered; no scope means `default`."""
        registered = REGISTERED[self.permissions]
        return [each for each in (scope or "default").split() if each not in registered]

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return compare_digest(self._secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {"authorization_code", "refresh_token"}
