"""Budgets: what everybody may spend in a month and what is left of it, entry by entry if one wants to know."""

from __future__ import annotations

import csv

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from complaints.cases.queries import visible_to
from complaints.common.errors import PageNotPermitted
from complaints.common.keyset import read_id
from complaints.common.words import name_in
from complaints.desk.choices import units
from complaints.desk.fields import LongSelect, Styled
from complaints.desk.months import around, month_asked
from complaints.desk.request import at_desk
from complaints.desk.spreadsheets import plain
from complaints.remedies.budgets import (
    SUMMED,
    Account,
    Line,
    account,
    accounts,
    by_failure,
    by_kind,
    is_summed_whole,
    last_proof,
    lines,
)
from complaints.remedies.catalogue import name_of_remedy
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import sees_whole_organisation


class UnitForm(Styled):
    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None, widget=LongSelect)

    def __init__(self, employee: Employee, request: HttpRequest) -> None:
        super().__init__(request.GET)
        offered = units(employee, also=request.GET.get("unit", ""))
        self.fields["unit"].choices = [("", _("All I see")), *offered]  # type: ignore[attr-defined]

    def chosen(self) -> int | None:
        """The unit asked for; a value that does not exist narrows nothing."""
        return self.cleaned_data["unit"] if self.is_valid() else None


@require_safe
def budgets(request: HttpRequest) -> HttpResponse:
    """Show the months of everybody's authority in the units one sees, and what the money went into."""
    employee, at, month = _reader(request), timezone.now(), month_asked(request)
    form = UnitForm(employee, request)
    unit = form.chosen()
    kinds = [(name_of_remedy(one.name), one) for one in by_kind(employee, month, unit=unit)]
    failures = [(name_in(one.name, one.name_zh), one) for one in by_failure(employee, month, unit=unit)]
    context = {
        "form": form,
        **around(month),
        "unit": unit,
        "page": accounts(employee, month, at=at, unit=unit, after=request.GET.get("after", "")),
        "kinds": kinds,
        "failures": failures,
        "summed": "" if is_summed_whole(employee, month, unit=unit) else SUMMED,
        "proof": last_proof(),
        "sees_proof": sees_whole_organisation(employee),
    }
    return render(request, "desk/budgets.html", context)


@require_safe
def budget(request: HttpRequest, authority: int, holder: int) -> HttpResponse:
    """Show one month of one employee's authority, entry by entry."""
    employee, at, month = _reader(request), timezone.now(), month_asked(request)
    found = account(employee, authority=authority, holder=holder, month=month, at=at)
    told, has_more = lines(found, month, before=read_id(request.GET.get("after", "")))
    seen = _seen(employee, told)
    context = {
        "account": found,
        **around(month),
        "lines": [(line, line.entry.case_id in seen) for line in told],
        "next_key": told[-1].entry.pk if has_more else "",
    }
    return render(request, "desk/budget.html", context)


@require_safe
def budget_sheet(request: HttpRequest, authority: int, holder: int) -> HttpResponse:
    """Hand out one month of one employee's authority as a table for a spreadsheet, the oldest entry first."""
    employee, month = _reader(request), month_asked(request)
    found = account(employee, authority=authority, holder=holder, month=month, at=timezone.now())
    told, _has_more = lines(found, month, limit=SUMMED)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="ledger-{authority}-{holder}-{month:%Y-%m}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    sheet = csv.writer(answer)
    sheet.writerow(_heads())
    seen = _seen(employee, told)
    sheet.writerows(_cells(line, found, is_seen=line.entry.case_id in seen) for line in reversed(told))
    return answer


def _heads() -> list[str]:
    return [
        gettext("When"),
        gettext("Employee"),
        gettext("Entry"),
        gettext("Remedy"),
        gettext("Complaint"),
        gettext("Sum"),
        gettext("Currency"),
        gettext("Set aside"),
        gettext("Spent"),
        gettext("Left"),
        gettext("Why"),
    ]


def _cells(line: Line, account: Account, *, is_seen: bool) -> list[object]:
    entry = line.entry
    return [
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        plain(account.holder.name),
        entry.get_kind_display(),
        entry.remedy.get_kind_display(),
        entry.case.reference if is_seen else "",
        entry.amount,
        entry.currency,
        f"{line.held.amount:.2f}",
        f"{line.spent.amount:.2f}",
        f"{line.left.amount:.2f}",
        entry.get_why_display(),
    ]


def _reader(request: HttpRequest) -> Employee:
    employee = at_desk(request).user
    if not may(employee, Permission.VIEW_BUDGETS):
        raise PageNotPermitted(permission=Permission.VIEW_BUDGETS)
    return employee


def _seen(employee: Employee, told: list[Line]) -> set[int]:
    """Of the complaints that entries are about, those that the reader may see."""
    cases = {line.entry.case_id for line in told}
    return set(visible_to(employee).filter(pk__in=cases).values_list("pk", flat=True))
