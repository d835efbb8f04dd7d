from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid, NotFound
from complaints.handling import keeping
from complaints.staff.models import Employee, Role, Setting
from complaints.staff.queries import administrators
from complaints.staff.sheets import EmployeeSheet


@transaction.atomic
def keep_employee(pk: int, *, sheet: EmployeeSheet, by: Employee, at: datetime, seen: str | None = None) -> Employee:
    """Write down where somebody works, as what, and whether they still do.

    The last administrator stays one, or nobody could ever change a setting again. Locks the settings, then the
    employee. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    employee = keeping.found(Employee.objects.select_for_update(no_key=True), pk)
    if employee is None:
        raise NotFound
    leaves = not sheet.is_active or sheet.role != Role.ADMINISTRATOR
    if leaves and [one.pk for one in administrators()] == [employee.pk]:
        raise Invalid(field="role", sentence=_("This is the only administrator; name another one first."))
    now = EmployeeSheet.of(employee)
    keeping.keep(Setting.EMPLOYEE, employee, sheet, now=now, seen=seen, by=by, at=at)
    return employee
