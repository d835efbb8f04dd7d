"""Where a remedy beyond somebody's authority goes: to the nearest superior whose own authority covers it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from djmoney.money import Money

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
from complaints.remedies.authority import Allowance, allowance
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
    kind = remedy.kind
    for step, own in covering(case, kind, remedy.amount, above=above, but=remedy.proposed_by_id, at=at):
        person = own.employee
        try:
            ledger.hold(remedy, remedy.amount, own, at=at)
        except BeyondAuthority:  # somebody else was faster
            continue
        due_at = Rung(step, person).decides_by(at=at) or at + DECIDED_WITHIN
        asked = remedies.ask(remedy, of=person, tier=Tier(step.tier), due_at=due_at, at=at)
        note(case, remedy, Entry.APPROVAL_ASKED, by=by, at=at, to=person.name, to_id=person.pk)
        lifecycle.store(case)
        facts = {"by": _proposer(remedy), "remedy": words_of(remedy), "reason": remedy.reason, "due_at": due_at}
        facts["page"] = tell.page_of_approval(asked.pk)
        tell.employee(person, case, Kind.STAFF_APPROVAL_ASKED, occasion=f"approval {asked.pk}", at=at, **facts)
        return asked
    asked = remedies.ask(remedy, of=None, tier=None, due_at=None, at=at)
    note(case, remedy, Entry.APPROVAL_ASKED, by=by, at=at)
    lifecycle.store(case)
    tell.alarm(case, occasion=f"approval {asked.pk}", at=at, reason=remedy.reason, remedy=words_of(remedy))
    return asked


def covering(
    case: Case, kind: str, amount: Money, *, above: Tier | None, but: int | None, at: datetime
) -> Iterator[tuple[LadderStep, Allowance]]:
    """The superiors whose own authority covers a remedy, in the order in which they are asked, without who proposed it.

    Each is looked at when the one before was passed over; who has money in other currencies only does not cover it.
    """
    for step, person in superiors(case, above=above, but=but, at=at):
        try:
            own = allowance(person, case, at=at, currency=str(amount.currency))
        except RateMissing:
            continue
        if own.covers(amount, kind):
            yield step, own


def superiors(
    case: Case, *, above: Tier | None, but: int | None, at: datetime
) -> Iterator[tuple[LadderStep, Employee]]:
    """Who may decide on a case's remedies above a tier, whatever the sum, in the order in which they are asked."""
    for step, person in _answering_above(case, above, at=at):
        if person.pk != but and _may_decide(person, case):
            yield step, person


def _answering_above(case: Case, above: Tier | None, *, at: datetime) -> Iterator[tuple[LadderStep, Employee]]:
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
