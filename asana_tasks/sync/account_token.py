"""An account's access token while Asana is asked with it."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from accounts import tokens
from accounts.models import AsanaAccount
from asana_tasks.api.errors import NotAuthorized, RateLimited
from asana_tasks.models import SyncState

P = ParamSpec("P")
Result = TypeVar("Result")


class AccountToken:
    """A valid token of an account, refreshed once where Asana does not accept it.

    Raises RateLimited while Asana's `Retry-After` has not passed (asking earlier counts against
    us), and tokens.TokenError wherever there is no token to be had.
    """

    def __init__(self, account: AsanaAccount) -> None:
        if seconds := SyncState.objects.of(account).pause_left:
            raise RateLimited(seconds)
        self._account = account
        self._refreshed = False
        self.token = tokens.access_token_for(account)

    def refresh(self, rejected: str) -> bool:
        """Refresh the token if it is the rejected one; return whether `token` is another now.

        Done once: a fresh token that is rejected is rejected for reasons of its own.
        """
        if rejected == self.token and not self._refreshed:
            self._refreshed = True
            self.token = tokens.access_token_for(self._account, rejected=rejected)
        return self.token != rejected

    def call(
        self,
        function: Callable[Concatenate[str, P], Result],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Result:
        """Call a function of the API client with the token, and again after a 401.

        Raises AsanaError, tokens.TokenError.
        """
        token = self.token
        try:
            return function(token, *args, **kwargs)
        except NotAuthorized:
            if not self.refresh(token):
                raise
            return function(self.token, *args, **kwargs)
