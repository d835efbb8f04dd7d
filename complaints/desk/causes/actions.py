"""One corrective action: what it is, whether it had an effect, and its steps; and what could have failed in a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from complaints.causes.models import CorrectiveAction
from complaints.causes.queries import (
    action_for,
    changes_because_of,
    entries_of,
    exposures_seen_by,
    investigations_seen_by,
)
from complaints.causes.states import ActionState
from complaints.common.errors import CausesNotYours, Invalid
from complaints.desk import kept
from complaints.desk.causes.action_steps import ACTION_STEPS
from complaints.desk.causes.stepping import NOTHING, Sent, is_offered, offered, take_step
from complaints.desk.causes.wording import told
from complaints.desk.fields import Styled, Words
from complaints.desk.request import at_desk
from complaints.handling.keep_exposure import keep_exposure
from complaints.insights.listing import may_see_measures
from complaints.staff.models import Employee, UnitKind
from complaints.staff.permissions import Permission, require
from complaints.staff.queries import visible_units


class ExposureForm(Styled):
    lines = Words(
        label=_("Unit, month and number"),
        error_messages={"required": _("Please write something here.")},
    )

    def __init__(self, employee: Employee, typed: QueryDict | None) -> None:
        super().__init__(typed)
        branch = visible_units(employee).filter(kind=UnitKind.BRANCH, is_active=True).order_by("name").first()
        words = gettext("One a line, such as: %(unit)s, 2026-03, 4120. A table copied from a spreadsheet will do.")
        self.fields["lines"].help_text = words % {"unit": branch or employee.unit}


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One row of the proof: complaints before and after, and what became of the rate, in words."""

    group: str
    before: int
    after: int
    ratio: str
    interval: str
    fell: bool


@require_safe
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is done against a cause, and what effect it had."""
    return _page(request, action_for(at_desk(request).user, pk), NOTHING, 200)


@require_http_methods(["GET", "HEAD", "POST"])
def action_step(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Take one step with an action, or show its page with the form of the step open."""
    employee = at_desk(request).user
    found = action_for(employee, pk)

    def page(sent: Sent, status: int) -> HttpResponse:
        return _page(request, action_for(employee, pk), sent, status)

    return take_step(request, ACTION_STEPS, found, move, page=page, back="desk:action")


@require_http_methods(["GET", "HEAD", "POST"])
def exposure(request: HttpRequest) -> HttpResponse:
    """Show how much could have failed in which month, and take more of it."""
    employee = at_desk(request).user
    require(employee, Permission.INVESTIGATE, CausesNotYours)
    form, status = ExposureForm(employee, request.POST or kept.typed_before(request, at=timezone.now())), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                many = keep_exposure(form.cleaned_data["lines"].splitlines(), by=employee)
            except Invalid as error:
                form.add_error(error.field, error.sentence)
            else:
                kept_now = ngettext("One month is kept.", "%(many)s months are kept.", many) % {"many": many}
                messages.success(request, kept_now)
                return redirect("desk:exposure")
    context = {"form": form, "rows": exposures_seen_by(employee)}
    return render(request, "desk/causes/exposure.html", context, status=status)


def _page(request: HttpRequest, found: CorrectiveAction, sent: Sent, status: int) -> HttpResponse:
    employee, at = at_desk(request).user, timezone.now()
    steps = offered(ACTION_STEPS, found, employee, sent=sent, at=at)
    context = {
        "action": found,
        "proof": [_proof_line(line) for line in found.proof.get("lines", ())],
        "windows": _windows(found),
        "may_see_investigation": investigations_seen_by(employee).filter(pk=found.investigation_id).exists(),
        "may_see_measures": may_see_measures(employee, found.unit_id),
        "is_observed": found.state == ActionState.DONE,
        "changes": changes_because_of(found),
        "told": [(entry, told(entry)) for entry in entries_of(found.investigation, action=found)],
        "steps": steps,
        "sent": sent,
        "sent_is_offered": is_offered(sent, steps),
        "at": at,
    }
    return render(request, "desk/causes/action.html", context, status=status)


def _windows(found: CorrectiveAction) -> dict[str, date] | None:
    """The first and the last day of both windows; None as long as it has not taken effect."""
    if found.effect_on is None:
        return None
    length, day = timedelta(days=found.window_days), timedelta(days=1)
    return {
        "before_since": found.effect_on - length,
        "before_until": found.effect_on - day,
        "after_since": found.effect_on,
        "after_until": found.effect_on + length - day,
    }


def _proof_line(line: dict[str, Any]) -> ProofLine:
    low, high, ratio = line["low"], line["high"], line["ratio"]
    until = gettext("without end") if high is None else _figure(high)
    return ProofLine(
        group=gettext("everybody") if line["group"] is None else line["group"] or gettext("no group"),
        before=line["before"],
        after=line["after"],
        ratio="–" if ratio is None else _figure(ratio),
        interval=gettext("%(low)s to %(high)s") % {"low": _figure(low), "high": until},
        fell=high is not None and high < 1,
    )


def _figure(figure: float) -> str:
    return number_format(figure, decimal_pos=2)
