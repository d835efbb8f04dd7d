from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import clocks, lifecycle, texts, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Clock, TimelineEntry
from complaints.cases.sentences import deadline_names
from complaints.cases.states import Move
from complaints.common.actors import SYSTEM, Actor, ActorKind
from complaints.common.errors import Invalid
from complaints.common.rulebook import Mark
from complaints.escalation.ladder import Ladders, Rung, next_rung
from complaints.escalation.urgent import urgent_rule
from complaints.handling import tell
from complaints.handling.texts import written
from complaints.outbox.models import Kind, Message
from complaints.outbox.queue import enqueue
from complaints.staff.models import Employee, Tier
from complaints.staff.permissions import Permission
from complaints.staff.queries import at_work, nearest
from complaints.standards.models import ClockKind


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
    case, is_done = lifecycle.lock_for_form(
        by, Permission.ESCALATE, reference, move=Move.ESCALATE, seen_version=seen_version, submission=submission
    )
    if is_done:
        return case
    if not climb(case, move=Move.ESCALATE, by=by.actor, at=at, reason=reason, submission=submission):
        raise Invalid(field="reason", sentence=_("This complaint is at the top of the ladder already."))
    return case


def climb(
    case: Case,
    *,
    move: Move,
    by: Actor,
    at: datetime,
    reason: str | None,
    submission: str = "",
    least: Tier | None = None,
    told: Kind | None = Kind.ESCALATED,
    ladders: Ladders | None = None,
    live: Sequence[Clock] | None = None,
) -> bool:
    """Take a locked case one step up by a move: write it, start that step's deadline, tell who has it and the customer.

    On the step outside the case stays where it is, and the customer learns of the way out, as do those who have it,
    handed it up and stand highest. Where nobody stands higher, it goes to the unit's list with an alarm. False on top
    of the ladder. Deadlines that have run out by then are answered by this step, so that the sweep adds no second one;
    where `reason` is None they are the reason. `told` names the customer's message, if any. The sweep hands in the
    `ladders` of its batch and the `live` clocks it has read.
    """
    look_up = next_rung if ladders is None else ladders.next_rung
    rung = look_up(case.unit, case.step, at=at, least=least)
    if rung is None:
        return False
    had_it = case.responsible
    missed, live_now = _move_up(case, rung, move=move, at=at, live=live)
    deadlines = missed[0].facts["deadlines"] if missed and reason is None else ""
    why: dict[str, Any] = {"reason": reason or "", "deadlines": deadlines, "submission": submission}
    because = reason or deadline_names(deadlines)
    if rung.step.is_outside:
        text, to = rung.step.contact, rung.step.name
        entry = timeline.entry(case, Entry.OUTSIDE_NAMED, by=by, at=at, text=text, to=to, **why)
        messages = _who_learns_of_outside(case, rung, by=by, at=at, reason=because)
    else:
        entry = timeline.entry(case, Entry.ESCALATED, by=by, at=at, to=rung.who, tier=rung.step.tier, **why)
        facts = {"reason": because, "is_urgent": least is not None, "from_whom": _from_whom(had_it, by=by)}
        messages = _who_learns(case, rung, told, by=by, at=at, live=live_now, facts=facts)
        if missed and had_it is not None and had_it.pk != case.responsible_id:
            messages += _who_missed_it(case, had_it, rung, missed, at=at)
    enqueue(*missed, entry, *messages)
    texts.add(case, reason or "")
    return True


def note_run_out(case: Case, live: Sequence[Clock], *, at: datetime) -> list[TimelineEntry]:
    """Mark those live clocks of a locked case that have run out as acted on; the entry of it, if any, to be stored."""
    run_out = clocks.run_out(live, at=at)
    if not run_out:
        return []
    clocks.act_on(run_out, at=at)
    codes = clocks.codes_of(run_out)
    return [timeline.entry(case, Entry.DEADLINE_MISSED, by=SYSTEM, at=at, deadlines=codes)]


def climb_if_urgent(case: Case, edition: Mark | None, *, said: str, at: datetime) -> None:
    """Send a locked or just stored case up at once where a rule of the edition says that it cannot wait."""
    rule = urgent_rule(case, edition, said=said)
    if rule is not None:
        climb(case, move=Move.CLIMB, by=SYSTEM, at=at, reason=rule.name, least=Tier(rule.tier))


