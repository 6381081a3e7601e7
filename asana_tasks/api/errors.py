"""Errors of requests to Asana's REST API.

AsanaError
├── Unavailable     no response, a 5xx, or not what was asked for: keep our copy, try later
│   └── Rejected    any other 4xx: Asana understood the request and refused it
├── RateLimited     429: ask again after `retry_after` seconds
├── NotAuthorized   401: this token is not accepted (any more)
└── Forbidden       402, 403, 451: this object is not accessible
    └── NotFound    404: there is no such object, or we may not see it

developers.asana.com/docs/errors
"""

from typing import Any

from asana_tasks.error_codes import ErrorCode, Reason


class AsanaError(Exception):
    """An error with a `reason`: a code with arguments, never a sentence."""

    def __init__(self, code: ErrorCode, **args: Any) -> None:
        super().__init__(code.value, args)
        self.reason = Reason(code, args)


class Unavailable(AsanaError):
    pass


class Rejected(Unavailable):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(ErrorCode.REJECTED, status=status, message=message)


class RateLimited(AsanaError):
    def __init__(self, retry_after: int) -> None:
        super().__init__(ErrorCode.RATE_LIMITED, seconds=retry_after)
        self.retry_after = retry_after


class NotAuthorized(AsanaError):
    def __init__(self) -> None:
        super().__init__(ErrorCode.NOT_AUTHORIZED)


class Forbidden(AsanaError):
    def __init__(self) -> None:
        super().__init__(ErrorCode.FORBIDDEN)


class NotFound(Forbidden):
    pass
