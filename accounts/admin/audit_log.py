import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts import audit, messages
from accounts.admin.audited import AuditedAdmin
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.times import shown
from accounts.codes import Detail
from accounts.models import AuditEntry, User

COLUMNS: Final = (
    *("when", "what", "person", "Asana gid", "Asana account"),
    *("by", "administrator", "from", "browser", "detail", "token fingerprint"),
)
SIGNS: Final = "=+@\uff1d\uff0b\uff0d\uff20-"  # they begin a formula; four of them are full-width
FORMULAS: Final = (*SIGNS, *"\t\r\n")
# In many languages, spreadsheets take a semicolon or a tab as the end of a cell.
FORMULA_INSIDE: Final = re.compile(rf'([;,\t\r\n][\s"]*)(?=[{SIGNS}])')
BOM: Final = "\ufeff"  # without it, Excel doesn't read the file as UTF-8


class DoneBy(admin.ChoicesFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "who did it"


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin, AuditedAdmin):
    """Read-only list of the audit log, with an export as CSV."""

    list_display = ("when", "event", "more", "user", "account_name", "who", "address")
    list_filter = ("event", ("by", DoneBy))
    list_select_related = ("user", "actor")
    date_hierarchy = "at"
    search_fields = (
        "user__username",
        "user__name",
        "account_name",
        "account_gid",
        "address",
        "actor_name",
    )
    show_full_result_count = False
    may_be_asked_about = frozenset({"event", "by", "at", "user"})
    fields = readonly_fields = (
        *("at", "event", "user", "account_name", "account_gid"),
        *("by", "actor", "actor_name", "address", "browser", "more", "fingerprint"),
    )
    seen_as = Detail.HISTORY
    actions = None
    change_list_template = "admin/audit_log.html"

    def concerns(self, obj: AuditEntry) -> tuple[User | None, None]:
        return obj.user, None

    @admin.display(ordering="at")
    def when(self, entry: AuditEntry) -> str:
        return shown(entry.at)

    @admin.display(description="by", ordering="by")
    def who(self, entry: AuditEntry) -> str:
        by = entry.get_by_display()
        name = entry.actor or entry.actor_name
        return f"{by} ({name})" if entry.by == AuditEntry.By.ADMINISTRATOR and name else by

    @admin.display(description="detail")
    def more(self, entry: AuditEntry) -> str:
        return messages.detail_message(entry)

    def history(self, obj: AuditEntry) -> Any:
        return AuditEntry.objects.none()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="accounts_auditentry_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return the entries that the list shows with the same query string, as CSV.

        Only entries that exist when the export starts are in it, so not the one about the export.
        Raises PermissionDenied.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            shown = self.get_changelist_instance(request)
            entries = shown.get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:accounts_auditentry_changelist") + "?e=1")
        last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        entries = entries.filter(pk__lte=last).order_by("-at", "-pk")
        audit.record(
            AuditEntry.Event.LOG_EXPORTED,
            user=request.user,  # type: ignore[arg-type]
            request=request,
            detail=Detail.ENTRIES_EXPORTED,
            detail_args={"count": entries.count()},
        )
        self.note_seen_in(request, shown, Detail.HISTORY_AS_CSV)
        name = f"audit-log-{timezone.now():%Y-%m-%d-%H%M}.csv"
        return StreamingHttpResponse(
            _lines(entries.iterator(chunk_size=1000)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class _Line:
    """A file for `csv.writer` that returns each line instead of storing it."""

    def write(self, line: str) -> str:
        return line


def _lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield BOM + writer.writerow(COLUMNS)
    for entry in entries:
        yield writer.writerow(map(_harmless, _cells(entry)))


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    return (
        entry.at.isoformat(timespec="seconds"),
        entry.get_event_display(),
        entry.user.get_username() if entry.user else "",
        entry.account_gid,
        entry.account_name,
        entry.get_by_display(),
        entry.actor.get_username() if entry.actor else entry.actor_name,
        entry.address or "",
        entry.browser,
        messages.detail_message(entry),
        entry.fingerprint,
    )


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    An apostrophe before it makes it text, as OWASP advises against CSV injection.
    """
    cell = FORMULA_INSIDE.sub(r"\1'", cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) else cell
