"""Admin pages of users, linked accounts, revocations and the audit log. No token, no task."""

from contextlib import suppress

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from qsessions.models import Session
from social_django.models import Association, Nonce, UserSocialAuth

from accounts.admin import audit_log, groups, linked_accounts, people, revocations

__all__ = ["audit_log", "groups", "linked_accounts", "people", "revocations"]

for model in (Association, Nonce, UserSocialAuth, Session):
    with suppress(NotRegistered):
        admin.site.unregister(model)
