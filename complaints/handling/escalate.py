from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.common.actors import Actor
from complaints.common.errors import Invalid
from complaints.escalation.ladder import next_step
from complaints.handling import tell
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier
from complaints.staff.permissions import Permission


@transaction.atomic
def escalate(
    reference: str,
    *,
    reason: str,
    by: Employee,
    at: datetime,
    seen_version: int | None = None,
    submission: str = "",
) -> Case:
    """Hand a case up to the next tier of its unit's ladder, with the reason; the unit keeps sight. Locks the case."""
    reason = written(reason, field="reason")
    case = lifecycle.lock_for(by, Permission.ESCALATE, reference, move=Move.NOTE)
    if timeline.has_submission(case, submission):
        return case
    lifecycle.check_version(case, seen_version)
    lifecycle.check(case, Move.ESCALATE)
    if not climb(case, move=Move.ESCALATE, by=by.actor, at=at, reason=reason, submission=submission):
        raise Invalid(field="reason", sentence=_("This complaint is at the top of the ladder already."))
    tell.customer(case, Kind.ESCALATED, occasion=f"v{case.version}", at=at, tier_name=Tier(case.tier).label)
    return case


def climb(case: Case, *, move: Move, by: Actor, at: datetime, reason: str, submission: str = "") -> bool:
    """Take a locked case one step up by a move, write it, and tell who has it now; False on top of the ladder."""
    step = next_step(case.unit, Tier(case.tier))
    if step is None:
        return False
    lifecycle.apply(case, move, at=at, tier=step.tier, responsible=step.responsible)
    timeline.record(
        case, Entry.ESCALATED, by=by, at=at, to=step.who, tier=step.tier, reason=reason, submission=submission
    )
    tell.employee(
        step.responsible, case, Kind.STAFF_ASSIGNED, occasion=f"v{case.version}", at=at, by=by.name, reason=reason
    )
    return True
