from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.remedies.catalogue import RemedyType
from complaints.remedies.sheets import RemedyTypeSheet
from complaints.staff.models import Employee, Setting

LONGEST_CODE: Final = 20


@transaction.atomic
def keep_remedy_type(
    pk: int | None, *, sheet: RemedyTypeSheet, by: Employee, at: datetime, seen: str | None = None
) -> RemedyType:
    """Write down how this house gives a kind of remedy, or add a kind without `pk`.

    What was proposed already keeps its cost. A kind is never deleted: one that is not offered any more stays with the
    remedies of its kind. Locks the settings, then the row. Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by)
    found = keeping.locked(RemedyType.objects.all(), pk)
    now = RemedyTypeSheet.of(found) if found else None
    if now is not None and sheet.is_tangible != now.is_tangible:
        raise Invalid(field="is_tangible", sentence=_("Whether it is worth a sum stays as it was: add another kind."))
    if not sheet.is_tangible:
        sheet = replace(sheet, cost_share=now.cost_share if now else 0)
    row = found or RemedyType(code=_new_code(sheet.name))
    keeping.keep(Setting.REMEDY, row, sheet, now=now, seen=seen, by=by, at=at)
    return row


def _new_code(name: str) -> str:
    """A code for a further kind, after its name; under the lock of the settings, so that it is no other's."""
    stem = slugify(name).replace("-", "_")[: LONGEST_CODE - 3] or "remedy"
    taken = set(RemedyType.objects.filter(code__startswith=stem).values_list("code", flat=True))
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (stem, *numbered) if code not in taken)
