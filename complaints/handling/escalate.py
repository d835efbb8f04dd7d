from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import clocks, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.common.actors import SYSTEM, Actor, ActorKind
from complaints.common.errors import Invalid
from complaints.escalation.ladder import Rung, next_rung
from complaints.escalation.urgent import urgent_rule
from complaints.handling import tell
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier
from complaints.staff.permissions import Permission
from complaints.staff.queries import at_work, nearest
from complaints.standards.rulebook import Mark


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
    """Hand a case up to the next step of its unit's ladder, with the reason; the unit keeps sight. Locks the case."""
    reason = written(reason, field="reason")
    case = lifecycle.lock_for(by, Permission.ESCALATE, reference, move=Move.NOTE)
    if timeline.has_submission(case, submission):
        return case
    lifecycle.check_version(case, seen_version)
    lifecycle.check(case, Move.ESCALATE)
    if not climb(case, move=Move.ESCALATE, by=by.actor, at=at, reason=reason, submission=submission):
        raise Invalid(field="reason", sentence=_("This complaint is at the top of the ladder already."))
    return case


def climb(
    case: Case,
    *,
    move: Move,
    by: Actor,
    at: datetime,
    reason: str,
    submission: str = "",
    least: Tier | None = None,
    told: Kind | None = Kind.ESCALATED,
) -> bool:
    """Take a locked case one step up by a move: write it, start that step's deadline, tell who has it and the customer.

    On the step outside the case stays where it is, and the customer learns of the way out, as do those who have it,
    handed it up and stand highest. Where nobody stands higher,
    it goes to the unit's list with an alarm. False on top of the ladder. `told` names the customer's message, if any.
    Deadlines that have run out by then are answered by this step: the sweep adds no second one.
    """
    rung = next_rung(case.unit, case.step, at=at, least=least)
    if rung is None:
        return False
    if rung.step.is_outside:
        _name_outside(case, rung, move=move, by=by, at=at, reason=reason, submission=submission)
        return True
    case.step, case.reached_tier_at = rung.step.position, at
    clocks.start_tier(case, rung.step.minutes, calendar=rung.step.calendar, at=at)
    lifecycle.apply(case, move, at=at, tier=rung.step.tier, responsible=rung.responsible)
    note_run_out(case, at=at)
    to, tier = rung.who, rung.step.tier
    timeline.record(case, Entry.ESCALATED, by=by, at=at, to=to, tier=tier, reason=reason, submission=submission)
    occasion = f"v{case.version}"
    if rung.responsible is None:
        tell.alarm(case, occasion=occasion, at=at, reason=reason)
    else:
        why = {"by": by.name, "reason": reason, "is_urgent": least is not None}
        why["for_customer"] = by.kind == ActorKind.CUSTOMER
        tell.employee(rung.responsible, case, Kind.STAFF_ASSIGNED, occasion=occasion, at=at, **why)
    if told is not None:
        tell.customer(case, told, occasion=occasion, at=at, tier_name=rung.step.title)
    return True


def note_run_out(case: Case, *, at: datetime) -> str:
    """Write down which deadlines of a locked case have run out, once for each; their names, empty without any."""
    names = ", ".join(clocks.take_run_out(case, at=at))
    if names:
        timeline.record(case, Entry.DEADLINE_MISSED, by=SYSTEM, at=at, deadlines=names)
    return names


def climb_if_urgent(case: Case, edition: Mark | None, *, said: str, at: datetime) -> None:
    """Send a locked or just stored case up at once where a rule of the edition says that it cannot wait."""
    rule = urgent_rule(case, edition, said=said)
    if rule is not None:
        climb(case, move=Move.CLIMB, by=SYSTEM, at=at, reason=rule.name, least=Tier(rule.tier))


def _name_outside(case: Case, rung: Rung, *, move: Move, by: Actor, at: datetime, reason: str, submission: str) -> None:
    case.step = rung.step.position
    clocks.start_tier(case, None, calendar=None, at=at)
    lifecycle.apply(case, move, at=at)
    note_run_out(case, at=at)
    outside, contact = rung.step.name, rung.step.contact
    timeline.record(
        case, Entry.OUTSIDE_NAMED, by=by, at=at, text=contact, to=outside, reason=reason, submission=submission
    )
    facts, occasion = {"outside": outside, "contact": contact}, f"v{case.version}"
    tell.customer(case, Kind.ROUTE_OUTSIDE, occasion=occasion, at=at, **facts)
    concerned = _concerned(case, at=at)
    for colleague in concerned:
        if colleague.pk != by.id or by.kind != ActorKind.EMPLOYEE:
            tell.employee(colleague, case, Kind.STAFF_OUTSIDE, occasion=occasion, at=at, reason=reason, **facts)
    if not concerned:
        tell.alarm(case, occasion=occasion, at=at, reason=reason)


def _concerned(case: Case, *, at: datetime) -> list[Employee]:
    """Who has a case, who handed it up last, and the VP of its unit; or who stands in for them, each once."""
    ids = [case.responsible_id, timeline.last_employee(case, Entry.ESCALATED)]
    people = sorted(Employee.objects.filter(pk__in=[pk for pk in ids if pk]), key=lambda one: ids.index(one.pk))
    answering = [*at_work(people, at=at).values(), nearest(case.unit, [Tier.VP], at=at)]
    return list({one.pk: one for one in answering if one is not None}.values())
