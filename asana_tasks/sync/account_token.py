"""An account's token while something is asked with it: renewed once, where Asana refuses it."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from django.views.decorators.debug import sensitive_variables

from accounts import tokens
from accounts.models import AsanaAccount
from asana_tasks.api import client

P = ParamSpec("P")
Result = TypeVar("Result")


class AccountToken:
    """Raises tokens.TokenError wherever there is no token to be had."""

    def __init__(self, account: AsanaAccount) -> None:
        self._account = account
        self._refreshed = False
        self.token = tokens.access_token_for(account)

    @sensitive_variables()
    def refresh(self, refused: str) -> bool:
        """Whether `token` is now another than the refused one. Once: a fresh token that is refused
        is refused for reasons of its own."""
        if refused == self.token and not self._refreshed:
            self._refreshed = True
            self.token = tokens.access_token_for(self._account, rejected=refused)
        return self.token != refused

    @sensitive_variables()
    def call(
        self,
        question: Callable[Concatenate[str, P], Result],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Result:
        """A question of the client's. Raises client.AsanaError."""
        token = self.token
        try:
            return question(token, *args, **kwargs)
        except client.NotAuthorized:
            if not self.refresh(token):
                raise
            return question(self.token, *args, **kwargs)
