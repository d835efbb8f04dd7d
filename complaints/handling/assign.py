from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import clocks, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.common.errors import Invalid
from complaints.escalation.ladder import higher, position_of, steps_of
from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier
from complaints.staff.permissions import Permission
from complaints.staff.queries import colleagues


@transaction.atomic
def take(reference: str, *, by: Employee, at: datetime, seen_version: int | None = None) -> Case:
    """Become responsible oneself, once however often it is sent; the case never steps down by that. Locks the case."""
    case = lifecycle.lock_for(by, Permission.TAKE, reference, move=Move.TAKE)
    if case.responsible_id == by.pk:
        return case
    lifecycle.check_version(case, seen_version)
    tier = higher(Tier(case.tier), by.tier)
    step = max(case.step, position_of(case.unit, tier))
    since = _since(case, step, at=at)
    named = case.responsible_id is not None
    lifecycle.apply(case, Move.TAKE, at=at, responsible=by, tier=tier, step=step, reached_tier_at=since)
    timeline.record(case, Entry.TAKEN, by=by.actor, at=at)
    _tell_customer(case, named=named, at=at)
    return case


@transaction.atomic
def assign(reference: str, *, to: int, by: Employee, at: datetime, seen_version: int | None = None) -> Case:
    """Make a colleague responsible who belongs to the ladder of the case's unit, and tell them; sent twice, done once.

    Locks the case.
    """
    case = lifecycle.lock_for(by, Permission.ASSIGN, reference, move=Move.ASSIGN)
    colleague = colleagues(case.unit).filter(pk=to).first()
    if colleague is None:
        raise Invalid(
            field="to",
            sentence=_("This colleague cannot be responsible for complaints of %(unit)s.") % {"unit": case.unit},
        )
    if case.responsible_id == colleague.pk:
        return case
    lifecycle.check_version(case, seen_version)
    tier = colleague.tier or Tier(case.tier)
    step = position_of(case.unit, tier)
    since = _since(case, step, at=at)
    named = case.responsible_id is not None
    lifecycle.apply(case, Move.ASSIGN, at=at, responsible=colleague, tier=tier, step=step, reached_tier_at=since)
    timeline.record(case, Entry.ASSIGNED, by=by.actor, at=at, to=colleague.name, to_id=colleague.pk)
    if colleague.pk != by.pk:
        tell.employee(colleague, case, Kind.STAFF_ASSIGNED, occasion=f"v{case.version}", at=at, by=by.name, reason="")
    _tell_customer(case, named=named, at=at)
    return case


def _tell_customer(case: Case, *, named: bool, at: datetime) -> None:
    """Tell the customer who looks after it now, where somebody else was `named` to them or spoke with them before."""
    if named or case.acknowledged_at is not None:
        tell.customer(case, Kind.PROGRESS, occasion=f"v{case.version}", at=at, someone_new=True)


def _since(case: Case, position: int, *, at: datetime) -> datetime | None:
    """Since when a case is on the step it comes to; on another one than before that step's deadline begins."""
    if position == case.step:
        return case.reached_tier_at
    step = next((step for step in steps_of(case.unit) if step.position == position), None)
    minutes, calendar = (step.minutes, step.calendar) if step else (None, None)
    clocks.start_tier(case, minutes, calendar=calendar, at=at, live=clocks.unended(case))
    return at
