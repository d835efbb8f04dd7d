from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.handling import keeping
from complaints.handling.merge_failure_types import note_passing, require_undivided, stop_offering
from complaints.staff.models import Employee, Setting
from complaints.standards.models import FailureType, Succession, SuccessionKind
from complaints.standards.sheets import FailureSheet, Part


@transaction.atomic
def split_failure_type(pk: int, *, parts: Sequence[Part], by: Employee, at: datetime) -> list[FailureType]:
    """Put finer failure types in the place of one, in its area; gives them, in the order of the parts.

    Complaints keep the type they were filed under, and it is not offered any more. Locks the settings, then the type.
    Raises NotPermitted, NotFound, ChangedMeanwhile, Invalid.
    """
    keeping.begin(by, Setting.FAILURE)
    whole = keeping.known(keeping.locked(FailureType.objects.all(), pk))
    require_undivided(whole)
    if len({part.name for part in parts}) != len(parts) or len(parts) < 2:
        raise Invalid(field="", sentence=_("Name at least two failures, each by a name of its own."))
    made = [_made(whole, part, by=by, at=at) for part in parts]
    Succession.objects.bulk_create(Succession(kind=SuccessionKind.SPLIT, old=whole, new=one, at=at) for one in made)
    stop_offering(whole)
    note_passing(whole, ", ".join(one.name for one in made), by=by, at=at)
    return made


def _made(whole: FailureType, part: Part, *, by: Employee, at: datetime) -> FailureType:
    sheet = FailureSheet(
        name=part.name,
        name_zh=part.name_zh,
        parent=whole.parent_id,
        touchpoint=part.touchpoint or whole.touchpoint,
        severity=part.severity or whole.severity,
        department=whole.department_id,
    )
    if FailureType.objects.filter(parent=whole.parent_id, name=part.name).exists():
        raise Invalid(field="", sentence=_("There is a failure “%(name)s” in this area already.") % {"name": part.name})
    kind = FailureType()
    keeping.keep(Setting.FAILURE, kind, sheet, now=None, seen=None, by=by, at=at)
    return kind