def _move_up(
    case: Case, rung: Rung, *, move: Move, at: datetime, live: Sequence[Clock] | None
) -> tuple[list[TimelineEntry], Sequence[Clock]]:
    """Put the case on a step with that step's deadline; what had run out, as `note_run_out` tells it, and what runs."""
    step, before = rung.step, case.status
    live = clocks.unended(case) if live is None else live
    minutes = None if step.is_outside else step.minutes
    now_live = clocks.start_tier(case, minutes, calendar=step.calendar, at=at, live=live)
    here: dict[str, Any] = {"step": step.position}
    if not step.is_outside:
        here |= {"tier": step.tier, "responsible": rung.responsible, "reached_tier_at": at}
    lifecycle.apply(case, move, at=at, live=now_live, **here)
    # what rested runs again where the state has changed, and may have run out before
    if case.status != before:
        live = now_live = clocks.unended(case)
    return note_run_out(case, live, at=at), now_live


def _who_learns(
    case: Case,
    rung: Rung,
    told: Kind | None,
    *,
    by: Actor,
    at: datetime,
    live: Sequence[Clock],
    facts: dict[str, Any],
) -> list[Message]:
    """The messages to who has the case now, where nobody has to the administrators, and to the customer.

    What ran out is no promise any more: each is told what lies ahead, and who has to decide, by when.
    """
    occasion, name = f"v{case.version}", rung.step.title
    due_at = clocks.next_ahead(live, at=at)
    outwards = []
    if told is not None:
        outwards = [tell.to_customer(case, told, occasion=occasion, at=at, tier_name=name, due_at=due_at)]
    if rung.responsible is None:
        inwards = tell.to_administrators(case, occasion=occasion, at=at, reason=facts["reason"])
    else:
        why = {"by": by.name, "for_customer": by.kind == ActorKind.CUSTOMER, **facts}
        why["due_at"] = clocks.next_ahead(live, at=at, kind=ClockKind.TIER) or due_at
        inwards = tell.to_employee(rung.responsible, case, Kind.STAFF_ESCALATED, occasion=occasion, at=at, **why)
    return [*inwards, *outwards]


def _from_whom(had_it: Employee | None, *, by: Actor) -> str:
    """Whom a case comes from: who handed it up, or had it when a deadline, a rule or the customer did."""
    if by.kind == ActorKind.EMPLOYEE:
        return by.name
    return had_it.name if had_it else ""


def _who_missed_it(
    case: Case, had_it: Employee, rung: Rung, missed: Sequence[TimelineEntry], *, at: datetime
) -> list[Message]:
    """The message to who had the case when the deadline ran out, and does not have it any more."""
    names = deadline_names(missed[0].facts["deadlines"])
    facts = {"deadline": names, "to": rung.who}
    return tell.to_employee(had_it, case, Kind.STAFF_BREACHED, occasion=f"v{case.version}", at=at, **facts)


def _who_learns_of_outside(case: Case, rung: Rung, *, by: Actor, at: datetime, reason: str) -> list[Message]:
    """The messages to the customer, and to whom of ours it concerns; where it concerns nobody, the alarm."""
    facts, occasion = {"outside": rung.step.name, "contact": rung.step.contact}, f"v{case.version}"
    messages = [tell.to_customer(case, Kind.ROUTE_OUTSIDE, occasion=occasion, at=at, **facts)]
    concerned = _concerned(case, at=at)
    for colleague in concerned:
        if colleague.pk != by.id or by.kind != ActorKind.EMPLOYEE:
            why = {"reason": reason, **facts}
            messages += tell.to_employee(colleague, case, Kind.STAFF_OUTSIDE, occasion=occasion, at=at, **why)
    if not concerned:
        messages += tell.to_administrators(case, occasion=occasion, at=at, reason=reason)
    return messages


def _concerned(case: Case, *, at: datetime) -> list[Employee]:
    """Who has a case, who handed it up last, and the VP of its unit; or who stands in for them, each once."""
    ids = [case.responsible_id, timeline.last_employee(case, Entry.ESCALATED)]
    people = sorted(Employee.objects.filter(pk__in=[pk for pk in ids if pk]), key=lambda one: ids.index(one.pk))
    answering = [*at_work(people, at=at).values(), nearest(case.unit, [Tier.VP], at=at)]
    return list({one.pk: one for one in answering if one is not None}.values())
