"""Where a remedy beyond somebody's authority goes: to the nearest superior whose own authority covers it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import visible_to
from complaints.common.actors import Actor
from complaints.common.errors import BeyondAuthority, RateMissing
from complaints.escalation.ladder import TIERS, Rung, steps_of
from complaints.escalation.models import LadderStep
from complaints.handling import tell
from complaints.handling.offer_remedy import note, words_of
from complaints.outbox.models import Kind
from complaints.remedies import ledger
from complaints.remedies import lifecycle as remedies
from complaints.remedies.authority import allowance
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Remedy
from complaints.staff.models import Employee, Tier
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import answering

DECIDED_WITHIN: Final = timedelta(days=1)
"""Where the step of the ladder has no time of its own."""


def ask_approval(case: Case, remedy: Remedy, *, above: Tier | None, by: Actor, at: datetime) -> Approval:
    """Ask the nearest superior above a tier whose authority covers a remedy, and set the sum aside with them.

    Where none does, the request waits for whoever may by then, and the administrators get an alarm: it is never lost.
    For a locked case and a remedy that awaits approval.
    """
    for step, person in _superiors(case, above, at=at):
        if person.pk == remedy.proposed_by_id or not _may_decide(person, case):
            continue
        if not _held_with(person, case, remedy, at=at):
            continue
        due_at = Rung(step, person).decides_by(at=at) or at + DECIDED_WITHIN
        asked = remedies.ask(remedy, of=person, tier=Tier(step.tier), due_at=due_at, at=at)
        note(case, remedy, Entry.APPROVAL_ASKED, by=by, at=at, to=person.name, to_id=person.pk)
        lifecycle.store(case)
        facts = {"by": _proposer(remedy), "remedy": words_of(remedy), "reason": remedy.reason, "due_at": due_at}
        tell.employee(person, case, Kind.STAFF_APPROVAL_ASKED, occasion=f"approval {asked.pk}", at=at, **facts)
        return asked
    asked = remedies.ask(remedy, of=None, tier=None, due_at=None, at=at)
    note(case, remedy, Entry.APPROVAL_ASKED, by=by, at=at)
    lifecycle.store(case)
    tell.alarm(case, occasion=f"approval {asked.pk}", at=at, reason=remedy.reason, remedy=words_of(remedy))
    return asked


def _held_with(person: Employee, case: Case, remedy: Remedy, *, at: datetime) -> bool:
    """Set the sum aside within somebody's own authority; False where that does not cover it."""
    try:
        own = allowance(person, case, at=at, currency=str(remedy.amount.currency))
        if not own.covers(remedy.amount, RemedyKind(remedy.kind)):
            return False
        ledger.hold(remedy, remedy.amount, own, at=at)
    except (BeyondAuthority, RateMissing):  # somebody else was faster; or they have money in other currencies only
        return False
    return True


def _superiors(case: Case, above: Tier | None, *, at: datetime) -> Iterator[tuple[LadderStep, Employee]]:
    """Who answers on the higher steps of the unit's ladder, the lowest step and the nearest person first."""
    floor = -1 if above is None else TIERS.index(above)
    steps: dict[Tier, LadderStep] = {}
    for step in steps_of(case.unit):
        if not step.is_outside and TIERS.index(Tier(step.tier)) > floor:
            steps.setdefault(Tier(step.tier), step)
    for tier, person in answering(case.unit, list(steps), at=at):
        yield steps[tier], person


def _may_decide(person: Employee, case: Case) -> bool:
    """A stand-in decides by the rights and the authority of their own, or not at all."""
    return may(person, Permission.DECIDE_APPROVAL) and visible_to(person).filter(pk=case.pk).exists()


def _proposer(remedy: Remedy) -> str:
    return remedy.proposed_by.name if remedy.proposed_by else ""
