from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.staff.models import Employee, Setting
from complaints.standards.models import FailureType
from complaints.standards.sheets import FailureSheet


@transaction.atomic
def keep_failure_type(
    pk: int | None, *, sheet: FailureSheet, by: Employee, at: datetime, seen: str | None = None
) -> FailureType:
    """Write down an area of the catalogue or a failure in it, or add one without `pk`; complaints of it go along.

    A failure is in the line of business of its area. One that gave way to others is not offered again. Locks the
    settings, then the row. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by, Setting.FAILURE)
    row = keeping.locked(FailureType.objects.all(), pk)
    if sheet.parent is not None:
        sheet = replace(sheet, line="")
    _check(sheet, row)
    now = FailureSheet.of(row) if row else None
    row = row or FailureType()
    keeping.keep(Setting.FAILURE, row, sheet, now=now, seen=seen, by=by, at=at)
    return row


def _check(sheet: FailureSheet, row: FailureType | None) -> None:
    if sheet.parent is not None:
        above = FailureType.objects.filter(pk=sheet.parent).first()
        if above is None or above.parent_id is not None or (row is not None and above.pk == row.pk):
            raise Invalid(field="parent", sentence=_("This is no area of the catalogue."))
        if row is not None and row.kinds.exists():
            raise Invalid(field="parent", sentence=_("There are failures in this area: it cannot be a failure itself."))
    if row is None:
        return
    if sheet.is_active and row.successors.exists():
        raise Invalid(
            field="is_active",
            sentence=_("It was merged or split. Take that back below, and it is offered again."),
        )
    if sheet.parent is None and row.parent_id is not None and (row.successors.exists() or row.predecessors.exists()):
        raise Invalid(field="parent", sentence=_("It was merged or split, and stays a failure in an area."))
