"""What came up the ladder, longest waiting first: why, what was tried, and the next steps at hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from complaints.cases import sentences
from complaints.cases.deadlines import Deadline, soonest
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.queries import came_up, legal_moves, newest_of_kinds
from complaints.cases.states import Move
from complaints.common.errors import PageNotPermitted
from complaints.desk.request import at_desk
from complaints.desk.wording import Due, due_in_words, time_left
from complaints.remedies.models import Approval
from complaints.remedies.queries import waiting_on
from complaints.staff.permissions import Permission, may

WHY: Final = (Entry.ESCALATED, Entry.STEPPED_DOWN)
TRIED: Final = (
    Entry.RESOLUTION_PROPOSED,
    Entry.RESOLUTION_REFUSED,
    Entry.SOLVED_IN_PERSON,
    Entry.WRITTEN,
    Entry.QUESTION_ASKED,
    Entry.REMEDY_PROPOSED,
    Entry.REMEDY_OFFERED,
    Entry.REMEDY_DECLINED,
    Entry.REMEDY_REFUSED,
)
TRIED_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that was offered or said, newest first on the page."""

    entry: TimelineEntry
    sentence: str


@dataclass(frozen=True, slots=True)
class Raised:
    """A case as the board draws it: why it is here, what was tried, what its reader may do at once."""

    case: Case
    why: str
    reason: str
    due: Due
    tried: list[Attempt]
    newest: int
    can_take: bool
    can_answer: bool
    can_send_back: bool
    to_decide: Approval | None


@require_safe
def escalations(request: HttpRequest) -> HttpResponse:
    """Show one page of what came up to one's tier or higher."""
    employee = at_desk(request).user
    if not may(employee, Permission.VIEW_ESCALATIONS):
        raise PageNotPermitted(permission=Permission.VIEW_ESCALATIONS)
    page = came_up(employee, after=request.GET.get("after", ""))
    entries = newest_of_kinds(page.cases, {*WHY, *TRIED})
    at = timezone.now()
    deadlines = soonest(page.cases, at=at, zone=timezone.get_current_timezone())
    asked = waiting_on(employee, page.cases, at=at)
    raised = [
        _raised(
            case,
            entries[case.pk],
            legal_moves(case, employee),
            due=_due(case, deadlines.get(case.pk), at=at),
            to_decide=asked.get(case.pk),
        )
        for case in page.cases
    ]
    return render(request, "desk/escalations.html", {"page": page, "raised": raised})


def _due(case: Case, deadline: Deadline | None, *, at: datetime) -> Due:
    """What the deadline that comes first says, in its own hours; what is waited for where none runs."""
    return due_in_words(case, at=at) if deadline is None else time_left(deadline, at=at)


def _raised(
    case: Case, entries: list[TimelineEntry], legal: list[Move], *, due: Due, to_decide: Approval | None
) -> Raised:
    why = next((entry for entry in entries if entry.entry in WHY), None)
    tried = [Attempt(entry, sentences.sentence_for_staff(entry)) for entry in entries if entry.entry in TRIED]
    return Raised(
        case,
        why=sentences.sentence_for_staff(why) if why else "",
        reason=sentences.reason_of(why) if why else "",
        due=due,
        tried=tried[:TRIED_SHOWN],
        newest=entries[0].pk if entries else 0,
        can_take=Move.TAKE in legal,
        can_answer=Move.RESOLVE in legal,
        can_send_back=Move.STEP_DOWN in legal,
        to_decide=to_decide,
    )
