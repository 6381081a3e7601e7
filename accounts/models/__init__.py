from accounts.models.asana_accounts import AsanaAccount
from accounts.models.audit_entries import AuditEntry
from accounts.models.people import User
from accounts.models.provider_documents import ProviderDocument
from accounts.models.revocations import Revocation
from accounts.models.token_formats import TokenFormat
from accounts.models.watched_sign_ins import WatchedSignIn

__all__ = [
    "AsanaAccount",
    "AuditEntry",
    "ProviderDocument",
    "Revocation",
    "TokenFormat",
    "User",
    "WatchedSignIn",
]
