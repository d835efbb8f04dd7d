from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.cases import lifecycle
from complaints.cases.queries import has_open_cases
from complaints.common.errors import Invalid
from complaints.escalation.standing import governed_by, own_steps, positions_after, steps_for
from complaints.handling import keeping
from complaints.outbox import kick
from complaints.staff.models import Employee, Setting, Unit
from complaints.staff.sheets import UnitSheet


@transaction.atomic
def keep_unit(pk: int | None, *, sheet: UnitSheet, by: Employee, at: datetime, seen: str | None = None) -> Unit:
    """Write a unit and its place in the tree anew, or add one without `pk`; its parts move with it.

    Open complaints of what moves stand on the ladder of the new place from then on; in another zone their reminders
    are reckoned anew by a job. Locks the settings, then the open complaints that move, in the order of their ids.
    Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    # no lock on the row: whoever files there stores what points at it and must not wait
    unit = keeping.found(Unit.objects.all(), pk) or Unit()
    now = UnitSheet.of(unit) if pk else None
    if not sheet.is_active:
        _let_go(unit, sheet)
    ladder_moves = now is not None and now.parent != sheet.parent and not own_steps(unit)
    before = steps_for(unit) if ladder_moves else []
    if keeping.keep(Setting.UNIT, unit, sheet, now=now, seen=seen, by=by, at=at):
        if ladder_moves:
            moved = Unit.objects.get(pk=unit.pk)
            lifecycle.restand(governed_by(moved), positions_after(before, steps_for(moved)))
        kick.recompute_on_commit()
    return unit


def _let_go(unit: Unit, sheet: UnitSheet) -> None:
    """Refuse to put a unit out of use where something still goes on."""
    refused = ""
    if sheet.takes_public_complaints:
        refused = _("A unit that is not in use cannot take complaints from the public form.")
    elif unit.pk and has_open_cases(unit):
        refused = _("Complaints are still open here; move or close them first.")
    elif unit.pk and unit.employees.filter(is_active=True).exists():
        refused = _("Employees still work here; move them first.")
    elif unit.pk and unit.parts.filter(is_active=True).exists():
        refused = _("Units below this one are still in use.")
    if refused:
        raise Invalid(field="is_active", sentence=refused)
