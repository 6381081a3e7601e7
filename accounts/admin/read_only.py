from typing import Any

from django.http import HttpRequest


class ReadOnlyAdmin:
    """A mixin that allows nothing but viewing. It comes before ModelAdmin in the list of bases."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
