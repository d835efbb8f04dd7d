from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import clocks, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Clock
from complaints.cases.states import MOVES, Move, Status
from complaints.common import rulebook
from complaints.common.actors import SYSTEM
from complaints.common.rulebook import Mark
from complaints.escalation.ladder import Rung, next_rung, steps_of
from complaints.escalation.models import UrgentRule
from complaints.escalation.urgent import signal, urgent_rule
from complaints.handling import tell
from complaints.handling.escalate import climb
from complaints.handling.promises import promise_of
from complaints.outbox import queue
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier, Unit
from complaints.staff.permissions import Permission, require
from complaints.staff.queries import colleagues, nearest, visible_unit
from complaints.standards.models import ClockKind, Severity, Target
from complaints.standards.queries import failure_type as known_failure_type
from complaints.standards.queries import service_standard as known_service_standard

_CHOSEN: Final = frozenset({"severity", "complainer"})
_ABOUT_CUSTOMER: Final = frozenset({"complainer", "following"})

NONE_MISSED: Final = 0
"""In place of the number of a service standard: no promise was missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is judged anew; None leaves a fact as it is, an empty `complainer` is one whom nobody has judged.

    `following` are the people who follow the customer in public. `to_current` asks for the standard in force now.
    """

    severity: Severity | None = None
    complainer: str | None = None
    following: int | None = None
    failure_type: int | None = None
    unit: int | None = None
    service_standard: int | None = None
    to_current: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, before and after, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One deadline, before and after: without a before it is new, without an after nobody has to meet it any more.

    One that `runs_out` by this goes up the ladder with the next sweep.
    """

    name: str
    before: datetime | None
    after: datetime | None
    runs_out: bool


@dataclass(slots=True)
class Judged:
    """What a judgement makes of a case, nothing of it stored: what changes, and the clocks as they would be.

    Where a `rule` says that such a customer cannot wait, the case goes to that `rung` at once.
    """

    changes: list[Change] = field(default_factory=list)
    deadlines: list[Moved] = field(default_factory=list)
    clocks: Sequence[Clock] = ()
    left_unit: Unit | None = None
    handed_over: bool = False
    responsible: Employee | None = None
    rule: UrgentRule | None = None
    rung: Rung | None = None

    @property
    def words(self) -> str:
        """The changes in one line."""
        return "; ".join(f"{one.name}: {one.before} → {one.after}" for one in self.changes)


@transaction.atomic
def reassess(
    reference: str, *, judgement: Judgement, by: Employee, at: datetime, seen_version: int | None = None
) -> Case:
    """Judge anew how bad it is, what failed, which promise was missed or where, and hold the case to what that means.

    Open deadlines keep their start and the pauses they have had. In another unit the case goes to whoever stands on
    its tier there, or to that unit's list with an alarm; who had it before is told. Where a rule says that such a
    customer cannot wait, it goes up at once. Judged the same twice, it is done
    once. Locks the case. Raises NotFound for a unit that the employee does not see, and Invalid.
    """
    case = lifecycle.lock_for(by, Permission.REASSESS, reference, move=Move.REASSESS)
    before = case.responsible
    judged = _judge(case, judgement, by=by, at=at)
    if not judged.changes:
        return case
    lifecycle.check_version(case, seen_version)
    clocks.store(judged.clocks)
    if judged.left_unit is not None:
        queue.move_to_unit(case.reference, case.unit)
    lifecycle.store(case)
    timeline.record(case, Entry.REASSESSED, by=by.actor, at=at, changes=judged.words)
    if judged.handed_over:
        _hand_over(case, before, why=judged.words, by=by, at=at)
    if moved := [one.name for one in judged.deadlines if one.before != one.after]:
        timeline.record(case, Entry.DEADLINES_MOVED, by=by.actor, at=at, why=", ".join(moved))
    if judged.rule is not None:
        climb(case, move=Move.CLIMB, by=SYSTEM, at=at, reason=judged.rule.name, least=Tier(judged.rule.tier))
    return case


def foresee(case: Case, *, judgement: Judgement, by: Employee, at: datetime) -> Judged:
    """What `reassess` would make of a case, told before it is done. Reads only.

    Raises NotFound for a unit that the employee does not see, NotPermitted, MoveNotAllowed, Invalid.
    """
    require(by, Permission.REASSESS)
    lifecycle.check(case, Move.REASSESS)
    return _judge(copy(case), judgement, by=by, at=at)


def _judge(case: Case, judgement: Judgement, *, by: Employee, at: datetime) -> Judged:
    """Give a case the facts, the standard and the holder it would have, in memory, and say what that changes."""
    judged, left = Judged(), case.unit
    changed = _changed(case, judgement, by=by)
    for name, value in changed.items():
        before = _shown(case, name)
        setattr(case, name, value)
        judged.changes.append(Change(_name_of(name), before, _shown(case, name)))
    if "unit" in changed:
        judged.left_unit = left
        judged.handed_over = _follow_to_unit(case, left, at=at)
    judged.responsible = case.responsible
    edition = rulebook.edition()
    if _ABOUT_CUSTOMER & set(changed):
        _heed_signals(case, judged, edition, at=at)
    if judgement.to_current or set(changed) - {"service_standard"}:
        _hold_to_standard(case, judged, edition, at=at)
    return judged


def _heed_signals(case: Case, judged: Judged, edition: Mark | None, *, at: datetime) -> None:
    """Take the customer for more where a rule does, and send the case up where one says that it cannot wait."""
    said = f"{case.what_happened} {case.wanted}"
    sign = signal(case, edition, said=said)
    if sign is not None:
        before = [one.before for one in judged.changes if one.name == _name_of("complainer")]
        shown = before[0] if before else _shown(case, "complainer")
        case.complainer = sign.takes_as
        judged.changes = [one for one in judged.changes if one.name != _name_of("complainer")]
        judged.changes.append(Change(_name_of("complainer"), shown, _shown(case, "complainer")))
    if Status(case.status) in MOVES[Move.CLIMB].start:
        judged.rule = urgent_rule(case, edition, said=said)
    if judged.rule is not None:
        judged.rung = next_rung(case.unit, case.step, at=at, least=Tier(judged.rule.tier))


def _changed(case: Case, judgement: Judgement, *, by: Employee) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if judgement.severity is not None and judgement.severity != case.severity:
        changed["severity"] = judgement.severity
    if judgement.complainer is not None and judgement.complainer != case.complainer:
        changed["complainer"] = judgement.complainer
    if judgement.following is not None and judgement.following != (case.following or 0):
        changed["following"] = judgement.following
    if judgement.failure_type is not None and judgement.failure_type != case.failure_type_id:
        changed["failure_type"] = known_failure_type(judgement.failure_type, rulebook.edition())
    if judgement.service_standard is not None and judgement.service_standard != (case.service_standard_id or 0):
        missed = judgement.service_standard
        changed["service_standard"] = None if missed == NONE_MISSED else known_service_standard(missed)
    if judgement.unit is not None and judgement.unit != case.unit_id:
        changed["unit"] = visible_unit(by, judgement.unit)
    return changed


def _hold_to_standard(case: Case, judged: Judged, edition: Mark | None, *, at: datetime) -> None:
    """Hold a case to the standard that fits it now, and say how its deadlines move by that."""
    promise = promise_of(case, edition)
    if promise.version != case.standard:
        judged.changes.append(Change(_name_of("standard"), _shown(case, "standard"), _words(promise.version)))
        case.standard = promise.version
    elif not judged.changes:
        return
    before = {clock.pk: clock.due_at for clock in clocks.live(case)}
    judged.clocks = clocks.held_to(case, [*promise.targets, *_time_to_decide(case, judged)], at=at)
    judged.deadlines = [
        Moved(
            str(clock.name),
            before.get(clock.pk),
            None if clock.dropped else clock.due_at,
            runs_out=not clock.dropped and clock.has_run_out(at=at),
        )
        for clock in judged.clocks
    ]


def _time_to_decide(case: Case, judged: Judged) -> list[Target]:
    """In another unit: what the ladder there gives the tier that has the case, where a deadline of that runs."""
    step = next((step for step in steps_of(case.unit) if step.position == case.step), None)
    if judged.left_unit is None or step is None or not step.minutes:
        return []
    if not any(clock.kind == ClockKind.TIER for clock in clocks.live(case)):
        return []
    return [Target(kind=ClockKind.TIER, minutes=step.minutes, calendar=step.calendar)]


def _follow_to_unit(case: Case, left: Unit, *, at: datetime) -> bool:
    """Find who has a case in its new unit; whether that is another than before, or nobody."""
    here, there = steps_of(case.unit), steps_of(left)
    if [step.pk for step in here] != [step.pk for step in there]:
        case.step = next((step.position for step in here if step.tier == case.tier), 0)
    if case.responsible_id is not None and colleagues(case.unit).filter(pk=case.responsible_id).exists():
        return False
    case.responsible = nearest(case.unit, [Tier(case.tier)], at=at)
    return True


def _hand_over(case: Case, before: Employee | None, *, why: str, by: Employee, at: datetime) -> None:
    """Tell who has a case in its new unit, or raise the alarm; and who had it, that it is not theirs any more."""
    occasion, to = f"v{case.version}", case.responsible
    if to is None:
        tell.alarm(case, occasion=occasion, at=at, reason=why)
    else:
        timeline.record(case, Entry.ASSIGNED, by=by.actor, at=at, to=to.name, to_id=to.pk)
        if to.pk != by.pk:
            tell.employee(to, case, Kind.STAFF_ASSIGNED, occasion=occasion, at=at, by=by.name, reason=why)
    if before is not None and before.pk != by.pk:
        facts = {"by": by.name, "unit": case.unit.name, "to": to.name if to else ""}
        tell.employee(before, case, Kind.STAFF_MOVED, occasion=occasion, at=at, **facts)


def _name_of(fact: str) -> str:
    return str(Case._meta.get_field(fact).verbose_name)  # type: ignore[union-attr]  # noqa: SLF001 - public name


def _shown(case: Case, fact: str) -> str:
    if fact in _CHOSEN:
        return str(getattr(case, f"get_{fact}_display")()) or _("none")
    return _words(getattr(case, fact))


def _words(value: object) -> str:
    return _("none") if value is None else str(value)
