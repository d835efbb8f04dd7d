"""One hearing: what is alleged, what the employee says, and what was found; for those it concerns alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from complaints.causes.models import Hearing
from complaints.causes.queries import hearing_for
from complaints.causes.states import HearingState
from complaints.desk.causes.hearing_steps import HEARING_STEPS
from complaints.desk.causes.stepping import NOTHING, Sent, is_offered, offered, take_step
from complaints.desk.request import at_desk


@require_safe
def hearing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a hearing to somebody it concerns; for everybody else there is none."""
    return _page(request, hearing_for(at_desk(request).user, pk, at=timezone.now()), NOTHING, 200)


@require_http_methods(["GET", "HEAD", "POST"])
def hearing_step(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Take one step in a hearing, or show its page with the form of the step open."""
    employee = at_desk(request).user
    found = hearing_for(employee, pk, at=timezone.now())

    def page(sent: Sent, status: int) -> HttpResponse:
        return _page(request, hearing_for(employee, pk, at=timezone.now()), sent, status)

    return take_step(request, HEARING_STEPS, found, move, page=page, back="desk:hearing")


def _page(request: HttpRequest, found: Hearing, sent: Sent, status: int) -> HttpResponse:
    employee, at = at_desk(request).user, timezone.now()
    steps = offered(HEARING_STEPS, found, employee, sent=sent, at=at)
    context = {
        "hearing": found,
        "entries": list(found.entries.order_by("pk")),
        "steps": steps,
        "sent": sent,
        "sent_is_offered": is_offered(sent, steps),
        "is_accused": found.accused_id == employee.pk,
        "waits_for_answer": found.state == HearingState.ASKED and at < found.answer_by,
        "may_still_appeal": found.state == HearingState.FOUND and found.appeal_by is not None and at < found.appeal_by,
    }
    return render(request, "desk/causes/hearing.html", context, status=status)
