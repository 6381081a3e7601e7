"""
TokenError
├── NeedsReconnecting   the grant or our key is gone: the person must connect again
└── TryLater            no answer, a refusal for now, or somebody else is at it
"""

from collections.abc import Mapping
from typing import Any

from accounts import messages
from accounts.codes import Problem


class TokenError(Exception):
    """Why, as a code with its arguments; its `str` is the sentence for it."""

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
        self, code: Problem = Problem.NO_ANSWER, *, retry_after: int | None = None
    ) -> None:
        super().__init__(code)
        self.retry_after = retry_after
