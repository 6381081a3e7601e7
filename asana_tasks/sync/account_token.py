"""An account's access token for requests to Asana, refreshed after a 401."""

from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

from django.db import DatabaseError

from accounts import tokens
from accounts.database import brief_wait
from accounts.models import AsanaAccount
from asana_tasks.api.errors import NotAuthorized, RateLimited
from asana_tasks.models import SyncState

P = ParamSpec("P")
Result = TypeVar("Result")


class AccountToken:
    """A valid token of an account, refreshed once if Asana does not accept it.

    Raises RateLimited until Asana's `Retry-After` has passed (earlier requests count against the
    limit), and tokens.TokenError if there is no token.
    """

    def __init__(self, account: AsanaAccount) -> None:
        if seconds := SyncState.objects.of(account).pause_left:
            raise RateLimited(seconds)
        self._account = account
        self._refreshed = False
        self.token = tokens.access_token_for(account)

    def refresh(self, rejected: str) -> bool:
        """Refresh the token if it is the rejected one; return whether `token` differs from that.

        Refreshes once only: if Asana rejects a fresh token, another refresh does not help.
        Raises tokens.TokenError.
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
        """Call a function of the API client with the token; after a 401 refresh and call again.

        A 429 pauses the account for everybody. Raises AsanaError, tokens.TokenError.
        """
        token = self.token
        try:
            try:
                return function(token, *args, **kwargs)
            except NotAuthorized:
                if not self.refresh(token):
                    raise
                return function(self.token, *args, **kwargs)
        except RateLimited as error:
            self._pause(error.retry_after)
            raise

    def _pause(self, seconds: int) -> None:
        """Keep the pause, if the database can be written: pages only read otherwise."""
        with suppress(DatabaseError), brief_wait():
            SyncState.objects.pause(self._account, seconds)
