"""Actions that show what they will do, ask for confirmation, and report the result for each row.

They have views of their own, outside of the admin's transactions, since they wait for Asana.
"""

import logging
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

logger = logging.getLogger(__name__)

SECONDS: Final = 8.0  # then no other row is started; the report offers to continue
MOST: Final = 10_000  # rows at once
NAMED: Final = 100  # rows listed on the confirmation page
NUMBER: Final = re.compile("[0-9]{1,19}")
LARGEST: Final = 2**63 - 1


class NotDone(Exception):
    """The error for an action that was not carried out; its message tells the administrator why."""


@dataclass(frozen=True)
class ConfirmedAction:
    """An action on a row.

    `do` gets the request and the row, and returns what was done or raises NotDone. It has to limit
    its time.
    """

    name: str  # in the URL
    title: str
    consequence: str  # what happens to each row, shown before
    do: Callable[[HttpRequest, Any], str]
    permission: str = "accounts.look_after"
    on_list: bool = True  # in the menu of the list
    deletes: bool = False  # it replaces Django's own page for deleting a row
    dangerous: bool = False  # it can't be undone


class Told(NamedTuple):
    """The result for one row."""

    name: str
    about: list[str]
    words: str


@dataclass
class Report:
    done: list[Told] = field(default_factory=list)
    failed: list[Told] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """Return the counts of rows, such as `3 done, 1 failed, 1,200 left for lack of time`."""
        counts = {"failed": len(self.failed), "left for lack of time": len(self.left)}
        told = [f"{intcomma(count)} {words}" for words, count in counts.items() if count]
        return ", ".join([f"{intcomma(len(self.done))} done", *told])


class ConfirmedActionsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    confirmed_actions: ClassVar[Sequence[ConfirmedAction]]
    about_needs: ClassVar[Sequence[str]] = ()  # relations that `about` reads, to be prefetched

    def about(self, row: Any) -> Iterable[str]:
        """Return more than the name of a row, for the confirmation and the report.

        For instance whose it is, or what is deleted with it.
        """
        return ()

    def note_rows_seen(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Record which rows are shown. Admins that record it come before this class (MRO)."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_do"
        view = self.admin_site.admin_view(self.do_view)
        return [path("do/<slug:name>/", view, name=name), *super().get_urls()]

    def permitted_actions(self, request: HttpRequest) -> list[ConfirmedAction]:
        return [each for each in self.confirmed_actions if request.user.has_perm(each.permission)]

    def get_actions(self, request: HttpRequest) -> Any:
        """Return the actions of the list's menu. Each shows the confirmation page."""

        def ask(
            action: ConfirmedAction, _: Any, request: HttpRequest, rows: QuerySet[Any]
        ) -> HttpResponse:
            numbers = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])
            beyond = max(rows.count() - MOST, 0)
            return self._confirmation(request, action, numbers, beyond)

        permitted = [each for each in self.permitted_actions(request) if each.on_list]
        return {each.name: (partial(ask, each), each.name, each.title) for each in permitted}

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """Run an action on the selected rows, ignoring values that can't be keys.

        Django would pass them to the database, which breaks on them.
        """
        data = request.POST.copy()
        selected = _numbers(data.getlist(ACTION_CHECKBOX_NAME))
        data.setlist(ACTION_CHECKBOX_NAME, [str(each) for each in selected])
        request.POST = data  # type: ignore[assignment]
        return super().response_action(request, queryset, *args)

    def do_view(self, request: HttpRequest, name: str) -> HttpResponse:
        action = next((each for each in self.confirmed_actions if each.name == name), None)
        if action is None:
            raise Http404
        if not request.user.has_perm(action.permission):
            raise PermissionDenied
        if request.method != "POST":  # for instance after logging in again
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        numbers = _numbers(request.POST.get("rows", "").split(","))
        beyond = sum(_numbers([request.POST.get("beyond", "")])) + max(len(numbers) - MOST, 0)
        if request.POST.get("confirmed") != "yes":
            return self._confirmation(request, action, numbers[:MOST], beyond)
        report = self._carry_out(request, action, numbers[:MOST])
        return self._page(request, action, "report", report=report, beyond=beyond)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Offer the actions on the page of a row, too.

        Django's button for deleting is shown unless one of the offered actions does the same.
        """
        offered = [each for each in self.permitted_actions(request) if not each.deletes]
        deleting = {each.do for each in self.confirmed_actions if each.deletes}
        show_delete = deleting.isdisjoint(each.do for each in offered)
        context = context | {"offered": offered, "show_delete": show_delete}
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the confirmation page of the action that deletes. Raises PermissionDenied."""
        row = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        action = next(each for each in self.confirmed_actions if each.deletes)
        return self._confirmation(request, action, [row.pk] if row else [])

    def _note(self, request: HttpRequest, numbers: list[int]) -> None:
        self.note_rows_seen(request, self.get_queryset(request).filter(pk__in=numbers))

    def _confirmation(
        self, request: HttpRequest, action: ConfirmedAction, numbers: list[int], beyond: int = 0
    ) -> HttpResponse:
        """Return the confirmation page. `beyond` counts the selected rows that are over MOST."""
        rows = self.get_queryset(request).filter(pk__in=numbers).order_by("pk")
        self._note(request, numbers[:NAMED])
        found = list(rows.values_list("pk", flat=True))
        shown = rows[:NAMED].prefetch_related(*self.about_needs)
        named = [(str(row), list(self.about(row))) for row in shown]
        more, of_all = len(found) - len(named), len(found) + beyond
        told = {"numbers": found, "named": named, "more": more, "beyond": beyond, "of_all": of_all}
        return self._page(request, action, "confirmation", **told)

    def _carry_out(
        self, request: HttpRequest, action: ConfirmedAction, numbers: list[int]
    ) -> Report:
        report, ends_at = Report(), time.monotonic() + SECONDS
        self._note(request, numbers)
        for number in numbers:
            if time.monotonic() >= ends_at:
                report.left.append(number)
                continue
            row = self.get_queryset(request).filter(pk=number).first()
            if row is None:
                report.failed.append(Told(f"Number {number}", [], "It is not there any more"))
                continue
            name, about = str(row), list(self.about(row))  # read now: the action may delete the row
            done, words = self._do(request, action, row)
            (report.done if done else report.failed).append(Told(name, about, words))
        return report

    def _do(self, request: HttpRequest, action: ConfirmedAction, row: Any) -> tuple[bool, str]:
        number = row.pk
        try:
            return True, action.do(request, row)
        except NotDone as error:
            return False, str(error)
        except Exception:  # other rows and the report must not be affected
            logger.exception("%s failed for %s number %s", action.name, self.opts.label, number)
            return False, "Something went wrong here: see the site's log"

    def _page(
        self, request: HttpRequest, action: ConfirmedAction, kind: str, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": action.title,
            "action": action,
            "opts": self.opts,
            "may_list": self.has_view_permission(request),
            **more,
        }
        return TemplateResponse(request, f"admin/action_{kind}.html", context)


def _numbers(texts: Iterable[str]) -> list[int]:
    """Return the numbers that can be the primary key of a row, without duplicates."""
    numbers = [int(text) for text in texts if NUMBER.fullmatch(text)]
    return [number for number in dict.fromkeys(numbers) if number <= LARGEST]
