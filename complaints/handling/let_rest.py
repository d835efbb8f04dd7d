from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move, Outcome, Status
from complaints.common.actors import SYSTEM
from complaints.handling import tell
from complaints.outbox.models import Kind

PATIENCE = timedelta(days=14)


@transaction.atomic
def let_rest(case_id: int, *, at: datetime) -> bool:
    """Close a case whose proposed resolution the customer has not answered for two weeks; False where it moved on.

    Locks the case, skipping one that somebody is working on.
    """
    waited = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "customer", "unit", "responsible"
    )
    case = waited.filter(pk=case_id, status=Status.RESOLVED, resolved_at__lte=at - PATIENCE).first()
    if case is None:
        return False
    lifecycle.apply(case, Move.LET_REST, at=at, outcome=Outcome.NO_ANSWER)
    timeline.record(case, Entry.LET_REST, by=SYSTEM, at=at)
    tell.customer(case, Kind.CLOSED, occasion=f"v{case.version}", at=at, outcome=Outcome.NO_ANSWER.value)
    return True


def resting_ids(*, at: datetime, limit: int = 200) -> list[int]:
    """Cases whose customer has not answered for two weeks, longest first."""
    waiting = Case.objects.filter(status=Status.RESOLVED, resolved_at__lte=at - PATIENCE)
    return list(waiting.order_by("resolved_at").values_list("pk", flat=True)[:limit])
