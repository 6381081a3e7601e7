"""Checksums of tables that do not depend on the database nor on the order of rows."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, Final

from django.db import models

from accounts.database_move.tables import Json, Table

BITS: Final = 128


class Checksum:
    """The number of rows of a table, and the sum of their hashes."""

    def __init__(self, table: Table) -> None:
        self.rows = 0
        self._sum = 0
        self._addresses = [
            number
            for number, field in enumerate(table.fields)
            if isinstance(field, models.GenericIPAddressField)
        ]

    def add(self, row: Sequence[Any]) -> None:
        values = [_canonical(value) for value in row]
        for number in self._addresses:  # PostgreSQL writes them in a form of its own
            if row[number] is not None:
                values[number] = str(ip_address(row[number]))
        digest = sha256(repr(values).encode("utf-8", "backslashreplace")).digest()
        self._sum = (self._sum + int.from_bytes(digest[: BITS // 8])) % (1 << BITS)
        self.rows += 1

    @property
    def hex(self) -> str:
        return f"{self._sum:0{BITS // 4}x}"


def _canonical(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Json):
        return json.dumps(_plain(value.value), sort_keys=True)
    return value


def _plain(value: Any) -> Any:
    """Return a JSON value in which a whole number is an int: jsonb makes 100000 of 1e5."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value
