"""Questions to ask of the list of linked accounts."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import health
from accounts.models import AsanaAccount

Accounts = QuerySet[AsanaAccount]


class Choice(admin.SimpleListFilter):
    """Names with what each keeps."""

    choices_: dict[str, str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.choices_.items())

    def queryset(self, request: HttpRequest, queryset: Accounts) -> Accounts:
        chosen = self.value()
        return queryset.filter(self.kept(chosen)) if chosen in self.choices_ else queryset

    def kept(self, chosen: str) -> Q:
        raise NotImplementedError


def granted(scope: str) -> Q:
    """As a whole word."""
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
    """When Asana last gave us something: tasks or a token."""

    title, parameter_name = "last success", "worked"
    choices_ = {
        "day": "Within a day",
        "week": "Within a week",
        "longer": "Longer ago",
        "never": "Never",
    }

    def kept(self, chosen: str) -> Q:
        week = self._since(timedelta(days=7))
        never = Q(synced_at=None, refreshed_at=None)
        return {
            "day": self._since(timedelta(days=1)),
            "week": week,
            "longer": ~week & ~never,
            "never": never,
        }[chosen]

    def _since(self, time: timedelta) -> Q:
        """Written so that its negation holds for a row without the one or the other."""
        since = timezone.now() - time
        synced = Q(synced_at__isnull=False, synced_at__gte=since)
        return synced | Q(refreshed_at__isnull=False, refreshed_at__gte=since)


class LastAttempt(Choice):
    """To fetch tasks for a connected account; the first page of the administration counts them."""

    title, parameter_name = "last attempt", "attempt"
    choices_ = {"failed": "Failed"}

    def kept(self, chosen: str) -> Q:
        return health.FAILING


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
