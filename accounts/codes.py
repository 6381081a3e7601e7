"""Codes for what went wrong and what happened: stored, raised and compared, never shown.

`accounts.messages` words them. The comment beside a code names the arguments kept with it.
"""

from typing import Final

from django.db.models import TextChoices

OWN_ERROR: Final = "own_error"  # a provider's error that is not one of OAuth's names


class Problem(TextChoices):
    """Reasons why a request to Asana failed, or an account has no token or needs reconnecting."""

    # Sending a request: see `accounts.http.problem_of`
    NO_RESPONSE = "no_response"
    TIMEOUT = "timeout"
    TLS_ERROR = "tls_error"
    REDIRECTED = "redirected"
    TOO_LARGE = "too_large"
    HTTP_ERROR = "http_error"  # status

    # Getting a token
    GONE = "gone"
    BEING_REFRESHED = "being_refreshed"
    ANSWERED_FOR_ANOTHER = "answered_for_another"
    ANSWERED_FOR_ANOTHER_SIGN_IN = "answered_for_another_sign_in"

    # Having no token that works
    ACCESS_ENDED = "access_ended"
    TOKEN_UNREADABLE = "token_unreadable"  # noqa: S105
    NOTHING_LASTING = "nothing_lasting"
    ASKED_BY_ADMINISTRATOR = "asked_by_administrator"
    ENDED_TOGETHER = "ended_together"

    # A sentence stored before there were codes, if no code fits it
    LEGACY = "legacy"  # text


class Detail(TextChoices):
    """Details of audit entries. An entry may hold a `Problem` instead."""

    # Signing in. A refused one that was started for a linked account keeps `wanted`, its kind;
    # one that was counted, `times` and `first`, the time of the first.
    WITH_ASANA = "with_asana"
    WITH_PASSWORD = "with_password"  # noqa: S105
    DENIED = "denied"
    SIGN_IN_ENDED = "sign_in_ended"
    UNREACHABLE = "unreachable"
    BAD_REQUEST = "bad_request"
    SCOPES_REFUSED = "scopes_refused"
    APP_REFUSED = "app_refused"
    UNVERIFIED = "unverified"
    NOT_A_MEMBER = "not_a_member"
    SIGNUPS_CLOSED = "signups_closed"
    TOO_MANY = "too_many"
    INACTIVE = "inactive"
    CODE_REJECTED = "code_rejected"
    ANOTHER_ACCOUNT = "another_account"
    ANOTHER_PERSON = "another_person"
    STILL_WIDE = "still_wide"
    NO_LONGER_LINKED = "no_longer_linked"
    IN_USE = "in_use"
    NOT_RECENT = "not_recent"

    # Changing one's own password
    OLD_PASSWORD_WRONG = "old_password_wrong"  # noqa: S105

    # Signing out
    BROWSER = "browser"  # browser, system: "" where unknown
    OTHER_SESSIONS = "other_sessions"  # count; unknown in entries that are older than codes
    EVERYWHERE = "everywhere"
    NOWHERE = "nowhere"

    # Tokens
    REFRESH_REFUSED = "refresh_refused"  # error: OAuth's name for it, or OWN_ERROR
    KEY_IS_BACK = "key_is_back"
    EARLIER_TOKEN_UNREADABLE = "earlier_token_unreadable"  # noqa: S105
    CONNECTED_AGAIN = "connected_again"

    # What administrators see and change
    HISTORY = "history"
    HISTORY_AS_CSV = "history_as_csv"
    ADDED = "added"
    FIELDS_CHANGED = "fields_changed"  # fields: their names; given, taken: rights
    GROUP_ADDED = "group_added"  # id, group: its name; fields, given, taken
    GROUP_CHANGED = "group_changed"  # the same
    GROUP_DELETED = "group_deleted"  # id, group
    TOKEN_REFRESHED = "token_refreshed"  # noqa: S105
    MARKED = "marked"
    REVOCATION_TRIED = "revocation_tried"  # reference
    TASKS_SYNCED = "tasks_synced"  # tasks, workspaces
    ENTRIES_EXPORTED = "entries_exported"  # count

    # Housekeeping
    BEGUN = "begun"
    DELETED = "deleted"  # counts: by kind, without the zeros
    OLD_FORMAT_REFUSED = "old_format_refused"
    ROTATED = "rotated"  # counts: by outcome
