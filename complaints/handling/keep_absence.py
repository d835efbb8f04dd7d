from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import AbsenceNotYours, Invalid, NotFound
from complaints.handling import keeping
from complaints.staff.models import Absence, Employee, Setting
from complaints.staff.queries import may_keep_absences_of, visible_units
from complaints.staff.sheets import AbsenceSheet


@transaction.atomic
def keep_absence(
    pk: int | None, *, sheet: AbsenceSheet, by: Employee, at: datetime, seen: str | None = None
) -> Absence:
    """Write down when somebody is away and who stands in for them, or add it without `pk`; sent twice, done once.

    Locks the employee. Raises NotFound, NotPermitted, ChangedMeanwhile, Invalid.
    """
    employee = Employee.objects.select_for_update(no_key=True, of=("self",)).filter(pk=sheet.employee).first()
    if employee is None:
        raise NotFound
    absence = keeping.found(Absence.objects.all(), pk) or Absence()
    # one that is handed from somebody to somebody else is the business of who leads both
    for person in {sheet.employee, absence.employee_id or sheet.employee}:
        if not may_keep_absences_of(by, Employee.objects.select_related("unit").get(pk=person)):
            raise AbsenceNotYours
    now = AbsenceSheet.of(absence) if pk else None
    if now is None:
        again = Absence.objects.filter(employee=employee, since=sheet.since, until=sheet.until).first()
        if again is not None and not sheet.differs_in(AbsenceSheet.of(again)):
            return again
    _check(sheet, employee, but=pk)
    keeping.keep(Setting.ABSENCE, absence, sheet, now=now, seen=seen, by=by, at=at)
    return absence


def _check(sheet: AbsenceSheet, employee: Employee, *, but: int | None) -> None:
    theirs = Absence.objects.filter(employee=employee, since__lt=sheet.until, until__gt=sheet.since)
    if any(pk != but for pk in theirs.values_list("pk", flat=True)):
        raise Invalid(field="since", sentence=_("Another absence of theirs lies in these days."))
    if sheet.stand_in is None:
        return
    stand_in = Employee.objects.select_related("unit").get(pk=sheet.stand_in)
    if not visible_units(stand_in).filter(pk=employee.unit_id).exists():
        raise Invalid(
            field="stand_in",
            sentence=_("%(name)s does not see the complaints of this unit, and so cannot stand in.")
            % {"name": stand_in.name},
        )
