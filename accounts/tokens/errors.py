"""
TokenError
├── NeedsReconnecting   the grant or our key is gone: the person must connect again
└── TryLater            no answer, a refusal for now, or somebody else is at it
"""


class TokenError(Exception):
    pass


class NeedsReconnecting(TokenError):
    pass


class TryLater(TokenError):
    def __init__(
        self, message: str = "Asana isn't answering", *, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
