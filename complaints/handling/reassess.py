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
from complaints.cases.states import Move
from complaints.common import rulebook
from complaints.escalation.ladder import steps_of
from complaints.handling import tell
from complaints.handling.promises import promise_of
from complaints.outbox import queue
from complaints.outbox.models import Kind
from complaints.staff.models import Employee, Tier, Unit
from complaints.staff.permissions import Permission, require
from complaints.staff.queries import colleagues, nearest, visible_unit
from complaints.standards.models import ClockKind, Severity, Target
from complaints.standards.queries import failure_type as known_failure_type
from complaints.standards.queries import service_standard as known_service_standard

NONE_MISSED: Final = 0
"""In place of the number of a service standard: no promise was missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is judged anew; None leaves a fact as it is. `to_current` asks for the standard that is in force now."""

    severity: Severity | None = None
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
    """What a judgement makes of a case, nothing of it stored: what changes, and the clocks as they would be."""

    changes: list[Change] = field(default_factory=list)
    deadlines: list[Moved] = field(default_factory=list)
    clocks: Sequence[Clock] = ()
    left_unit: Unit | None = None
    handed_over: bool = False
    responsible: Employee | None = None

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
    its tier there, or to that unit's list with an alarm; who had it before is told. Judged the same twice, it is done
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
        judged.changes.append(Change(_name_of(name), _shown(case, name), _words(value)))
        setattr(case, name, value)
    if "unit" in changed:
        judged.left_unit = left
        judged.handed_over = _follow_to_unit(case, left, at=at)
    judged.responsible = case.responsible
    if judgement.to_current or set(changed) - {"service_standard"}:
        _hold_to_standard(case, judged, at=at)
    return judged


def _changed(case: Case, judgement: Judgement, *, by: Employee) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if judgement.severity is not None and judgement.severity != case.severity:
        changed["severity"] = judgement.severity
    if judgement.failure_type is not None and judgement.failure_type != case.failure_type_id:
        changed["failure_type"] = known_failure_type(judgement.failure_type, rulebook.edition())
    if judgement.service_standard is not None and judgement.service_standard != (case.service_standard_id or 0):
        missed = judgement.service_standard
        changed["service_standard"] = None if missed == NONE_MISSED else known_service_standard(missed)
    if judgement.unit is not None and judgement.unit != case.unit_id:
        changed["unit"] = visible_unit(by, judgement.unit)
    return changed


def _hold_to_standard(case: Case, judged: Judged, *, at: datetime) -> None:
    """Hold a case to the standard that fits it now, and say how its deadlines move by that."""
    promise = promise_of(case)
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
    return str(case.get_severity_display()) if fact == "severity" else _words(getattr(case, fact))


def _words(value: object) -> str:
    if value is None:
        return _("none")
    return str(value.label) if isinstance(value, Severity) else str(value)
