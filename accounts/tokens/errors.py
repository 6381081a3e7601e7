"""Errors that tell why there is no valid token.

TokenError
├── NeedsReconnecting   the grant, our key or the account is gone: the user has to connect again
└── TryLater            Asana doesn't answer or refuses for now, or another process is refreshing
"""

from collections.abc import Mapping
from typing import Any

from accounts import messages
from accounts.codes import Problem


class TokenError(Exception):
    """The reason why there is no valid token: a code with arguments. `str` returns its sentence."""

    def __init__(self, code: str, code_args: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.code_args = dict(code_args or {})

    def __str__(self) -> str:
        return messages.word(self.code, self.code_args)


class NeedsReconnecting(TokenError):
    pass


class TryLater(TokenError):
    def __init__(
        self, code: Problem = Problem.NO_RESPONSE, *, retry_after: int | None = None
    ) -> None:
        super().__init__(code)
        self.retry_after = retry_after
