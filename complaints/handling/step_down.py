from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import clocks, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.common.errors import Invalid
from complaints.escalation.ladder import steps_of
from complaints.handling import tell
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier
from complaints.staff.permissions import Permission
from complaints.staff.queries import nearest


@transaction.atomic
def step_down(
    reference: str,
    *,
    reason: str,
    by: Employee,
    at: datetime,
    seen_version: int | None = None,
    submission: str = "",
) -> Case:
    """Send a case back one step, with guidance: the nearest person there, or the unit's list. Locks the case."""
    reason = written(reason, field="reason")
    case, is_done = lifecycle.lock_for_form(
        by, Permission.STEP_DOWN, reference, move=Move.STEP_DOWN, seen_version=seen_version, submission=submission
    )
    if is_done:
        return case
    below = [step for step in steps_of(case.unit) if step.position < case.step and not step.is_outside]
    if not below:
        raise Invalid(field="reason", sentence=_("This complaint is on the lowest step already."))
    step = below[-1]
    person = nearest(case.unit, [Tier(step.tier)], at=at)
    clocks.start_tier(case, step.minutes, calendar=step.calendar, at=at, live=clocks.unended(case))
    case.step, case.reached_tier_at = step.position, at
    lifecycle.apply(case, Move.STEP_DOWN, at=at, tier=step.tier, responsible=person)
    to = person.name if person else step.name
    timeline.record(case, Entry.STEPPED_DOWN, by=by.actor, at=at, to=to, reason=reason, submission=submission)
    tell.employee(person, case, Kind.STAFF_ASSIGNED, occasion=f"v{case.version}", at=at, by=by.name, reason=reason)
    return case
