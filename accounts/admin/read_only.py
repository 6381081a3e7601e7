from typing import Any

from django.http import HttpRequest


class ReadOnlyAdmin:
    """To be looked at. Before Django's own in the order of bases."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
