from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.handling import keeping
from complaints.staff import changes
from complaints.staff.models import Employee, Setting
from complaints.standards.models import FailureType, Succession


@transaction.atomic
def take_back_succession(pk: int, *, by: Employee, at: datetime) -> FailureType:
    """Offer a failure type again that was merged or split by mistake; taken back twice, it is done once.

    What it was split into stays in the catalogue, with the complaints that were filed under it meanwhile. Locks the
    settings, then the type. Raises NotPermitted, NotFound.
    """
    keeping.begin(by, Setting.FAILURE)
    kind = keeping.known(keeping.locked(FailureType.objects.all(), pk))
    steps = list(Succession.objects.filter(old=kind).select_related("new").order_by("pk"))
    if not steps:
        return kind
    Succession.objects.filter(old=kind).delete()
    kind.is_active = True
    kind.save(update_fields=["is_active"])
    before = {"into": ", ".join(step.new.name for step in steps), "is_active": "False"}
    after = {"into": "", "is_active": "True"}
    changes.note(Setting.FAILURE, kind.pk, name=kind.name, before=before, after=after, by=by, at=at)
    return kind
