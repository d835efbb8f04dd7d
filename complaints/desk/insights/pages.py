"""What the record says: one page of measures, and the cases behind each of its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from complaints.cases.models import Case
from complaints.common.errors import PageNotPermitted
from complaints.desk.insights import sections
from complaints.desk.insights.forms import AssumptionForm, asked_of, scope_of
from complaints.desk.insights.wording import count, label_words
from complaints.desk.request import at_desk
from complaints.desk.spreadsheets import as_sheet, plain
from complaints.desk.wording import name_of
from complaints.insights import listing, measures
from complaints.insights.rollups import waiting
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may

MOST_WAITING = 1_000


@require_safe
def insights(request: HttpRequest) -> HttpResponse:
    """Show the measures of a unit and what is below it, for the complaints filed in a period."""
    employee = _reader(request)
    scope, form = scope_of(employee, request.GET, at=timezone.now())
    told = sections.read(scope, in_full=request.GET.get("show", ""))
    assumption = AssumptionForm(request.GET)
    sides = sections.sides(told, assumption.assumed())
    shown = {section.key for side in sides for section in side.sections}
    context = {
        "form": form,
        "assumption": assumption,
        "assumed": assumption.assumed(),
        "scope": scope,
        "sides": sides,
        "only": told.in_full if told.in_full in shown else "",
        "waiting": waiting(most=MOST_WAITING),
    }
    return render(request, "desk/insights.html", context)


@require_safe
def insights_cases(request: HttpRequest) -> HttpResponse:
    """List the very cases that a number counts."""
    employee = _reader(request)
    asked, form = asked_of(employee, request.GET, at=timezone.now())
    page = listing.page(employee, asked, after=request.GET.get("after", ""))
    counts = measures.sums(asked.unit.pk, asked.period).n if asked.seen is None else None
    counted = None if counts is None else sum(counts.get(label, 0) for label in asked.borne)
    context = {
        "asked": asked,
        "form": form,
        "title": label_words(asked.label),
        "counted": None if counted is None else count(counted),
        "page": page,
    }
    return render(request, "desk/insights_cases.html", context)


@require_safe
def insights_sheet(request: HttpRequest) -> HttpResponseBase:
    """Hand out the very cases that a number counts, as a table for a spreadsheet."""
    employee = _reader(request)
    asked, _form = asked_of(employee, request.GET, at=timezone.now())
    zone = ZoneInfo(asked.unit.time_zone)
    name = f"complaints-{asked.period.since}-{asked.period.until}.csv"
    return as_sheet(name, _heads(), _lines(listing.everything(employee, asked), zone))


def _heads() -> list[str]:
    return [
        _("Complaint"),
        _("Filed"),
        _("Customer"),
        _("Unit"),
        _("Failure type"),
        _("Channel"),
        _("Severity"),
        _("Status"),
        _("Outcome"),
        _("Responsible"),
        _("Closed"),
        _("What went wrong"),
    ]


def _lines(cases: Iterator[Case], zone: ZoneInfo) -> Iterator[list[object]]:
    for case in cases:
        yield [
            case.reference,
            case.filed_at.astimezone(zone).isoformat(timespec="seconds"),
            plain(case.customer.name),
            plain(case.unit.name),
            plain(name_of(case.failure_type)) if case.failure_type else "",
            case.get_channel_display(),
            case.get_severity_display(),
            case.get_status_display(),
            plain(case.outcome_words),
            plain(case.responsible.name) if case.responsible else "",
            case.closed_at.astimezone(zone).isoformat(timespec="seconds") if case.closed_at else "",
            plain(case.what_happened),
        ]


def _reader(request: HttpRequest) -> Employee:
    employee = at_desk(request).user
    if not may(employee, Permission.VIEW_INSIGHTS):
        raise PageNotPermitted(permission=Permission.VIEW_INSIGHTS)
    return employee
