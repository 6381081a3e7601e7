"""Codes for why something could not be read from Asana, as kept in rows and in progress.

A code has arguments and no sentence: `sync/messages.py` words it when it is shown.
"""

from typing import Any, NamedTuple

from django.db import models


class ErrorCode(models.TextChoices):
    # No usable response
    NO_RESPONSE = "no_response"
    HTTP_ERROR = "http_error"  # status
    NOT_JSON = "not_json"
    ERRORS_IN_RESPONSE = "errors_in_response"
    INCOMPLETE_LIST = "incomplete_list"
    ANOTHER_TASK = "another_task"
    BAD_OFFSET = "bad_offset"
    FOREIGN_PAGE = "foreign_page"
    ENDLESS_PAGES = "endless_pages"
    UNREADABLE_TASKS = "unreadable_tasks"
    # Asana refuses
    REJECTED = "rejected"  # status, message
    RATE_LIMITED = "rate_limited"  # seconds
    NOT_AUTHORIZED = "not_authorized"
    FORBIDDEN = "forbidden"
    NOT_LISTED = "not_listed"  # a workspace
    # Our own side
    NO_TOKEN = "no_token"  # noqa: S105  problem, problem_args: of accounts.codes.Problem
    JUST_RECONNECTED = "just_reconnected"
    ALREADY_SYNCING = "already_syncing"
    TAKEN_OVER = "taken_over"
    DISCONNECTED = "disconnected"
    LEGACY = "legacy"  # text, as versions before 0.9.0 kept it


class Reason(NamedTuple):
    """A code with its arguments."""

    code: ErrorCode
    args: dict[str, Any] = {}
