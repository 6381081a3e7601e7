"""Lists that Asana sends page by page (developers.asana.com/docs/pagination)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from asana_tasks.api.errors import Unavailable
from asana_tasks.api.schemas import is_separator
from asana_tasks.api.transport import send
from asana_tasks.error_codes import ErrorCode

PAGE_SIZE: Final = 100  # the most Asana allows for `limit`

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: list[Item]
    offset: str | None  # of the next page; None on the last one
    unreadable: int = 0  # rows that could not be parsed: the page is incomplete
    date: datetime | None = None  # at Asana's clock


def get_page(
    path: str,
    token: str,
    query: Mapping[str, Any],
    offset: str | None,
    parse: Callable[[Any], Item | None],
    **kwargs: Any,
) -> Page[Item]:
    """Return one page of a list, without separators. Raises AsanaError.

    A request with `limit` gets a response with `next_page`, which is null on the last page; a
    response without it is incomplete and raises Unavailable.
    """
    params = {**query, "limit": PAGE_SIZE, **({"offset": offset} if offset else {})}
    response, date = send("GET", path, token, params=params, **kwargs)
    rows = response.get("data")
    if not isinstance(rows, list) or "next_page" not in response:
        raise Unavailable(ErrorCode.INCOMPLETE_LIST)
    parsed = [parse(row) for row in rows if not is_separator(row)]
    items = [item for item in parsed if item is not None]
    following = _next_offset(response["next_page"], sent=offset)
    return Page(items, following, unreadable=len(parsed) - len(items), date=date)


def _next_offset(next_page: Any, *, sent: str | None) -> str | None:
    """Return the offset of the next page, None on the last one.

    Raises Unavailable if the offset is missing, if it is the one just sent, or if `uri` names
    another host.
    """
    if next_page is None:
        return None
    offset = next_page.get("offset") if isinstance(next_page, dict) else None
    if not isinstance(offset, str) or not offset or offset == sent:
        raise Unavailable(ErrorCode.BAD_OFFSET)
    uri = str(next_page.get("uri") or settings.ASANA_API_URL)
    try:
        elsewhere = urlsplit(uri)[:2] != urlsplit(settings.ASANA_API_URL)[:2]
    except ValueError:
        elsewhere = True
    if elsewhere:
        raise Unavailable(ErrorCode.FOREIGN_PAGE)
    return offset
