"""An authority rests on a training: whose training expires within a month hears of it, and so does their superior."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from complaints.handling import tell
from complaints.outbox.models import Kind
from complaints.remedies.models import Authority
from complaints.staff.models import Training
from complaints.staff.queries import Roster

MONTH: Final = timedelta(days=31)


def expiring_ids(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Trainings that some authority requires, expire within a month, were not renewed and nobody was warned of."""
    renewed = Training.objects.filter(
        Q(expires_on=None) | Q(expires_on__gt=OuterRef("expires_on")),
        employee=OuterRef("employee"),
        course=OuterRef("course"),
    )
    required = Authority.objects.filter(Q(valid_until=None) | Q(valid_until__gt=at), course=OuterRef("course"))
    expiring = Training.objects.filter(
        ~Exists(renewed),
        Exists(required),
        warned_at=None,
        employee__is_active=True,
        expires_on__lte=(at + MONTH).date(),
    )
    return list(expiring.order_by(F("expires_on"), "pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def warn_of_training(training_id: int, *, at: datetime) -> bool:
    """Tell an employee and their superior until when a training holds, once. Locks the training."""
    record = (
        Training.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("employee__unit", "course")
        .filter(pk=training_id, warned_at=None)
        .first()
    )
    if record is None or record.expires_on is None:
        return False
    record.warned_at = at
    record.save(update_fields=["warned_at"])
    facts = {
        "course": record.course.name,
        "employee": record.employee.name,
        "until": record.expires_on.isoformat(),
    }
    for one in (record.employee, Roster(at=at).superior_of(record.employee_id, record.employee.unit)):
        if one is not None:
            tell.colleague_of_no_case(one, Kind.STAFF_TRAINING, occasion=f"training {record.pk}", at=at, **facts)
    return True
