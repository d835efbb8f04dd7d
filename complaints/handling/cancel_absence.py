from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.common.errors import AbsenceNotYours, NotFound
from complaints.handling import keeping
from complaints.staff import changes
from complaints.staff.models import Absence, Employee, Setting
from complaints.staff.queries import may_keep_absences_of
from complaints.staff.sheets import AbsenceSheet


@transaction.atomic
def cancel_absence(pk: int, *, by: Employee, at: datetime) -> None:
    """Take an absence away: it was entered by mistake, or they are here after all. Locks it.

    Raises NotFound, NotPermitted.
    """
    absence = keeping.found(Absence.objects.select_for_update(of=("self",)).select_related("employee__unit"), pk)
    if absence is None:
        raise NotFound
    if not may_keep_absences_of(by, absence.employee):
        raise AbsenceNotYours
    before = keeping.words(AbsenceSheet.of(absence), absence)
    after = dict.fromkeys(before, "")
    changes.note(Setting.ABSENCE, absence.pk, name=str(absence), before=before, after=after, by=by, at=at)
    absence.delete()
