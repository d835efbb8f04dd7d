from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import clocks, lifecycle, search, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.handling import tell
from complaints.handling.promises import promise_of
from complaints.outbox import queue
from complaints.staff.models import Employee, Unit
from complaints.staff.permissions import Permission
from complaints.staff.queries import colleagues, visible_unit
from complaints.standards import rulebook
from complaints.standards.models import Severity
from complaints.standards.queries import failure_type as known_failure_type


@transaction.atomic
def reassess(
    reference: str,
    *,
    severity: Severity | None = None,
    failure_type: int | None = None,
    unit: int | None = None,
    by: Employee,
    at: datetime,
    seen_version: int | None = None,
) -> Case:
    """Judge anew how bad it is, what failed or where, and hold the case to what that promises; None leaves a fact.

    Open deadlines keep their start and the pauses they have had. A unit that the responsible employee cannot answer
    for finds the case on its list, with an alarm. Judged the same twice, it is done once. Locks the case. Raises
    NotFound for a unit that the employee does not see.
    """
    case = lifecycle.lock_for(by, Permission.REASSESS, reference, move=Move.ASSIGN)
    changed = _changes(case, severity=severity, failure_type=failure_type, unit=unit, by=by)
    if not changed:
        return case
    lifecycle.check_version(case, seen_version)
    for name, value in changed.items():
        setattr(case, name, value)
    left_without = "unit" in changed and _leave_with_unit(case)
    promise = promise_of(case)
    case.standard = promise.version
    clocks.reapply(case, promise.targets, at=at)
    lifecycle.store(case)
    timeline.record(case, Entry.DEADLINES_MOVED, by=by.actor, at=at, why=_told(case, changed))
    if left_without:
        tell.alarm(case, occasion=f"v{case.version}", at=at, reason=_told(case, changed))
    return case


def _changes(
    case: Case, *, severity: Severity | None, failure_type: int | None, unit: int | None, by: Employee
) -> dict[str, object]:
    changed: dict[str, object] = {}
    if severity is not None and severity != case.severity:
        changed["severity"] = severity
    if failure_type is not None and failure_type != case.failure_type_id:
        changed["failure_type"] = known_failure_type(failure_type, rulebook.edition())
    if unit is not None and unit != case.unit_id:
        changed["unit"] = visible_unit(by, unit)
    return changed


def _leave_with_unit(case: Case) -> bool:
    """Let what hangs on a case follow it to its new unit; whether that leaves it without somebody responsible."""
    search.move_to_unit(case)
    queue.move_to_unit(case.reference, case.unit)
    if case.responsible_id is None or colleagues(case.unit).filter(pk=case.responsible_id).exists():
        return False
    case.responsible = None
    return True


def _told(case: Case, changed: dict[str, object]) -> str:
    words = [value.label if isinstance(value, Severity) else str(value) for value in changed.values()]
    moved = isinstance(changed.get("unit"), Unit)
    kind = _("moved to another unit") if moved else _("judged anew")
    return f"{kind}: {', '.join(map(str, words))}"
