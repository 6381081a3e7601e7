"""Pages of lists: https://developers.asana.com/docs/pagination"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from itsdangerous import BadData, URLSafeSerializer

from fake_asana.api.authentication import me
from fake_asana.api.errors import ApiError
from fake_asana.api.fields import Record
from fake_asana.request_hooks import first_fault
from fake_asana.tasks.ranks import Rank, parse_rank
from fake_asana.world import API, world

MOST = 100
MOST_UNPAGED = 1000
OFFSET_LIFETIME = 15 * 60
TOO_LARGE = (
    "The result is too large. You should use pagination (may require specifying a workspace)!"
)
Place = tuple[str, str]  # the kind of an offset, and what it names
BEGINNING: Place = ("position", "0")
FOREIGN_URL = "https://asana.elsewhere.example"


def paged(
    rows: Sequence[Record],
    show: Callable[[Record], Record],
    rank: Callable[[Record], Rank] | None = None,
) -> dict[str, Any]:
    """Return the response for a list: a page of the rows, through `show`.

    Rows that have a `rank` are in its order, and offsets may name ranks instead of positions.
    Raises ApiError (400) for a bad `limit` or `offset`, and without `limit` for over 1000 rows.
    """
    limit = _limit()
    start = _start(rows, rank)
    end = start + (limit or MOST_UNPAGED)
    page = rows[start:end]
    if limit is None:
        if len(rows) > end:
            raise ApiError(400, TOO_LARGE)
        return {"data": [show(row) for row in page]}
    place = _following(rows, end, rank)
    if place and place != BEGINNING and (early := first_fault("ends_early")):
        place, page = None, page[: max(0, len(page) - early.value)]
    next_page = _next_page(place) if place else None
    return _spoiled({"data": [show(row) for row in page], "next_page": next_page})


def _following(
    rows: Sequence[Record], end: int, rank: Callable[[Record], Rank] | None
) -> Place | None:
    """Return where the next page begins, None if there is none."""
    if end >= len(rows):
        return BEGINNING if first_fault("endless_pages") else None
    if rank and (world().options.offsets == "rank" or first_fault("rank_offsets")):
        return "rank", str(rank(rows[end]))
    return "position", str(end)


def _spoiled(page: dict[str, Any]) -> dict[str, Any]:
    """Apply the faults that make a page with status 200 unusable or incomplete."""
    if first_fault("empty_with_errors"):
        return {"data": [], "errors": [{"message": "Server Error"}], "next_page": None}
    if page["data"] and first_fault("unreadable_row"):
        page["data"][0] = {**page["data"][0], "gid": None}
    if first_fault("omit_next_page"):
        del page["next_page"]
    return page


def _limit() -> int | None:
    text = request.args.get("limit")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST):
        raise ApiError(400, f"limit: Must be a number between 1 and {MOST}")
    return int(text)


def _start(rows: Sequence[Record], rank: Callable[[Record], Rank] | None) -> int:
    """Return the index of the first row of the page that `offset` names."""
    offset = request.args.get("offset")
    if not offset:
        return 0
    if first_fault("expire_offsets"):
        raise _invalid_offset()
    try:
        kind, place, question, expires_at = _serializer().loads(offset)
    except (BadData, ValueError, TypeError):
        raise _invalid_offset() from None
    if question != _question() or expires_at <= world().clock.time():
        raise _invalid_offset()
    if rank and kind == "rank":
        return bisect_left(rows, parse_rank(place), key=rank)
    return int(place)


def _invalid_offset() -> ApiError:
    return ApiError(400, "offset: Your pagination token is invalid.")


def _next_page(place: Place) -> dict[str, str]:
    expires_at = int(world().clock.time()) + OFFSET_LIFETIME
    offset = _serializer().dumps([*place, _question(), expires_at])
    query = urlencode({**request.args.to_dict(), "offset": offset})
    path = f"{request.path.removeprefix(API)}?{query}"
    host = FOREIGN_URL if first_fault("foreign_page") else world().url
    return {"offset": str(offset), "path": path, "uri": host + API + path}


def _question() -> str:
    """Return a hash of person, path and parameters, to which an offset belongs.

    Fields and page size may differ between pages, so they are left out.
    """
    free = {"limit", "offset", "opt_fields", "opt_pretty"}
    asked = sorted((name, value) for name, value in request.args.items() if name not in free)
    told = f"{me().gid} {request.path} {urlencode(asked)}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(world().secret)
