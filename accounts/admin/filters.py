"""Filters of the list of linked accounts."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.contrib import admin
from django.db.models import Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AsanaAccount

Accounts = QuerySet[AsanaAccount]
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
SUCCESS_TIMES: Final = ["refreshed_at"]  # paths from an account; other apps add theirs


def last_success() -> Combinable:
    """Return the latest of SUCCESS_TIMES, or NEVER."""
    times = [Coalesce(path, Value(NEVER)) for path in SUCCESS_TIMES]
    return Greatest(*times) if len(times) > 1 else times[0]


class Choice(admin.SimpleListFilter):
    """A filter with fixed choices: a value and its title each."""

    choices_: dict[str, str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.choices_.items())

    def queryset(self, request: HttpRequest, queryset: Accounts) -> Accounts:
        chosen = self.value()
        return queryset.filter(self.kept(chosen)) if chosen in self.choices_ else queryset

    def kept(self, chosen: str) -> Q:
        """Return the condition that accounts have to meet for a choice."""
        raise NotImplementedError


def granted(scope: str) -> Q:
    """Match accounts with a scope, as a whole word."""
    return Q(scope__regex=f"(^| ){scope}( |$)")


class Permission(Choice):
    title, parameter_name = "permission", "may"
    choices_ = {
        "read": "Only read tasks",
        "change": "Change tasks",
        "everything": "Everything (full permissions)",
    }

    def kept(self, chosen: str) -> Q:
        full, change = granted("default"), granted("tasks:write")
        return {"everything": full, "change": change & ~full, "read": ~change & ~full}[chosen]


class LastSuccess(Choice):
    """A filter by the last success at Asana: a refresh, or what other apps add to SUCCESS_TIMES."""

    title, parameter_name = "last success", "worked"
    choices_ = {
        "day": "Within a day",
        "week": "Within a week",
        "longer": "Longer ago",
        "never": "Never",
    }

    def kept(self, chosen: str) -> Q:
        now = timezone.now()
        day = Q(last_success_at__gte=now - timedelta(days=1))
        week = Q(last_success_at__gte=now - timedelta(days=7))
        never = Q(last_success_at=NEVER)
        return {"day": day, "week": week, "longer": ~week & ~never, "never": never}[chosen]


class Expiring(Choice):
    title, parameter_name = "access token", "token"
    choices_ = {
        "expired": "Expired",
        "hour": "Expires within an hour",
        "later": "Expires later",
        "none": "None",
    }

    def kept(self, chosen: str) -> Q:
        now = timezone.now()
        hour = now + timedelta(hours=1)
        return {
            "expired": Q(access_token_expires_at__lte=now),
            "hour": Q(access_token_expires_at__gt=now, access_token_expires_at__lte=hour),
            "later": Q(access_token_expires_at__gt=hour),
            "none": Q(access_token_expires_at=None),
        }[chosen]
